using TokenDashboard.Engines.Sqlite.Rollups;

namespace TokenDashboard.Engines.Sqlite.Maintenance;

/// <summary>
/// Rebuilds rollups, one day at a time, by writing the sums that differ from the requests. Stale sums stay stale, and unused, until
/// their whole day is written, which can take several transactions.
/// </summary>
internal sealed partial class StoreOptimizer
{
    private const int MaxAttempts = 20;

    // Repairs the days with stale sums, and the specified days.
    private void Repair(params IEnumerable<long> days)
    {
        var left = days.ToHashSet();
        // Sums that were computed before a concurrent change of the rollups are computed again.
        for (int attempt = 0; attempt < MaxAttempts; attempt++)
        {
            RollupState state = ReadState();
            // If the rollups are unusable, they are rebuilt completely.
            left.UnionWith(state.IsUsable ? RollupStore.ReadStale(_store).Select(stale => RollupLevels.DayOf(stale.Start)) : []);
            if (!state.IsUsable || left.Order().ToArray().All(day => RepairDay(day, ref state) && left.Remove(day)))
                break;
        }
    }

    private bool RepairDay(long day, ref RollupState state)
    {
        RollupDifference[] differences = [.. RollupVerifier.CompareDay(_store, day, RollupVerifier.ReadRequests(_store, state, day, day + RollupLevels.DaySeconds))];
        for (int done = 0; done <= differences.Length;)
        {
            int next = done;
            bool written = _tables.TryWrite(ref state, () =>
            {
                next = done;
                for (var watch = Stopwatch.StartNew(); next < differences.Length && (next == done || watch.Elapsed < _connection.Work); next++)
                    _tables.Put(differences[next].Key, differences[next].Expected);
                if (next == differences.Length)
                {
                    _connection.Run($"DELETE FROM {RollupSchema.Stale} WHERE start >= ?1 AND start < ?2", day, day + RollupLevels.DaySeconds);
                    next++;
                }
            });
            if (!written)
                return false;
            done = next;
        }
        RepairedBuckets += differences.Select(difference => (difference.Key.Level, difference.Key.Start)).Distinct().Count();
        return true;
    }
}
