using System.Globalization;
using System.Text;
using System.Text.Json;

namespace TokenDashboard.Import;

/// <summary>
/// Spans as OTLP JSON lines, one export request a line, in any order. Spans that stand for many requests (agents, chains, workflows,
/// tools, or no kind at all) are put aside until the file has ended: only then is it known whether spans below them carry the tokens.
/// </summary>
internal sealed class OtlpSpans(ImportSink sink)
{
    private const string Source = "otlp";
    private const int ErrorStatus = 2;

    /// <summary>Kinds of request: each is one call of a model, whatever is below it.</summary>
    private static readonly HashSet<string> RequestKinds = new(StringComparer.OrdinalIgnoreCase)
    {
        "chat", "completion", "text_completion", "generate_content", "embeddings", "embedding", "rerank", "reranker", "llm", "response", "responses",
        "image_generation", "transcription", "speech", "moderation",
    };

    private readonly RequestValues _values = new();
    private readonly SpanAttributes _attributes = new();

    public static void Read(LineReader reader, ImportSink sink)
    {
        var spans = new OtlpSpans(sink);
        JsonLines.Read(reader, sink, spans.ReadLine);
        spans.Decide();
    }

    private string? ReadLine(ReadOnlySpan<byte> line, long lineNumber)
    {
        using JsonDocument document = JsonLines.Parse(line);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            return "not a JSON object";
        }
        foreach (JsonElement resource in document.RootElement.Member("resourceSpans").Elements())
        {
            JsonElement common = resource.Member("resource").Member("attributes");
            foreach (JsonElement scope in Scopes(resource))
            {
                foreach (JsonElement span in scope.Member("spans").Elements())
                {
                    if (ReadSpan(span, common) is { } reason)
                    {
                        sink.Unreadable(lineNumber, reason);
                    }
                }
            }
        }
        return null;
    }

    // The older name of scopeSpans.
    private static JsonElement.ArrayEnumerator Scopes(JsonElement resource) =>
        resource.Member(resource.Member("scopeSpans").ValueKind == JsonValueKind.Array ? "scopeSpans" : "instrumentationLibrarySpans").Elements();

    private string? ReadSpan(JsonElement span, JsonElement common)
    {
        _values.Clear();
        _attributes.Read(span.Member("attributes"), common);
        string? trace = span.Text("traceId"), id = span.Text("spanId"), parent = span.Text("parentSpanId");
        bool hasTokens = _attributes.CopyTo(_values);
        if (!hasTokens)
        {
            Remember(trace, id, parent, hasTokens: false, held: null);
            return null;
        }
        _values[ImportColumn.TraceId] = trace?.ToLowerInvariant();
        _values[ImportColumn.SpanId] = id?.ToLowerInvariant();
        _values[ImportColumn.ParentSpanId] = parent?.ToLowerInvariant();
        SetTimes(span.Text("startTimeUnixNano"), span.Text("endTimeUnixNano"));
        string? status = span.Member("status").Text("code");
        bool failed = status == ErrorStatus.ToString(CultureInfo.InvariantCulture) || status == "STATUS_CODE_ERROR" || _attributes.HasError;
        _values[ImportColumn.Success] = _attributes.Verdict ?? (failed ? "false" : "true");
        ImportRow row = sink.NewRow();
        if (_values.Fill(sink, ref row) is { } reason)
        {
            return $"span {id}: {reason}";
        }
        if (!_values.TryKey(sink, Source, in row, out row.Key))
        {
            return "a span without traceId and spanId";
        }
        bool isRequest = !_attributes.IsStep && RequestKinds.Contains(_values[ImportColumn.RequestType] ?? "");
        Remember(trace, id, parent, hasTokens: true, isRequest ? null : sink.Batch.Pack(in row));
        if (isRequest)
        {
            sink.Add(ref row);
        }
        return null;
    }

    private void SetTimes(string? start, string? end)
    {
        _values[ImportColumn.Timestamp] = start;
        if (long.TryParse(start, CultureInfo.InvariantCulture, out long from) && long.TryParse(end, CultureInfo.InvariantCulture, out long to) && to > 0)
        {
            _values[ImportColumn.DurationMs] = ((to - from) / 1e6).ToString("R", CultureInfo.InvariantCulture);
        }
    }

    private void Remember(string? trace, string? span, string? parent, bool hasTokens, byte[]? held)
    {
        byte[] traceId = Encoding.UTF8.GetBytes(trace ?? "");
        UInt128 Id(string? id) => ImportKeys.OfIds(traceId, Encoding.UTF8.GetBytes(id ?? ""));
        // What has no parent is its own, and so below nothing.
        sink.Scratch.AddSpan(Id(span), Id(string.IsNullOrEmpty(parent) ? span : parent), hasTokens, held);
    }

    private void Decide()
    {
        foreach ((byte[] packed, bool hasTokensBelow) in sink.Scratch.HeldRows())
        {
            ImportRow row = sink.Batch.Unpack(packed);
            if (hasTokensBelow)
            {
                sink.AddAggregate(ref row);
            }
            else
            {
                sink.Add(ref row);
            }
        }
    }
}
