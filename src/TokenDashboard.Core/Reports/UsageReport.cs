namespace TokenDashboard.Reports;

/// <summary>
/// The contents of a report in any format. The same input produces the same report, independent of when or where it is written. The unit is the unit of
/// charts: hour, day, week or month. <see cref="OverTime"/> contains the data of charts over time. The cost is omitted if nothing has a price, the latency
/// without durations, and the table of unpriced tokens without prices. The facts are the parameters of the query.
/// </summary>
internal sealed record UsageReport(
    string Title, TokenUsageSummary Summary, UnreadableReport Unreadable, string Range, IReadOnlyList<ReportFigure> Figures, string Unit,
    IReadOnlyList<ReportBucket> Buckets, ReportChart Tokens, ReportChart? Cost, ReportChart? Latency, ReportTable OverTime, ReportTable Models,
    ReportTable Users, ReportHeatmap Week, ReportTable Requests, ReportTable? Unpriced, IReadOnlyList<ReportFigure> Facts)
{
    public string ToText(ReportFormat format) => format == ReportFormat.Markdown ? MarkdownReport.Write(this) : HtmlReport.Write(this);

    public string UnreadableText => (Unreadable.Rows > 0 ? Unreadable.ToString() : "There are no unreadable values.") + (Unreadable.LacksRemoved ? " " + UnreadableReport.RemovedText : "");
}
