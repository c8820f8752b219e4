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
        Reader = input =>
        {
            if (input.Lines.IsJson)
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

    private string? ReadLine(ReadOnlySpan<byte> text, out int length)
    {
        var reader = new Utf8JsonReader(text, JsonText.ReaderOptions);
        var span = new Span(sink.NewRow());
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            length = text.Length;
            return "not a JSON object";
        }
        // A reason counts only when the line turns out to be a span, and whole.
        string? reason = ReadMembers(ref reader, ref span, areAttributes: false);
        length = (int)reader.BytesConsumed;
        return span.IsSpan && span.HasTokens ? reason ?? Add(ref span, text[..length]) : null;
    }

    /// <summary>Reads the members of the line, or those of its attributes, up to the end of their object.</summary>
    private string? ReadMembers(ref Utf8JsonReader reader, ref Span span, bool areAttributes)
    {
        string? reason = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isType = !areAttributes && JsonText.IsText(ref reader, "type"u8);
            bool hasAttributes = !areAttributes && JsonText.IsText(ref reader, "attributes"u8);
            ImportColumn? column = ColumnOf(ref reader, areAttributes ? Attributes : Members);
            reader.Read();
            if (isType)
                span.IsSpan = reader.TokenType == JsonTokenType.String && JsonText.IsText(ref reader, "span"u8);
            else if (hasAttributes && reader.TokenType == JsonTokenType.StartObject)
                reason = ReadMembers(ref reader, ref span, areAttributes: true) ?? reason;
            else if (column is { } known)
                reason = Take(ref reader, ref span, known) ?? reason;
            reader.Skip();
        }
        return reason;
    }

    private static ImportColumn? ColumnOf(ref Utf8JsonReader reader, (byte[] Name, ImportColumn Column)[] names)
    {
        foreach ((byte[] name, ImportColumn column) in names)
        {
            if (JsonText.IsText(ref reader, name))
                return column;
        }
        return null;
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
        row.Key = sink.KeyOf(in row, "", null) ?? sink.KeyOfLine(in row, line);
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
