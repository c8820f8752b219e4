namespace TokenDashboard.Pricing;

/// <summary>The price of a kind of tokens, and its tiers by the number of prompt tokens.</summary>
/// <param name="Base">The price of a million tokens.</param>
/// <param name="Tiers">The prices of requests with more prompt tokens than <c>Start</c>, in ascending order.</param>
internal sealed record TokenRate(decimal Base, IReadOnlyList<(long Start, decimal Price)> Tiers)
{
    /// <summary>The price of a million tokens in requests with this number of prompt tokens; null if the tier is unknown.</summary>
    public decimal? Of(long smallest, long largest)
    {
        decimal price = Base;
        foreach ((long start, decimal above) in Tiers)
        {
            if (smallest > start)
                price = above;
            else if (largest > start)
                return null;
        }
        return price;
    }

    public TokenRate Times(decimal factor) => new(PriceRates.Scaled(Base, factor), [.. Tiers.Select(tier => (tier.Start, PriceRates.Scaled(tier.Price, factor)))]);
}
