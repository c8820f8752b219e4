using System.Text;
using System.Text.Json;
using TokenDashboard.Import.Records;

namespace TokenDashboard.Import.Reading;

/// <summary>Reads requests from JSON objects, one each; pages and sessions hold theirs in an array.</summary>
internal sealed class JsonRecords
{
    private readonly ColumnMap? _map;
    private readonly RecordShape _shape;
    private readonly RecordSink _requests;
    private readonly RequestValues _values = new();
    private readonly Func<string, string?> _get;
    private JsonElement _record;
    private Func<string, string?> _outer = static _ => null;

    public JsonRecords(ImportSink sink, RecordShape shape, ColumnMap? map, SpanTree? tree)
    {
        (_shape, _map) = (shape, map);
        _requests = new RecordSink(sink, shape, tree);
        _get = path => _record.At(path) is { ValueKind: JsonValueKind.Object or JsonValueKind.Array } part ? Encoding.UTF8.GetString(part.Utf8()) : Text(path);
    }

    /// <summary>Reads a whole file.</summary>
    /// <param name="lines">The file.</param>
    /// <param name="sink">Takes the requests.</param>
    /// <param name="shape">What the format calls its parts.</param>
    /// <param name="map">The map that was asked for, or null.</param>
    public static void Read(LineReader lines, ImportSink sink, RecordShape shape, ColumnMap? map)
    {
        SpanTree? tree = shape.IsTree ? new SpanTree(sink) : null;
        JsonLines.ReadValues(lines, sink, new JsonRecords(sink, shape, map, tree).ReadValue);
        tree?.Decide();
    }

    /// <summary>Reads one object.</summary>
    /// <param name="record">The object.</param>
    /// <param name="outer">Knows by name what stands around the object and not in it.</param>
    /// <returns>What is wrong with it, or null.</returns>
    public string? ReadObject(JsonElement record, Func<string, string?> outer)
    {
        (_record, _outer) = (record, outer);
        return ReadRecord(record.Utf8()) is { } reason and not JsonLines.NoRequest ? reason : null;
    }

    private string? ReadValue(JsonElement value, ReadOnlySpan<byte> text, long lineNumber)
    {
        if (_shape.Session is { } session && value.Member(session).Text() is { } id)
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
        _record = value;
        return ReadRecord(text);
    }

    private string? Text(string path) => _record.At(path).Text() ?? _outer(path);

    private string? ReadRecord(ReadOnlySpan<byte> text)
    {
        _values.Clear();
        ColumnMap own = _shape.Columns ?? ColumnMap.OfNames(_record.Members().Select(member => member.Name));
        foreach ((ImportColumn column, string[] names) in (_map?.Over(own) ?? own).Sources)
        {
            _values[column] = First(names);
        }
        if (!_shape.Fill(_values, _get) || (!_values.HasTokens && (_values[ImportColumn.Timestamp] is null || JsonLines.IsPage(_record))))
        {
            _requests.Pass(_values);
            return JsonLines.NoRequest;
        }
        return _requests.Add(_values, text);
    }

    private string? First(string[] names)
    {
        foreach (string name in names)
        {
            if ((ColumnMap.Constant(name) ?? Text(name)) is { Length: > 0 } text)
            {
                return text;
            }
        }
        return null;
    }
}
