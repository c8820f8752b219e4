using TokenDashboard.Telemetry;

namespace TokenDashboard.Usage;

/// <summary>What shares are parts of.</summary>
/// <param name="Tokens">All tokens of the result.</param>
/// <param name="Cost">The cost of the result; null without one.</param>
/// <param name="ComparesPrices">Whether prices of another time than that of the requests were asked for.</param>
internal readonly record struct UsageTotals(long Tokens, decimal? Cost, bool ComparesPrices)
{
    /// <summary>The totals of groups that have no request in common.</summary>
    public static UsageTotals Of(IEnumerable<UsageAccumulator> groups, UsagePrices? prices)
    {
        long tokens = 0;
        PricedUsage? all = prices is null ? null : new PricedUsage(prices);
        foreach (UsageAccumulator usage in groups)
        {
            tokens += usage.TotalTokens;
            all?.AddCost((PricedUsage)usage);
        }
        return new UsageTotals(tokens, all?.Cost.Amount, prices?.At is not null);
    }
}
