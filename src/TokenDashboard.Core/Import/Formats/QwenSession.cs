using TokenDashboard.Import.Reading;
using TokenDashboard.Import.Records;
using static TokenDashboard.Import.Records.ImportColumn;

namespace TokenDashboard.Import.Formats;

/// <summary>
/// Sessions of Qwen Code, as JSON lines. Messages are identified by their uuid, also in the files of resumed sessions. Input includes cached
/// tokens, but not tokens of tools. Candidates exclude thoughts if the total shows this.
/// </summary>
internal static class QwenSession
{
    public static readonly UsageFormat Format = new(ImportFormat.QwenCode, "messages with usageMetadata")
    {
        IsJson = marks => marks.Has("usageMetadata.promptTokenCount") || (marks.Has("sessionId", "uuid") && marks.HasAny("message.parts", "usageMetadata")),
        Columns = new ColumnMap(
            (Id, ["uuid"]), (SpanId, ["uuid"]), (Timestamp, ["timestamp"]), (TransactionId, ["sessionId"]), (Model, ["model"]),
            (PromptTokens, ["usageMetadata.promptTokenCount"]), (CompletionTokens, ["usageMetadata.candidatesTokenCount"]),
            (TotalTokens, ["usageMetadata.totalTokenCount"]), (CachedTokens, ["usageMetadata.cachedContentTokenCount"]),
            (ReasoningTokens, ["usageMetadata.thoughtsTokenCount"]), UsageFormat.Chat),
        IsRequest = record => record("usageMetadata") is not null,
        Complete = (values, record) => values.Add(PromptTokens, record("usageMetadata.toolUsePromptTokenCount")),
    };
}
