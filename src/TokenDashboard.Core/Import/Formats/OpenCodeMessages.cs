using TokenDashboard.Import.Reading;
using static TokenDashboard.Import.Records.ImportColumn;

namespace TokenDashboard.Import.Formats;

/// <summary>
/// Messages of OpenCode: files of one JSON object each before version 1.2, the table <c>message</c> of its SQLite database since then,
/// <c>session_message</c> since version 2, or sessions that <c>opencode export</c> writes. Input excludes cached tokens, and output excludes
/// reasoning tokens unless the total shows otherwise.
/// </summary>
internal static class OpenCodeMessages
{
    public static readonly UsageFormat Format = new(ImportFormat.OpenCode, "messages of the assistant with tokens")
    {
        IsJson = marks => marks.Has("modelID", "providerID") || marks.Has("sessionID", "role") || marks.Has("info.sessionID", "info.role"),
        Columns = new ColumnMap(
            (Id, ["id"]), (SpanId, ["id"]), (TransactionId, ["sessionID"]), (Timestamp, ["time.created"]), (EndTime, ["time.completed"]),
            (Model, ["modelID", "model.id"]), (Provider, ["providerID", "model.providerID"]), (PromptTokens, ["tokens.input"]), (CompletionTokens, ["tokens.output"]),
            (TotalTokens, ["tokens.total"]), (CachedTokens, ["tokens.cache.read"]), (CacheWriteTokens, ["tokens.cache.write"]),
            (ReasoningTokens, ["tokens.reasoning"]), (Cost, ["cost"]), UsageFormat.Chat),
        Within = "info",
        CacheIsExcluded = true,
        ReasoningIsExcluded = true,
        HasCopies = true,
        FinalContent = ContentOf,
        IsRequest = record => record("role") == "assistant" && record("tokens") is not null,
        HasFailed = record => record("error") is not null,
    };

    // A fork copies the messages of a session under other ids. The time at which they were completed is not among these values, because version 2
    // replaced it by the time of the last change when it copied the messages of version 1.
    private static readonly string[] Content =
        ["time.created", "tokens.input", "tokens.output", "tokens.reasoning", "tokens.cache.read", "tokens.cache.write", "cost"];

    private static string? ContentOf(Func<string, string?> record) => record("time.completed") is null ? null
        : string.Join('\0', (string?[])[record("modelID") ?? record("model.id"), record("providerID") ?? record("model.providerID"), .. Content.Select(record)]);
}
