using TokenDashboard.Telemetry;
using TokenDashboard.Usage.Summaries;

namespace TokenDashboard.Reports;

/// <summary>What a report shows, whatever form it is written in. The same input gives the same report: nothing in it depends on when or where it is written.</summary>
internal sealed class UsageReport
{
    /// <summary>The title.</summary>
    public required string Title { get; init; }

    /// <summary>The figures of the whole range.</summary>
    public required TokenUsageSummary Summary { get; init; }

    /// <summary>What could not be read.</summary>
    public required UnreadableReport Unreadable { get; init; }

    /// <summary>The range in words.</summary>
    public required string Range { get; init; }

    public required IReadOnlyList<ReportFigure> Figures { get; init; }

    /// <summary>The time unit of charts: hour, day, week or month.</summary>
    public required string Unit { get; init; }

    public required IReadOnlyList<ReportBucket> Buckets { get; init; }

    public required ReportChart Tokens { get; init; }

    /// <summary>Null where nothing has a price.</summary>
    public required ReportChart? Cost { get; init; }

    /// <summary>Null without durations.</summary>
    public required ReportChart? Latency { get; init; }

    /// <summary>The figures of the charts over time.</summary>
    public required ReportTable OverTime { get; init; }

    public required ReportTable Models { get; init; }

    public required ReportTable Users { get; init; }

    public required ReportHeatmap Week { get; init; }

    public required ReportTable Requests { get; init; }

    /// <summary>Null without prices.</summary>
    public required ReportTable? Unpriced { get; init; }

    /// <summary>What was asked, of what and when.</summary>
    public required IReadOnlyList<ReportFact> Facts { get; init; }
}

/// <summary>A report as it was written.</summary>
/// <param name="Text">The text.</param>
/// <param name="Summary">The figures of the whole range.</param>
/// <param name="Unreadable">What could not be read.</param>
public sealed record WrittenReport(string Text, TokenUsageSummary Summary, UnreadableReport Unreadable);
