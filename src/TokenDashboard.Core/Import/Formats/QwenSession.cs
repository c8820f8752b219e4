using TokenDashboard.Import.Reading;
using static TokenDashboard.Import.Records.ImportColumn;

namespace TokenDashboard.Import.Formats;

/// <summary>
/// Sessions of Qwen Code, as JSON lines. Messages are identified by their uuid, also in the files of resumed and forked sessions. Input includes cached
/// tokens, but not tokens of tools. Candidates exclude thoughts if the total shows this. Telemetry in a session repeats the tokens of its messages. It
/// is the only record of requests without a message, such as summaries. Requests of subagents are in the telemetry of the session that started
/// them and, without their model, in files of their own. The id of the subagent and the token counts identify them.
/// </summary>
internal sealed class QwenSession
{
    public static readonly UsageFormat Format = new(ImportFormat.QwenCode, "messages with usageMetadata")
    {
        IsJson = marks => marks.Has("usageMetadata.promptTokenCount") || IsUsageLog(marks) || (marks.Has("sessionId", "uuid") && marks.HasAny("message.parts", "usageMetadata")),
        Columns = new ColumnMap(
            (Id, ["uuid"]), (SpanId, ["uuid"]), (Timestamp, ["timestamp"]), (TransactionId, ["sessionId"]), (Model, ["model"]),
            (PromptTokens, ["usageMetadata.promptTokenCount"]), (CompletionTokens, ["usageMetadata.candidatesTokenCount"]),
            (TotalTokens, ["usageMetadata.totalTokenCount"]), (CachedTokens, ["usageMetadata.cachedContentTokenCount"]),
            (ReasoningTokens, ["usageMetadata.thoughtsTokenCount"]), UsageFormat.Chat),
        Reader = (lines, sink, map) => new QwenSession(sink, map).Read(lines),
        HasCopies = true,
        IsRequest = record => record("usageMetadata") is not null,
        Complete = CompleteMessage,
    };

    private const string LocalDate = "localDate";

    // In the same order.
    private static readonly string[] MessageCounts = ["promptTokenCount", "candidatesTokenCount", "cachedContentTokenCount", "thoughtsTokenCount", "totalTokenCount"];
    private static readonly string[] TelemetryCounts = ["input_token_count", "output_token_count", "cached_content_token_count", "thoughts_token_count", "total_token_count"];
    private static readonly string NoTokens = CountsOf(TelemetryCounts, _ => null);

    private readonly ImportSink _sink;
    private readonly RecordSink _requests;
    private readonly JsonRecords _records;

    // The telemetry of requests whose message was not found so far, and the messages whose telemetry was not.
    private readonly List<(string Counts, JsonElement Line, long Number)> _telemetry = [];
    private readonly Dictionary<string, int> _messages = [];
    private long _number;
    private long _usage;
    private long _withoutModel;

    private QwenSession(ImportSink sink, ColumnMap? map)
    {
        (_sink, _requests) = (sink, new RecordSink(sink, Format));
        _records = new JsonRecords(_requests, map);
    }

    // Each request is also in ~/.qwen/usage, under another id.
    private static bool IsUsageLog(Marks marks) => marks.Has(LocalDate, "apiDurationMs");

    private static void CompleteMessage(RequestValues values, Func<string, string?> record)
    {
        values.Add(PromptTokens, record("usageMetadata.toolUsePromptTokenCount"));
        string? agent = record("agentId");
        values.IsLesserCopy = agent is not null || record("forkedFrom") is not null;
        if (agent is not null)
            values[Id] = $"{agent} {CountsOf(MessageCounts, name => record($"usageMetadata.{name}"))}";
    }

    private static string CountsOf(string[] names, Func<string, string?> value) => string.Join(' ', names.Select(name => value(name) ?? "0"));

    private void Read(LineReader lines)
    {
        JsonLines.ReadValues(lines, _sink, ReadObject);
        foreach ((string _, JsonElement line, long number) in _telemetry)
        {
            // After the last line, the message may not have been written yet.
            if (number == _number)
                _sink.Report.Note(1, "Requests at the end of a session whose message may not have been written yet. Import the file again when it has grown");
            else if (AddTelemetry(line, null) is { } reason)
                _sink.Unreadable(reason);
        }
        _requests.Complete();
        _sink.Report.Note(_usage, "Requests in logs of token usage, which were not imported because they repeat those of sessions. To import only these logs, use -Format Json");
        _sink.Report.Note(_withoutModel, "Requests without a model, as in files of subagents. They have a price only if the session that started the subagent is imported too");
    }

    private string? ReadObject(JsonElement value)
    {
        _number++;
        _usage += value.Member(LocalDate).ValueKind != JsonValueKind.Undefined ? 1 : 0;
        if (value.At("systemPayload.uiEvent").Text("event.name") == "qwen-code.api_response")
            return ReadTelemetry(value);
        string? reason = _records.ReadObject(value);
        if (reason is null && value.Member("usageMetadata") is { ValueKind: JsonValueKind.Object } usage)
        {
            string counts = CountsOf(MessageCounts, name => usage.Text(name));
            if (_telemetry.FindLastIndex(known => known.Counts == counts) is >= 0 and var found)
                _telemetry.RemoveAt(found);
            else
                _messages[counts] = _messages.GetValueOrDefault(counts) + 1;
        }
        _withoutModel += reason is null && _requests.Values[Model] is null ? 1 : 0;
        return reason;
    }

    private string? ReadTelemetry(JsonElement line)
    {
        JsonElement call = line.At("systemPayload.uiEvent");
        string counts = CountsOf(TelemetryCounts, name => call.Text(name));
        if (counts == NoTokens)
            return null;
        // The session, the subagent and the number of its turn. The ids of other requests have empty parts, or none.
        if (call.Text("prompt_id")?.Split('#') is [_, { Length: > 0 } agent, _])
            return AddTelemetry(line, $"{agent} {counts}");
        if (_messages.GetValueOrDefault(counts) is > 0 and var count)
            _messages[counts] = count - 1;
        else
            _telemetry.Add((counts, line.Clone(), _number));
        return null;
    }

    private string? AddTelemetry(JsonElement line, string? id)
    {
        JsonElement call = line.At("systemPayload.uiEvent");
        RequestValues values = _requests.Values;
        values.Clear();
        values.IsLesserCopy = line.Member("forkedFrom").ValueKind != JsonValueKind.Undefined;
        values[Timestamp] = line.Text("timestamp");
        values[TransactionId] = line.Text("sessionId");
        values[Model] = call.Text("model");
        values[RequestType] = "chat";
        values[PromptTokens] = call.Text("input_token_count");
        values[CompletionTokens] = call.Text("output_token_count");
        values[TotalTokens] = call.Text("total_token_count");
        values[CachedTokens] = call.Text("cached_content_token_count");
        values[ReasoningTokens] = call.Text("thoughts_token_count");
        values[DurationMs] = call.Text("duration_ms");
        values.Add(PromptTokens, call.Text("tool_token_count"));
        values[SpanId] = line.Text("uuid");
        values[Id] = id ?? line.Text("uuid");
        return _requests.Add(line.Utf8());
    }
}
