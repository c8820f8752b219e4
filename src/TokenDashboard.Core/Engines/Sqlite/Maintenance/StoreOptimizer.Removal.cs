using TokenDashboard.Engines.Sqlite.Rollups;

namespace TokenDashboard.Engines.Sqlite.Maintenance;

/// <summary>
/// Removes old requests from a store in small transactions, and keeps their rollups. Each transaction removes requests and moves their
/// sums, so that every request counts exactly once.
/// </summary>
internal sealed partial class StoreOptimizer
{
    private const int MostRows = 100_000;
    private int _rowsPerBatch = SmallestBatch;

    /// <summary>Removes the requests before a quarter-hour, the smallest unit of rollups. Returns their number, which progress also receives. The refresh before it has its own progress.</summary>
    public long Remove(DateTimeOffset before, Action<long>? progress = null, Action<long, long>? refreshProgress = null)
    {
        long removed = 0;
        // Without AUTOINCREMENT, the id of a removed last row would be reused, and the rollups could not distinguish its successor.
        long keptRow = _store.Has("sqlite_sequence") ? -1 : _store.Rows().Last;
        // A concurrent change restarts a batch. The loop ends when a whole pass finds nothing to remove.
        while (RemovePass(before, keptRow, ref removed, progress, refreshProgress))
        {
        }
        Repair();
        return removed;
    }

    private bool RemovePass(DateTimeOffset before, long keptRow, ref long removed, Action<long>? progress, Action<long, long>? refreshProgress)
    {
        Refresh(refreshProgress);
        RollupState state = ReadState();
        // An import must not restore requests that are removed next.
        for (bool complete = false; !complete;)
            _connection.InTransaction(() => complete = _imports.LearnKeys(_connection.Deadline));
        long end = RollupLevels.StartOf(RollupLevels.SecondOf(before.UtcTicks), RollupLevels.QuarterSeconds);
        List<RowRange> ranges = RollupStore.ReadRanges(_store, RollupSchema.NoTime + 1, end);
        if (ranges.Count == 0)
            return false;
        using var scanner = new RowScanner(_store, new RequestFilter(), RollupBatch.Texts, ranges: RowRange.Merge(ranges), window: ReadWindow);
        var batch = new RollupBatch();
        var ids = new List<long>();
        long keptQuarter = RollupSchema.NoTime;
        for (bool more = true; more;)
        {
            more = scanner.ReadWindow(row =>
            {
                if (row.Id == keptRow)
                {
                    keptQuarter = RollupBatch.QuarterOf(row);
                }
                else if (row.Id <= state.Watermark && row.IsTimeReadable && RollupBatch.QuarterOf(row) < end)
                {
                    batch.Add(row);
                    ids.Add(row.Id);
                }
            });
            if (ids.Count > 0 && (!more || ids.Count >= _rowsPerBatch))
            {
                bool written = RemoveBatch(ref state, batch, ids);
                _rowsPerBatch = (int)Math.Clamp(ids.Count * _connection.Growth, SmallestBatch, MostRows);
                if (!written)
                    return true;
                removed += ids.Count;
                progress?.Invoke(removed);
                (batch, ids) = (new RollupBatch(), []);
            }
        }
        return !ForgetQuarters(state, string.Create(CultureInfo.InvariantCulture, $"start > {RollupSchema.NoTime} AND start < {end} AND start <> {keptQuarter}"));
    }

    private bool RemoveBatch(ref RollupState state, RollupBatch batch, List<long> ids)
    {
        bool hasDetails = _store.HasDetails;
        return _tables.TryWrite(ref state, () =>
        {
            // The first import can begin at any time.
            if (!_imports.LearnKeys(_connection.Deadline))
                throw new TransactionLateException();
            _tables.Add(batch.Quarters.Select(quarter => KeyValuePair.Create(quarter.Key with { Level = RollupLevel.RemovedQuarter }, quarter.Value)));
            // Quarter-hours still contain the removed requests. Until they are rebuilt, the remaining requests are read individually.
            foreach (long start in batch.Quarters.Keys.Select(quarter => quarter.Start).Distinct())
                _tables.AddStale(RollupLevel.Quarter, start);
            foreach (long id in ids)
            {
                _connection.ThrowIfLate();
                _connection.Run($"DELETE FROM {TelemetrySql.Table} WHERE rowid = ?1", id);
                if (hasDetails)
                    _connection.Run($"DELETE FROM {TelemetrySql.DetailTable} WHERE row_id = ?1", id);
            }
            _connection.Run(RollupSchema.NextRemoval);
        });
    }

    // Removes the sums and the row ranges of empty quarter-hours; false if new requests were added.
    private bool ForgetQuarters(RollupState state, string emptied)
    {
        string quarters = $"level = {RollupLevel.Quarter:D} AND {emptied}";
        (string, string)[] tables = [(RollupSchema.Sums, quarters), (RollupSchema.Rows, emptied), (RollupSchema.Stale, quarters)];
        bool more = true, written = true;
        while (more && written)
            written = _tables.TryWrite(ref state, () => more = _tables.DeleteSome(tables));
        return written;
    }
}
