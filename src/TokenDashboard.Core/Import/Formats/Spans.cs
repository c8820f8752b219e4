using TokenDashboard.Import.Reading;
using TokenDashboard.Import.Records;
using static TokenDashboard.Import.Records.ImportColumn;

namespace TokenDashboard.Import.Formats;

/// <summary>
/// Spans of traces, and log events that describe a request: OTLP as JSON, one export per line or not, and single spans with plain
/// attributes, as GitHub Copilot and the OpenTelemetry SDKs write them to a file.
/// </summary>
internal sealed class Spans(ImportSink sink)
{
    private static readonly string[] Exports = ["resourceSpans", "resourceLogs", "batches"];

    public static readonly UsageFormat Otlp = new(ImportFormat.Otlp, "spans with token counts")
    {
        IsJson = marks => marks.HasAny("resourceSpans", "resourceLogs", "resourceMetrics", "batches.scopeSpans", "trace.resourceSpans"),
        IsTree = true,
        Reader = Read,
    };

    public static readonly UsageFormat Copilot = new(ImportFormat.Copilot, "chat spans or inference events with token counts")
    {
        IsJson = marks => marks.HasAny("attributes") && (marks.HasAny("spanContext", "hrTime", "_body", "instrumentationScope", "instrumentationLibrary")
            || marks.Has("observed_timestamp", "severity_number") || (marks.HasAny("traceId", "context.trace_id") && marks.HasAny("startTime", "start_time", "startTimeUnixNano", "duration"))),
        Source = Otlp.Source,
        IsTree = true,
        Reader = Read,
    };

    /// <summary>Kinds of requests that always have tokens.</summary>
    private static readonly HashSet<string> TextKinds = new(StringComparer.OrdinalIgnoreCase)
    {
        "chat", "completion", "text_completion", "generate_content", "llm", "chat_model", "embeddings", "embedding",
    };

    /// <summary>Kinds of request spans. Each is one call of a model, whatever spans are below it.</summary>
    private static readonly HashSet<string> RequestKinds = new(TextKinds, StringComparer.OrdinalIgnoreCase)
    {
        "rerank", "reranker", "response", "responses", "image_generation", "transcription", "speech", "moderation", "generation",
    };

    private const string GeminiCli = "gemini-cli";
    private const string InferenceEvent = "gen_ai.client.inference.operation.details";

    /// <summary>Events that are requests. Other events repeat the tokens of these.</summary>
    private static readonly string[] RequestEvents =
        [InferenceEvent, "claude_code.api_request", "api_request", "gemini_cli.api_response", "qwen-code.api_response", "codex.sse_event"];

    private readonly RecordSink _requests = new(sink, Otlp);
    private readonly SortedSet<string> _unknownNames = [];
    private readonly SortedSet<string> _unknownPartNames = [];
    private readonly SortedSet<string> _unknownEvents = [];
    private long _unknownSpans;
    private long _unknownParts;
    private long _unknownRecords;
    private long _repeatedSpans;
    private long _repeatedEvents;

    private RequestValues Values => _requests.Values;

    private static void Read(LineReader lines, ImportSink sink, ColumnMap? map)
    {
        var spans = new Spans(sink);
        JsonLines.ReadValues(lines, sink, spans.ReadValue);
        spans._requests.Complete();
        sink.Report.Note(spans._unknownSpans, $"Spans with token counts under unknown names ({string.Join(", ", spans._unknownNames.Take(10))})");
        sink.Report.Note(
            spans._unknownParts,
            $"Requests with cached, cache-write or reasoning tokens under unknown names ({string.Join(", ", spans._unknownPartNames.Take(10))}), which were not imported as such");
        sink.Report.Note(
            spans._repeatedSpans,
            "Spans of Codex or Gemini CLI, which were omitted because they repeat the events of its logs, without the model or all tokens. Import its logs or its sessions");
        sink.Report.Note(spans._repeatedEvents, "Events of OpenLIT, which were omitted because they repeat its spans, without all tokens. Import its traces");
        string events = string.Join(", ", spans._unknownEvents.Take(10));
        sink.Report.Note(spans._unknownRecords, $"Log records with token counts that were omitted, because their events are not known to be requests ({events})");
    }

