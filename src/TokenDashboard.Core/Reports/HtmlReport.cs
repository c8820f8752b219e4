using System.Net;

namespace TokenDashboard.Reports;

/// <summary>
/// Writes a report as one HTML file without scripts or other files, for light and dark screens and for A4 paper. All text is escaped here or in
/// <see cref="SvgCharts"/>, whatever its source, and the page's content security policy prevents scripts and external content.
/// </summary>
internal static class HtmlReport
{
    /// <summary>Identifies a file as a report.</summary>
    public const string Mark = "<meta name=\"generator\" content=\"TokenDashboard\" />";

    // Longer names are truncated, and a tooltip shows them in full.
    private const int LongName = 100;

    public static string Write(UsageReport report)
    {
        string title = Escape(ReportText.Name(report.Title)), range = Escape(report.Range);
        string partial = report.Buckets.Any(bucket => bucket.IsPartial) ? $" A pale column is a partial {report.Unit}." : "";
        bool anyTokens = report.Summary.TotalTokens > 0;
        string chart = anyTokens ? SvgCharts.Columns("tokens", report.Tokens, report.Buckets) + Legend(report.Tokens, "series") : "";
        string?[] sections =
        [
            Section(
                "tokens", report.Tokens.Title, report.Tokens.Description + partial,
                $"{chart}<details><summary>{Escape(report.OverTime.Title)}</summary>\n{Table(report.OverTime)}</details>\n"),
            report.Cost is { } cost ? Section("cost", cost.Title, cost.Description + partial, SvgCharts.Columns("cost", cost, report.Buckets)) : null,
            Section("models", report.Models),
            Section("users", report.Users),
            Section("week", "Hours of the week", report.Week.Description, anyTokens ? SvgCharts.Heatmap("week", report.Week) : ""),
            report.Latency is { } latency
                ? Section("latency", latency.Title, latency.Description, SvgCharts.Lines("latency", latency, report.Buckets) + Legend(latency, "line")) : null,
            Section("requests", report.Requests),
            report.Unpriced is { } unpriced ? Section("unpriced", unpriced) : null,
            Section("unreadable", "Unreadable values", report.UnreadableText),
        ];
        return $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8" />
            {Mark}
            <meta name="viewport" content="width=device-width, initial-scale=1" />
            <meta name="color-scheme" content="light dark" />
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
            <title>{title}, {range}</title>
            <style>
            {HtmlStyle.Text}
            </style>
            </head>
            <body>
            <header>
            <h1>{title}</h1>
            <p>{range}</p>
            </header>
            <main>
            <dl class="figures">
            {Each(report.Figures, figure => $"<div><dt>{Escape(figure.Label)}</dt><dd class=\"value\">{Escape(figure.Value)}</dd>{Note(figure)}</div>\n")}</dl>
            {string.Concat(sections)}</main>
            <footer>
            <h2>Query</h2>
            <dl class="facts">
            {Each(report.Facts, fact => $"<dt>{Escape(fact.Label)}</dt><dd>{Escape(fact.Value)}</dd>\n")}</dl>
            <p>Written by TokenDashboard.</p>
            </footer>
            </body>
            </html>

            """;

        static string Note(ReportFigure figure) => figure.Note.Length > 0 ? $"<dd>{Escape(figure.Note)}</dd>" : "";
    }

    /// <summary>Escapes text for content and attributes of HTML and XML. Characters that XML does not allow are replaced.</summary>
    public static string Escape(string text) =>
        WebUtility.HtmlEncode(MessageText.Visible(text)).Replace('\uFFFE', '\uFFFD').Replace('\uFFFF', '\uFFFD');

    private static string Each<T>(IEnumerable<T> items, Func<T, string> text) => string.Concat(items.Select(text));

    private static string Section(string id, string title, string text, string content = "") => $"""
        <section aria-labelledby="{id}">
        <h2 id="{id}">{Escape(title)}</h2>
        {(text.Length > 0 ? $"<p>{Escape(text.Trim())}</p>\n" : "")}{content}</section>

        """;

    private static string Section(string id, ReportTable table) =>
        table.Rows.Count == 0 ? Section(id, table.Title, table.Empty) : Section(id, table.Title, "", Table(table));

    private static string Table(ReportTable table) => $"""
        <div class="scroll" role="region" tabindex="0" aria-label="{Escape(table.Title)}, table">
        <table>
        <thead><tr>{Each(table.Columns, column => $"<th scope=\"col\"{ClassOf(column)}>{Escape(column.Header)}</th>")}</tr></thead>
        <tbody>
        {Each(table.Rows, row => $"<tr>{string.Concat(row.Select((cell, index) => Cell(cell, table.Columns[index], isFirst: index == 0)))}</tr>\n")}</tbody>
        </table>
        </div>

        """;

    private static string Cell(ReportCell cell, ReportColumn column, bool isFirst)
    {
        string text = Escape(ReportText.Beginning(cell.Text, LongName));
        string title = cell.Text.Length > LongName ? $" title=\"{Escape(cell.Text)}\"" : "";
        string bar = column.Kind != ReportColumnKind.Share ? ""
            : string.Create(CultureInfo.InvariantCulture, $"<span class=\"bar\"><span style=\"width:{cell.Share * 100:0.#}%\"></span></span>");
        string content = ClassOf(column) + title + ">" + bar + (cell.IsOwnWord ? $"<em>{text}</em>" : text);
        return isFirst ? $"<th scope=\"row\"{content}</th>" : $"<td{content}</td>";
    }

    private static string ClassOf(ReportColumn column) => column.Kind switch
    {
        ReportColumnKind.Number => " class=\"n\"",
        ReportColumnKind.Share => " class=\"s\"",
        ReportColumnKind.Name => " class=\"name\"",
        _ => " class=\"t\"",
    };

    private static string Legend(ReportChart chart, string kind)
    {
        IEnumerable<string> names = chart.Series.Select((series, index) => string.Create(
            CultureInfo.InvariantCulture, $"<li><span class=\"swatch {kind}{index}\"></span>{Escape(ReportText.Beginning(series.Name, LongName))}</li>\n"));
        return $"<ul class=\"legend\">\n{string.Concat(names)}</ul>\n";
    }
}
