using System.Globalization;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Usage;

/// <summary>Usage of one user in one time unit.</summary>
public sealed class UserTokenUsagePeriod : UsageFigures
{
    internal UserTokenUsagePeriod(string? user, DateTimeOffset? start, DateTimeOffset? end, bool isPartial, UsageAccumulator usage, UsageTotals all, long? cumulativeTokens, decimal? cumulativeCost)
        : base(usage, all)
    {
        User = user;
        Start = start;
        End = end;
        IsPartial = isPartial;
        CumulativeTokens = cumulativeTokens;
        CumulativeCost = cumulativeCost;
    }

    /// <summary>The user; the empty string means requests without a user name. Null in a total.</summary>
    public string? User { get; }

    /// <summary>Start of the period, with the zone's offset; null in a total.</summary>
    public DateTimeOffset? Start { get; }

    /// <summary>Exclusive end of the period.</summary>
    public DateTimeOffset? End { get; }

    /// <summary>Whether the time range contains only a part of the period, or the period has not ended.</summary>
    public bool IsPartial { get; }

    /// <summary>The user's tokens from the start of the result to the end of this period; null if not requested.</summary>
    public long? CumulativeTokens { get; }

    /// <summary>The cost of these tokens, if they have a price; null if not requested.</summary>
    public decimal? CumulativeCost { get; }

    private protected override string Label => Start is null ? User ?? "all" : string.Create(CultureInfo.InvariantCulture, $"{User}, {Start:yyyy-MM-dd HH:mm zzz}");
}