    private string? ReadValue(JsonElement value)
    {
        // Tempo since the second version of its API.
        if (value.Member("trace") is { ValueKind: JsonValueKind.Object } trace && value.Member("attributes").ValueKind == JsonValueKind.Undefined)
            value = trace;
        foreach (JsonElement resource in value.Elements(Exports))
        {
            SpanAttributes common = ResourceOf(resource);
            foreach (JsonElement scope in resource.Elements("scopeSpans", "scopeLogs"))
            {
                string? name = scope.At("scope.name").Text();
                foreach (JsonElement span in scope.Elements("spans", "logRecords"))
                {
                    if (ReadSpan(span, common, name) is { } reason)
                        sink.Unreadable(reason);
                }
            }
        }
        return Exports.Any(name => value.Member(name).ValueKind == JsonValueKind.Array) ? null
            : value.Member("attributes").ValueKind is JsonValueKind.Object or JsonValueKind.Array
                ? ReadSpan(value, ResourceOf(value), value.At("instrumentationScope.name").Text() ?? value.At("instrumentationLibrary.name").Text())
            : value.Member("resourceMetrics").ValueKind == JsonValueKind.Array ? "metrics are aggregates, not requests; only the spans and logs of OTLP are read"
            : JsonLines.NoRequest;
    }

    private static SpanAttributes ResourceOf(JsonElement value) => new(value.Member("resource").Member("attributes"), null);

    private string? ReadSpan(JsonElement span, SpanAttributes common, string? scope)
    {
        Values.Clear();
        var attributes = new SpanAttributes(span.Member("attributes"), common);
        bool hasTokens = attributes.CopyTo(Values, scope);
        Values[TraceId] = First(span, "traceId", "spanContext.traceId", "_spanContext.traceId", "context.trace_id", "trace_id");
        string? id = Values[SpanId] = First(span, "spanId", "spanContext.spanId", "_spanContext.spanId", "context.span_id", "span_id");
        Values[ParentSpanId] = First(span, "parentSpanId", "parentSpanContext.spanId", "parent_id", "parentId");
        string? end = First(span, "endTimeUnixNano", "endTime", "end_time"), start = First(span, "startTimeUnixNano", "startTime", "start_time") ?? end;
        if (start is null)
            return hasTokens ? ReadEvent(span, attributes, scope) : null;
        if (RepeatsEvent(attributes, scope, hasTokens))
        {
            _repeatedSpans++;
            return null;
        }
        string? kind = Values[RequestType] ??= span.Text("span_kind");
        bool isRequest = attributes[SpanAttributes.StepKind] is null && kind is not null && (RequestKinds.Contains(kind) || kind.Contains(".do", StringComparison.Ordinal));
        bool failed = First(span, "status.code", "status.status_code") is "2" or "status_code_error" or "error" || attributes["error.type"] is not null;
        if (!hasTokens)
        {
            int unknown = Keep(attributes.UnknownCounts, _unknownNames);
            _unknownSpans += unknown;
            _requests.AddLink(isStep: kind is not null && !isRequest, isCall: isRequest && !failed && unknown == 0 && TextKinds.Contains(kind!));
            return null;
        }
        _unknownParts += Keep(attributes.UnknownParts(Values), _unknownPartNames);
        Values.Role = isRequest ? ImportRole.Call : ImportRole.Parent;
        Values[Timestamp] = start;
        if (end is not null && end != start)
            (Values[DurationMs], Values[EndTime]) = (null, end);
        Values[Success] = attributes["policy.passed"] ?? (failed ? "false" : "true");
        SetRequestId(attributes, span.Text("name"));
        string? reason = _requests.Add(span.Utf8()) ?? AddCompaction(span, attributes);
        return reason is null ? null : $"span {ValueText.Shorten(id ?? "")}: {reason}";
    }

