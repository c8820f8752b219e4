using System.Text;
using System.Text.Json;
using TokenDashboard.Import.Reading;
using TokenDashboard.Import.Records;

namespace TokenDashboard.Import;

/// <summary>Tells the format of a file by its first lines, whole or cut.</summary>
internal static class FormatDetector
{
    private const int LinesLookedAt = 100;

    // With those of a byte order mark.
    private static ReadOnlySpan<byte> Blanks => [(byte)' ', (byte)'\t', (byte)'\r', (byte)'\n', 0, 0xEF, 0xBB, 0xBF];

    /// <summary>Whether lines are JSON; otherwise they are CSV. The first line may be the end of one, where a log was cut by its size.</summary>
    public static bool IsJson(ReadOnlySpan<byte> head)
    {
        if (NextLine(ref head) is [(byte)'{', ..])
        {
            return true;
        }
        // A record of CSV may begin with a brace, too, but not with a quote behind it, which would have to be quoted.
        return NextLine(ref head) is [(byte)'{', .. var members] && members.TrimStart(Blanks) is [(byte)'"', ..];
    }

    /// <summary>The format, or <see cref="ImportFormat.Auto"/> where it is none of the known ones.</summary>
    public static ImportFormat Detect(ReadOnlySpan<byte> head, bool hasMap)
    {
        if (!IsJson(head))
        {
            return DetectCsv(NextLine(ref head), hasMap);
        }
        for (int count = 0; count < LinesLookedAt && !head.IsEmpty; count++)
        {
            ImportFormat format = DetectJson(NextLine(ref head));
            if (format != ImportFormat.Auto)
            {
                return format;
            }
        }
        return ImportFormat.Auto;
    }

    /// <summary>Takes the next line that is not empty.</summary>
    private static ReadOnlySpan<byte> NextLine(ref ReadOnlySpan<byte> head)
    {
        head = head.TrimStart(Blanks);
        int end = head.IndexOfAny((byte)'\n', (byte)'\r');
        ReadOnlySpan<byte> line = end < 0 ? head : head[..end];
        head = head[line.Length..];
        return line;
    }

    private static ImportFormat DetectJson(ReadOnlySpan<byte> line)
    {
        HashSet<string> names = Members(line);
        bool Has(params ReadOnlySpan<string> all)
        {
            foreach (string name in all)
            {
                if (!names.Contains(name))
                {
                    return false;
                }
            }
            return true;
        }
        return Has("resourceSpans") || Has("resourceLogs") || Has("resourceMetrics") ? ImportFormat.Otlp
            : Has("request_id", "startTime") || Has("request_id", "spend") ? ImportFormat.LiteLlm
            : Has("start_time", "span_id") || Has("start_time", "attributes") || Has("service", "message") || Has("trace_context") ? ImportFormat.Observicia
            : Has("sessionId") || Has("leafUuid") || Has("message", "uuid") || Has("message", "requestId") || Has("messageId", "snapshot") ? ImportFormat.ClaudeCode
            : ImportFormat.Auto;
    }

    private static HashSet<string> Members(ReadOnlySpan<byte> line)
    {
        var names = new HashSet<string>();
        // Not the final block, so that of a line that is cut off what is there is read.
        var reader = new Utf8JsonReader(line, isFinalBlock: false, new JsonReaderState(JsonText.ReaderOptions));
        try
        {
            while (reader.Read())
            {
                if (reader.CurrentDepth == 1 && reader.TokenType == JsonTokenType.PropertyName)
                {
                    names.Add(Encoding.UTF8.GetString(reader.ValueSpan));
                }
            }
        }
        catch (JsonException)
        {
            // A damaged line says nothing; the next may.
        }
        return names;
    }

    private static ImportFormat DetectCsv(ReadOnlySpan<byte> header, bool hasMap)
    {
        string[] names = [.. Encoding.UTF8.GetString(header).Split([',', ';', '\t', '|']).Select(name => name.Trim().Trim('"'))];
        bool Has(string name) => names.Contains(name, StringComparer.OrdinalIgnoreCase);
        bool Is(ImportColumn column) => names.Any(name => ColumnMap.TryColumn(name, out ImportColumn found) && found == column);
        return Has("request_id") && (Has("startTime") || Has("spend")) ? ImportFormat.LiteLlm
            : hasMap ? ImportFormat.Csv
            : names.SequenceEqual(ObserviciaColumns) ? ImportFormat.Observicia
            : Is(ImportColumn.Timestamp) && Is(ImportColumn.PromptTokens) ? ImportFormat.Csv
            // Columns, but not ones that name themselves: a map is missing, and the message of the reader says so.
            : names.Length > 1 && names.All(IsName) ? ImportFormat.Csv
            : ImportFormat.Auto;
    }

    private static string[] ObserviciaColumns { get; } =
    [
        "timestamp", "transaction_id", "user_id", "model", "provider", "request_type", "prompt_tokens", "completion_tokens", "total_tokens", "duration_ms", "success",
    ];

    private static bool IsName(string name) => name.Length is > 0 and < 100 && name.All(character => char.IsLetterOrDigit(character) || " _-.()/#%:".Contains(character, StringComparison.Ordinal));
}
