namespace TokenDashboard.Usage;

/// <summary>
/// The cost of usage; null if nothing has a price, or prices are in several currencies, whose names are then joined. It is an upper bound
/// if requests do not record how many of their prompt tokens were cached, because cached tokens cost less.
/// </summary>
internal readonly record struct UsageCost(decimal? Amount, string? Currency, long UnpricedTokens, bool IsUpperBound)
{
    /// <summary>The cost of usage; null without prices.</summary>
    public static UsageCost? Of(UsageAccumulator? usage) => (usage as PricedUsage)?.Cost;

    /// <summary>The cost of amounts by currency.</summary>
    public static UsageCost Of(SortedDictionary<string, decimal> amounts, long unpricedTokens, bool isUpperBound) => new(
        amounts.Count == 1 ? amounts.Values.First() : null, amounts.Count > 0 ? string.Join(", ", amounts.Keys) : null, unpricedTokens, isUpperBound);
}

/// <summary>The tokens and the cost of a result, for shares, and whether prices of another time than the time of the requests were requested.</summary>
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
