using TokenDashboard.Import.Reading;
using TokenDashboard.Import.Records;
using static TokenDashboard.Import.Records.ImportColumn;

namespace TokenDashboard.Import.Formats;

/// <summary>
/// Sessions of Codex, as JSON lines. The counters only grow. Their increase is a request, and a line that repeats them is not. A fork
/// or a subagent begins with the history of its parent session, possibly with the time of the fork. Therefore, the root session and the counters
/// after a request identify it, and the earliest copy is kept.
/// </summary>
internal sealed class CodexSession(ImportSink sink)
{
    public static readonly UsageFormat Format = new(ImportFormat.Codex, "token_count events")
    {
        IsJson = marks => marks.Has("payload") && marks.HasAny("type=session_meta", "type=turn_context", "type=event_msg", "type=response_item", "type=compacted"),
        HasCopies = true,
        EarliestStays = true,
        Reader = (lines, sink, _) => JsonLines.ReadValues(lines, sink, new CodexSession(sink).ReadLine),
    };

    private readonly RecordSink _requests = new(sink, Format);
    private string? _session;
    private string? _root;
    private string? _provider;
    private string? _model;
    private bool _isFork;
    private bool _hasCounted;
    private Counters _last;

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
                return null;
            case "event_msg" when payload.Text("type") == "token_count" && payload.Member("info").ValueKind == JsonValueKind.Object:
                return ReadCount(line, payload.Member("info"));
            default:
                return JsonLines.NoRequest;
        }
    }

    private void BeginSession(JsonElement payload)
    {
        string? id = payload.Text("id") ?? payload.Text("session_id"),
            from = payload.Text("forked_from_id") ?? payload.At("source.subagent.thread_spawn.parent_thread_id").Text() ?? payload.Text("parent_thread_id");
        if (_hasCounted)
        {
            // The file contains several consecutive sessions. A fork, however, contains the history of its parent session.
            if (id == _session)
                return;
            (_session, _root, _last, _hasCounted, _isFork, _model) = (null, null, default, false, false, null);
        }
        // A history begins with the sessions that it comes from. The last one before the first count is the root.
        _session ??= id;
        _isFork |= from is not null;
        _root = from ?? id ?? _root;
        _provider = payload.Text("model_provider") ?? _provider;
    }

    private string? ReadCount(JsonElement line, JsonElement info)
    {
        if (Count(info.Member("total_token_usage")) is not { } total || Count(info.Member("last_token_usage")) is not { } last)
            return "a token count is invalid";
        if ((total.IsNone && last.IsNone) || (_hasCounted && !total.IsNone && total == _last))
            return null;
        // The first counters of a file may continue a history that is not in the file. In a fork, they may contain only the sum of this history.
        // Counters that decreased have started again.
        bool isSum = !_hasCounted && last.IsNone && _isFork;
        Counters used = total.IsNone || (!_hasCounted && !last.IsNone) || !total.TryLess(_last, out Counters grown) ? last.IsNone ? total : last : grown;
        (_last, _hasCounted) = (total.IsNone ? _last : total, true);
        if (used.IsNone || isSum)
            return null;
        RequestValues values = _requests.Values;
        values.Clear();
        values[Timestamp] = line.Text("timestamp");
        values[TransactionId] = _session;
        values[Model] = info.Text("model") ?? _model;
        values[Provider] = _provider;
        values[RequestType] = "chat";
        values.Set(PromptTokens, used.Input);
        values.Set(CachedTokens, used.Cached);
        values[CacheWriteTokens] = used.Written > 0 ? $"{used.Written}" : null;
        values.Set(CompletionTokens, used.Output);
        values.Set(ReasoningTokens, used.Reasoning);
        values[Id] = $"{_root} {(total.IsNone || _root is null ? $"{values[Timestamp]} {used}" : $"{total}")}";
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

        /// <summary>The increase since the previous counters; false if one decreased.</summary>
        public bool TryLess(Counters before, out Counters grown)
        {
            grown = new Counters(
                Input - before.Input, Math.Max(0, Cached - before.Cached), Math.Max(0, Written - before.Written), Output - before.Output, Math.Max(0, Reasoning - before.Reasoning));
            return grown.Input >= 0 && grown.Output >= 0;
        }
    }
}
