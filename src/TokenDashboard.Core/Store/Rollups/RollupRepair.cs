using System.Diagnostics;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Store.Rollups;

/// <summary>
/// Computes stale pieces of the rollups anew: quarters of an hour from their requests, longer pieces from the quarters. A piece stays
/// stale, and so unused, until all of it is written, which may take several transactions.
/// </summary>
internal sealed class RollupRepair(StoreOptimizer optimizer, CancellationToken cancellation)
{
    private const int MaxAttempts = 20;
    private const int StepsPerFlush = 2_000;

    private readonly List<Action> _steps = [];
    private RollupState _state = optimizer.ReadState();
    private Dictionary<long, RollupGroup> _groups = [];
    private int _pieces;
    private long _repaired;

    /// <summary>Repairs everything that is stale.</summary>
    /// <returns>How many pieces were repaired.</returns>
    public long Run()
    {
        // What was computed before somebody else changed the rollups is computed anew.
        for (int attempt = 0; attempt < MaxAttempts && !RepairAll(); attempt++)
        {
            Forget();
        }
        return _repaired;
    }

    private bool RepairAll()
    {
        _state = optimizer.ReadState();
        if (!_state.IsUsable)
        {
            // Who throws the sums away builds them up again.
            return true;
        }
        ILookup<RollupLevel, long> stale = optimizer.Store.Read(() => RollupQueries.ReadStale(optimizer.Store)).Order().ToLookup(piece => piece.Level, piece => piece.Start);
        // Longer pieces are computed from quarters that are right, as they are by then: a mark added since would be a new version.
        return Repair(RollupLevel.Quarter, stale) && StoreOptimizer.LongerLevels.All(level => Repair(level, stale));
    }

    private bool Repair(RollupLevel level, ILookup<RollupLevel, long> stale)
    {
        _groups = optimizer.Store.Read(() => RollupQueries.ReadGroups(optimizer.Store, new RequestFilter()));
        foreach (long start in stale[level])
        {
            cancellation.ThrowIfCancellationRequested();
            AddSteps(level, start);
            if (_steps.Count >= StepsPerFlush && !Flush())
            {
                return false;
            }
        }
        return Flush();
    }

    private void AddSteps(RollupLevel level, long start)
    {
        _pieces++;
        var batch = new RollupBatch();
        Dictionary<RollupGroup, RollupSums> sums = level == RollupLevel.Quarter ? OfRequests(start, batch) : OfQuarters(level, start);
        _steps.Add(() => optimizer.Tables.Run($"DELETE FROM {RollupSchema.Sums} WHERE level = ?1 AND start = ?2", (long)level, start));
        foreach ((RollupGroup group, RollupSums groupSums) in sums)
        {
            _steps.Add(() => optimizer.Tables.Put(level, start, group, groupSums));
        }
        _steps.Add(() =>
        {
            if (level == RollupLevel.Quarter)
            {
                optimizer.Tables.Run($"DELETE FROM {RollupSchema.Unreadable} WHERE start = ?1", start);
                optimizer.Tables.AddUnreadable(batch);
            }
            optimizer.Tables.RemoveStale(level, start);
        });
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

    private Dictionary<RollupGroup, RollupSums> OfRequests(long start, RollupBatch batch)
    {
        List<RowRange> ranges = RollupQueries.ReadRanges(optimizer.Store, start, start + 1);
        using var scanner = new RowScanner(
            optimizer.Store, new RequestFilter(), RequestText.User | RequestText.Model | RequestText.Provider | RequestText.RequestType,
            ranges: RowRange.Merge(ranges));
        scanner.ReadAll(row =>
        {
            if (row.Id <= _state.Watermark && RollupBatch.QuarterOf(row) == start)
            {
                batch.Add(row);
            }
        });
        return batch.Quarters.ToDictionary(quarter => quarter.Key.Group, quarter => quarter.Value);
    }

    private Dictionary<RollupGroup, RollupSums> OfQuarters(RollupLevel level, long start)
    {
        var sums = new Dictionary<RollupGroup, RollupSums>();
        for (long hour = start; hour < start + level.Seconds(); hour += RollupLevels.HourSeconds)
        {
            foreach (RollupLevel quarters in (ReadOnlySpan<RollupLevel>)[RollupLevel.RemovedQuarter, RollupLevel.Quarter])
            {
                _ = optimizer.Store.Read(() => RollupQueries.ReadRun(optimizer.Store, quarters, hour, hour + RollupLevels.HourSeconds, TimeSpan.MaxValue, _groups, row =>
                {
                    RollupGroup group = level.HasUsers() ? row.Group : row.Group.OfAllUsers();
                    if (!sums.TryGetValue(group, out RollupSums? all))
                    {
                        sums.Add(group, all = new RollupSums());
                    }
                    all.Add(row.ToSums());
                }));
            }
        }
        return sums;
    }
}
