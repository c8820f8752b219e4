using TokenDashboard.Pricing;

namespace TokenDashboard.Usage;

/// <summary>The prices of a query: prices at a point in time or, without one, prices at the time of each request.</summary>
internal sealed record UsagePrices(PriceList List, DateTimeOffset? At = null)
{
    /// <summary>Sets the cost of a request.</summary>
    internal TokenRequest Apply(TokenRequest request)
    {
        var counts = new TokenCounts(
            request.PromptTokens, request.CompletionTokens, request.CachedTokens ?? 0, request.CacheWriteTokens ?? 0, request.ReasoningTokens ?? 0,
            Other: Math.Max(0, request.TotalTokens - request.PromptTokens - request.CompletionTokens), HourCacheWrite: request.HourCacheWriteTokens ?? 0);
        if (List.Find(request.Provider, request.Model) is not { } match)
        {
            request.UnpricedTokens = counts.Total;
            return request;
        }
        ResolvedPrice price = match.At(At ?? request.Timestamp);
        (decimal cost, long unpriced) = price.CostOf(counts);
        request.UnpricedTokens = unpriced;
        if (counts.HasCost(cost, unpriced))
        {
            (request.Cost, request.Currency) = (cost, match.Currency);
            request.CostIsUpperBound = request.CachedTokens is null && counts.Prompt > counts.CacheWrite && price.Rates.IsCheaperCached(counts.Prompt, counts.Prompt);
        }
        return request;
    }

    /// <summary>The prices that requests of a provider's model in a time range and a class of input size can have.</summary>
    internal IReadOnlyList<StoredPrice> PricesOf(string provider, string model, int inputClass, TimeRange range)
    {
        (long smallest, long largest) = InputSize.RangeOf(inputClass);
        long since = (At ?? range.Since ?? DateTimeOffset.MinValue).ToUnixTimeSeconds(), until = (At ?? range.Until ?? DateTimeOffset.MaxValue).ToUnixTimeSeconds();
        // Both ends are whole seconds, so a price whose time only touches the range is included.
        return [.. StoredPrice.Of([(provider, model)], List).Where(price => price.PromptAbove < largest && price.PromptUpTo >= smallest && price.Since <= until && price.Until >= since)];
    }

    /// <summary>The highest rates of prices, by their names in stores.</summary>
    internal static Dictionary<string, double> HighestRates(IEnumerable<StoredPrice> prices) =>
        prices.SelectMany(price => price.Rates).GroupBy(rate => rate.Name, rate => rate.Rate ?? 0).ToDictionary(rates => rates.Key, rates => rates.Max());

    /// <summary>Makes the store return sums that each have one price at the time of their requests, with which prices of another time are compared.</summary>
    internal UsageScope Apply(UsageScope scope) => scope with
    {
        Texts = scope.Texts | RequestText.Model | RequestText.Provider,
        PriceChanges = (provider, model) => List.Find(provider, model) is { } match ? match.Changes : [],
        NeedsRequests = !List.IsExactFromRollups,
        NeedsQuarters = (provider, model) => List.Find(provider, model) is { HasTimesOfDay: true },
    };
}
