using TokenDashboard.Usage.Summaries;

namespace TokenDashboard.Reports;

internal static class ReportFigures
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
                "Month forecast", ReportText.Short(end) + " tokens", summary.MonthForecastCost is { } cost and > 0 ? ReportText.Cost(cost, summary.Currency) : $"{ReportText.Short(summary.MonthTokens!.Value)} so far") : null,
            new ReportFigure("Policy failures", ReportText.Number(summary.PolicyFailures), summary.InterruptedStreams > 0 ? $"{ReportText.Number(summary.InterruptedStreams)} interrupted streams" : ""),
        ];
        return [.. figures.OfType<ReportFigure>()];
    }

    private static ReportFigure? Cost(TokenUsageSummary summary) => summary switch
    {
        { UnpricedTokens: null } => null,
        { Cost: { } cost } => new ReportFigure(
            "Cost", ReportText.Cost(cost, summary.Currency),
            string.Join(", ", new[] { ReportText.Since(summary.CostChangeRatio), summary.UnpricedTokens > 0 ? "some tokens without a price" : "", summary.CostIsUpperBound ? "an upper bound" : "" }.Where(note => note.Length > 0))),
        { Currency: { } currencies } => new ReportFigure("Cost", ReportText.None, $"in several currencies: {currencies}"),
        _ => new ReportFigure("Cost", ReportText.None, "no token has a price"),
    };
}
