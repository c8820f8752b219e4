using System.Globalization;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Engines.Sqlite;

/// <summary>How many rows held values that could not be read, by kind. A row may count under several kinds, but once in <see cref="Rows"/>.</summary>
public sealed class UnreadableReport
{
    private readonly MeasureValues _damaged = new();

    /// <summary>Rows with at least one such value.</summary>
    public long Rows => _damaged[Measures.UnreadableRequests];

    /// <summary>Rows whose time is not UTC text such as 2026-11-16T18:15:46.680590. No question about usage counts them.</summary>
    public long Timestamps { get; private set; }

    /// <summary>Rows with a token count that is NULL (a missing total excepted), negative, not an integer or above 10^12. It counts as 0.</summary>
    public long TokenCounts => _damaged[Measures.UnreadableTokens];

    /// <summary>
    /// Rows whose duration is negative, not a number or above 10^12 ms. Latency figures leave them out, as those with NULL, which is
    /// unknown and not damaged: many imported requests have it.
    /// </summary>
    public long Durations => _damaged[Measures.UnreadableDurations];

    /// <summary>Rows whose policy verdict is neither 0 nor 1. They count as passed, as the SDK takes a missing verdict.</summary>
    public long PolicyVerdicts => _damaged[Measures.UnreadableVerdicts];

    /// <summary>
    /// Whether removed requests belong to the answer that are not in it, or not in part: of these only sums by quarters of an hour are
    /// left, without transactions and without the tokens and the verdict of each.
    /// </summary>
    public bool LacksRemoved { get; internal set; }

    /// <summary>One sentence for a warning, or <c>none</c>.</summary>
    public override string ToString()
    {
        if (Rows == 0)
        {
            return "none";
        }
        string kinds = string.Join(", ", new (long Count, string Kind)[]
        {
            (Timestamps, "without a readable time, left out"),
            (TokenCounts, "with a token count that is none, counted as 0"),
            (Durations, "without a usable duration, left out of latency"),
            (PolicyVerdicts, "without a policy verdict, counted as passed"),
        }.Where(kind => kind.Count > 0).Select(kind => string.Create(CultureInfo.InvariantCulture, $"{kind.Count:N0} {kind.Kind}")));
        return string.Create(CultureInfo.InvariantCulture, $"{Rows:N0} {(Rows == 1 ? "request has" : "requests have")} values that cannot be read: {kinds}.");
    }

    internal void Add(RequestRow row)
    {
        if (row.Unreadable == UnreadableValue.None)
        {
            return;
        }
        _damaged.Add(row.Values);
        Timestamps += row.IsTimeReadable ? 0 : 1;
    }

    internal void Add(MeasureValues damaged) => _damaged.Add(damaged);

    internal void Add(UnreadableReport other)
    {
        _damaged.Add(other._damaged);
        Timestamps += other.Timestamps;
    }
}
