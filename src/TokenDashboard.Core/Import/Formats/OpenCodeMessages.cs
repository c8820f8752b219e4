using TokenDashboard.Import.Reading;
using TokenDashboard.Import.Records;
using static TokenDashboard.Import.Records.ImportColumn;

namespace TokenDashboard.Import.Formats;

/// <summary>
/// Messages of OpenCode, identified by their id: files of one JSON object each before version 1.2, the table <c>message</c> of its
/// SQLite database since then, or sessions that <c>opencode export</c> writes. Input excludes cached tokens, and output excludes reasoning tokens
/// unless the total shows otherwise.
/// </summary>
internal static class OpenCodeMessages
{
    public static readonly UsageFormat Format = new(ImportFormat.OpenCode, "messages of the assistant with tokens")
    {
        IsJson = marks => marks.Has("modelID", "providerID") || marks.Has("sessionID", "role") || marks.Has("info.sessionID", "info.role"),
        Columns = new ColumnMap(
            (Id, ["id"]), (SpanId, ["id"]), (TransactionId, ["sessionID"]), (Timestamp, ["time.created"]), (EndTime, ["time.completed"]),
            (Model, ["modelID"]), (Provider, ["providerID"]), (PromptTokens, ["tokens.input"]), (CompletionTokens, ["tokens.output"]),
            (TotalTokens, ["tokens.total"]), (CachedTokens, ["tokens.cache.read"]), (CacheWriteTokens, ["tokens.cache.write"]),
            (ReasoningTokens, ["tokens.reasoning"]), (Cost, ["cost"]), UsageFormat.Chat),
        Within = "info",
        CacheIsBeside = true,
        ReasoningIsBeside = true,
        HasCopies = true,
        IsRequest = record => record("role") == "assistant" && record("tokens") is not null,
        HasFailed = record => record("error") is not null,
    };
}
