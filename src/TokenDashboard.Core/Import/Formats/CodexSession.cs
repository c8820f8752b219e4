using TokenDashboard.Import.Reading;
using static TokenDashboard.Import.Records.ImportColumn;

namespace TokenDashboard.Import.Formats;

/// <summary>
/// Sessions of Codex, as JSON lines. Since 0.153, each request has a record with its ids. For other requests, there are only counters. They only grow.
/// Their increase is a request, and a line that repeats them is not. A fork or a subagent begins with the history of its parent session, possibly with
/// the time of the fork. Therefore, the root session and the counters after a request without a record identify it, and the earliest copy is kept.
/// </summary>
internal sealed class CodexSession(ImportSink sink)
{
    public static readonly UsageFormat Format = new(ImportFormat.Codex, "token_usage_record or token_count")
    {
        IsJson = marks => marks.Has("payload") && marks.HasAny("type=session_meta", "type=turn_context", "type=event_msg", "type=response_item", "type=compacted", "type=token_usage_record"),
        HasCopies = true,
        EarliestStays = true,
        Reader = (lines, sink, _) =>
        {
            var session = new CodexSession(sink);
            JsonLines.ReadValues(lines, sink, session.ReadLine);
            sink.Report.Note(session._unknown, "Decreases of the counters without the tokens of a request, which were omitted");
        },
    };

    // The first version that writes records.
    private static readonly Version FirstWithRecords = new(0, 153);

    private readonly RecordSink _requests = new(sink, Format);
    private string? _session;
    private string? _root;
    private string? _provider;
    private string? _model;

    // The tier of the settings, for lines without the tier that processed the request.
    private string? _tier;
    private bool _isFork;
    private bool _hasCounted;
    private Counters _last;

    // The requests with a record since the counters last grew.
    private Counters _recorded;
    private string? _lastRecord;

    // Whether the session is a subagent whose own requests have records, and the ordinal of the first line that is not its parent's history.
    private bool _hasOnlyRecords;
    private long _historyEnd;
    private long _unknown;

    private string? ReadLine(JsonElement line)
    {
        JsonElement payload = line.Member("payload");
        switch (line.Text("type"))
        {
            case "session_meta":
                BeginSession(payload);
                return null;
            case "turn_context":
                _model = payload.Text("model") ?? payload.At("collaboration_mode.settings.model").Text() ?? _model;
                _tier = payload.Text("service_tier") ?? _tier;
                return null;
            case "event_msg" when payload.Text("type") == "thread_settings_applied":
                _tier = payload.At("thread_settings.service_tier").Text() ?? payload.Text("service_tier");
                return null;
            case "token_usage_record":
                return ReadRecord(line, payload);
            case "compacted" when payload.Member("latest_token_usage_record") is { ValueKind: JsonValueKind.Object } latest:
                // It may be the only copy of this record in a history.
                return ReadRecord(line, latest);
            case "event_msg" when payload.Text("type") == "token_count" && payload.Member("info").ValueKind == JsonValueKind.Object:
                return ReadCount(line, payload);
            default:
                return JsonLines.NoRequest;
        }
    }

