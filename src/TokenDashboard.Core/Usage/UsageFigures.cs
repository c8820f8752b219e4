using System.Globalization;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Usage;

/// <summary>
/// The figures every result about usage has. Counts and sums are exact. So are the percentiles of durations computed from single
/// requests; those from a store's rollups are at most 1 % off, and <see cref="PercentilesExact"/> tells which.
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
        CachedTokens = values.Knows(Measures.CachedTokens) ? values[Measures.CachedTokens] : null;
        CacheWriteTokens = values.Knows(Measures.CacheWriteTokens) ? values[Measures.CacheWriteTokens] : null;
        ReasoningTokens = values.Knows(Measures.ReasoningTokens) ? values[Measures.ReasoningTokens] : null;
        RecordedCost = values.Knows(Measures.RecordedCost) ? (decimal)values.Real(Measures.RecordedCost) : null;
        Share = all.Tokens == 0 ? 0 : (double)TotalTokens / all.Tokens;
        if (usage is PricedUsage priced)
        {
            UsageCost cost = priced.Cost;
            (Cost, Currency, UnpricedTokens, CostIsUpperBound) = (cost.Amount, cost.Currency, cost.UnpricedTokens, cost.IsUpperBound);
            CostShare = all.Cost is > 0 && Cost is not null ? (double)(Cost / all.Cost) : null;
            if (all.ComparesPrices)
            {
                CostAtRequest = priced.CostAtRequest.Amount;
                CostDifference = Cost - CostAtRequest;
            }
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

    /// <summary>What the requests have in common, for people.</summary>
    private protected abstract string Label { get; }

    /// <summary>Whether this is the sum of other rows of the result, which a total was asked for.</summary>
    public bool IsTotal { get; internal init; }

    /// <summary>Number of requests.</summary>
    public long Requests { get; }

    /// <summary>Tokens sent.</summary>
    public long PromptTokens { get; }

    /// <summary>Tokens received.</summary>
    public long CompletionTokens { get; }

    /// <summary>The stored totals; an interrupted stream counts its prompt.</summary>
    public long TotalTokens { get; }

    /// <summary>Prompt tokens that the provider read from its cache; null if no request says.</summary>
    public long? CachedTokens { get; }

    /// <summary>Prompt tokens that the provider wrote to its cache; null if no request says.</summary>
    public long? CacheWriteTokens { get; }

    /// <summary>Completion tokens that the model used for reasoning; null if no request says.</summary>
    public long? ReasoningTokens { get; }

    /// <summary>
    /// What the priced tokens cost; null if the query has no prices, none of the tokens has one, or they are in several currencies.
    /// </summary>
    public decimal? Cost { get; }

    /// <summary>The currency of the cost; several are joined by commas.</summary>
    public string? Currency { get; }

    /// <summary>Tokens without a price; null if the query has no prices.</summary>
    public long? UnpricedTokens { get; }

    /// <summary>
    /// Whether the cost may be less: requests do not say how many of their prompt tokens were cached, and the model has a lower price for those.
    /// </summary>
    public bool CostIsUpperBound { get; }

    /// <summary>Part of the cost of the whole result, 0 to 1; null without cost.</summary>
    public double? CostShare { get; }

    /// <summary>Where the query asks for the prices of another time: the cost by the prices of the time of each request.</summary>
    public decimal? CostAtRequest { get; }

    /// <summary>Cost less <see cref="CostAtRequest"/>.</summary>
    public decimal? CostDifference { get; }

    /// <summary>Sum of the costs that imported sources recorded, in their currency; null if no request has one.</summary>
    public decimal? RecordedCost { get; }

    /// <summary>Part of all tokens of the result, 0 to 1.</summary>
    public double Share { get; }

    /// <summary>Requests with a negative policy verdict. It says nothing about whether the calls worked.</summary>
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

    /// <summary>Whether the percentiles are durations that occurred; else they come from rollups and are at most 1 % off.</summary>
    public bool PercentilesExact { get; }

    /// <summary>What is summed up, and how many tokens.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(IsTotal ? "total of " : "")}{Label}: {TotalTokens:N0} tokens");
}
