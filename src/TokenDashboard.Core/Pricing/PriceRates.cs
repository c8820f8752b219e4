namespace TokenDashboard.Pricing;

/// <summary>
/// The rates of a price, and the rate of a thousand requests in addition to their tokens. If a kind of tokens has no rate, the rate of
/// the kind that includes it applies. If that has none either, the tokens are unpriced.
/// </summary>
internal sealed record PriceRates(TokenRate? Input, TokenRate? CacheRead, TokenRate? CacheWrite, TokenRate? Output, TokenRate? Reasoning, TokenRate? HourCacheWrite, decimal? Requests)
{
    /// <summary>More decimals than any real price. Sums of tokens multiplied by such a rate are still exact.</summary>
    private const int MaxDecimals = 18;

    /// <summary>The rates at a time without a price.</summary>
    public static readonly PriceRates None = new(null, null, null, null, null, null, null);

    internal const decimal PerMillion = 0.000_001m;
    internal const decimal PerThousand = 0.001m;

    /// <summary>The prompt sizes above which a rate changes, in ascending order.</summary>
    public IReadOnlyList<long> TierStarts { get; } =
        [.. new[] { Input, CacheRead, CacheWrite, Output, Reasoning, HourCacheWrite }.SelectMany(rate => rate?.Tiers.Select(tier => tier.Start) ?? []).Distinct().Order()];

    /// <summary>
    /// The cost of requests with the same number of prompt tokens. It is proportional to the counts, so the cost of a sum is the sum of the costs.
    /// If a part is larger than its whole, or a count is negative, all tokens are unpriced.
    /// </summary>
    public (decimal Cost, long UnpricedTokens) CostOf(in TokenCounts counts, long smallestPrompt, long largestPrompt)
    {
        long input = counts.Prompt - (CacheRead is null ? 0 : counts.Cached) - (CacheWrite is null ? 0 : counts.CacheWrite);
        long written = counts.CacheWrite - (HourCacheWrite is null ? 0 : counts.HourCacheWrite);
        long output = counts.Completion - (Reasoning is null ? 0 : counts.Reasoning);
        if (input < 0 || written < 0 || output < 0 || counts is { Cached: < 0 } or { CacheWrite: < 0 } or { Reasoning: < 0 } or { HourCacheWrite: < 0 })
            return (0, Math.Max(0, counts.Prompt) + Math.Max(0, counts.Completion) + counts.Other);
        decimal millions = 0;
        long unpriced = counts.Other;
        void Add(TokenRate? rate, long tokens)
        {
            if (tokens != 0 && rate?.Of(smallestPrompt, largestPrompt) is { } price)
                millions += price * tokens;
            else
                unpriced += tokens;
        }
        Add(Input, input);
        Add(Output, output);
        if (CacheRead is not null)
            Add(CacheRead, counts.Cached);
        if (CacheWrite is not null)
        {
            Add(CacheWrite, written);
            if (HourCacheWrite is not null)
                Add(HourCacheWrite, counts.HourCacheWrite);
        }
        if (Reasoning is not null)
            Add(Reasoning, counts.Reasoning);
        return ((millions * PerMillion) + (counts.Requests * (Requests ?? 0) * PerThousand), unpriced);
    }

    /// <summary>Whether prompt tokens that were read from a cache can cost less than others in requests with this number of prompt tokens.</summary>
    public bool IsCheaperCached(long smallestPrompt, long largestPrompt) =>
        CacheRead is not null && Input?.Of(smallestPrompt, largestPrompt) is { } input && !(CacheRead.Of(smallestPrompt, largestPrompt) >= input);

    /// <summary>The rates after a discount.</summary>
    public PriceRates Times(decimal factor) => new(
        Input?.Times(factor), CacheRead?.Times(factor), CacheWrite?.Times(factor), Output?.Times(factor), Reasoning?.Times(factor), HourCacheWrite?.Times(factor),
        Requests is { } requests ? Scaled(requests, factor) : null);

    internal static decimal Scaled(decimal rate, decimal factor) => decimal.Round(rate * factor, MaxDecimals);
}
