using TokenDashboard.Import.Reading;
using static TokenDashboard.Import.Records.ImportColumn;

namespace TokenDashboard.Import.Formats;

/// <summary>
/// Sessions of Gemini CLI, as JSON lines or as one document with its messages. A message that has grown is written again. Its id identifies
/// the copies, and the copy with the most tokens is kept. A line that replaces the messages contains them in <c>$set</c>. Input includes cached tokens, but not the tokens of thoughts and tools.
/// </summary>
internal static class GeminiSession
{
    public static readonly UsageFormat Format = new(ImportFormat.GeminiCli, "messages with tokens")
    {
        IsJson = marks => marks.Has("projectHash", "sessionId") || marks.Has("type=gemini") || marks.Has("tokens.input", "tokens.thoughts"),
        Columns = new ColumnMap(
            (Id, ["id"]), (SpanId, ["id"]), (Timestamp, ["timestamp"]), (TransactionId, ["sessionId"]), (Model, ["model"]), (PromptTokens, ["tokens.input"]),
            (CompletionTokens, ["tokens.output"]), (TotalTokens, ["tokens.total"]), (CachedTokens, ["tokens.cached"]),
            (ReasoningTokens, ["tokens.thoughts"]), UsageFormat.Chat),
        Around = ["sessionId"],
        ReasoningIsExcluded = true,
        HasCopies = true,
        IsRequest = record => record("tokens") is not null,
        Complete = (values, record) => values.Add(PromptTokens, record("tokens.tool")),
    };
}
