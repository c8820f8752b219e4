using TokenDashboard.Import.Reading;
using TokenDashboard.Import.Records;
using static TokenDashboard.Import.Records.ImportColumn;

namespace TokenDashboard.Import.Formats;

/// <summary>
/// The log of Observicia's file exporter: spans and messages, one JSON object per line. A span with <c>prompt.tokens</c> is a request.
/// Its time is <c>start_time</c>, because <c>timestamp</c> is the time of export. Requests are identified by trace and span.
/// </summary>
internal sealed class ObserviciaLog(ImportSink sink)
{
    public static readonly UsageFormat Format = new(ImportFormat.Observicia, "spans with prompt.tokens")
    {
        IsJson = marks => marks.Has("start_time", "span_id") || marks.Has("start_time", "type=span") || marks.Has("service", "message") || marks.HasAny("trace_context"),
        IsCsv = marks => marks.Has(
            "timestamp", "transaction_id", "user_id", "model", "provider", "request_type", "prompt_tokens", "completion_tokens", "total_tokens", "duration_ms", "success") && marks.Names.Count() == 11,
        // The application stores all values of the log unchanged.
        IsVerbatim = true,
        Reader = (lines, sink, map) =>
        {
            if (lines.IsJson)
                JsonLines.Read(lines, sink, new ObserviciaLog(sink).ReadLine);
            else
                PlainRecords.Csv.Read(lines, sink, map);
        },
    };

    private static readonly (byte[] Name, ImportColumn Column)[] Members = Utf8(
        ("start_time", Timestamp), ("end_time", EndTime), ("trace_id", TraceId), ("span_id", SpanId), ("parent_id", ParentSpanId));

    private static readonly (byte[] Name, ImportColumn Column)[] Attributes = Utf8(
        ("prompt.tokens", PromptTokens), ("completion.tokens", CompletionTokens), ("total.tokens", TotalTokens),
        ("transaction_id", TransactionId), ("user.id", UserId), ("llm.model", Model), ("llm.provider", Provider),
        ("llm.request.type", RequestType), ("policy.passed", Success));

    private readonly RecordSink _requests = new(sink, Format);
    private bool _isSpan;
    private bool _hasTokens;

    private string? ReadLine(ReadOnlySpan<byte> text, out int length)
    {
        _requests.Values.Clear();
        (_isSpan, _hasTokens) = (false, false);
        var reader = new Utf8JsonReader(text);
        bool isObject = reader.Read() && reader.TokenType == JsonTokenType.StartObject;
        if (isObject)
            ReadMembers(ref reader, Members);
        length = isObject ? (int)reader.BytesConsumed : text.Length;
        if (!_isSpan || !_hasTokens)
            return isObject ? null : "not a JSON object";
        _requests.Values[TotalTokens] ??= "0";
        return _requests.Add(text[..length]);
    }

    /// <summary>Reads the members of the line or of its attributes, up to the end of their object.</summary>
    private void ReadMembers(ref Utf8JsonReader reader, (byte[] Name, ImportColumn Column)[] names)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isType = names == Members && IsText(ref reader, "type"u8), hasAttributes = names == Members && IsText(ref reader, "attributes"u8);
            ImportColumn? column = ColumnOf(ref reader, names);
            reader.Read();
            if (isType)
                _isSpan = reader.TokenType == JsonTokenType.String && IsText(ref reader, "span"u8);
            else if (hasAttributes && reader.TokenType == JsonTokenType.StartObject)
                ReadMembers(ref reader, Attributes);
            else if (column is { } known)
                Take(ref reader, known);
            reader.Skip();
        }
    }

    private static ImportColumn? ColumnOf(ref Utf8JsonReader reader, (byte[] Name, ImportColumn Column)[] names)
    {
        foreach ((byte[] name, ImportColumn column) in names)
        {
            if (IsText(ref reader, name))
                return column;
        }
        return null;
    }

    private void Take(ref Utf8JsonReader reader, ImportColumn column)
    {
        _hasTokens |= column == PromptTokens;
        if (reader.TokenType == JsonTokenType.String)
            _requests.Values[column] = reader.GetString();
        else if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray && column <= ImportColumns.LastText)
            _requests.Values.Known(column, false);
        else if (reader.TokenType != JsonTokenType.Null)
            _requests.Values[column] = Encoding.UTF8.GetString(reader.ValueSpan);
    }

    // The library reads names and strings with escapes. All others are compared as bytes.
    private static bool IsText(ref Utf8JsonReader reader, ReadOnlySpan<byte> text) =>
        reader.ValueIsEscaped ? reader.ValueTextEquals(text) : reader.ValueSpan.SequenceEqual(text);

    private static (byte[] Name, ImportColumn Column)[] Utf8(params (string Name, ImportColumn Column)[] names) => [.. names.Select(name => (Encoding.UTF8.GetBytes(name.Name), name.Column))];
}
