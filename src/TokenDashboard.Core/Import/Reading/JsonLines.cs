namespace TokenDashboard.Import.Reading;

/// <summary>Reads a file of JSON. The report contains all problems of lines.</summary>
internal static class JsonLines
{
    /// <summary>The reason for an object that is not a request. If it is a page, the objects in it are read.</summary>
    public const string NoRequest = "no request";

    /// <summary>The members of pages and sessions that contain the records.</summary>
    public static readonly string[] PageMembers = ["data", "messages", "observations", "requests", "results", "logs", "items", "value"];

    /// <summary>Reads the JSON value at the beginning of a text, and adds its requests.</summary>
    /// <returns>The problem, or null.</returns>
    public delegate string? TextHandler(ReadOnlySpan<byte> text, out int length);

    public static void Read(LineReader lines, ImportSink sink, TextHandler onText)
    {
        while (sink.Read(lines, out ReadOnlySpan<byte> line))
        {
            line = line.Trim(LineReader.Blanks);
            if (line.IsEmpty)
                continue;
            sink.Report.Lines++;
            string? reason = ReadLine(line, onText, out bool isJson);
            // A line without an end may still be being written. The beginning of a JSON object is never valid JSON.
            if (!isJson && !lines.IsTerminated)
                sink.Report.Incomplete = true;
            else if (reason is not null)
                sink.Unreadable(reason);
        }
    }

    /// <summary>Reads all objects, including those in arrays and pages. The callback returns the problem of an object, <see cref="NoRequest"/>, or null.</summary>
    public static void ReadValues(LineReader lines, ImportSink sink, Func<JsonElement, string?> onValue) => Read(lines, sink, (text, out length) =>
    {
        var reader = new Utf8JsonReader(text);
        using JsonDocument document = JsonDocument.ParseValue(ref reader);
        length = (int)reader.BytesConsumed;
        return ReadValue(document.RootElement, onValue, sink);
    });

    /// <summary>Whether an object contains records.</summary>
    public static bool IsPage(JsonElement value) => PageMembers.Any(name => value.Member(name).ValueKind == JsonValueKind.Array);

    /// <summary>Reads the values of a line. In concatenated files, a line can have several.</summary>
    private static string? ReadLine(ReadOnlySpan<byte> line, TextHandler onText, out bool isJson)
    {
        string? reason = null;
        isJson = true;
        try
        {
            for (line = JsonText.Mend(line); !line.IsEmpty;)
            {
                reason = onText(line, out int length) ?? reason;
                line = line[length..].Trim(LineReader.Blanks);
            }
        }
        catch (JsonException exception)
        {
            isJson = false;
            // The library's message can quote the line, and a line can contain what was said to a model.
            return $"not JSON at byte {exception.BytePositionInLine + 1}";
        }
        return reason;
    }

    private static string? ReadValue(JsonElement value, Func<JsonElement, string?> onValue, ImportSink sink)
    {
        string? reason = value.ValueKind switch
        {
            JsonValueKind.Object => onValue(value),
            JsonValueKind.Array => null,
            _ => "not a JSON object",
        };
        // A change of a document contains its new members in $set.
        JsonElement page = reason == NoRequest && value.Member("$set") is { ValueKind: JsonValueKind.Object } change ? change : value;
        foreach (JsonElement element in reason == NoRequest ? page.Elements(PageMembers).Where(element => element.ValueKind == JsonValueKind.Object) : value.Elements())
            reason = ReadValue(element, onValue, sink) ?? reason;
        return reason == NoRequest ? sink.OfOtherFormat?.Invoke(value) : reason;
    }
}
