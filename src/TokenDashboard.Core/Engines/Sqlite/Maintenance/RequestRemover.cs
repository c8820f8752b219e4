using TokenDashboard.Engines.Sqlite.Rollups;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Engines.Sqlite.Maintenance;

/// <summary>
/// Removes old requests from a store in small transactions. Their rollups stay: each transaction removes requests and moves their
/// sums together, so that every request counts exactly once.
/// </summary>
public sealed class RequestRemover : IDisposable
{
    private const int FewestRows = 50;
    private const int MostRows = 100_000;
    private static readonly TimeSpan ReadWindow = TimeSpan.FromMilliseconds(10);

    private readonly StoreOptimizer _optimizer;
    private readonly CancellationToken _cancellation;
    private readonly long _keptRow;
    private readonly long _keptQuarter = RollupSchema.NoTime;
    // The first batch is small, because the speed of the disk is unknown.
    private int _rowsPerBatch = FewestRows;

    /// <summary>Opens a store for removing requests.</summary>
    /// <param name="path">The database file.</param>
    /// <param name="cancellation">Stops the work; requests that were removed stay removed.</param>
    /// <exception cref="TokenDashboardException">One of the codes that begin with <c>Store</c>.</exception>
    public RequestRemover(string path, CancellationToken cancellation)
    {
        _cancellation = cancellation;
        _optimizer = new StoreOptimizer(path, cancellation);
        TokenStore store = _optimizer.Store;
        // Without AUTOINCREMENT, the id of a removed last row would be reused, and the rollups could not distinguish its successor.
        bool idsAreGivenOnce = store.Has("sqlite_sequence");
        _keptRow = idsAreGivenOnce ? -1 : store.Rows().Last;
        if (_keptRow >= 0)
        {
            using var scanner = new RowScanner(store, new RequestFilter(), RequestText.None, ranges: [new RowRange(_keptRow, _keptRow)]);
            long keptQuarter = _keptQuarter;
            scanner.ReadAll(row => keptQuarter = RollupBatch.QuarterOf(row));
            _keptQuarter = keptQuarter;
        }
    }

    /// <summary>The longest time for which a transaction held the lock.</summary>
    public TimeSpan LongestLock => _optimizer.LongestLock;

    /// <summary>The start of the quarter-hour that contains an instant: requests are removed by whole quarter-hours, like the rollups.</summary>
    public static DateTimeOffset QuarterOf(DateTimeOffset instant) => RollupLevels.QuarterOf(instant);

    /// <summary>Removes the requests before a point in time.</summary>
    /// <param name="before">The time before which requests are removed; rounded down by <see cref="QuarterOf"/>.</param>
    /// <param name="progress">Receives the number of removed requests.</param>
    /// <returns>The number of removed requests.</returns>
    public long Remove(DateTimeOffset before, Action<long>? progress = null)
    {
        long removed = 0;
        // A concurrent change restarts a batch, so the loop ends when a whole pass finds nothing to remove.
        while (RemovePass(before, ref removed, progress))
            _cancellation.ThrowIfCancellationRequested();
        _optimizer.Repair();
        return removed;
    }

    /// <inheritdoc/>
    public void Dispose() => _optimizer.Dispose();

    private bool RemovePass(DateTimeOffset before, ref long removed, Action<long>? progress)
    {
        _optimizer.Refresh();
        RollupState state = _optimizer.ReadState();
        long end = RollupLevels.SecondOf(QuarterOf(before).UtcTicks);
        List<RowRange> ranges = RollupStore.ReadRanges(_optimizer.Store, RollupSchema.NoTime + 1, end);
        if (ranges.Count == 0)
            return false;
        using var scanner = new RowScanner(_optimizer.Store, new RequestFilter(), RollupBatch.Texts, ranges: RowRange.Merge(ranges), window: ReadWindow);
        _optimizer.Update.Forget();
        var batch = new RollupBatch();
        var ids = new List<long>();
        for (bool more = true; more;)
        {
            more = scanner.ReadWindow(row =>
            {
                if (row.Id <= state.Watermark && row.Id != _keptRow && row.IsTimeReadable && RollupBatch.QuarterOf(row) < end)
                {
                    batch.Add(row);
                    ids.Add(row.Id);
                }
            });
            if (ids.Count > 0 && (!more || ids.Count >= _rowsPerBatch))
            {
                bool written = RemoveBatch(state, batch, ids);
                _rowsPerBatch = (int)Math.Clamp(ids.Count * _optimizer.Connection.Growth, FewestRows, MostRows);
                if (!written)
                    return true;
                removed += ids.Count;
                progress?.Invoke(removed);
                state = state with { Version = state.Version + 1 };
                (batch, ids) = (new RollupBatch(), []);
            }
        }
        return !ForgetQuarters(state, end);
    }

    private bool RemoveBatch(RollupState state, RollupBatch batch, List<long> ids)
    {
        bool hasDetails = _optimizer.Store.HasDetails;
        _optimizer.Update.Prepare(batch.Quarters.Select(quarter => KeyValuePair.Create(quarter.Key with { Level = RollupLevel.RemovedQuarter }, quarter.Value)));
        return _optimizer.TryWrite(state, () =>
        {
            RollupTables tables = _optimizer.Tables;
            _optimizer.Update.Write();
            foreach (long start in batch.Quarters.Keys.Select(quarter => quarter.Start).Distinct())
            {
                // Its sums still contain the removed requests. Until they are rebuilt, the remaining requests are read one by one.
                tables.AddStale(RollupLevel.Quarter, start);
            }
            tables.RemoveRows(TelemetrySql.Table, "rowid", ids);
            if (hasDetails)
                tables.RemoveRows(TelemetrySql.DetailTable, "row_id", ids);
            tables.Run(RollupSchema.NextRemoval);
        });
    }

    // Removes the sums and the row ranges of empty quarter-hours; false if new requests were added.
    private bool ForgetQuarters(RollupState state, long end)
    {
        string emptied = $"start > {RollupSchema.NoTime} AND start < {end} AND start <> {_keptQuarter}";
        return Delete(RollupSchema.Sums, $"level = {RollupLevel.Quarter:D} AND {emptied}")
            && Delete(RollupSchema.Rows, emptied)
            && Delete(RollupSchema.Stale, $"level = {RollupLevel.Quarter:D} AND {emptied}");

        bool Delete(string table, string condition)
        {
            for (bool more = true; more; state = state with { Version = state.Version + 1 })
            {
                if (!_optimizer.TryWrite(state, () => more = RollupTables.DeleteSome(_optimizer.Connection, table, condition)))
                    return false;
            }
            return true;
        }
    }
}
