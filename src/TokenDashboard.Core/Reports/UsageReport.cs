using TokenDashboard.Telemetry;
using TokenDashboard.Usage.Summaries;

namespace TokenDashboard.Reports;

/// <summary>The contents of a report in any format. The same input gives the same report, independent of when or where it is written.</summary>
internal sealed class UsageReport
{
    public required string Title { get; init; }

    public required TokenUsageSummary Summary { get; init; }

    public required UnreadableReport Unreadable { get; init; }
    public string UnreadableText => Unreadable.Rows > 0 ? Unreadable.ToString() : "There are no unreadable values.";

    /// <summary>The time range as text.</summary>
    public required string Range { get; init; }

    public required IReadOnlyList<ReportFigure> Figures { get; init; }

    /// <summary>The time unit of charts: hour, day, week or month.</summary>
    public required string Unit { get; init; }

    public required IReadOnlyList<ReportBucket> Buckets { get; init; }

    public required ReportChart Tokens { get; init; }

    /// <summary>Null if nothing has a price.</summary>
    public required ReportChart? Cost { get; init; }

    /// <summary>Null without durations.</summary>
    public required ReportChart? Latency { get; init; }

    /// <summary>The data of the charts over time.</summary>
    public required ReportTable OverTime { get; init; }

    public required ReportTable Models { get; init; }

    public required ReportTable Users { get; init; }

    public required ReportHeatmap Week { get; init; }

    public required ReportTable Requests { get; init; }

    /// <summary>Null without prices.</summary>
    public required ReportTable? Unpriced { get; init; }

    /// <summary>The parameters of the query.</summary>
    public required IReadOnlyList<ReportFigure> Facts { get; init; }
}

/// <summary>A written report.</summary>
/// <param name="Text">The text.</param>
/// <param name="Summary">The summary of the time range.</param>
/// <param name="Unreadable">The unreadable values.</param>
public sealed record WrittenReport(string Text, TokenUsageSummary Summary, UnreadableReport Unreadable);
