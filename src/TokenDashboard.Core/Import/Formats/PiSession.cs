using TokenDashboard.Import.Reading;
using static TokenDashboard.Import.Records.ImportColumn;

namespace TokenDashboard.Import.Formats;

/// <summary>
/// Sessions of pi, as JSON lines, and of OpenClaw, which keeps the same entries in a SQLite database. Each reply has the usage of its request. So do
/// entries for other requests, and the summary of a compaction or branch, whose model is the one before it. A fork copies the entries before it,
/// with their times. The time, model and token counts identify the copies, because version 1 has no ids.
/// </summary>
internal sealed class PiSession(ImportSink sink)
{
    public static readonly UsageFormat Format = new(ImportFormat.Pi, "entries with usage")
    {
        IsJson = marks => marks.Has("type=session", "id", "timestamp", "cwd") || marks.Has("message.usage.cacheRead", "message.usage.totalTokens"),
        HasCopies = true,
        Reader = (lines, sink, _) =>
        {
            var session = new PiSession(sink);
            JsonLines.ReadValues(lines, sink, session.ReadEntry);
            session.Complete();
        },
    };

    // In the usage of an entry.
    private static readonly string[] Counts = ["input", "output", "cacheRead", "cacheWrite"];

    private readonly RecordSink _requests = new(sink, Format);
    private string? _session;
    private string? _start;
    private string? _model;
    private string? _provider;
    private long _nested;

    /// <summary>Reads one entry. Returns the problem, <see cref="JsonLines.NoRequest"/>, or null.</summary>
    public string? ReadEntry(JsonElement entry)
    {
        JsonElement message = entry.Member("message");
        switch (entry.Text("type"))
        {
            case "session":
                (_session, _start) = (entry.Text("id"), entry.Text("timestamp"));
                (_model, _provider) = (entry.Text("modelId"), entry.Text("provider"));
                return JsonLines.NoRequest;
            case "model_change":
                (_model, _provider) = (entry.Text("modelId"), entry.Text("provider"));
                return JsonLines.NoRequest;
            case "message" when message.Text("role") == "assistant":
                (_model, _provider) = (message.Text("model") ?? _model, message.Text("provider") ?? _provider);
                // The request of a deferred message has not ended.
                return message.Text("stopReason") is "pending" or "deferred" ? JsonLines.NoRequest : Add(entry, message);
            case "message":
                _nested += message.Member("usage").ValueKind == JsonValueKind.Object ? 1 : 0;
                return JsonLines.NoRequest;
            case "usage" or "compaction" or "branch_summary":
                return Add(entry, entry);
            default:
                return JsonLines.NoRequest;
        }
    }

    public void Complete() => sink.Report.Note(
        _nested, "Results of tools with the tokens of other models, which were not imported, because they can be sums of several requests, which can also be in sessions of their own");

    private string? Add(JsonElement entry, JsonElement request)
    {
        JsonElement usage = request.Member("usage");
        if ((usage.Text("input") ?? usage.Text("output")) is null)
            return JsonLines.NoRequest;
        // Either time can be missing. That of a message is the start of its request.
        string? start = request.Text("timestamp") ?? entry.Text("timestamp");
        RequestValues values = _requests.Values;
        values.Clear();
        values.CacheIsExcluded = true;
        // Copied entries are older than the fork.
        values.IsLesserCopy = string.CompareOrdinal(entry.Text("timestamp"), _start) < 0;
        values[Timestamp] = start;
        values[DurationMs] = request.Text("durationMs");
        values[TransactionId] = _session;
        values[Model] = request.Text("model") ?? _model;
        values[Provider] = request.Text("provider") ?? _provider;
        values[RequestType] = "chat";
        values[PromptTokens] = usage.Text("input");
        values[CompletionTokens] = usage.Text("output");
        values[CachedTokens] = usage.Text("cacheRead");
        values[CacheWriteTokens] = usage.Text("cacheWrite");
        values[HourCacheWriteTokens] = usage.Text("cacheWrite1h");
        values[ReasoningTokens] = usage.Text("reasoning");
        values[Cost] = usage.At("cost.total").Text();
        values[Success] = request.Text("stopReason") is "error" or "aborted" ? "false" : null;
        values[SpanId] = entry.Text("id");
        values[Id] = string.Join(' ', [entry.Text("timestamp") ?? start, request.Text("model"), .. Counts.Select(name => usage.Text(name))]);
        return _requests.Add(entry.Utf8());
    }
}
