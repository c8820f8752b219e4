using TokenDashboard.Usage;

namespace TokenDashboard;

/// <summary>The measures of usage, the times of its requests, and the change from the previous period of equal length, which is null without a comparison.</summary>
public abstract class ComparedFigures : UsageFigures
{
    private protected ComparedFigures(UsageAccumulator usage, UsageTotals all, UsageAccumulator? previous)
        : base(usage, all)
    {
        (FirstRequest, LastRequest) = (usage.Values.Time(Measures.FirstTicks), usage.Values.Time(Measures.LastTicks));
        (PreviousRequests, PreviousTokens) = (previous?.Requests, previous?.TotalTokens);
        PreviousCost = UsageCost.Of(previous) is { } before ? InCurrency(before.Amount, before.Currency) : null;
    }

    /// <summary>The previous time range of equal length. Null if the first request of the stores is later than its start, as only a part could be compared.</summary>
    /// <exception cref="TokenDashboardException">In the same cases as <see cref="TimeRange.Previous"/>.</exception>
    internal static TimeRange? PreviousOf(TimeRange range, IReadOnlyList<ITelemetryStore> stores)
    {
        TimeRange previous = range.Previous();
        // Of removed requests, only whole quarter-hours are known.
        DateTimeOffset start = previous.Since!.Value;
        var before = new DateTimeOffset(start.UtcTicks - (start.UtcTicks % TimeSpan.FromMinutes(15).Ticks), TimeSpan.Zero);
        return RequestQuery.IsAnyBefore(stores, before) ? previous : null;
    }

    /// <summary>Time of the first request; null without requests.</summary>
    public DateTimeOffset? FirstRequest { get; }

    /// <summary>Time of the last request; null without requests.</summary>
    public DateTimeOffset? LastRequest { get; }

    /// <summary>Requests in the previous period.</summary>
    public long? PreviousRequests { get; }

    /// <summary>Tokens in the previous period.</summary>
    public long? PreviousTokens { get; }

    /// <summary>The increase of tokens from the previous period.</summary>
    public long? Change => TotalTokens - PreviousTokens;

    /// <summary>The relative change of tokens: 0.5 is an increase of 50 %. Null without tokens in the previous period.</summary>
    public double? ChangeRatio => PreviousTokens is > 0 ? (double?)Change / PreviousTokens : null;

    /// <summary>The cost of the previous period; null without prices, or if it is in another currency.</summary>
    public decimal? PreviousCost { get; }

    /// <summary>The increase of the cost from the previous period.</summary>
    public decimal? CostChange => Cost - PreviousCost;

    /// <summary>The relative change of the cost.</summary>
    public double? CostChangeRatio => PreviousCost is > 0 ? (double?)(CostChange / PreviousCost) : null;
}
