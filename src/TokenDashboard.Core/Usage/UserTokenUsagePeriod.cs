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

    /// <summary>Whether the row has a part of its period only: the range begins or ends within it, or it is not over.</summary>
    public bool IsPartial { get; }

    /// <summary>The user's tokens from the beginning of the result until the end of this period; null when not asked for.</summary>
    public long? CumulativeTokens { get; }

    /// <summary>What these tokens cost, so far as they have a price; null when not asked for.</summary>
    public decimal? CumulativeCost { get; }

    private protected override string Label => Start is null ? User ?? "all" : string.Create(CultureInfo.InvariantCulture, $"{User}, {Start:yyyy-MM-dd HH:mm zzz}");
}
