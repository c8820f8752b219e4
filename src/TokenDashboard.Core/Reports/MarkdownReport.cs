namespace TokenDashboard.Reports;

/// <summary>
/// Writes a report as Markdown, for chats and pull requests. Untrusted names are in code spans, where they cannot mention users, create links
/// or break tables.
/// </summary>
internal static class MarkdownReport
{
    /// <summary>Identifies a file as a report.</summary>
    public const string Mark = "<!-- TokenDashboard -->";

    private const string Sparks = "▁▂▃▄▅▆▇█";

    public static string Write(UsageReport report)
    {
        double[] totals = [.. report.Buckets.Select((_, index) => report.Tokens.Series.Sum(series => series.Values[index] ?? 0))];
        double most = totals.Max();
        string chart = most <= 0 ? "" : $"""

            Tokens per {report.Unit}: {string.Concat(totals.Select(value => Sparks[(int)Math.Round(value / most * (Sparks.Length - 1))]))}

            {report.Tokens.Description} {report.Week.Description}

            """;
        string latency = report.Latency is null ? "" : $"\n{report.Latency.Description}\n";
        IEnumerable<ReportTable> tables = new[] { report.Models, report.Users, report.Requests, report.Unpriced }.OfType<ReportTable>();
        return $"""
            {Mark}
            # {(report.Title.All(IsPlain) ? report.Title : Code(report.Title))}

            {report.Range}

            | | | |
            |---|--:|---|
            {Lines(report.Figures, figure => $"| {figure.Label} | **{figure.Value}** | {figure.Note} |")}{chart}{latency}{string.Concat(tables.Select(Table))}
            ## Query

            {Lines(report.Facts, fact => $"- {fact.Label}: {Code(fact.Value)}")}
            {report.UnreadableText}

            """;
    }

    private static string Lines<T>(IEnumerable<T> items, Func<T, string> text) => string.Concat(items.Select(item => text(item) + "\n"));

    private static string Table(ReportTable table)
    {
        string Rule(ReportColumn column) => column.Kind is ReportColumnKind.Number or ReportColumnKind.Share ? "--:" : "---";
        string Cell(ReportCell cell, int index) => table.Columns[index].Kind == ReportColumnKind.Name && !cell.IsOwnWord ? Code(cell.Text, isCell: true) : cell.Text;
        return table.Rows.Count == 0 ? $"\n## {table.Title}\n\n{table.Empty}\n" : $"""

            ## {table.Title}

            | {string.Join(" | ", table.Columns.Select(column => column.Header))} |
            |{string.Join('|', table.Columns.Select(Rule))}|
            {Lines(table.Rows, row => $"| {string.Join(" | ", row.Select(Cell))} |")}
            """;
    }

    // Characters without a meaning in Markdown.
    private static bool IsPlain(char character) => char.IsLetterOrDigit(character) || character is ' ' or '-' or ':' or ',' or '.' or '/' or '(' or ')' or '%' or '\'';

    // A code span ends with as many backticks as it begins with. In a table, a vertical bar ends a cell even in code, unless it is escaped.
    private static string Code(string name, bool isCell = false)
    {
        string text = MessageText.Visible(name).Trim();
        if (text.Length == 0)
            return text;
        if (isCell)
            text = text.Replace("\\|", "\\¦", StringComparison.Ordinal).Replace("|", "\\|", StringComparison.Ordinal);
        int longest = 0, run = 0;
        foreach (char character in text)
        {
            run = character == '`' ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }
        string fence = new('`', longest + 1);
        string space = text[0] == '`' || text[^1] == '`' ? " " : "";
        return $"{fence}{space}{text}{space}{fence}";
    }
}
