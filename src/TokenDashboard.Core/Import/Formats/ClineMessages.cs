using TokenDashboard.Import.Reading;
using static TokenDashboard.Import.Records.ImportColumn;

namespace TokenDashboard.Import.Formats;

/// <summary>
/// Sessions of Cline since version 3 of its CLI: documents with all messages. Each reply has the tokens of its request. Input includes cached tokens,
/// and output includes reasoning tokens. The id of a message and its time identify a request.
/// </summary>
internal static class ClineMessages
{
    public static readonly UsageFormat Format = new(ImportFormat.Cline, "messages with metrics")
    {
        IsJson = marks => marks.Has("modelInfo.id", "metrics.inputTokens") || marks.Has("sessionId", "agent", "origin.source"),
        Columns = new ColumnMap(
            (SpanId, ["id"]), (Timestamp, ["ts"]), (TransactionId, ["sessionId"]), (Model, ["modelInfo.id"]), (Provider, ["modelInfo.provider"]),
            (PromptTokens, ["metrics.inputTokens"]), (CompletionTokens, ["metrics.outputTokens"]), (CachedTokens, ["metrics.cacheReadTokens"]),
            (CacheWriteTokens, ["metrics.cacheWriteTokens"]), (Cost, ["metrics.cost"]), UsageFormat.Chat),
        Around = ["sessionId"],
        IsRequest = record => record("metrics") is not null,
        Complete = (values, record) => values[Id] = $"{record("id")} {record("ts")}",
        Noted = (
            "Compactions, whose requests are not in the session. Messages that they removed are in the store only if the session was imported before",
            record => record("metadata.kind") == "compaction"),
    };
}
