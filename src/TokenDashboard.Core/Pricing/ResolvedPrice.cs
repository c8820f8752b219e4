using TokenDashboard.Telemetry;

namespace TokenDashboard.Pricing;

/// <summary>The price of a model at some time, with what it was found by.</summary>
public sealed class ResolvedPrice
{
    internal ResolvedPrice(PriceMatch match, PriceRates rates, decimal? discount)
    {
        Match = match;
        Rates = rates;
        Discount = discount;
    }

    /// <summary>The entry of the price list, and how it was found.</summary>
    public PriceMatch Match { get; }

    /// <summary>The percentage that is off the list price; null for none.</summary>
    public decimal? Discount { get; }

    internal PriceRates Rates { get; }

    /// <summary>What one request costs, and how many of its tokens have no price.</summary>
    public (decimal Cost, long UnpricedTokens) CostOf(in TokenCounts request) => Rates.CostOf(request, request.Prompt, request.Prompt);

    /// <summary>Whether prompt tokens that were read from a cache cost less than others.</summary>
    internal bool IsCheaperCached => Rates.CacheRead is not null;

    /// <summary>What requests cost of which each has as many prompt tokens.</summary>
    internal (decimal Cost, long UnpricedTokens) CostOf(in TokenCounts sum, long prompt) => Rates.CostOf(sum, prompt, prompt);

    /// <summary>
    /// What requests cost that are all of one class of input size: exactly the sum of what each costs. Where the class does not tell the tier,
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
