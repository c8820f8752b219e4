using System.Text;

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
        var text = new StringBuilder();
        text.Append(Mark).Append("\n# ").Append(Code(report.Title, isTitle: true)).Append("\n\n").Append(report.Range).Append("\n\n");
        text.Append("| | | |\n|---|--:|---|\n");
        foreach (ReportFigure figure in report.Figures)
            text.Append("| ").Append(figure.Label).Append(" | **").Append(figure.Value).Append("** | ").Append(figure.Note).Append(" |\n");
        double[] totals = [.. report.Buckets.Select((_, index) => report.Tokens.Series.Sum(series => series.Values[index] ?? 0))];
        double most = totals.Max();
        if (most > 0)
        {
            string sparkline = string.Concat(totals.Select(value => Sparks[(int)Math.Round(value / most * (Sparks.Length - 1))]));
            text.Append("\nTokens per ").Append(report.Unit).Append(": ").Append(sparkline).Append("\n\n").Append(report.Tokens.Description).Append(' ').Append(report.Week.Description).Append('\n');
        }
        if (report.Latency is { } latency)
            text.Append('\n').Append(latency.Description).Append('\n');
        foreach (ReportTable table in new[] { report.Models, report.Users, report.Requests, report.Unpriced }.OfType<ReportTable>())
            Table(text, table);
        text.Append("\n## What was asked\n\n");
        foreach (ReportFigure fact in report.Facts)
            text.Append("- ").Append(fact.Label).Append(": ").Append(Code(fact.Value)).Append('\n');
        text.Append('\n').Append(report.UnreadableText).Append('\n');
        return text.ToString();
    }

    private static void Table(StringBuilder text, ReportTable table)
    {
        text.Append("\n## ").Append(table.Title).Append("\n\n");
        if (table.Rows.Count == 0)
        {
            text.Append(table.Empty).Append('\n');
            return;
        }
        text.Append("| ").AppendJoin(" | ", table.Columns.Select(column => column.Header)).Append(" |\n|");
        text.AppendJoin('|', table.Columns.Select(column => column.Kind is ReportColumnKind.Number or ReportColumnKind.Share ? "--:" : "---")).Append("|\n");
        foreach (ReportCell[] row in table.Rows)
            text.Append("| ").AppendJoin(" | ", row.Select((cell, index) => table.Columns[index].Kind == ReportColumnKind.Name && !cell.IsOwnWord ? Code(cell.Text) : cell.Text)).Append(" |\n");
    }

    // A code span ends with as many backticks as it begins with. In tables, a bar ends a cell even in code, unless it is escaped.
    private static string Code(string name, bool isTitle = false)
    {
        string text = MessageText.Visible(name).Trim();
        if (text.Length == 0 || (isTitle && text.All(character => char.IsAsciiLetterOrDigit(character) || character is ' ' or '-')))
            return text;
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
