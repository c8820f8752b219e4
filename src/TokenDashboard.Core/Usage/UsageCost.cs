using TokenDashboard.Telemetry;

namespace TokenDashboard.Usage;

/// <summary>What usage costs.</summary>
/// <param name="Amount">The cost of priced tokens; null if nothing has a price, or prices are in several currencies, which are never added.</param>
/// <param name="Currency">The currency; null if nothing has a price. Several are joined by commas.</param>
/// <param name="UnpricedTokens">Tokens without a price.</param>
/// <param name="IsUpperBound">
/// Whether requests do not say how many of their prompt tokens were cached, which would have cost less.
/// </param>
internal readonly record struct UsageCost(decimal? Amount, string? Currency, long UnpricedTokens, bool IsUpperBound)
{
    /// <summary>The cost of usage; null if it was asked for without prices.</summary>
    public static UsageCost? Of(UsageAccumulator? usage) => (usage as PricedUsage)?.Cost;
}

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
