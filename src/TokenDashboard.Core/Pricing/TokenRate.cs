namespace TokenDashboard.Pricing;

/// <summary>The price of a million tokens of a kind, and the prices for requests with more prompt tokens than the start of a tier, in ascending order.</summary>
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
