using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using TokenDashboard.Import.Reading;
using TokenDashboard.Import.Records;

namespace TokenDashboard.Import.Formats;

/// <summary>
/// The log of Observicia's file exporter: spans and messages, one JSON object a line. A span counts when it has <c>prompt.tokens</c>;
/// its time is <c>start_time</c>, for <c>timestamp</c> is the time of export.
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
            {
                JsonLines.Read(input.Lines, input.Sink, new ObserviciaLog(input.Sink).ReadLine);
            }
            else
            {
                PlainRecords.Csv.Read(input);
            }
        },
    };

    private string? ReadLine(ReadOnlySpan<byte> line, long lineNumber)
    {
        var reader = new Utf8JsonReader(line, JsonText.ReaderOptions);
        var span = new Span(sink.NewRow());
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return "not a JSON object";
        }
        string? reason = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            // A reason is kept, not given at once: it counts only when the line turns out to be a span, and whole.
            reason = ReadMember(ref reader, ref span) ?? reason;
        }
        if (reader.Read())
        {
            return "more than one JSON value in a line";
        }
        return span.IsSpan && span.HasTokens ? reason ?? Add(ref span, line) : null;
    }

    private string? ReadMember(ref Utf8JsonReader reader, ref Span span)
    {
        string? reason = null;
        if (JsonText.IsText(ref reader, "type"u8))
        {
            reader.Read();
            span.IsSpan = reader.TokenType == JsonTokenType.String && JsonText.IsText(ref reader, "span"u8);
        }
        else if (JsonText.IsText(ref reader, "attributes"u8))
        {
            reader.Read();
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    reason = ReadAttribute(ref reader, ref span) ?? reason;
                }
                return reason;
            }
        }
        else if (JsonText.IsText(ref reader, "start_time"u8))
        {
            reader.Read();
            span.HasTime = JsonText.IsScalar(ref reader) && ValueText.TryUnixNanoseconds(reader.ValueSpan, out span.Start, out span.Row.UtcTicks);
        }
        else if (JsonText.IsText(ref reader, "end_time"u8))
        {
            reader.Read();
            bool read = JsonText.IsScalar(ref reader) && Utf8Parser.TryParse(reader.ValueSpan, out span.End, out int consumed) && consumed == reader.ValueSpan.Length;
            span.End = read ? span.End : 0;
        }
        else if (JsonText.IsText(ref reader, "trace_id"u8))
        {
            return Text(ref reader, ref span.Row.TraceId, ref span.Unknown, ImportColumn.TraceId);
        }
        else if (JsonText.IsText(ref reader, "span_id"u8))
        {
            return Text(ref reader, ref span.Row.SpanId, ref span.Unknown, ImportColumn.SpanId);
        }
        else if (JsonText.IsText(ref reader, "parent_id"u8))
        {
            return Text(ref reader, ref span.Row.ParentSpanId, ref span.Unknown, ImportColumn.ParentSpanId);
        }
        else
        {
            reader.Read();
        }
        reader.Skip();
        return reason;
    }

    private string? ReadAttribute(ref Utf8JsonReader reader, ref Span span)
    {
        if (JsonText.IsText(ref reader, "prompt.tokens"u8))
        {
            span.HasTokens = true;
            return Tokens(ref reader, ref span.Row.PromptTokens, "prompt.tokens");
        }
        if (JsonText.IsText(ref reader, "completion.tokens"u8))
        {
            return Tokens(ref reader, ref span.Row.CompletionTokens, "completion.tokens");
        }
        if (JsonText.IsText(ref reader, "total.tokens"u8))
        {
            return Tokens(ref reader, ref span.Row.TotalTokens, "total.tokens");
        }
        if (JsonText.IsText(ref reader, "transaction_id"u8))
        {
            return Text(ref reader, ref span.Row.Transaction, ref span.Unknown, ImportColumn.Transaction);
        }
        if (JsonText.IsText(ref reader, "user.id"u8))
        {
            return Text(ref reader, ref span.Row.User, ref span.Unknown, ImportColumn.User);
        }
        if (JsonText.IsText(ref reader, "llm.model"u8))
        {
            return Text(ref reader, ref span.Row.Model, ref span.Unknown, ImportColumn.Model);
        }
        if (JsonText.IsText(ref reader, "llm.provider"u8))
        {
            return Text(ref reader, ref span.Row.Provider, ref span.Unknown, ImportColumn.Provider);
        }
        if (JsonText.IsText(ref reader, "llm.request.type"u8))
        {
            return Text(ref reader, ref span.Row.RequestType, ref span.Unknown, ImportColumn.RequestType);
        }
        bool isVerdict = JsonText.IsText(ref reader, "policy.passed"u8);
        reader.Read();
        if (isVerdict)
        {
            span.Row.PolicyPassed = reader.TokenType switch
            {
                JsonTokenType.False => false,
                JsonTokenType.Number or JsonTokenType.String => !ValueText.TryVerdict(Encoding.UTF8.GetString(reader.ValueSpan), out bool passed) || passed,
                _ => true,
            };
        }
        reader.Skip();
        return null;
    }

    /// <summary>Reads a text; what is none is unknown, and nothing wrong with the request.</summary>
    private string? Text(ref Utf8JsonReader reader, ref TextSlice slice, ref int unknown, ImportColumn column)
    {
        reader.Read();
        unknown |= JsonText.TryText(ref reader, sink, out slice) ? 0 : 1 << (int)column;
        reader.Skip();
        return null;
    }

    private static string? Tokens(ref Utf8JsonReader reader, ref long tokens, string name)
    {
        reader.Read();
        bool read = JsonText.TryTokens(ref reader, ref tokens);
        reader.Skip();
        return read ? null : $"{name} is not a token count";
    }

    private string? Add(ref Span span, ReadOnlySpan<byte> line)
    {
        if (!span.HasTime)
        {
            return "start_time is not a time in nanoseconds between the years 2000 and 2199";
        }
        ref ImportRow row = ref span.Row;
        if (span.End > 0)
        {
            // Clocks are set back while calls run.
            row.DurationMs = span.End >= span.Start ? (span.End - span.Start) / 1e6 : double.NaN;
            span.Unknown |= span.End >= span.Start ? 0 : 1 << (int)ImportColumn.DurationMs;
        }
        sink.Report.CountUnknown(span.Unknown);
        ReadOnlySpan<byte> trace = sink.Batch.Text(row, row.TraceId), id = sink.Batch.Text(row, row.SpanId);
        if (trace.Length > 0 && id.Length > 0)
        {
            row.Key = ImportKeys.OfSpan(row.StoredTicks, trace, id);
        }
        else
        {
            UInt128 hash = ImportKeys.Hash(line);
            row.Key = ImportKeys.OfLine(row.StoredTicks, hash, sink.Scratch.CountLine(hash));
        }
        sink.Add(ref row);
        return null;
    }

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
