using Microsoft.Data.Sqlite;
using TokenDashboard.Engines.Sqlite.Imports;
using TokenDashboard.Engines.Sqlite.Rollups;
using TokenDashboard.Pricing;

namespace TokenDashboard.Engines.Sqlite.Maintenance;

/// <summary>
/// Creates and refreshes the rollups of a store. Rows are read and aggregated outside of transactions, and written in transactions that
/// hold the lock for at most a tenth of a second. If a run is killed, the next run continues from there.
/// </summary>
internal sealed partial class StoreOptimizer : IDisposable
{
    // The first batch of a store is small, because the speed of the disk is unknown.
    private const int SmallestBatch = 50;
    private const int MostKeys = 50_000;
    private static readonly TimeSpan ReadWindow = TimeSpan.FromMilliseconds(10);

    private readonly StoreWriteConnection _connection;
    private readonly TokenStore _store;
    private readonly RollupTables _tables;
    private readonly StoreTables _imports;
    private int _keysPerBatch = SmallestBatch;

    /// <summary>
    /// Opens a store and creates missing rollup tables. Tables of another version that contain removed requests are replaced only with
    /// force. Cancellation stops the work. Completed work is kept.
    /// </summary>
    public StoreOptimizer(string path, CancellationToken cancellation, bool force = false)
    {
        _connection = StoreWriteConnection.Open(path, cancellation);
        (_tables, _imports) = (new RollupTables(_connection), new StoreTables(_connection));
        try
        {
            _tables.Create(force);
            _store = TokenStore.Open(path, cancellation);
        }
        catch
        {
            _connection.Dispose();
            throw;
        }
    }

    /// <summary>The longest time for which a transaction held the lock.</summary>
    public TimeSpan LongestLock => _connection.LongestLock;

    public long RepairedBuckets { get; private set; }

    /// <summary>
    /// Adds the rows that are not yet in the rollups, and rebuilds stale sums. Completes the clearing of an interrupted run, and rebuilds
    /// all sums if another program removed rows. Returns the number of rows added. Progress receives that number, and the number of all rows.
    /// </summary>
    public long Refresh(Action<long, long>? progress = null)
    {
        long added = 0;
        for (bool complete = false; !complete;)
        {
            RollupState state = ReadState();
            if (state.IsUsable)
                complete = AddNewRows(state, ref added, progress);
            else if (state.IsClearing)
                CompleteClearing();
            else
                Clear();
        }
        Repair();
        return added;
    }

    /// <summary>Compares all rollups with the requests and rebuilds those that differ. Progress receives the number of compared requests, and of all requests.</summary>
    public void Verify(Action<long, long>? progress = null)
    {
        var verifier = new RollupVerifier(_store);
        HashSet<long> days = [.. verifier.Run(progress).Select(difference => RollupLevels.DayOf(difference.Key.Start))];
        if (verifier.UnknownRows != 0 && !verifier.Disturbed)
        {
            // If rows are missing in the rollups, individual sums cannot be repaired.
            Clear();
            Refresh();
            return;
        }
        _tables.InTransaction(() => _connection.Run(RollupSchema.NextChange));
        Repair(days);
    }

    /// <summary>Removes all sums, except those of removed requests, so that the next refresh begins at the first row.</summary>
    public void Clear()
    {
        _tables.InTransaction(() =>
        {
            _connection.Execute(string.Create(
                CultureInfo.InvariantCulture, $"UPDATE {RollupSchema.State} SET format = {RollupSchema.Clearing}, watermark = 0, watermark_time = NULL, first_row = NULL"));
            _connection.Run(RollupSchema.NextChange);
        });
        CompleteClearing();
    }

    /// <summary>Writes the prices of the store's models for panels and alert rules, if they changed.</summary>
    public void WritePrices(PriceList prices) => PriceTable.Write(_connection, _store, prices);

