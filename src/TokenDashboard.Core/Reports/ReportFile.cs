using TokenDashboard.Engines.Sqlite;

namespace TokenDashboard.Reports;

/// <summary>The file of a report. A mistyped path must not overwrite a store or a script.</summary>
internal static class ReportFile
{
    // Both marks are at the start of a file.
    private const int MarkLength = 400;

    /// <summary>The format for a file name; HTML if it has no extension.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.ReportWriteFailed"/>: the extension belongs to another format.</exception>
    public static ReportFormat FormatOf(string? path) => Path.GetExtension(path)?.ToUpperInvariant() switch
    {
        ".MD" or ".MARKDOWN" => ReportFormat.Markdown,
        null or "" or ".HTML" or ".HTM" => ReportFormat.Html,
        _ => throw new TokenDashboardException(
            ErrorCode.ReportWriteFailed, $"'{path}' is not a valid name for a report. Use a name that ends in .html or .md, or specify the format with -As.", target: path),
    };

    /// <summary>Writes a report. A missing folder is created. An earlier report is replaced; with force, any file is. An unchanged report is not written.</summary>
    /// <exception cref="TokenDashboardException">
    /// <see cref="ErrorCode.ReportExists"/>: the file exists and is not a report. <see cref="ErrorCode.ReportWriteFailed"/>: the path is a folder,
    /// or the file cannot be written.
    /// </exception>
    public static void Write(string path, string text, bool force)
    {
        if (Path.EndsInDirectorySeparator(path) || Directory.Exists(path))
            throw new TokenDashboardException(ErrorCode.ReportWriteFailed, $"'{path}' is a folder. Add the name of a file.", target: path);
        if (!force && File.Exists(path) && (SqliteFiles.IsDatabase(path) || !IsReport(path)))
        {
            throw new TokenDashboardException(
                ErrorCode.ReportExists, $"'{path}' exists and is not a report. Use another path, or use -Force to replace the file.", target: path);
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
