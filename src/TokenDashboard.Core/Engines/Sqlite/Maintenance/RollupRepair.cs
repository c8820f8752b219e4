using System.Diagnostics;
using TokenDashboard.Engines.Sqlite.Rollups;

namespace TokenDashboard.Engines.Sqlite.Maintenance;

/// <summary>
/// Rebuilds sums, a day at a time: writes those in which the rollups differ from the requests. What is stale stays so, and unused, until
/// all of its day is written, which may take several transactions.
/// </summary>
internal sealed class RollupRepair(StoreOptimizer optimizer, CancellationToken cancellation)
{
    private const int MaxAttempts = 20;

    /// <summary>Repairs the days of which something is stale, and others.</summary>
    /// <returns>How many levels and starts were repaired.</returns>
    public long Run(IEnumerable<long> days)
    {
        var left = days.ToHashSet();
        long repaired = 0;
        // What was computed before somebody else changed the rollups is computed again.
        for (int attempt = 0; attempt < MaxAttempts; attempt++)
        {
            RollupState state = optimizer.ReadState();
            // Where the rollups cannot be used, they are built up again as a whole.
            left.UnionWith(state.IsUsable ? RollupStore.ReadStaleDays(optimizer.Store) : []);
            if (!state.IsUsable || left.Order().ToArray().All(day => RepairDay(day, ref state, ref repaired) && left.Remove(day)))
                break;
        }
        return repaired;
    }

    private bool RepairDay(long day, ref RollupState state, ref long repaired)
    {
        cancellation.ThrowIfCancellationRequested();
        RollupDifference[] differences = [.. RollupVerifier.CompareDay(optimizer.Store, day, RollupVerifier.ReadRequests(optimizer.Store, state, day, day + RollupLevels.DaySeconds))];
        for (int done = 0; done <= differences.Length;)
        {
            int next = done;
            bool written = optimizer.TryWrite(state, () =>
            {
                next = done;
                for (var watch = Stopwatch.StartNew(); next < differences.Length && (next == done || watch.Elapsed < optimizer.Connection.Work); next++)
                    optimizer.Tables.Write(differences[next]);
                if (next == differences.Length)
                {
                    optimizer.Tables.Run($"DELETE FROM {RollupSchema.Stale} WHERE start >= ?1 AND start < ?1 + {RollupLevels.DaySeconds}", day);
                    next++;
                }
            });
            if (!written)
                return false;
            state = state with { Version = state.Version + 1 };
            done = next;
        }
        repaired += differences.Select(difference => (difference.Key.Level, difference.Key.Start)).Distinct().Count();
        return true;
    }
}
