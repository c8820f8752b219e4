using System.Text.Json;

namespace TokenDashboard.Import;

/// <summary>Goes through a file of JSON lines; whatever is wrong with a line ends in the report.</summary>
internal static class JsonLines
{
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
            if (line.Trim(" \t\0"u8).IsEmpty)
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
        var reader = new Utf8JsonReader(line, JsonText.ReaderOptions);
        JsonDocument document = JsonDocument.ParseValue(ref reader);
        if (reader.BytesConsumed < line.TrimEnd(" \t\0"u8).Length)
        {
            document.Dispose();
            throw new JsonException("more than one JSON value in a line");
        }
        return document;
    }

    // The library's sentence ends with the place in the line, which begins anew for each line and so says little.
    private static string Reason(JsonException exception)
    {
        int place = exception.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return $"not JSON: {(place < 0 ? exception.Message : exception.Message[..place])}";
    }
}
