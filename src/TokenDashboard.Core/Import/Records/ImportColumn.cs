namespace TokenDashboard.Import.Records;

/// <summary>What a source may say of a request, in the order of the names in a column map.</summary>
internal enum ImportColumn
{
    Timestamp,
    EndTime,
    Transaction,
    User,
    Model,
    Provider,
    RequestType,
    PromptTokens,
    CompletionTokens,
    TotalTokens,
    CachedTokens,
    CacheWriteTokens,
    ReasoningTokens,
    Cost,
    DurationMs,
    Success,
    TraceId,
    SpanId,
    ParentSpanId,
    Id,
    InterruptedStream,
}

/// <summary>The names of columns.</summary>
internal static class ImportColumns
{
    /// <summary>A column's own name: <c>cached_tokens</c>.</summary>
    public static string Name(ImportColumn column) => column switch
    {
        ImportColumn.Transaction => "transaction_id",
        ImportColumn.User => "user_id",
        _ => string.Concat(column.ToString().Select((letter, i) => i > 0 && char.IsUpper(letter) ? $"_{char.ToLowerInvariant(letter)}" : $"{char.ToLowerInvariant(letter)}")),
    };
}
