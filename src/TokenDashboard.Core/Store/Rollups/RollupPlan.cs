using TokenDashboard.Telemetry;

namespace TokenDashboard.Store.Rollups;

/// <summary>
/// Which rows of the rollups answer a question about a range of time: the longest pieces that lie in it as a whole, do not lie across a
/// boundary the question draws, and are not stale. What is left over are quarters of an hour whose requests are read one by one.
/// </summary>
internal sealed class RollupPlan
{
    /// <summary>Makes a plan.</summary>
    /// <param name="range">The time asked for.</param>
    /// <param name="data">The seconds between which the rollups hold anything; the second one is not in it.</param>
    /// <param name="needsUsers">Whether users must be told apart.</param>
    /// <param name="boundaryAfter">The first boundary after an instant, in UTC ticks; null where the question draws none.</param>
    /// <param name="isUnusable">Whether a piece must not be used.</param>
    public RollupPlan(
        TimeRange range, (long From, long Until) data, bool needsUsers, Func<long, long>? boundaryAfter, Func<RollupLevel, long, bool> isUnusable)
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
                    && !isUnusable(candidate, start))
                {
                    level = candidate;
                    break;
                }
            }
            Extend(level, start);
            start += (level ?? RollupLevel.Quarter).Seconds();
        }
    }

    /// <summary>What is to be read, by time.</summary>
    public List<RollupRun> Runs { get; } = [];

    private void Extend(RollupLevel? level, long start)
    {
        long end = start + (level ?? RollupLevel.Quarter).Seconds();
        if (Runs.Count > 0 && Runs[^1].Level == level && Runs[^1].Until == start)
        {
            Runs[^1] = Runs[^1] with { Until = end };
        }
        else
        {
            Runs.Add(new RollupRun(level, start, end));
        }
    }
}
