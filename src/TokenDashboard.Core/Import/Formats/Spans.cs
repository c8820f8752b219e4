using System.Globalization;
using System.Text.Json;
using TokenDashboard.Import.Reading;
using TokenDashboard.Import.Records;

namespace TokenDashboard.Import.Formats;

/// <summary>
/// Spans of traces and the events in logs that tell of a request: OTLP as JSON, one export a line or not, and spans one by one with plain
/// attributes, as GitHub Copilot and the SDKs of OpenTelemetry write them to a file.
/// </summary>
internal sealed class Spans(ImportSink sink)
{
    private const int ErrorStatus = 2;

    public static readonly UsageFormat Otlp = new(ImportFormat.Otlp, "spans with token counts")
    {
        IsJson = marks => marks.HasAny("resourceSpans", "resourceLogs", "resourceMetrics", "batches.scopeSpans", "batches.instrumentationLibrarySpans"),
        Read = Read,
    };

    public static readonly UsageFormat Copilot = new(ImportFormat.Copilot, "chat spans or inference events with token counts")
    {
        IsJson = marks => marks.HasAny("attributes") && (marks.HasAny("spanContext", "hrTime", "_body", "instrumentationScope", "instrumentationLibrary")
            || (marks.HasAny("traceId", "context.trace_id") && marks.HasAny("startTime", "start_time", "startTimeUnixNano", "duration"))),
        Read = Read,
    };

    /// <summary>Kinds of request: each is one call of a model, whatever is below it.</summary>
    private static readonly HashSet<string> RequestKinds = new(StringComparer.OrdinalIgnoreCase)
    {
        "chat", "completion", "text_completion", "generate_content", "embeddings", "embedding", "rerank", "reranker", "llm", "response", "responses",
        "image_generation", "transcription", "speech", "moderation", "generation", "chat_model",
    };

    /// <summary>Events that are requests. Others repeat their tokens.</summary>
    private static readonly string[] RequestEvents =
        ["gen_ai.client.inference.operation.details", "claude_code.api_request", "api_request", "gemini_cli.api_response", "qwen-code.api_response", "codex.sse_event"];

    private readonly RequestValues _values = new();
    private readonly SpanAttributes _attributes = new();
    private readonly SpanTree _tree = new(sink);
    private readonly RecordSink _alone = new(sink, new RecordShape("otlp", null), null);
    private readonly SortedSet<string> _unknownNames = [];
    private long _unknownSpans;

    private static void Read(FormatInput input)
    {
        var spans = new Spans(input.Sink);
        JsonLines.ReadValues(input.Lines, input.Sink, spans.ReadValue);
        spans._tree.Decide();
        input.Sink.Report.Note(spans._unknownSpans, $"Spans with token counts under names that are not known ({string.Join(", ", spans._unknownNames.Take(10))})");
    }

    private string? ReadValue(JsonElement value, long lineNumber)
    {
        bool isExport = false;
        foreach ((string group, string scopes, string olderScopes, string members) in ((string, string, string, string)[])
            [("resourceSpans", "scopeSpans", "instrumentationLibrarySpans", "spans"), ("batches", "scopeSpans", "instrumentationLibrarySpans", "spans"), ("resourceLogs", "scopeLogs", "instrumentationLibraryLogs", "logRecords")])
        {
            foreach (JsonElement resource in value.Member(group).Elements())
            {
                JsonElement common = resource.Member("resource").Member("attributes");
                foreach (JsonElement scope in resource.Member(resource.Member(scopes).ValueKind == JsonValueKind.Array ? scopes : olderScopes).Elements())
                {
                    foreach (JsonElement span in scope.Member(members).Elements())
                    {
                        if (TryReadSpan(span, common) is { } reason)
                            sink.Unreadable(lineNumber, reason);
                    }
                }
            }
            isExport |= value.Member(group).ValueKind == JsonValueKind.Array;
        }
        return isExport ? null
            : value.Member("attributes").ValueKind is JsonValueKind.Object or JsonValueKind.Array ? TryReadSpan(value, value.Member("resource").Member("attributes"))
            : value.Member("resourceMetrics").ValueKind == JsonValueKind.Array ? "metrics are sums, not requests; of OTLP spans and logs are read"
            : JsonLines.NoRequest;
    }

    private string? TryReadSpan(JsonElement span, JsonElement common) =>
        ReadSpan(span, common) is { } reason ? $"span {ValueText.Shorten(First(span, "spanId", "spanContext.spanId", "context.span_id") ?? "")}: {reason}" : null;

