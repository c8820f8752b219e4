namespace TokenDashboard.Pricing;

/// <summary>What tokens of a kind cost: one price, or others for requests of which the prompt tokens exceed a size.</summary>
/// <param name="Base">The price of a million tokens.</param>
/// <param name="Tiers">Prices of requests with more prompt tokens than <c>Start</c>, the smallest size first.</param>
internal sealed record TokenRate(decimal Base, IReadOnlyList<(long Start, decimal Price)> Tiers)
{
    /// <summary>The price of a million tokens in requests with as many prompt tokens; null if that does not tell which tier it is.</summary>
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
