using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using TokenDashboard.Import.Reading;
using TokenDashboard.Import.Records;

namespace TokenDashboard.Import.Formats;

/// <summary>
/// The log of Observicia's file exporter: spans and messages, one JSON object a line. A span counts when it has <c>prompt.tokens</c>;
/// its time is <c>start_time</c>, for <c>timestamp</c> is the time of export. Requests are known again by trace and span.
/// </summary>
internal sealed class ObserviciaLog(ImportSink sink)
{
    public static readonly UsageFormat Format = new(ImportFormat.Observicia, "spans with prompt.tokens")
    {
        IsJson = marks => marks.Has("start_time", "span_id") || marks.Has("start_time", "type=span") || marks.Has("service", "message") || marks.HasAny("trace_context"),
        IsCsv = marks => marks.Has(
            "timestamp", "transaction_id", "user_id", "model", "provider", "request_type", "prompt_tokens", "completion_tokens", "total_tokens", "duration_ms", "success") && marks.Names.Count() == 11,
        Read = input =>
        {
            if (input.IsJson)
                JsonLines.Read(input.Lines, input.Sink, new ObserviciaLog(input.Sink).ReadLine);
            else
                PlainRecords.Csv.Read(input);
        },
    };

    private static readonly (byte[] Name, ImportColumn Column)[] Members = Utf8(
        ("start_time", ImportColumn.Timestamp), ("end_time", ImportColumn.EndTime), ("trace_id", ImportColumn.TraceId), ("span_id", ImportColumn.SpanId), ("parent_id", ImportColumn.ParentSpanId));

    private static readonly (byte[] Name, ImportColumn Column)[] Attributes = Utf8(
        ("prompt.tokens", ImportColumn.PromptTokens), ("completion.tokens", ImportColumn.CompletionTokens), ("total.tokens", ImportColumn.TotalTokens),
        ("transaction_id", ImportColumn.Transaction), ("user.id", ImportColumn.User), ("llm.model", ImportColumn.Model), ("llm.provider", ImportColumn.Provider),
        ("llm.request.type", ImportColumn.RequestType), ("policy.passed", ImportColumn.Success));

    private string? ReadLine(ReadOnlySpan<byte> text, long lineNumber, out int length)
    {
        var reader = new Utf8JsonReader(text, JsonText.ReaderOptions);
        var span = new Span(sink.NewRow());
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            length = text.Length;
            return "not a JSON object";
        }
        string? reason = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            // A reason is kept, not given at once: it counts only when the line turns out to be a span, and whole.
            reason = ReadMember(ref reader, ref span) ?? reason;
        }
        length = (int)reader.BytesConsumed;
        return span.IsSpan && span.HasTokens ? reason ?? Add(ref span, text[..length]) : null;
    }

    private string? ReadMember(ref Utf8JsonReader reader, ref Span span)
    {
        if (JsonText.IsText(ref reader, "type"u8))
        {
            reader.Read();
            span.IsSpan = reader.TokenType == JsonTokenType.String && JsonText.IsText(ref reader, "span"u8);
            reader.Skip();
            return null;
        }
        if (!JsonText.IsText(ref reader, "attributes"u8))
            return ReadValue(ref reader, ref span, Members);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return null;
        }
        string? reason = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            reason = ReadValue(ref reader, ref span, Attributes) ?? reason;
        return reason;
    }

    private string? ReadValue(ref Utf8JsonReader reader, ref Span span, (byte[] Name, ImportColumn Column)[] names)
    {
        ImportColumn? column = null;
        foreach ((byte[] name, ImportColumn named) in names)
        {
            if (JsonText.IsText(ref reader, name))
            {
                column = named;
                break;
            }
        }
        reader.Read();
        string? reason = column is { } known ? Take(ref reader, ref span, known) : null;
        reader.Skip();
        return reason;
    }

    private string? Take(ref Utf8JsonReader reader, ref Span span, ImportColumn column)
    {
        bool isRead = true;
        switch (column)
        {
            case ImportColumn.Timestamp:
                span.HasTime = JsonText.IsScalar(ref reader) && ValueText.TryUnixNanoseconds(reader.ValueSpan, out span.Start, out span.Row.UtcTicks);
                break;
            case ImportColumn.EndTime:
                bool isEnd = JsonText.IsScalar(ref reader) && Utf8Parser.TryParse(reader.ValueSpan, out span.End, out int consumed) && consumed == reader.ValueSpan.Length;
                span.End = isEnd ? span.End : 0;
                break;
            case ImportColumn.PromptTokens:
                span.HasTokens = true;
                isRead = JsonText.TryTokens(ref reader, ref span.Row.PromptTokens);
                break;
            case ImportColumn.CompletionTokens:
                isRead = JsonText.TryTokens(ref reader, ref span.Row.CompletionTokens);
                break;
            case ImportColumn.TotalTokens:
                isRead = JsonText.TryTokens(ref reader, ref span.Row.TotalTokens);
                break;
            case ImportColumn.Success:
                span.Row.PolicyPassed = reader.TokenType != JsonTokenType.False
                    && (!JsonText.IsScalar(ref reader) || !ValueText.TryVerdict(Encoding.UTF8.GetString(reader.ValueSpan), out bool passed) || passed);
                break;
            default:
                // What is no text is unknown, and nothing wrong with the request.
                span.Unknown |= JsonText.TryText(ref reader, sink, out span.Row.Text(column)) ? 0 : 1 << (int)column;
                break;
        }
        return isRead ? null : $"{ImportColumns.Name(column)} is not a token count";
    }

    private string? Add(ref Span span, ReadOnlySpan<byte> line)
    {
        if (!span.HasTime)
            return "start_time is not a time in nanoseconds between the years 2000 and 2199";
        ref ImportRow row = ref span.Row;
        if (span.End > 0)
        {
            // Clocks are set back while calls run.
            row.DurationMs = span.End >= span.Start ? (span.End - span.Start) / 1e6 : double.NaN;
            span.Unknown |= span.End >= span.Start ? 0 : 1 << (int)ImportColumn.DurationMs;
        }
        sink.Report.CountUnknown(span.Unknown);
        row.Key = sink.TryKeyOfSpan(in row, out ImportKey key) ? key : sink.KeyOfLine(in row, line);
        sink.Add(ref row);
        return null;
    }

    private static (byte[] Name, ImportColumn Column)[] Utf8(params (string Name, ImportColumn Column)[] names) => [.. names.Select(name => (Encoding.UTF8.GetBytes(name.Name), name.Column))];

    private struct Span(ImportRow row)
    {
        public ImportRow Row = row;
        public long Start;
        public long End;
        public bool IsSpan;
        public bool HasTokens;
        public bool HasTime;
        public int Unknown;
    }
}
