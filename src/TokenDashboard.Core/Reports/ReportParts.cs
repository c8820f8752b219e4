using TokenDashboard.Pricing;

namespace TokenDashboard.Reports;

/// <summary>A key figure or a parameter of the query. The value may contain untrusted names. The note may be empty.</summary>
internal sealed record ReportFigure(string Label, string Value, string Note = "")
{
    public static IReadOnlyList<ReportFigure> Of(TokenUsageSummary summary, int users)
    {
        ReportFigure?[] figures =
        [
            new ReportFigure("Tokens", ReportText.Number(summary.TotalTokens), ReportText.Since(summary.ChangeRatio)),
            Cost(summary),
            new ReportFigure("Requests", ReportText.Number(summary.Requests), ReportText.Since(summary.PreviousRequests is > 0 and long before ? (double)(summary.Requests - before) / before : null)),
            new ReportFigure("Users", ReportText.Number(users)),
            summary.TokensPerMinute is { } rate
                ? new ReportFigure("Tokens per minute", ReportText.Number(rate), summary.PeakTokensPerMinute is { } peak ? $"{ReportText.Number(peak)} in the busiest hour" : "") : null,
            summary.P95DurationMs is null ? null
                : new ReportFigure("95 of 100 within", $"{ReportText.Milliseconds(summary.P95DurationMs)} ms", $"half within {ReportText.Milliseconds(summary.P50DurationMs)} ms"),
            summary.MonthForecastTokens is { } end ? new ReportFigure(
                "Month forecast", ReportText.Short(end) + " tokens",
                summary.MonthForecastCost is { } cost and > 0 ? ReportText.Cost(cost, summary.Currency) : $"{ReportText.Short(summary.MonthTokens)} so far") : null,
            new ReportFigure(
                "Policy failures", ReportText.Number(summary.PolicyFailures),
                summary.InterruptedStreams > 0 ? $"{ReportText.Number(summary.InterruptedStreams)} interrupted streams" : ""),
        ];
        return [.. figures.OfType<ReportFigure>()];
    }

    private static ReportFigure? Cost(TokenUsageSummary summary) => summary switch
    {
        { UnpricedTokens: null } => null,
        { Cost: { } cost } => new ReportFigure(
            "Cost", ReportText.Cost(cost, summary.Currency),
            string.Join(
                ", ",
                new[] { ReportText.Since(summary.CostChangeRatio), summary.UnpricedTokens > 0 ? "some tokens without a price" : "", summary.CostIsUpperBound ? "an upper bound" : "" }
                    .Where(note => note.Length > 0))),
        { Currency: { } currencies } when Money.AreSeveral(currencies) => new ReportFigure("Cost", ReportText.None, $"in several currencies: {currencies}"),
        _ => new ReportFigure("Cost", ReportText.None, "no token has a price"),
    };
}

internal sealed record ReportColumn(string Header, ReportColumnKind Kind = ReportColumnKind.Number)
{
    public static implicit operator ReportColumn(string header) => new(header);
}

internal enum ReportColumnKind
{
    /// <summary>Numbers, right-aligned.</summary>
    Number,
    /// <summary>Untrusted names.</summary>
    Name,
    /// <summary>Words of this module.</summary>
    Text,
    /// <summary>A share, with a bar.</summary>
    Share,
}

/// <summary>A cell. Its share, 0 to 1, is the length of its bar. In a column of names, it can be a label of this module.</summary>
internal readonly record struct ReportCell(string Text, double Share = 0, bool IsOwnWord = false)
{
    public static implicit operator ReportCell(string text) => new(text);
}

/// <summary>A table. The first cell of a row is its header. Without rows, a text is shown instead.</summary>
internal sealed record ReportTable(string Title, IReadOnlyList<ReportColumn> Columns, IReadOnlyList<ReportCell[]> Rows, string Empty = "")
{
    internal ReportTable Without(string header)
    {
        int[] kept = [.. Enumerable.Range(0, Columns.Count).Where(index => Columns[index].Header != header)];
        return this with { Columns = [.. kept.Select(index => Columns[index])], Rows = [.. Rows.Select(row => (ReportCell[])[.. kept.Select(index => row[index])])] };
    }
}

/// <summary>A bucket on the axis of a chart, labeled with its start.</summary>
internal sealed record ReportBucket(string Label, bool IsPartial);

/// <summary>Values over time: one per bucket, or null. The name may be untrusted.</summary>
internal sealed record ReportSeries(string Name, IReadOnlyList<double?> Values);

/// <summary>A chart over time, and its description in words.</summary>
internal sealed record ReportChart(string Title, string Description, IReadOnlyList<ReportSeries> Series, Func<double, string> Format);

/// <summary>The weekly pattern: its description in words, and the tokens of each day of the week by hour, in the order of days.</summary>
internal sealed record ReportHeatmap(string Description, IReadOnlyList<(DayOfWeek Day, long[] Tokens)> Days);
