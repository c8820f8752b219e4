using TokenDashboard.Telemetry;

namespace TokenDashboard.Pricing;

/// <summary>The price of a model at a point in time, with the entry that matched.</summary>
public sealed class ResolvedPrice
{
    internal ResolvedPrice(PriceMatch match, PriceRates rates, decimal? discount)
    {
        Match = match;
        Rates = rates;
        Discount = discount;
    }

    /// <summary>The entry of the price list, and the match.</summary>
    public PriceMatch Match { get; }

    /// <summary>The discount in percent; null for none.</summary>
    public decimal? Discount { get; }

    internal PriceRates Rates { get; }

    /// <summary>The cost of one request, and its tokens without a price.</summary>
    public (decimal Cost, long UnpricedTokens) CostOf(in TokenCounts request) => Rates.CostOf(request, request.Prompt, request.Prompt);

    /// <summary>Whether prompt tokens that were read from a cache cost less than others.</summary>
    internal bool IsCheaperCached => Rates.CacheRead is not null;

    /// <summary>The cost of requests with the same number of prompt tokens.</summary>
    internal (decimal Cost, long UnpricedTokens) CostOf(in TokenCounts sum, long prompt) => Rates.CostOf(sum, prompt, prompt);

    /// <summary>
    /// The exact cost of requests of one class of input size. If the class does not determine the tier,
    /// which <see cref="PriceMatch.IsExactFromRollups"/> says, tokens are unpriced.
    /// </summary>
    /// <param name="sum">The sum of their counts.</param>
    /// <param name="inputClass">The class: how many thresholds of <c>input_class</c> the prompt tokens of each exceed.</param>
    public (decimal Cost, long UnpricedTokens) CostOf(in TokenCounts sum, int inputClass)
    {
        (long smallest, long largest) = InputSize.RangeOf(inputClass);
        return Rates.CostOf(sum, smallest, largest);
    }
}
