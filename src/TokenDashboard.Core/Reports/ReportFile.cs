namespace TokenDashboard.Reports;

/// <summary>The file of a report. A path that is mistyped must not cost a store or a script.</summary>
public static class ReportFile
{
    // Both marks stand at the beginning.
    private const int MarkLength = 400;

    /// <summary>The form that the name of a file asks for.</summary>
    public static ReportFormat FormatOf(string? path) => Path.GetExtension(path)?.ToUpperInvariant() is ".MD" or ".MARKDOWN" ? ReportFormat.Markdown : ReportFormat.Html;

    /// <summary>Writes a report. An earlier report is replaced; one that is the same is not touched.</summary>
    /// <param name="path">The file. Its folder is made where it is missing.</param>
    /// <param name="text">The report.</param>
    /// <param name="force">Whether a file that is no report is replaced too.</param>
    /// <exception cref="TokenDashboardException">
    /// <see cref="ErrorCode.ReportExists"/>: there is a file that is no report. <see cref="ErrorCode.ReportWriteFailed"/>: it cannot be written.
    /// </exception>
    public static void Write(string path, string text, bool force)
    {
        if (!force && File.Exists(path) && !IsReport(path))
        {
            throw new TokenDashboardException(
                ErrorCode.ReportExists, $"'{path}' exists and is not a report. Use another path, or replace it with -Force.", target: path);
        }
        AtomicFile.WriteIfChanged(path, text, ErrorCode.ReportWriteFailed);
    }

    private static bool IsReport(string path)
    {
        try
        {
            using FileStream stream = RegularFile.Open(path, long.MaxValue);
            using var reader = new StreamReader(stream);
            char[] beginning = new char[MarkLength];
            string text = new(beginning, 0, reader.ReadBlock(beginning));
            return text.Length == 0 || text.StartsWith(MarkdownReport.Mark, StringComparison.Ordinal) || text.Contains(HtmlReport.Mark, StringComparison.Ordinal);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