    /// <summary>Sets the journal mode of the database file for all programs.</summary>
    /// <exception cref="TokenDashboardException">
    /// <see cref="ErrorCode.StoreLocked"/>: another program has the store open. <see cref="ErrorCode.StoreWriteFailed"/>: SQLite cannot use this mode for the file.
    /// </exception>
    public void SetJournalMode(JournalMode mode) => _connection.Guard(() =>
    {
        // Leaving WAL mode requires exclusive access, but the reading connection has the file open.
        _store.Dispose();
        using SqliteCommand command = _connection.Connection.CreateCommand();
        command.CommandText = $"PRAGMA journal_mode = {mode}";
        command.CommandTimeout = TokenStore.BusyTimeoutSeconds;
        // If the mode is not possible, such as WAL on a file system without shared memory, SQLite keeps the old mode and returns it.
        string got = (string)command.ExecuteScalar()!;
        if (!got.Equals(mode.ToString(), StringComparison.OrdinalIgnoreCase))
        {
            throw new TokenDashboardException(
                ErrorCode.StoreWriteFailed,
                $"The journal mode of '{_connection.Path}' is still {got}. SQLite cannot use {mode} on this file system, for example on a network share.", target: _connection.Path);
        }
    });

    /// <summary>The result of the run, with the result of <see cref="Refresh"/>, and the current state.</summary>
    public TokenStoreOptimization Describe(long added)
    {
        using TokenStore store = TokenStore.Open(_connection.Path, _store.Cancellation);
        return new TokenStoreOptimization(store.Path, added, RepairedBuckets, store.Scalar<string>("PRAGMA journal_mode"), LongestLock);
    }

    public void Dispose()
    {
        _store.Dispose();
        _connection.Dispose();
    }

    private RollupState ReadState() => RollupState.Read(_store)!;

    // Meanwhile, the rollups are not read or extended, and no requests are removed, so the rollups can be deleted step by step. Several runs can do
    // this concurrently, and continue each other's work, but they do not delete sums that another run has rebuilt.
    private void CompleteClearing()
    {
        (string, string)[] tables = [(RollupSchema.Sums, $"level > {RollupLevel.RemovedQuarter:D}"), (RollupSchema.Rows, "TRUE"), (RollupSchema.Stale, "TRUE")];
        for (bool more = true; more;)
        {
            _tables.InTransaction(() =>
            {
                bool isClearing = RollupState.Read(_connection.Connection) is { IsClearing: true };
                more = isClearing && _tables.DeleteSome(tables);
                if (!isClearing || more)
                    return;
                // Longer levels also contain removed requests, so they must be computed even if no other requests are left.
                for (long? start = long.MinValue; (start = RollupStore.NextRemoved(_store, start.Value)) is { } removed; start += RollupLevels.DaySeconds)
                {
                    start = RollupLevels.DayOf(removed);
                    _tables.AddStale(RollupLevel.Day, start.Value);
                }
                _connection.Execute($"UPDATE {RollupSchema.State} SET format = {RollupSchema.Format}");
                _connection.Run(RollupSchema.NextVersion);
            });
        }
    }

    private bool AddNewRows(RollupState state, ref long added, Action<long, long>? progress)
    {
        RowRange rows = state.After(_store);
        using var scanner = new RowScanner(_store, new RequestFilter(), RollupBatch.Texts, ranges: [rows], window: ReadWindow);
        var batch = new RollupBatch();
        for (bool more = true; more;)
        {
            more = scanner.ReadWindow(batch.Add);
            if (batch.Count > 0 && (!more || batch.Quarters.Count >= _keysPerBatch))
            {
                Dictionary<RollupKey, UsageAccumulator> longer = RollupBatch.Longer(batch.Quarters);
                bool written = _tables.TryWrite(ref state, () =>
                {
                    _tables.Add(batch.Quarters.Concat(longer));
                    _tables.AddRows(batch);
                });
                _keysPerBatch = (int)Math.Clamp(batch.Quarters.Count * _connection.Growth, SmallestBatch, MostKeys);
                if (!written)
                    return false;
                added += batch.Count;
                progress?.Invoke(added, rows.Last - rows.First + 1);
                batch = new RollupBatch();
            }
        }
        return true;
    }
}
