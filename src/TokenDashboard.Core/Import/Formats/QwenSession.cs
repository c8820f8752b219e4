using TokenDashboard.Import.Reading;
using static TokenDashboard.Import.Records.ImportColumn;

namespace TokenDashboard.Import.Formats;

/// <summary>
/// Sessions of Qwen Code, as JSON lines. Messages are identified by their uuid, also in the files of resumed sessions. Input includes cached
/// tokens, but not tokens of tools. Candidates exclude thoughts if the total shows this. Telemetry in a session repeats the tokens of messages, also of
/// subagents, which have their own files, so it is only counted. So are the records of a log of token usage.
/// </summary>
internal static class QwenSession
{
    public static readonly UsageFormat Format = new(ImportFormat.QwenCode, "messages with usageMetadata")
    {
        IsJson = marks => marks.Has("usageMetadata.promptTokenCount") || IsUsageLog(marks) || (marks.Has("sessionId", "uuid") && marks.HasAny("message.parts", "usageMetadata")),
        Columns = new ColumnMap(
            (Id, ["uuid"]), (SpanId, ["uuid"]), (Timestamp, ["timestamp"]), (TransactionId, ["sessionId"]), (Model, ["model"]),
            (PromptTokens, ["usageMetadata.promptTokenCount"]), (CompletionTokens, ["usageMetadata.candidatesTokenCount"]),
            (TotalTokens, ["usageMetadata.totalTokenCount"]), (CachedTokens, ["usageMetadata.cachedContentTokenCount"]),
            (ReasoningTokens, ["usageMetadata.thoughtsTokenCount"]), UsageFormat.Chat),
        Reader = Read,
        IsRequest = record => record("usageMetadata") is not null,
        Complete = (values, record) => values.Add(PromptTokens, record("usageMetadata.toolUsePromptTokenCount")),
    };

    private const string LocalDate = "localDate";

    // Each request is also in ~/.qwen/usage, under another id.
    private static bool IsUsageLog(Marks marks) => marks.Has(LocalDate, "apiDurationMs");

    private static void Read(LineReader lines, ImportSink sink, ColumnMap? map)
    {
        var requests = new RecordSink(sink, Format);
        var records = new JsonRecords(requests, map);
        long telemetry = 0, usage = 0, withoutModel = 0;
        JsonLines.ReadValues(lines, sink, ReadObject);
        requests.Complete();
        sink.Report.Note(telemetry, "Requests in ui_telemetry, which were not imported because they repeat the tokens of messages. Those without a message, such as summaries, are missing");
        sink.Report.Note(usage, "Requests in logs of token usage, which were not imported because they repeat those of sessions. To import only these logs, use -Format Json");
        sink.Report.Note(withoutModel, "Requests without a model, as in the sessions of subagents. They have no price");

        string? ReadObject(JsonElement value)
        {
            telemetry += value.At("systemPayload.uiEvent").Text("event.name") == "qwen-code.api_response" ? 1 : 0;
            usage += value.Member(LocalDate).ValueKind != JsonValueKind.Undefined ? 1 : 0;
            string? reason = records.ReadObject(value);
            withoutModel += reason is null && requests.Values[Model] is null ? 1 : 0;
            return reason;
        }
    }
}
