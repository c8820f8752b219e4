using System.Diagnostics;
using TokenDashboard.Engines.Sqlite.Rollups;

namespace TokenDashboard.Engines.Sqlite.Maintenance;

/// <summary>
/// Rebuilds rollups, one day at a time: writes the sums that differ from the requests. Stale sums stay stale, and unused, until
/// their whole day is written, which can take several transactions.
/// </summary>
internal sealed class RollupRepair(StoreOptimizer optimizer, CancellationToken cancellation)
{
    private const int MaxAttempts = 20;

    /// <summary>Repairs the days with stale sums, and the specified days.</summary>
    /// <returns>The number of repaired buckets.</returns>
    public long Run(IEnumerable<long> days)
    {
        var left = days.ToHashSet();
        long repaired = 0;
        // Sums that were computed before a concurrent change of the rollups are computed again.
        for (int attempt = 0; attempt < MaxAttempts; attempt++)
        {
            RollupState state = optimizer.ReadState();
            // If the rollups are unusable, they are rebuilt completely.
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
