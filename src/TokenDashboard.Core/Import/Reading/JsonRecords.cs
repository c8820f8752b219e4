namespace TokenDashboard.Import.Reading;

/// <summary>Reads requests from JSON objects, one per object. Pages and sessions contain them in an array.</summary>
internal sealed class JsonRecords(RecordSink requests, ColumnMap? map)
{
    private readonly UsageFormat _format = requests.Format;
    private JsonElement _record;

    /// <summary>Values outside the records, which apply to records without these values.</summary>
    public Dictionary<string, string?> Around { get; } = [];

    /// <summary>Reads one object. Returns the problem, <see cref="JsonLines.NoRequest"/>, or null.</summary>
    public string? ReadObject(JsonElement value)
    {
        foreach (string path in _format.Around)
        {
            if (value.Member(path.Split('.')[0]).ValueKind != JsonValueKind.Undefined)
                Around[path] = value.At(path).Text();
        }
        _record = _format.Within is { } within && value.Member(within) is { ValueKind: JsonValueKind.Object } inner ? inner : value;
        ColumnMap own = _format.Columns ?? ColumnMap.OfNames(_record.Members().Select(member => member.Name));
        string? reason = requests.Add(map?.Over(own) ?? own, Text, value.Utf8());
        return reason is not null && !requests.Values.HasTokens && JsonLines.IsPage(value) ? JsonLines.NoRequest : reason;
    }

    private string? Text(string path)
    {
        JsonElement part = _record.At(path);
        string? text = part.ValueKind is JsonValueKind.Object or JsonValueKind.Array ? Encoding.UTF8.GetString(part.Utf8()) : part.Text();
        return string.IsNullOrEmpty(text) ? Around.GetValueOrDefault(path) : text;
    }
}
