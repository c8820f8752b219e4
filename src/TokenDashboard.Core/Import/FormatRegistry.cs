using TokenDashboard.Import.Formats;
using TokenDashboard.Import.Reading;

namespace TokenDashboard.Import;

/// <summary>All formats of text files, and their detection from the first lines of a file, which may be truncated.</summary>
internal static class FormatRegistry
{
    private const int LinesLookedAt = 100;
    private const int MaxKinds = 1000;

    // In the order in which they are tried. Marks of the last formats can also occur in others.
    private static readonly UsageFormat[] Formats =
    [
        Spans.Otlp, ObserviciaLog.Format, LiteLlmSpendLogs.Format, CodexSession.Format, CursorUsage.Format, OpenRouterActivity.Format,
        LangfuseExport.Format, GeminiSession.Format, QwenSession.Format, OpenCodeMessages.Format, Spans.Copilot, CopilotSession.Format, PiSession.Format, ClineMessages.Format,
        KimiSession.Format, ClaudeCodeTranscript.Format, Clixml.Format,
        UsageBuckets.Format, PlainRecords.Json, PlainRecords.Csv,
    ];

    /// <summary>The format with a name; null for <see cref="ImportFormat.Auto"/> and for databases.</summary>
    public static UsageFormat? Find(ImportFormat name) => Array.Find(Formats, format => format.Name == name && name != ImportFormat.Auto);

    /// <summary>The format of a file; null if it is unknown.</summary>
    public static UsageFormat? Detect(ReadOnlySpan<byte> head, LineReader lines, bool hasMap)
    {
        if (!lines.IsJson)
        {
            string header = Encoding.UTF8.GetString(LineReader.NextLine(ref head));
            while (CsvRecords.IsPreamble(header))
                header = Encoding.UTF8.GetString(LineReader.NextLine(ref head));
            var columns = Marks.OfCsv(header);
            return Mapped(Array.Find(Formats, format => format.IsCsv?.Invoke(columns) == true), PlainRecords.Csv, hasMap);
        }
        UsageFormat? weak = null;
        for (int count = 0; count < LinesLookedAt && !head.IsEmpty; count++)
        {
            // Values can continue in the next lines.
            ReadOnlySpan<byte> value = head.TrimStart(LineReader.Blanks), line = LineReader.NextLine(ref head);
            var marks = Marks.OfJson(lines.IsValues ? value : line);
            if (OfJson(marks) is { } format)
                return Mapped(format, PlainRecords.Json, hasMap);
            weak ??= ClaudeCodeTranscript.MayBe(marks) ? ClaudeCodeTranscript.Format : null;
        }
        return Mapped(weak, PlainRecords.Json, hasMap);
    }

    /// <summary>Returns a function that detects objects without a request that have another format than the rest, as in concatenated files.</summary>
    public static Func<JsonElement, string?> OthersThan(UsageFormat own)
    {
        // Objects of the same kind have the same number of members and the same first member.
        var kinds = new Dictionary<(int Count, string First, string? Type), UsageFormat?>();
        return value =>
        {
            var kind = (value.GetPropertyCount(), value.Members().FirstOrDefault().Name, value.Text("type"));
            if (!kinds.TryGetValue(kind, out UsageFormat? format) && kinds.Count < MaxKinds)
                kinds[kind] = format = OfJson(Marks.OfJson(value.Utf8()));
            return format is null || format.Source == own.Source || format == PlainRecords.Json ? null : $"in the format {format.Name}; import the file again with -Format {format.Name}";
        };
    }

    private static UsageFormat? OfJson(Marks marks) => Array.Find(Formats, format => format.IsJson?.Invoke(marks) == true);

    // With a map, all other formats are plain records.
    private static UsageFormat? Mapped(UsageFormat? format, UsageFormat plain, bool hasMap) =>
        !hasMap || format == LiteLlmSpendLogs.Format || format == UsageBuckets.Format ? format : plain;
}