    private void BeginSession(JsonElement payload)
    {
        string? id = payload.Text("id") ?? payload.Text("session_id"),
            from = payload.Text("forked_from_id") ?? payload.At("source.subagent.thread_spawn.parent_thread_id").Text() ?? payload.Text("parent_thread_id");
        if (_hasCounted || _lastRecord is not null)
        {
            // The file contains several consecutive sessions. A fork, however, contains the history of its parent session.
            if (id == _session)
                return;
            (_session, _root, _last, _hasCounted, _isFork, _model, _tier) = (null, null, default, false, false, null, null);
            (_recorded, _lastRecord) = (default, null);
        }
        if (_session is null)
        {
            bool isSubagent = payload.Text("parent_thread_id") is not null || payload.At("source.subagent").ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null);
            _hasOnlyRecords = isSubagent && Version.TryParse(payload.Text("cli_version")?.Split('-')[0], out Version? version) && version >= FirstWithRecords;
            _ = ValueText.TryCount(payload.Text("subagent_history_start_ordinal"), out _historyEnd);
        }
        // A history begins with the sessions that it comes from. The last one before the first count is the root.
        _session ??= id;
        _isFork |= from is not null;
        _root = from ?? id ?? _root;
        _provider = payload.Text("model_provider") ?? _provider;
    }

    private string? ReadRecord(JsonElement line, JsonElement record)
    {
        if (Count(record.Member("usage")) is not { } used)
            return "a token count is invalid";
        string? thread = record.Text("thread_id") ?? _session;
        string id = $"{thread} {record.Text("response_id") ?? $"{line.Text("timestamp")} {used}"}";
        if (used.IsNone || id == _lastRecord)
            return null;
        (_lastRecord, _recorded) = (id, _recorded.Plus(used));
        return Add(line, used, thread, record.Text("model") ?? _model, record.Text("service_tier"), id);
    }

    private string? ReadCount(JsonElement line, JsonElement payload)
    {
        JsonElement info = payload.Member("info"), sum = info.Member("total_token_usage"), latest = info.Member("last_token_usage");
        if (Count(sum) is not { } total || Count(latest) is not { } last)
            return "a token count is invalid";
        if (total.IsNone && last.IsNone)
        {
            // If the context is full, the counters start again.
            _last = sum.ValueKind == JsonValueKind.Object ? default : _last;
            return null;
        }
        if (_hasCounted && !total.IsNone && total == _last)
            return null;
        // The first counters of a file may continue a history that is not in the file. In a fork, they may contain only the sum of this history.
        // Counters that decreased have started again, unless there was no request.
        bool isSum = !_hasCounted && last.IsNone && _isFork, hasGrown = total.TryLess(_last, out Counters grown);
        bool isUnknown = !hasGrown && last.IsNone && latest.ValueKind == JsonValueKind.Object;
        Counters used = total.IsNone || (!_hasCounted && !last.IsNone) || !hasGrown ? last.IsNone ? total : last : grown;
        // Only the rest of the increase is a request without a record. The counters do not contain the request that compacts a session.
        used = _recorded.IsNone ? used : used.TryLess(_recorded, out Counters rest) ? rest : default;
        (_last, _hasCounted, _recorded) = (total.IsNone ? _last : total, true, default);
        _unknown += isUnknown ? 1 : 0;
        // The history at the beginning of a subagent has no records, but its original in the parent's file has them.
        bool isHistory = _hasOnlyRecords || (ValueText.TryCount(line.Text("ordinal"), out long ordinal) && ordinal < _historyEnd);
        if (used.IsNone || isSum || isUnknown || isHistory)
            return null;
        string id = $"{_root} {(total.IsNone || _root is null ? $"{line.Text("timestamp")} {used}" : $"{total}")}";
        return Add(line, used, _session, info.Text("model") ?? _model, payload.Text("service_tier") ?? info.Text("service_tier"), id);
    }

    private string? Add(JsonElement line, Counters used, string? session, string? model, string? tier, string id)
    {
        RequestValues values = _requests.Values;
        values.Clear();
        values[Timestamp] = line.Text("timestamp");
        values[TransactionId] = session;
        values[Model] = model;
        values.ServiceTier = tier ?? _tier;
        values[Provider] = _provider;
        values[RequestType] = "chat";
        values.Set(PromptTokens, used.Input);
        values.Set(CachedTokens, used.Cached);
        values[CacheWriteTokens] = used.Written > 0 ? $"{used.Written}" : null;
        values.Set(CompletionTokens, used.Output);
        values.Set(ReasoningTokens, used.Reasoning);
        values[Id] = id;
        return _requests.Add(line.Utf8());
    }

    /// <returns>Null if a value is not a token count.</returns>
    private static Counters? Count(JsonElement usage) =>
        ValueText.TryCount(usage.Text("input_tokens"), out long input) && ValueText.TryCount(usage.Text("cached_input_tokens"), out long cached)
        && ValueText.TryCount(usage.Text("cache_write_input_tokens"), out long written) && ValueText.TryCount(usage.Text("output_tokens"), out long output)
        && ValueText.TryCount(usage.Text("reasoning_output_tokens"), out long reasoning)
            ? new Counters(input, cached, written, output, reasoning) : null;

    private readonly record struct Counters(long Input, long Cached, long Written, long Output, long Reasoning)
    {
        // Part of the keys of requests, so this text never changes.
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Input} {Cached} {Written} {Output} {Reasoning}");

        public bool IsNone => Input == 0 && Output == 0;

        public Counters Plus(Counters more) => new(Input + more.Input, Cached + more.Cached, Written + more.Written, Output + more.Output, Reasoning + more.Reasoning);

        /// <summary>The increase since the previous counters; false if one decreased.</summary>
        public bool TryLess(Counters before, out Counters grown)
        {
            grown = new Counters(
                Input - before.Input, Math.Max(0, Cached - before.Cached), Math.Max(0, Written - before.Written), Output - before.Output, Math.Max(0, Reasoning - before.Reasoning));
            return grown.Input >= 0 && grown.Output >= 0;
        }
    }
}
