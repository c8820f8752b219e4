using TokenDashboard.Usage;

namespace TokenDashboard;

/// <summary>
/// The measures of all usage results. Counts and sums are exact. Percentiles of durations are exact if computed from single
/// requests, and at most 1 % off if computed from rollups. See <see cref="PercentilesExact"/>.
/// </summary>
public abstract class UsageFigures
{
    private protected UsageFigures(UsageAccumulator usage, UsageTotals all)
    {
        MeasureValues values = usage.Values;
        Requests = values[Measures.Requests];
        PromptTokens = values[Measures.PromptTokens];
        CompletionTokens = values[Measures.CompletionTokens];
        TotalTokens = values[Measures.TotalTokens];
        CachedTokens = values.IfKnown(Measures.CachedTokens);
        CacheWriteTokens = values.IfKnown(Measures.CacheWriteTokens);
        HourCacheWriteTokens = values.IfKnown(Measures.HourCacheWriteTokens);
        ReasoningTokens = values.IfKnown(Measures.ReasoningTokens);
        RecordedCost = values.Knows(Measures.RecordedCost) ? (decimal)values.Real(Measures.RecordedCost) : null;
        Share = all.Tokens == 0 ? 0 : (double)TotalTokens / all.Tokens;
        if (usage is PricedUsage priced)
        {
            UsageCost cost = priced.Cost;
            (Cost, Currency, UnpricedTokens, CostIsUpperBound) = (cost.Amount, cost.Currency, cost.UnpricedTokens, cost.IsUpperBound);
            CostShare = all.Cost is > 0 && Cost is not null ? (double)(Cost / all.Cost) : null;
            CostAtRequest = all.ComparesPrices ? priced.CostAtRequest.Amount : null;
        }
        PolicyFailures = values[Measures.PolicyFailures];
        InterruptedStreams = values[Measures.InterruptedStreams];
        MeanDurationMs = usage.MeanDuration();
        P50DurationMs = usage.Percentile(0.50);
        P95DurationMs = usage.Percentile(0.95);
        P99DurationMs = usage.Percentile(0.99);
        MaxDurationMs = usage.Percentile(1);
        PercentilesExact = usage.PercentilesExact;
    }

    /// <summary>
    /// An amount to compare with the cost: null if it is in another currency. If no token of the usage has a price, the currency is that of the first amount.
    /// </summary>
    private protected decimal? InCurrency(decimal? amount, string? currency)
    {
        // 0 is the same in all currencies.
        if (amount is null or 0 || currency is null)
            return amount;
        Currency ??= currency;
        return currency == Currency ? amount : null;
    }

    /// <summary>The result that the display shows the row in; null if it was not written.</summary>
    internal ShownResult? Shown { get; set; }

    /// <summary>The display text of the dimensions.</summary>
    private protected abstract string Label { get; }

    /// <summary>Whether this is a total or subtotal of other rows.</summary>
    public bool IsTotal { get; internal init; }

    /// <summary>Number of requests.</summary>
    public long Requests { get; }

    /// <summary>Tokens sent.</summary>
    public long PromptTokens { get; }

    /// <summary>Tokens received.</summary>
    public long CompletionTokens { get; }

    /// <summary>The stored totals. An interrupted stream counts its prompt tokens.</summary>
    public long TotalTokens { get; }

    /// <summary>Prompt tokens that the provider read from its cache; null if no request records them.</summary>
    public long? CachedTokens { get; }

    /// <summary>Prompt tokens that the provider wrote to its cache; null if no request records them.</summary>
    public long? CacheWriteTokens { get; }

    /// <summary>Cache-write tokens that the provider keeps for an hour, at a higher price; null if unknown for all requests.</summary>
    public long? HourCacheWriteTokens { get; }

    /// <summary>Completion tokens that the model used for reasoning; null if no request records them.</summary>
    public long? ReasoningTokens { get; }

    /// <summary>
    /// The cost of priced tokens; null if the query has no prices, no token has a price, or prices are in several currencies.
    /// </summary>
    public decimal? Cost { get; }

    /// <summary>The currency of the cost and of all amounts compared with it, except recorded cost. Several currencies are joined by commas.</summary>
    public string? Currency { get; private set; }

    /// <summary>Tokens without a price; null if the query has no prices.</summary>
    public long? UnpricedTokens { get; }

    /// <summary>
    /// Whether the cost is an upper bound, because requests do not record how many of their prompt tokens were cached. Cached tokens have a lower price.
    /// </summary>
    public bool CostIsUpperBound { get; }

    /// <summary>Share of the cost of the result, 0 to 1; null without cost.</summary>
    public double? CostShare { get; }

    /// <summary>The cost at the time of each request, if the query uses prices of another time.</summary>
    public decimal? CostAtRequest { get; }

    /// <summary>Cost minus <see cref="CostAtRequest"/>.</summary>
    public decimal? CostDifference => Cost - CostAtRequest;

    /// <summary>Sum of the costs that imported sources recorded, in their currency; null if no request has a recorded cost.</summary>
    public decimal? RecordedCost { get; }

    /// <summary>Share of the tokens of the result, 0 to 1.</summary>
    public double Share { get; }

    /// <summary>Requests with a negative policy verdict. It does not indicate whether the calls succeeded.</summary>
    public long PolicyFailures { get; }

    /// <summary>Interrupted streams.</summary>
    public long InterruptedStreams { get; }

    /// <summary>Mean duration in milliseconds; null without a duration.</summary>
    public double? MeanDurationMs { get; }

    /// <summary>Median duration in milliseconds, by nearest rank.</summary>
    public double? P50DurationMs { get; }

    /// <summary>95th percentile of the duration in milliseconds, by nearest rank.</summary>
    public double? P95DurationMs { get; }

    /// <summary>99th percentile of the duration in milliseconds, by nearest rank.</summary>
    public double? P99DurationMs { get; }

    /// <summary>Longest duration in milliseconds.</summary>
    public double? MaxDurationMs { get; }

    /// <summary>Whether the percentiles are exact; otherwise, they come from rollups and are at most 1 % off.</summary>
    public bool PercentilesExact { get; }

    /// <summary>The dimensions and the tokens.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(IsTotal ? "total of " : "")}{MessageText.Visible(Label)}: {TotalTokens:N0} tokens");
}
