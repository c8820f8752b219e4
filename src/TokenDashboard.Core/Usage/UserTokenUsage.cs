namespace TokenDashboard.Usage;

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

    /// <summary>1 for the user with the most tokens, or with the highest cost if that is the order; 0 in a total.</summary>
    public int Rank { get; }

    /// <summary>The user; the empty string means requests without a user name. Null in a total.</summary>
    public string? User { get; }

    /// <summary>The dimension of the row, so that one from a CSV file, where null is empty, does not select requests without a user; empty in a total.</summary>
    public string GroupedBy => IsTotal ? "" : nameof(User);

    /// <summary>The start of the time range, with the zone's offset; null if it is open.</summary>
    public DateTimeOffset? Start { get; }

    /// <summary>The exclusive end.</summary>
    public DateTimeOffset? End { get; }

    /// <summary>The models used, by name.</summary>
    public TextList<string> Models { get; }

    private protected override string Label => User ?? "all";
}
