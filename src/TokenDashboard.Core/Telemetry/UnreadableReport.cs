namespace TokenDashboard;

/// <summary>The number of rows with unreadable values, by kind. A row can have several kinds, but counts once in <see cref="Rows"/>.</summary>
public sealed class UnreadableReport
{
    private readonly MeasureValues _damaged = new();

    /// <summary>Rows with at least one such value.</summary>
    public long Rows => _damaged[Measures.UnreadableRequests];

    /// <summary>Rows whose time is not UTC text such as 2026-11-16T18:15:46.680590. Usage queries do not count them.</summary>
    public long Timestamps { get; private set; }

    /// <summary>Rows with a token count that is NULL (except a missing total), negative, not an integer or above 10^12. Such a count is read as 0.</summary>
    public long TokenCounts => _damaged[Measures.UnreadableTokens];

    /// <summary>
    /// Rows whose duration is negative, not a number or above 10^12 ms. Latency ignores them. It also ignores rows with NULL, which means
    /// unknown, not invalid, as in many imported requests.
    /// </summary>
    public long Durations => _damaged[Measures.UnreadableDurations];

    /// <summary>Rows whose policy verdict is neither 0 nor 1. They count as passed, like a missing verdict in the SDK.</summary>
    public long PolicyVerdicts => _damaged[Measures.UnreadableVerdicts];

    /// <summary>
    /// Whether removed requests are missing in the result, or in part of it. Only their rollups by quarter-hour exist,
    /// without transactions and without the tokens and the verdict of each request.
    /// </summary>
    public bool LacksRemoved { get; internal set; }

    /// <summary>The explanation, for a warning.</summary>
    internal const string RemovedText = "Remove-TokenUsage removed requests of this result. Rollups do not support transactions, -PolicyFailed, -MinTokens or parts of a quarter-hour, "
        + "and rollups of another version of this module cannot be read. Therefore, the removed requests are omitted or not exact.";

    /// <summary>The number of requests that were read for the result.</summary>
    internal long RequestsRead { get; set; }

    /// <summary>The number of rollup rows that were read for the result.</summary>
    internal long RollupsRead { get; set; }

    /// <summary>
    /// If the store returned only the groups that <see cref="UsageScope.Largest"/> requests, and the values of their requests, the cost that the others do not
    /// exceed: infinity if unknown, and negative if there are none. Otherwise null.
    /// </summary>
    internal double? MostOmittedCost { get; set; }

    /// <summary>A description of the data that was read for the result.</summary>
    public string Reads() => RollupsRead == 0
        ? string.Create(CultureInfo.InvariantCulture, $"{RequestsRead:N0} requests, without rollups,")
        : string.Create(CultureInfo.InvariantCulture, $"{RollupsRead:N0} rows of rollups and {RequestsRead:N0} requests");

    /// <summary>One sentence for a warning, or <c>none</c>.</summary>
    public override string ToString()
    {
        if (Rows == 0)
            return "none";
        string kinds = string.Join(", ", new (long Count, string Kind)[]
        {
            (Timestamps, "without a readable time, omitted"),
            (TokenCounts, "with an invalid token count, read as 0"),
            (Durations, "with an invalid duration, ignored in latency"),
            (PolicyVerdicts, "without a policy verdict, counted as passed"),
        }.Where(kind => kind.Count > 0).Select(kind => string.Create(CultureInfo.InvariantCulture, $"{kind.Count:N0} {kind.Kind}")));
        return string.Create(CultureInfo.InvariantCulture, $"{Rows:N0} {(Rows == 1 ? "request has" : "requests have")} unreadable values: {kinds}.");
    }

    /// <summary>Adds a single request.</summary>
    internal void Add(MeasureValues values, UnreadableValue unreadable)
    {
        if (unreadable == UnreadableValue.None)
            return;
        _damaged.Add(values);
        Timestamps += (unreadable & UnreadableValue.Timestamp) == 0 ? 0 : 1;
    }

    /// <summary>Adds the sum of several requests that all have readable times.</summary>
    internal void Add(MeasureValues values) => _damaged.Add(values);

    /// <summary>Adds the sum of several requests without readable times.</summary>
    internal void AddWithoutTime(MeasureValues values)
    {
        _damaged.Add(values);
        Timestamps += values[Measures.Requests];
    }

    internal void Add(UnreadableReport other)
    {
        _damaged.Add(other._damaged);
        Timestamps += other.Timestamps;
        RequestsRead += other.RequestsRead;
        RollupsRead += other.RollupsRead;
        LacksRemoved |= other.LacksRemoved;
        MostOmittedCost ??= other.MostOmittedCost;
    }
}

/// <summary>The kinds of unreadable values.</summary>
[Flags]
internal enum UnreadableValue
{
    None = 0,
    Timestamp = 1,
    Tokens = 2,
    Duration = 4,
    PolicyVerdict = 8,

    /// <summary>The duration is NULL: unknown, not invalid, as in many imported requests.</summary>
    MissingDuration = 16,
}