    /// <summary>Adds the request that compacted the conversation before the current one. Anthropic's SDKs write its tokens separately in the same span.</summary>
    private string? AddCompaction(JsonElement span, SpanAttributes attributes)
    {
        if (attributes["anthropic.usage.compaction.input_tokens"] is not { } input)
            return null;
        foreach (ImportColumn part in (ReadOnlySpan<ImportColumn>)[TotalTokens, CachedTokens, CacheWriteTokens, HourCacheWriteTokens, ReasoningTokens, Cost])
            Values[part] = null;
        (Values[PromptTokens], Values[CompletionTokens]) = (input, attributes["anthropic.usage.compaction.output_tokens"]);
        Values[SpanId] += ".compaction";
        return _requests.Add(span.Utf8());
    }

    /// <summary>Whether a span repeats an event without an id in common.</summary>
    private static bool RepeatsEvent(SpanAttributes attributes, string? scope, bool hasTokens) =>
        (hasTokens && scope == GeminiCli) || (attributes["codex.usage.total_tokens"] ?? attributes["codex.turn.token_usage.total_tokens"]) is not null;

    private string? ReadEvent(JsonElement record, SpanAttributes attributes, string? scope)
    {
        Values[Timestamp] = First(record, "timeUnixNano", "hrTime", "_hrTime", "timestamp", "time", "observedTimeUnixNano", "hrTimeObserved", "_hrTimeObserved", "observed_timestamp");
        // The field is a line of the source code in events of Codex.
        string? name = attributes["event.name"] ?? record.Text("eventName") ?? record.Text("event_name") ?? record.Member("body").Text("stringValue") ?? record.Text("body") ?? record.Text("_body");
        if (Values[Timestamp] is null)
            return "no time";
        if (name is null || !(RequestEvents.Contains(name) || name.StartsWith("GenAI inference", StringComparison.Ordinal)))
        {
            _unknownRecords++;
            _unknownEvents.Add(name is null ? "without a name" : ValueText.Shorten(name));
            return null;
        }
        // Gemini CLI writes each request in another event too, and OpenLIT in a span. Only these have all tokens.
        if (name == InferenceEvent && scope is (GeminiCli or "openlit" or "openlit.otel.events"))
        {
            _repeatedEvents += scope == GeminiCli ? 0 : 1;
            return null;
        }
        // Codex uses this name for the sum of all tokens.
        if (name.EndsWith(".api_response", StringComparison.Ordinal))
            Values.Add(PromptTokens, attributes["tool_token_count"]);
        _unknownParts += Keep(attributes.UnknownParts(Values), _unknownPartNames);
        Values[RequestType] ??= "chat";
        Values[Success] = attributes["error.type"] is null ? null : "false";
        SetRequestId(attributes, name);
        Values.Role = ImportRole.Event;
        return _requests.Add(record.Utf8());
    }

    /// <summary>Keeps names for the report. Returns 1 if there are names, otherwise 0.</summary>
    private static int Keep(IEnumerable<string> names, SortedSet<string> kept)
    {
        string[] some = [.. names.Select(ValueText.Shorten).Take(10)];
        kept.UnionWith(some);
        return some.Length > 0 ? 1 : 0;
    }

    // Spans and events of Claude Code describe the same call, which its own id identifies.
    private void SetRequestId(SpanAttributes attributes, string? name) =>
        Values[Id] = name is not null && (name.StartsWith("claude_code.", StringComparison.Ordinal) || name == "api_request") ? attributes["request_id"] : null;

    /// <summary>The first text with a value. A time can be two numbers, seconds and nanoseconds, and ids can have a hexadecimal prefix.</summary>
    private static string? First(JsonElement element, params ReadOnlySpan<string> paths)
    {
        foreach (string path in paths)
        {
            JsonElement value = element.At(path);
            bool isPair = value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 2;
            string? text = isPair && int.TryParse(value[1].Text(), NumberStyles.None, CultureInfo.InvariantCulture, out int nanoseconds) ? $"{value[0].Text()}{nanoseconds:d9}" : value.Text();
            if (text is { Length: > 0 } and not "0")
                return (text.StartsWith("0x", StringComparison.Ordinal) ? text[2..] : text).ToLowerInvariant();
        }
        return null;
    }
}
