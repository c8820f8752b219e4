using TokenDashboard.Telemetry;

namespace TokenDashboard.Usage;

/// <summary>Usage of one user in a time range.</summary>
public sealed class UserTokenUsage : UsageFigures
{
    internal UserTokenUsage(string? user, int rank, IEnumerable<string> models, UsageAccumulator usage, UsageTotals all, UsageAccumulator? previous)
        : base(usage, all)
    {
        User = user;
        Rank = rank;
        Models = new NameList(models);
        if (usage.Requests > 0)
        {
            FirstSeen = new DateTimeOffset(usage.Values[Measures.FirstTicks], TimeSpan.Zero);
            LastSeen = new DateTimeOffset(usage.Values[Measures.LastTicks], TimeSpan.Zero);
        }
        if (previous is not null)
        {
            PreviousTokens = previous.TotalTokens;
            Change = TotalTokens - previous.TotalTokens;
            PreviousCost = UsageCost.Of(previous)?.Amount;
            CostChange = Cost - PreviousCost;
            ChangeRatio = previous.TotalTokens == 0 ? null : (double)(TotalTokens - previous.TotalTokens) / previous.TotalTokens;
        }
    }

    /// <summary>1 for the user with the most tokens, or with the highest cost if that is the order; 0 in a total.</summary>
    public int Rank { get; }

    /// <summary>The user; the empty string means requests without a user name. Null in a total.</summary>
    public string? User { get; }

    /// <summary>The models used, by name.</summary>
    public NameList Models { get; }

    /// <summary>Time of the user's first request in the range; null without requests.</summary>
    public DateTimeOffset? FirstSeen { get; }

    /// <summary>Time of the user's last request in the range; null without requests.</summary>
    public DateTimeOffset? LastSeen { get; }

    /// <summary>Tokens in the previous period, of equal length; null without a comparison.</summary>
    public long? PreviousTokens { get; }

    /// <summary>The cost of the previous period; null without prices or a comparison.</summary>
    public decimal? PreviousCost { get; }

    /// <summary>The increase of the cost from the previous period.</summary>
    public decimal? CostChange { get; }

    /// <summary>The increase of tokens from the previous period; null without a comparison.</summary>
    public long? Change { get; }

    /// <summary>The relative change of tokens: 0.5 is an increase of 50 %. Null if there were none before.</summary>
    public double? ChangeRatio { get; }

    private protected override string Label => User ?? "all";
}
