using TokenDashboard.Telemetry;

namespace TokenDashboard.Store.Rollups;

/// <summary>
/// Which rows of the rollups answer a question about a range of time: the longest pieces that lie in it as a whole, do not lie across a
/// boundary the question draws, and are not stale. What is left over are quarters of an hour whose requests are read one by one.
/// </summary>
internal sealed class RollupPlan
{
    private readonly Dictionary<RollupLevel, List<(long From, long Until)>> _runs = [];

    /// <summary>Makes a plan.</summary>
    /// <param name="range">The time asked for.</param>
    /// <param name="data">The seconds between which the rollups hold anything; the second one is not in it.</param>
    /// <param name="needsUsers">Whether users must be told apart.</param>
    /// <param name="boundaryAfter">The first boundary after an instant, in UTC ticks; null where the question draws none.</param>
    /// <param name="isStale">Whether a piece must not be used.</param>
    public RollupPlan(
        TimeRange range, (long From, long Until) data, bool needsUsers, Func<long, long>? boundaryAfter, Func<RollupLevel, long, bool> isStale)
    {
        RollupLevel[] levels = needsUsers
            ? [RollupLevel.Day, RollupLevel.Hour, RollupLevel.Quarter]
            : [RollupLevel.DayAllUsers, RollupLevel.HourAllUsers, RollupLevel.Quarter];
        long since = range.Since?.UtcTicks ?? long.MinValue, until = range.Until?.UtcTicks ?? long.MaxValue;
        (long first, long end) = data;
        if (range.Since is not null)
        {
            first = Math.Max(first, RollupLevels.StartOf(RollupLevels.SecondOf(since), RollupLevels.QuarterSeconds));
        }
        if (range.Until is not null)
        {
            end = Math.Min(end, RollupLevels.SecondOf(until - 1) + 1);
        }
        for (long start = first; start < end;)
        {
            long ticks = RollupLevels.TicksOf(start);
            long boundary = boundaryAfter?.Invoke(ticks) ?? long.MaxValue;
            RollupLevel? level = null;
            foreach (RollupLevel candidate in levels)
            {
                long pieceEnd = RollupLevels.TicksOf(start + candidate.Seconds());
                if (RollupLevels.StartOf(start, candidate.Seconds()) == start && ticks >= since && pieceEnd <= until && pieceEnd <= boundary
                    && !isStale(candidate, start))
                {
                    level = candidate;
                    break;
                }
            }
            if (level is not { } used)
            {
                Edges.Add(start);
            }
            else
            {
                Extend(used, start);
            }
            // Of what was removed no requests are left to read, so its quarters count by their beginning.
            if (level is null or RollupLevel.Quarter && ticks >= since)
            {
                Extend(RollupLevel.RemovedQuarter, start);
            }
            start += (level ?? RollupLevel.Quarter).Seconds();
        }
        (First, End) = (first, end);
    }

    /// <summary>The second at which the first piece begins.</summary>
    public long First { get; }

    /// <summary>The second at which no piece begins any more.</summary>
    public long End { get; }

    /// <summary>Runs of pieces to read: those that begin at a second or later, and before another.</summary>
    public IEnumerable<(RollupLevel Level, long From, long Until)> Runs =>
        _runs.SelectMany(level => level.Value.Select(run => (level.Key, run.From, run.Until)));

    /// <summary>The seconds at which quarters begin whose requests must be read.</summary>
    public HashSet<long> Edges { get; } = [];

    private void Extend(RollupLevel level, long start)
    {
        if (!_runs.TryGetValue(level, out List<(long From, long Until)>? runs))
        {
            _runs.Add(level, runs = []);
        }
        long end = start + level.Seconds();
        if (runs.Count > 0 && runs[^1].Until == start)
        {
            runs[^1] = (runs[^1].From, end);
        }
        else
        {
            runs.Add((start, end));
        }
    }
}
