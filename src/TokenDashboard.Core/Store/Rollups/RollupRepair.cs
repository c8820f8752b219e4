using System.Diagnostics;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Store.Rollups;

/// <summary>
/// Rebuilds stale sums: quarters of an hour from their requests, longer levels from the quarters. Sums stay stale, and so unused, until
/// all of a level and start are written, which may take several transactions.
/// </summary>
internal sealed class RollupRepair(StoreOptimizer optimizer, CancellationToken cancellation)
{
    private const int MaxAttempts = 20;
    private const int StepsPerFlush = 2_000;

    private readonly List<Action> _steps = [];
    private RollupState _state = optimizer.ReadState();
    private int _pieces;
    private long _repaired;

    /// <summary>Repairs everything that is stale.</summary>
    /// <returns>How many levels and starts were repaired.</returns>
    public long Run()
    {
        // What was computed before somebody else changed the rollups is computed again.
        for (int attempt = 0; attempt < MaxAttempts && !RepairAll(); attempt++)
        {
            Forget();
        }
        return _repaired;
    }

    private bool RepairAll()
    {
        _state = optimizer.ReadState();
        // Longer levels are computed from quarters that are right, as they are by then: a mark added since would be a new version.
        // Where the rollups cannot be used, they are built up again as a whole.
        return !_state.IsUsable || optimizer.Store.Read(() => RollupStore.ReadStale(optimizer.Store)).GroupBy(stale => stale.Level).All(level =>
        {
            foreach ((_, long start) in level)
            {
                cancellation.ThrowIfCancellationRequested();
                AddSteps(level.Key, start);
                if (_steps.Count >= StepsPerFlush && !Flush())
                {
                    return false;
                }
            }
            return Flush();
        });
    }

    private void AddSteps(RollupLevel level, long start)
    {
        _pieces++;
        _steps.Add(() => optimizer.Tables.Run($"DELETE FROM {RollupSchema.Sums} WHERE level = ?1 AND start = ?2", (long)level, start));
        foreach ((RollupKey key, UsageAccumulator usage) in level == RollupLevel.Quarter ? OfRequests(start) : OfQuarters(level, start))
        {
            _steps.Add(() => optimizer.Tables.Put(key, usage));
        }
        _steps.Add(() => optimizer.Tables.RemoveStale(level, start));
    }

    private bool Flush()
    {
        for (int done = 0; done < _steps.Count;)
        {
            int next = done;
            bool written = optimizer.TryWrite(_state, () =>
            {
                next = done;
                for (var watch = Stopwatch.StartNew(); next < _steps.Count && (next == done || watch.Elapsed < optimizer.Connection.Work);)
                {
                    _steps[next++]();
                }
            });
            if (!written)
            {
                return false;
            }
            _state = _state with { Version = _state.Version + 1 };
            done = next;
        }
        _repaired += _pieces;
        Forget();
        return true;
    }

    private void Forget()
    {
        _steps.Clear();
        _pieces = 0;
    }

    private Dictionary<RollupKey, UsageAccumulator> OfRequests(long start) =>
        RollupVerifier.ReadRequests(optimizer.Store, _state, start, start + RollupLevels.QuarterSeconds).Quarters;

    private IEnumerable<KeyValuePair<RollupKey, UsageAccumulator>> OfQuarters(RollupLevel level, long start)
    {
        var quarters = new List<KeyValuePair<RollupKey, UsageAccumulator>>();
        foreach (RollupLevel source in (ReadOnlySpan<RollupLevel>)[RollupLevel.RemovedQuarter, RollupLevel.Quarter])
        {
            RollupStore.ReadAllSums(
                optimizer.Store, source, start, start + level.Seconds(), new RequestFilter(), row => quarters.Add(KeyValuePair.Create(row.Key, row.ToAccumulator())));
        }
        return RollupBatch.Longer(quarters).Where(sum => sum.Key.Level == level);
    }
}
