using System.Globalization;
using System.Text;
using System.Text.Json;
using TokenDashboard.Import.Reading;
using TokenDashboard.Import.Records;

namespace TokenDashboard.Import.Formats;

/// <summary>
/// Spans as OTLP JSON lines, one export request a line, in any order. Spans that stand for many requests (agents, chains, workflows,
/// tools, or no kind at all) are put aside until the file has ended: only then is it known whether spans below them carry the tokens.
/// A trace may be cut apart by a collector that begins a new file, or come from several, so what a file leaves open is noted.
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
        JsonElement resources = document.RootElement.Member("resourceSpans");
        if (resources.ValueKind != JsonValueKind.Array)
        {
            return "no resourceSpans; of OTLP only spans are read, not metrics or logs";
        }
        foreach (JsonElement resource in resources.EnumerateArray())
        {
            JsonElement common = resource.Member("resource").Member("attributes");
            foreach (JsonElement scope in Scopes(resource))
            {
                foreach (JsonElement span in scope.Member("spans").Elements())
                {
                    if (TryReadSpan(span, common) is { } reason)
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

    private string? TryReadSpan(JsonElement span, JsonElement common)
    {
        string id = "";
        try
        {
            id = ValueText.Shorten(span.Text("spanId") ?? "");
            return ReadSpan(span, common) is { } reason ? $"span {id}: {reason}" : null;
        }
        catch (JsonException exception)
        {
            // A text that is none ends its span, not the whole line.
            return $"span {id}: {exception.Message}";
        }
    }

    private string? ReadSpan(JsonElement span, JsonElement common)
    {
        _values.Clear();
        _attributes.Read(span.Member("attributes"), common);
        string? trace = span.Text("traceId"), id = span.Text("spanId"), parent = span.Text("parentSpanId");
        bool hasTokens = _attributes.CopyTo(_values);
        string? kind = _values[ImportColumn.RequestType];
        bool isRequest = !_attributes.IsStep && kind is not null && RequestKinds.Contains(kind);
        if (!hasTokens)
        {
            Remember(trace, id, parent, hasTokens: false, isStep: kind is not null && !isRequest, held: null);
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
            return reason;
        }
        if (!_values.TryKey(sink, Source, in row, out row.Key))
        {
            return "no traceId or no spanId";
        }
        row.Span = Id(trace, id);
        Remember(trace, id, parent, hasTokens: true, isStep: false, isRequest ? null : sink.Batch.Pack(in row));
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

    private static UInt128 Id(string? trace, string? span) => ImportKeys.OfIds(Encoding.UTF8.GetBytes(trace ?? ""), Encoding.UTF8.GetBytes(span ?? ""));

    // What has no parent is its own, and so below nothing.
    private void Remember(string? trace, string? span, string? parent, bool hasTokens, bool isStep, byte[]? held) =>
        sink.Scratch.AddSpan(Id(trace, span), Id(trace, string.IsNullOrEmpty(parent) ? span : parent), hasTokens, isStep, held);

    private void Decide()
    {
        sink.Scratch.EndSpans();
        foreach (UInt128 span in sink.Scratch.UnknownSpansAboveTokens())
        {
            sink.AddNote(ImportRole.TokensBelow, span);
        }
        foreach ((UInt128 span, UInt128 above) in sink.Scratch.LinksToOtherFiles())
        {
            sink.AddNote(ImportRole.Link, span, above);
        }
        foreach ((byte[] packed, bool hasTokensBelow) in sink.Scratch.HeldRows())
        {
            ImportRow row = sink.Batch.Unpack(packed);
            row.Role = hasTokensBelow ? ImportRole.Aggregate : ImportRole.Parent;
            sink.Add(ref row);
        }
    }
}
