using TokenDashboard.Telemetry;

namespace TokenDashboard.Usage;

/// <summary>The cost of usage.</summary>
/// <param name="Amount">The cost of priced tokens; null if nothing has a price, or prices are in several currencies.</param>
/// <param name="Currency">The currency; null if nothing has a price. Several are joined by commas.</param>
/// <param name="UnpricedTokens">Tokens without a price.</param>
/// <param name="IsUpperBound">
/// Whether requests do not record how many of their prompt tokens were cached and cost less.
/// </param>
internal readonly record struct UsageCost(decimal? Amount, string? Currency, long UnpricedTokens, bool IsUpperBound)
{
    /// <summary>The cost of usage; null without prices.</summary>
    public static UsageCost? Of(UsageAccumulator? usage) => (usage as PricedUsage)?.Cost;
}

/// <summary>The totals for shares.</summary>
/// <param name="Tokens">All tokens of the result.</param>
/// <param name="Cost">The cost of the result; null without one.</param>
/// <param name="ComparesPrices">Whether prices of another time than that of the requests were requested.</param>
internal readonly record struct UsageTotals(long Tokens, decimal? Cost, bool ComparesPrices)
{
    /// <summary>The totals of disjoint groups.</summary>
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
