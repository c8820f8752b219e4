namespace TokenDashboard.Import.Records;

/// <summary>The values that a source can contain about a request. Columns stored as text are first, in the order in which they are bound.</summary>
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
    HourCacheWriteTokens,
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
