using System.Text.Json;

namespace TokenDashboard.Import.Reading;

/// <summary>Goes through a file of JSON lines; whatever is wrong with a line ends in the report.</summary>
internal static class JsonLines
{
    // Of a line of nothing but brackets the library's document would take twenty times the memory of the line.
    private const int MaxValues = 8_000_000;

    /// <summary>Reads one line and adds its requests.</summary>
    /// <returns>What is wrong with it, or null.</returns>
    public delegate string? LineHandler(ReadOnlySpan<byte> line, long lineNumber);

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

    /// <summary>A whole line as a document.</summary>
    public static JsonDocument Parse(ReadOnlySpan<byte> line)
    {
        if (line.Length > MaxValues && line.Count((byte)',') + line.Count((byte)':') + line.Count((byte)'[') + line.Count((byte)'{') > MaxValues)
        {
            throw new JsonException($"more than {MaxValues / 1_000_000} million values in a line");
        }
        var reader = new Utf8JsonReader(line, JsonText.ReaderOptions);
        JsonDocument document = JsonDocument.ParseValue(ref reader);
        if (reader.BytesConsumed < line.Length)
        {
            document.Dispose();
            throw new JsonException("more than one JSON value in a line");
        }
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