    private string? ReadSpan(JsonElement span, JsonElement common)
    {
        _values.Clear();
        _attributes.Read(span.Member("attributes"), common);
        string? trace = First(span, "traceId", "spanContext.traceId", "context.trace_id"), id = First(span, "spanId", "spanContext.spanId", "context.span_id");
        string? parent = First(span, "parentSpanId", "parentSpanContext.spanId", "parent_id", "parentId");
        bool hasTokens = _attributes.CopyTo(_values);
        string? end = Time(span, "endTimeUnixNano", "endTime", "end_time"), start = Time(span, "startTimeUnixNano", "startTime", "start_time") ?? end;
        if (start is null)
            return hasTokens ? ReadEvent(span, trace, id) : null;
        string? kind = _values[ImportColumn.RequestType] ??= span.Text("span_kind");
        bool isRequest = _attributes[SpanAttributes.StepKind] is null && kind is not null && (RequestKinds.Contains(kind) || kind.Contains(".do", StringComparison.Ordinal));
        if (!hasTokens)
        {
            _unknownSpans += _attributes.UnknownCounts.Count > 0 ? 1 : 0;
            _unknownNames.UnionWith(_attributes.UnknownCounts.Take(10));
            _tree.AddLink(trace?.ToLowerInvariant(), id?.ToLowerInvariant(), parent?.ToLowerInvariant(), isStep: kind is not null && !isRequest);
            return null;
        }
        (_values[ImportColumn.TraceId], _values[ImportColumn.SpanId], _values[ImportColumn.ParentSpanId]) = (trace, id, parent);
        _values[ImportColumn.Timestamp] = start;
        if (end is not null && end != start)
            SetDuration(start, end);
        string? status = span.Member("status").Text("code") ?? span.Member("status").Text("status_code");
        bool failed = status == ErrorStatus.ToString(CultureInfo.InvariantCulture) || status is "STATUS_CODE_ERROR" or "ERROR" || _attributes[SpanAttributes.Error] is not null;
        _values[ImportColumn.Success] = _attributes[SpanAttributes.PolicyVerdict] ?? (failed ? "false" : "true");
        SetRequestId(span.Text("name"));
        return trace is null || id is null ? _alone.Add(_values, span.Utf8()) : _tree.Add(_values, isRequest, isStep: false);
    }

    private string? ReadEvent(JsonElement record, string? trace, string? span)
    {
        _values[ImportColumn.Timestamp] = Time(record, "timeUnixNano", "hrTime", "timestamp", "time", "observedTimeUnixNano", "hrTimeObserved");
        string? name = _attributes[SpanAttributes.EventName] ?? record.Member("body").Text("stringValue") ?? record.Text("body") ?? record.Text("_body");
        if (_values[ImportColumn.Timestamp] is null)
            return "no time";
        if (name is null || !(RequestEvents.Contains(name) || name.StartsWith("GenAI inference", StringComparison.Ordinal)))
            return null;
        // Codex calls the sum of all tokens so.
        if (name.EndsWith(".api_response", StringComparison.Ordinal))
            _values.Add(ImportColumn.PromptTokens, _attributes[SpanAttributes.ToolTokens]);
        _values[ImportColumn.RequestType] ??= "chat";
        _values[ImportColumn.Success] = _attributes[SpanAttributes.Error] is null ? null : "false";
        SetRequestId(name);
        if (!string.IsNullOrEmpty(trace) && !string.IsNullOrEmpty(span))
        {
            (_values[ImportColumn.TraceId], _values[ImportColumn.SpanId]) = (trace, span);
            return _tree.Add(_values, isRequest: true, isStep: true);
        }
        return _alone.Add(_values, record.Utf8());
    }

    // Spans and events of Claude Code tell of the same call, which its own id makes one.
    private void SetRequestId(string? name) =>
        _values[ImportColumn.Id] = name is not null && (name.StartsWith("claude_code.", StringComparison.Ordinal) || name == "api_request") ? _attributes[SpanAttributes.RequestId] : null;

    private void SetDuration(string start, string end)
    {
        if (long.TryParse(start, CultureInfo.InvariantCulture, out long from) && long.TryParse(end, CultureInfo.InvariantCulture, out long to))
        {
            // Nanoseconds, which times do not keep.
            _values[ImportColumn.DurationMs] = ((to - from) / 1e6).ToString("R", CultureInfo.InvariantCulture);
        }
        else
        {
            (_values[ImportColumn.DurationMs], _values[ImportColumn.EndTime]) = (null, end);
        }
    }

    private static string? First(JsonElement element, params ReadOnlySpan<string> paths)
    {
        foreach (string path in paths)
        {
            if (element.At(path).Text() is { Length: > 0 } text)
                return text.StartsWith("0x", StringComparison.Ordinal) ? text[2..] : text;
        }
        return null;
    }

    /// <summary>A time as text; one of two numbers is seconds and nanoseconds.</summary>
    private static string? Time(JsonElement element, params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            JsonElement time = element.Member(name);
            if (time.ValueKind == JsonValueKind.Array && time.GetArrayLength() == 2 && time[0].ValueKind == JsonValueKind.Number && time[1].ValueKind == JsonValueKind.Number
                && time[0].TryGetInt64(out long seconds) && time[1].TryGetInt64(out long nanoseconds) && seconds is >= 0 and < 9_000_000_000 && nanoseconds is >= 0 and < 1_000_000_000)
            {
                return ((seconds * 1_000_000_000) + nanoseconds).ToString(CultureInfo.InvariantCulture);
            }
            if (time.Text() is { Length: > 0 } text && text != "0")
                return text;
        }
        return null;
    }
}
