namespace TokenDashboard.Pricing;

/// <summary>The price of a model at a point in time, with the entry that contains it, and the discount in percent, or null for none.</summary>
internal sealed class ResolvedPrice(PriceMatch match, PriceEntry entry, PriceRates rates, decimal? discount)
{
    public PriceMatch Match => match;

    public PriceEntry Entry => entry;

    /// <summary>Whether there is no price at this time.</summary>
    public bool IsNone => ReferenceEquals(rates, PriceRates.None);

    public decimal? Discount => discount;

    public PriceRates Rates => rates;

    /// <summary>The cost of one request, and its tokens without a price.</summary>
    public (decimal Cost, long UnpricedTokens) CostOf(in TokenCounts request) => CostOf(request, request.Prompt);

    /// <summary>The cost of requests with the same number of prompt tokens.</summary>
    public (decimal Cost, long UnpricedTokens) CostOf(in TokenCounts sum, long prompt) => rates.CostOf(sum, prompt, prompt);

    /// <summary>
    /// The exact cost of requests of one class of input size. If the class does not determine the tier
    /// (see <see cref="PriceMatch.IsExactFromRollups"/>), tokens are unpriced.
    /// </summary>
    public (decimal Cost, long UnpricedTokens) CostOf(in TokenCounts sum, int inputClass)
    {
        (long smallest, long largest) = InputSize.RangeOf(inputClass);
        return rates.CostOf(sum, smallest, largest);
    }
}
