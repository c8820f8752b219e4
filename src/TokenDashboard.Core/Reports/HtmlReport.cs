using System.Globalization;
using System.Net;
using System.Text;

namespace TokenDashboard.Reports;

/// <summary>
/// Writes a report as one HTML file: no script, no other file, light and dark, and A4 on paper. Every text is escaped here or in
/// <see cref="SvgCharts"/>, whatever its source, and the content security policy of the page prevents scripts and external content.
/// </summary>
internal static class HtmlReport
{
    /// <summary>Identifies a file as a report.</summary>
    public const string Mark = "<meta name=\"generator\" content=\"TokenDashboard\" />";

    // Longer names are shown in full in a tooltip.
    private const int LongName = 100;

    public static string Write(UsageReport report)
    {
        var html = new StringBuilder();
        string title = Escape(ReportText.Name(report.Title));
        html.Append(CultureInfo.InvariantCulture, $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8" />
            {Mark}
            <meta name="viewport" content="width=device-width, initial-scale=1" />
            <meta name="color-scheme" content="light dark" />
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
            <title>{title}, {Escape(report.Range)}</title>
            <style>
            {HtmlStyle.Text}
            </style>
            </head>
            <body>
            <header>
            <h1>{title}</h1>
            <p>{Escape(report.Range)}</p>
            </header>
            <main>

            """);
        html.Append("<dl class=\"figures\">\n");
        foreach (ReportFigure figure in report.Figures)
        {
            html.Append("<div><dt>").Append(Escape(figure.Label)).Append("</dt><dd class=\"value\">").Append(Escape(figure.Value)).Append("</dd>");
            html.Append(figure.Note.Length > 0 ? $"<dd>{Escape(figure.Note)}</dd>" : "").Append("</div>\n");
        }
        html.Append("</dl>\n");
        string partial = report.Buckets.Any(bucket => bucket.IsPartial) ? $" A pale column is a partial {report.Unit}." : "";
        bool anyTokens = report.Summary.TotalTokens > 0;
        Section(html, "tokens", report.Tokens.Title, report.Tokens.Description + partial, () =>
        {
            if (anyTokens)
            {
                SvgCharts.Columns(html, "tokens", report.Tokens, report.Buckets);
                Legend(html, report.Tokens, "series");
            }
            html.Append("<details><summary>").Append(Escape(report.OverTime.Title)).Append("</summary>\n");
            Table(html, report.OverTime);
            html.Append("</details>\n");
        });
        if (report.Cost is { } cost)
            Section(html, "cost", cost.Title, cost.Description + partial, () => SvgCharts.Columns(html, "cost", cost, report.Buckets));
        TableSection(html, "models", report.Models);
        TableSection(html, "users", report.Users);
        Section(html, "week", "Hours of the week", report.Week.Description, anyTokens ? () => SvgCharts.Heatmap(html, "week", report.Week) : null);
        if (report.Latency is { } latency)
        {
            Section(html, "latency", latency.Title, latency.Description, () =>
            {
                SvgCharts.Lines(html, "latency", latency, report.Buckets);
                Legend(html, latency, "line");
            });
        }
        TableSection(html, "requests", report.Requests);
        if (report.Unpriced is { } unpriced)
            TableSection(html, "unpriced", unpriced);
        Section(html, "unreadable", "Unreadable values", report.UnreadableText);
        html.Append("</main>\n<footer>\n<h2>Query</h2>\n<dl class=\"facts\">\n");
        foreach (ReportFigure fact in report.Facts)
            html.Append("<dt>").Append(Escape(fact.Label)).Append("</dt><dd>").Append(Escape(fact.Value)).Append("</dd>\n");
        return html.Append("</dl>\n<p>Written by TokenDashboard.</p>\n</footer>\n</body>\n</html>\n").ToString();
    }

    /// <summary>Escapes text for content and attributes of HTML and XML. Characters that XML does not allow are replaced.</summary>
    public static string Escape(string text) =>
        WebUtility.HtmlEncode(MessageText.Visible(text)).Replace('\uFFFE', '\uFFFD').Replace('\uFFFF', '\uFFFD');

    private static void Section(StringBuilder html, string id, string title, string text, Action? content = null)
    {
        html.Append("<section aria-labelledby=\"").Append(id).Append("\">\n<h2 id=\"").Append(id).Append("\">").Append(Escape(title)).Append("</h2>\n");
        html.Append(text.Length > 0 ? $"<p>{Escape(text.Trim())}</p>\n" : "");
        content?.Invoke();
        html.Append("</section>\n");
    }

    private static void TableSection(StringBuilder html, string id, ReportTable table) =>
        Section(html, id, table.Title, table.Rows.Count == 0 ? table.Empty : "", table.Rows.Count == 0 ? null : () => Table(html, table));

    private static void Table(StringBuilder html, ReportTable table)
    {
        html.Append("<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"").Append(Escape(table.Title)).Append(", table\">\n<table>\n<thead><tr>");
        foreach (ReportColumn column in table.Columns)
            html.Append("<th scope=\"col\"").Append(ClassOf(column)).Append('>').Append(Escape(column.Header)).Append("</th>");
        html.Append("</tr></thead>\n<tbody>\n");
        foreach (ReportCell[] row in table.Rows)
        {
            html.Append("<tr>");
            for (int i = 0; i < row.Length; i++)
            {
                ReportColumn column = table.Columns[i];
                html.Append(i == 0 ? "<th scope=\"row\"" : "<td").Append(ClassOf(column));
                html.Append(row[i].Text.Length > LongName ? $" title=\"{Escape(row[i].Text)}\">" : ">");
                if (column.Kind == ReportColumnKind.Share)
                    html.Append(CultureInfo.InvariantCulture, $"<span class=\"bar\"><span style=\"width:{row[i].Share * 100:0.#}%\"></span></span>");
                string text = Escape(ReportText.Beginning(row[i].Text, LongName));
                html.Append(row[i].IsOwnWord ? $"<em>{text}</em>" : text).Append(i == 0 ? "</th>" : "</td>");
            }
            html.Append("</tr>\n");
        }
        html.Append("</tbody>\n</table>\n</div>\n");
    }

    private static string ClassOf(ReportColumn column) => column.Kind switch
    {
        ReportColumnKind.Number => " class=\"n\"",
        ReportColumnKind.Share => " class=\"s\"",
        ReportColumnKind.Name => " class=\"name\"",
        _ => " class=\"t\"",
    };

    private static void Legend(StringBuilder html, ReportChart chart, string kind)
    {
        html.Append("<ul class=\"legend\">\n");
        for (int i = 0; i < chart.Series.Count; i++)
            html.Append(CultureInfo.InvariantCulture, $"<li><span class=\"swatch {kind}{i}\"></span>{Escape(ReportText.Beginning(chart.Series[i].Name, LongName))}</li>\n");
        html.Append("</ul>\n");
    }
}
