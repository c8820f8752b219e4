namespace TokenDashboard.Import.Records;

/// <summary>What a source may say of a request. Those stored as texts are first, in the order they are bound in.</summary>
internal enum ImportColumn
{
    TransactionId,
    UserId,
    Model,
    Provider,
    RequestType,
    TraceId,
    SpanId,
    ParentSpanId,
    Timestamp,
    EndTime,
    PromptTokens,
    CompletionTokens,
    TotalTokens,
    CachedTokens,
    CacheWriteTokens,
    ReasoningTokens,
    Cost,
    DurationMs,
    Success,
    Id,
    InterruptedStream,
}

internal static class ImportColumns
{
    public const ImportColumn LastText = ImportColumn.ParentSpanId;

    /// <summary>A column's own name: <c>cached_tokens</c>.</summary>
    public static string Name(ImportColumn column) => JsonNamingPolicy.SnakeCaseLower.ConvertName($"{column}");
}
