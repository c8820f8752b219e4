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
}
