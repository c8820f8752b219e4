using System.Text;
using System.Text.Json;

namespace TokenDashboard.Import.Reading;

/// <summary>Reads requests from JSON objects, one each; pages and sessions hold theirs in an array.</summary>
internal sealed class JsonRecords(ImportSink sink, RecordShape shape, ColumnMap? map, SpanTree? tree)
{
    private readonly RecordSink _requests = new(sink, shape, tree);
    private JsonElement _record;
    private Func<string, string?> _outer = static _ => null;

    public void Read(LineReader lines) => JsonLines.ReadValues(lines, sink, ReadValue);

    /// <summary>Reads one object.</summary>
    /// <param name="record">The object.</param>
    /// <param name="outer">Knows by name what stands around the object and not in it.</param>
    /// <returns>What is wrong with it, <see cref="JsonLines.NoRequest"/>, or null.</returns>
    public string? ReadObject(JsonElement record, Func<string, string?> outer)
    {
        _outer = outer;
        return ReadRecord(record);
    }

    private string? ReadValue(JsonElement value, long lineNumber)
    {
        if (shape.Session is { } session && value.Member(session).Text() is { } id)
        {
            // What a session's first line says holds for those after it.
            _outer = name => name == session ? id : null;
        }
        if (value.Member("trace") is { ValueKind: JsonValueKind.Object } trace)
        {
            // Who asked is said of the trace, not of each observation.
            (string? user, string? conversation) = (trace.Text("userId"), trace.Text("sessionId"));
            _outer = path => path switch { "userId" => user, "sessionId" => conversation, _ => null };
        }
        return ReadRecord(value);
    }

    private string? ReadRecord(JsonElement record)
    {
        _record = shape.Within is { } within && record.Member(within) is { ValueKind: JsonValueKind.Object } inner ? inner : record;
        ColumnMap own = shape.Columns ?? ColumnMap.OfNames(record.Members().Select(member => member.Name));
        string? reason = _requests.Add(map?.Over(own) ?? own, Text, record.Utf8());
        return reason is not null && !_requests.HasTokens && JsonLines.IsPage(record) ? JsonLines.NoRequest : reason;
    }

    private string? Text(string path)
    {
        JsonElement part = _record.At(path);
        string? text = part.ValueKind is JsonValueKind.Object or JsonValueKind.Array ? Encoding.UTF8.GetString(part.Utf8()) : part.Text();
        return string.IsNullOrEmpty(text) ? _outer(path) : text;
    }
}
