using TokenDashboard.Usage;

namespace TokenDashboard;

/// <summary>Usage of one user in a time range.</summary>
public sealed class UserTokenUsage : ComparedFigures
{
    internal UserTokenUsage(string? user, int rank, (DateTimeOffset? Start, DateTimeOffset? End) range, IEnumerable<string> models, UsageAccumulator usage, UsageTotals all, UsageAccumulator? previous)
        : base(usage, all, previous)
    {
        User = user;
        Rank = rank;
        (Start, End) = range;
        Models = new TextList<string>(models);
    }

    /// <summary>1 for the user with the most tokens or, if cost is the order, with the highest cost. 0 in a total.</summary>
    public int Rank { get; }

    /// <summary>The user; the empty string means requests without a user name. Null in a total.</summary>
    public string? User { get; }

    /// <summary>The dimension of the row; empty in a total. In a CSV file, null is empty, and this prevents a total from selecting requests without a user.</summary>
    public string GroupedBy => IsTotal ? "" : nameof(User);

    /// <summary>The start of the time range, with the zone's offset; null if it is open.</summary>
    public DateTimeOffset? Start { get; }

    /// <summary>The exclusive end.</summary>
    public DateTimeOffset? End { get; }

    /// <summary>The models used, by name.</summary>
    public TextList<string> Models { get; }

    private protected override string Label => User ?? "all";
}
