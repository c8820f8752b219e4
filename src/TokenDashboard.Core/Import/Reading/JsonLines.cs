using System.Text.Json;

namespace TokenDashboard.Import.Reading;

/// <summary>Goes through a file of JSON; whatever is wrong with a line ends in the report.</summary>
internal static class JsonLines
{
    // Of a line of nothing but brackets the library's document would take twenty times the memory of the line.
    private const int MaxValues = 8_000_000;

    /// <summary>Reads one line and adds its requests.</summary>
    /// <returns>What is wrong with it, or null.</returns>
    public delegate string? LineHandler(ReadOnlySpan<byte> line, long lineNumber);

    /// <summary>Reads one object and adds its requests.</summary>
    /// <returns>What is wrong with it, or null.</returns>
    public delegate string? ValueHandler(JsonElement value, ReadOnlySpan<byte> text, long lineNumber);

    public static void Read(LineReader reader, ImportSink sink, LineHandler onLine)
    {
        while (reader.Read(out ReadOnlySpan<byte> line))
        {
            if (reader.IsTooLong)
            {
                sink.Unreadable(reader.LineNumber, $"longer than {reader.MaxLineBytes >> 20} MiB");
                continue;
            }
            line = Trim(line);
            if (line.IsEmpty)
            {
                continue;
            }
            sink.Report.CountLine();
            string? reason;
            try
            {
                reason = onLine(line, reader.LineNumber);
            }
            catch (JsonException exception)
            {
                reason = Reason(exception);
            }
            if (reason is not null && !reader.IsTerminated)
            {
                // No beginning of a JSON object is one itself, so this line is still being written.
                sink.Report.Incomplete = true;
            }
            else if (reason is not null)
            {
                sink.Unreadable(reader.LineNumber, reason);
            }
        }
        if (reader.Failure is { } failure)
        {
            sink.Unreadable(reader.LineNumber + 1, $"the file cannot be read any further: {failure}");
        }
    }

    /// <summary>Reads all objects, several of a line and those in arrays too.</summary>
    public static void ReadValues(LineReader reader, ImportSink sink, ValueHandler onValue) => Read(reader, sink, (line, lineNumber) =>
    {
        string? reason = null;
        while (!line.IsEmpty)
        {
            using JsonDocument document = Parse(line, out int length);
            reason = ReadValue(document.RootElement, line[..length], lineNumber, onValue) ?? reason;
            line = line[length..].Trim(" \t\r\0"u8);
        }
        return reason;
    });

    private static string? ReadValue(JsonElement value, ReadOnlySpan<byte> text, long lineNumber, ValueHandler onValue)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            return value.ValueKind == JsonValueKind.Object ? onValue(value, text, lineNumber) : "not a JSON object";
        }
        string? reason = null;
        foreach (JsonElement element in value.EnumerateArray())
        {
            reason = ReadValue(element, element.Utf8(), lineNumber, onValue) ?? reason;
        }
        return reason;
    }

    private static JsonDocument Parse(ReadOnlySpan<byte> line, out int length)
    {
        if (line.Length > MaxValues && line.Count((byte)',') + line.Count((byte)':') + line.Count((byte)'[') + line.Count((byte)'{') > MaxValues)
        {
            throw new JsonException($"more than {MaxValues / 1_000_000} million values in a line");
        }
        var reader = new Utf8JsonReader(line, JsonText.ReaderOptions);
        JsonDocument document = JsonDocument.ParseValue(ref reader);
        length = (int)reader.BytesConsumed;
        return document;
    }

    // A machine that stopped while it wrote leaves zeros, and files that were joined have byte order marks within.
    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> line)
    {
        line = line.Trim(" \t\0"u8);
        return line is [0xEF, 0xBB, 0xBF, ..] ? line[3..] : line;
    }

    // The library's own sentence may quote the line, and a line may hold what was said to a model.
    private static string Reason(JsonException exception) =>
        exception.BytePositionInLine is { } position ? $"not JSON at its byte {position + 1}" : exception.Message;
}
