using TokenDashboard.Pricing;

namespace TokenDashboard.Usage;

/// <summary>
/// Usage with its cost. Tokens are aggregated by price and class of input size, and priced when the cost is read, so the cost of a sum is
/// exactly the sum of the costs.
/// </summary>
internal sealed class PricedUsage(UsagePrices prices) : UsageAccumulator(keepsDurations: true)
{
    // The key of the last price. Consecutive rows with equal names usually share the same string objects.
    private readonly record struct Seen(string Provider, string Model, PriceMatch? Match);

    private Seen _seen;
    private Part? _parts;
    private Part? _last;
    private long _unpriced;

    /// <summary>The cost at the requested prices.</summary>
    public UsageCost Cost => CostAt(prices.At);

    /// <summary>The cost at the time of each request.</summary>
    public UsageCost CostAtRequest => CostAt(null);

    /// <summary>Tokens without a price at the time of their requests, because rollups do not contain the size of each request.</summary>
    public long TokensOfUnknownTier
    {
        get
        {
            long tokens = 0;
            for (Part? part = _parts; part is not null; part = part.Next)
            {
                if (part.Prompt is null)
                    tokens += part.Price.CostOf(part.Counts, part.InputClass).UnpricedTokens - part.Price.CostOf(part.Counts, (long)InputSize.RangeOf(part.InputClass).Smallest).UnpricedTokens;
            }
            return tokens;
        }
    }

    /// <inheritdoc/>
    public override void Add(UsageRow row)
    {
        base.Add(row);
        TokenCounts counts = CountsOf(row);
        if (MatchOf(row.Provider, row.Model) is not { } match)
        {
            _unpriced += counts.Total;
            return;
        }
        Part part = PartOf(match.At(new DateTimeOffset(row.UtcTicks, TimeSpan.Zero)), row.InputClass, PromptOf(match, counts));
        part.Counts = Sum(part.Counts, counts);
        part.WithoutCached += row.RequestsWithoutCached ?? (counts.Prompt > counts.Cached + counts.CacheWrite ? counts.Requests - row.Values[Measures.CachedRequests] : 0);
    }

    /// <summary>The cost of a row, which is not added; null if it has none.</summary>
    public decimal? CostOf(UsageRow row)
    {
        if (MatchOf(row.Provider, row.Model) is not { } match)
            return null;
        TokenCounts counts = CountsOf(row);
        ResolvedPrice price = match.At(prices.At ?? new DateTimeOffset(row.UtcTicks, TimeSpan.Zero));
        (long smallest, long largest) = SizesOf(row.InputClass, PromptOf(match, counts));
        (decimal cost, long unpriced) = price.Rates.CostOf(counts, smallest, largest);
        return counts.HasCost(cost, unpriced) ? cost : null;
    }

    /// <inheritdoc/>
    public override void Add(UsageAccumulator other)
    {
        base.Add(other);
        AddCost((PricedUsage)other);
    }

    /// <summary>Adds only the cost of other usage.</summary>
    public void AddCost(PricedUsage priced)
    {
        _unpriced += priced._unpriced;
        for (Part? part = priced._parts; part is not null; part = part.Next)
        {
            Part own = PartOf(part.Price, part.InputClass, part.Prompt);
            own.Counts = Sum(own.Counts, part.Counts);
            own.WithoutCached += part.WithoutCached;
        }
    }

    private UsageCost CostAt(DateTimeOffset? at)
    {
        var amounts = new SortedDictionary<string, decimal>(StringComparer.Ordinal);
        long unpriced = _unpriced;
        bool upperBound = false;
        for (Part? part = _parts; part is not null; part = part.Next)
        {
            ResolvedPrice price = at is { } instant ? part.Price.Match.At(instant) : part.Price;
            (long smallest, long largest) = SizesOf(part.InputClass, part.Prompt);
            (decimal cost, long without) = price.Rates.CostOf(part.Counts, smallest, largest);
            unpriced += without;
            if (part.Counts.HasCost(cost, without))
            {
                amounts[price.Match.Currency] = amounts.GetValueOrDefault(price.Match.Currency) + cost;
                upperBound |= part.WithoutCached > 0 && price.Rates.IsCheaperCached(smallest, largest);
            }
        }
        UsageCost sum = UsageCost.Of(amounts, unpriced, upperBound);
        return Requests == 0 && _parts is null ? sum with { Amount = 0 } : sum;
    }

    private static TokenCounts CountsOf(UsageRow row)
    {
        MeasureValues values = row.Values;
        return new TokenCounts(
            values[Measures.PromptTokens], values[Measures.CompletionTokens], values[Measures.CachedTokens], values[Measures.CacheWriteTokens],
            values[Measures.ReasoningTokens], values[Measures.Requests], values[Measures.OtherTokens], values[Measures.HourCacheWriteTokens]);
    }

    // A prompt size that has the same rates as the row, if the class of input size does not determine them.
    private static long? PromptOf(PriceMatch match, in TokenCounts counts) => match.IsExactFromRollups || counts.Requests != 1 ? null : match.SmallestLike(counts.Prompt);

    private static (long Smallest, long Largest) SizesOf(int inputClass, long? prompt) => prompt is { } size ? (size, size) : InputSize.RangeOf(inputClass);

    private static TokenCounts Sum(in TokenCounts one, in TokenCounts other) => new(
        one.Prompt + other.Prompt, one.Completion + other.Completion, one.Cached + other.Cached, one.CacheWrite + other.CacheWrite,
        one.Reasoning + other.Reasoning, one.Requests + other.Requests, one.Other + other.Other,
        one.HourCacheWrite + other.HourCacheWrite);

    private PriceMatch? MatchOf(string provider, string model)
    {
        if (!ReferenceEquals(_seen.Model, model) || !ReferenceEquals(_seen.Provider, provider))
            _seen = new Seen(provider, model, prices.List.Find(provider, model));
        return _seen.Match;
    }

    private Part PartOf(ResolvedPrice price, int inputClass, long? prompt)
    {
        if (_last is not null && _last.Is(price, inputClass, prompt))
            return _last;
        Part? part = _parts;
        while (part is not null && !part.Is(price, inputClass, prompt))
            part = part.Next;
        return _last = part ?? (_parts = new Part(price, inputClass, prompt, _parts));
    }

    /// <summary>The tokens of one price and class. If the class does not determine the tier, the tokens of one tier, represented by the smallest prompt in it.</summary>
    private sealed class Part(ResolvedPrice price, int inputClass, long? prompt, Part? next)
    {
        public Part? Next => next;

        public ResolvedPrice Price => price;

        public int InputClass => inputClass;

        public long? Prompt => prompt;

        public TokenCounts Counts { get; set; } = new(0, 0, Requests: 0);

        /// <summary>Requests with prompt tokens that can be cached, because it is unknown how many were.</summary>
        public long WithoutCached { get; set; }

        public bool Is(ResolvedPrice otherPrice, int otherClass, long? otherPrompt) =>
            ReferenceEquals(price, otherPrice) && inputClass == otherClass && prompt == otherPrompt;
    }
}
