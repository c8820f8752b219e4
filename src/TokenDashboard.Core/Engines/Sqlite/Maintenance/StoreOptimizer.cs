using Microsoft.Data.Sqlite;
using TokenDashboard.Engines.Sqlite.Rollups;
using TokenDashboard.Pricing;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Engines.Sqlite.Maintenance;

/// <summary>
/// Builds and refreshes the rollups of a store. Rows are read and summed up outside of transactions, and written in transactions that
/// each hold the lock for a tenth of a second at most; killed in the middle, the next run goes on where this one ended.
/// </summary>
public sealed class StoreOptimizer : IDisposable
{
    private const int FewestKeys = 50;
    private const int MostKeys = 50_000;
    private static readonly TimeSpan ReadWindow = TimeSpan.FromMilliseconds(10);

    private readonly StoreWriteConnection _connection;
    private readonly TokenStore _store;
    private readonly RollupTables _tables;
    private readonly RollupUpdate _update;
    private readonly CancellationToken _cancellation;
    // A store's first batch is small, for nothing is known of its disk then.
    private int _keysPerBatch = FewestKeys;

    /// <summary>Opens a store and makes the tables of the rollups where they are missing.</summary>
    /// <param name="path">The database file.</param>
    /// <param name="cancellation">Ends the work; what was done until then stays.</param>
    /// <exception cref="TokenDashboardException">One of the codes that begin with <c>Store</c>.</exception>
    public StoreOptimizer(string path, CancellationToken cancellation)
    {
        _cancellation = cancellation;
        _connection = StoreWriteConnection.Open(path, cancellation);
        TokenStore? store = null;
        RollupTables? tables = null;
        RollupUpdate? update = null;
        try
        {
            RollupTables.Create(_connection);
            _connection.InTransaction(() => tables ??= new RollupTables(_connection));
            store = TokenStore.Open(path, cancellation);
            update = new RollupUpdate(store, tables!);
        }
        catch
        {
            tables?.Dispose();
            store?.Dispose();
            _connection.Dispose();
            throw;
        }
        (_store, _tables, _update) = (store, tables!, update);
    }

    /// <summary>The longest time a transaction held the lock so far.</summary>
    public TimeSpan LongestLock => _connection.LongestLock;

    /// <summary>Levels and starts whose sums were rebuilt so far.</summary>
    public long RepairedPieces { get; private set; }

    internal StoreWriteConnection Connection => _connection;

    internal TokenStore Store => _store;

    internal RollupTables Tables => _tables;

    internal RollupUpdate Update => _update;

    /// <summary>Adds the rows that are not summed up yet, and rebuilds what is stale.</summary>
    /// <param name="progress">Is told how many rows were added of how many.</param>
    /// <returns>The number of rows added.</returns>
    public long Refresh(Action<long, long>? progress = null)
    {
        long added = 0;
        for (bool complete = false; !complete;)
        {
            RollupState state = ReadState();
            if (state.IsUsable)
            {
                complete = AddNewRows(state, ref added, progress);
            }
            else if (state.IsClearing)
            {
                // By another run, or by one that was stopped in the middle.
                CompleteClearing();
            }
            else
            {
                // Somebody removed rows without this module: what is summed up no longer tells what is there.
                Clear();
            }
        }
        Repair();
        return added;
    }

    /// <summary>Compares all sums with the requests and rebuilds those that differ.</summary>
    /// <param name="progress">Is told how many days of how many are compared.</param>
    public void Verify(Action<long, long>? progress = null)
    {
        var verifier = new RollupVerifier(_store, _cancellation);
        HashSet<long> days = [.. verifier.Run(progress).Select(difference => RollupLevels.StartOf(difference.Key.Start, RollupLevels.DaySeconds))];
        if (verifier.UnknownRows != 0 && !verifier.Disturbed)
        {
            // Where the rollups do not know of rows they cannot be mended one by one.
            Clear();
            Refresh();
            return;
        }
        InTransaction(() => _tables.Run(RollupSchema.NextChange));
        Repair(days);
    }

    /// <summary>Takes back all sums, except those of removed requests, so that the next refresh begins at the first row.</summary>
    public void Clear()
    {
        InTransaction(() =>
        {
            _tables.Run($"UPDATE {RollupSchema.State} SET format = {RollupSchema.Clearing}, watermark = 0, watermark_time = NULL");
            _tables.Run(RollupSchema.NextChange);
        });
        CompleteClearing();
    }

    /// <summary>Writes the prices of the store's models for panels and alert rules, where they have changed.</summary>
    /// <param name="prices">The price list.</param>
    public void WritePrices(PriceList prices) => PriceTable.Write(_connection, _store, prices);

    /// <summary>Sets the journal mode of the database file; it stays so for every program.</summary>
    /// <param name="mode">The mode.</param>
    /// <exception cref="TokenDashboardException">
    /// <see cref="ErrorCode.StoreLocked"/>: another program has the store open. <see cref="ErrorCode.StoreWriteFailed"/>: SQLite cannot have this mode here.
    /// </exception>
    public void SetJournalMode(JournalMode mode) => _connection.Guard(() =>
    {
        // Leaving WAL mode needs the file for itself, and the reading connection has it open.
        _update.Dispose();
        _store.Dispose();
        using SqliteCommand command = _connection.Connection.CreateCommand();
        command.CommandText = $"PRAGMA journal_mode = {mode}";
        command.CommandTimeout = TokenStore.BusyTimeoutSeconds;
        // Where the mode cannot be had, as WAL on a file system without shared memory, SQLite keeps the old one and says so.
        string got = (string)command.ExecuteScalar()!;
        if (!got.Equals(mode.ToString(), StringComparison.OrdinalIgnoreCase))
        {
            throw new TokenDashboardException(
                ErrorCode.StoreWriteFailed, $"The journal mode of '{_connection.Path}' is still {got}: SQLite cannot use {mode} there, as on a network share.", target: _connection.Path);
        }
    });

    /// <summary>What was done, and what there is now.</summary>
    /// <param name="added">What <see cref="Refresh"/> gave.</param>
    public TokenStoreOptimization Describe(long added)
    {
        using TokenStore store = TokenStore.Open(_connection.Path, _cancellation);
        return new TokenStoreOptimization(
            store.Path, added, RepairedPieces, RollupStore.CountSums(store),
            store.Scalar<string>("PRAGMA journal_mode"), LongestLock);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _tables.Dispose();
        _update.Dispose();
        _store.Dispose();
        _connection.Dispose();
    }

    internal RollupState ReadState() => RollupState.Read(_store)!;

    /// <summary>Runs work that writes rollups in one transaction.</summary>
    internal void InTransaction(Action work)
    {
        _connection.InTransaction(() =>
        {
            _tables.Begin();
            work();
        });
        _tables.Committed();
    }

    /// <summary>Writes, unless the rollups are no longer those the work was prepared with, or it would take too long.</summary>
    /// <returns>False where nothing was written: the work is to be prepared again, and there is to be less of it at a time.</returns>
    internal bool TryWrite(RollupState expected, Action write)
    {
        bool written = false;
        try
        {
            InTransaction(() =>
            {
                written = RollupState.Read(_connection.Connection) is { IsUsable: true } state && state.Version == expected.Version;
                if (written)
                {
                    write();
                    _tables.Run(RollupSchema.NextVersion);
                }
            });
        }
        catch (TransactionLateException)
        {
            return false;
        }
        return written;
    }

    /// <summary>Rebuilds what is stale.</summary>
    internal void Repair(params IEnumerable<long> days) => RepairedPieces += new RollupRepair(this, _cancellation).Run(days);

    // From its beginning on nobody reads or adds to the rollups, nor removes requests, so they may disappear bit by bit. Several runs may do
    // it together, and go on with what another left undone; but what one of them builds up again, the others leave alone.
    private void CompleteClearing()
    {
        bool IsClearing() => RollupState.Read(_connection.Connection) is { IsClearing: true };
        foreach ((string table, string condition) in new[]
        {
            (RollupSchema.Sums, $"level > {RollupLevel.RemovedQuarter:D}"), (RollupSchema.Rows, "TRUE"), (RollupSchema.Stale, "TRUE"),
        })
        {
            for (bool more = true; more;)
                InTransaction(() => more = IsClearing() && RollupTables.DeleteSome(_connection, table, condition));
        }
        InTransaction(() =>
        {
            if (!IsClearing())
                return;
            // Longer levels count what was removed too, so they must be computed where nothing but that is left.
            for (long? start = long.MinValue; (start = RollupStore.NextRemoved(_store, start.Value)) is { } removed; start += RollupLevels.DaySeconds)
            {
                start = RollupLevels.StartOf(removed, RollupLevels.DaySeconds);
                _tables.AddStale(RollupLevel.Day, start.Value);
            }
            _tables.Run($"UPDATE {RollupSchema.State} SET format = {RollupSchema.Format}");
            _tables.Run(RollupSchema.NextVersion);
        });
    }

    private bool AddNewRows(RollupState state, ref long added, Action<long, long>? progress)
    {
        RowRange rows = state.After(_store);
        if (rows.First > rows.Last)
            return true;
        using var scanner = new RowScanner(_store, new RequestFilter(), RollupBatch.Texts, ranges: [rows], window: ReadWindow);
        _update.Forget();
        var batch = new RollupBatch();
        bool more = true;
        while (more)
        {
            _cancellation.ThrowIfCancellationRequested();
            more = scanner.ReadWindow(batch.Add);
            if (batch.Count > 0 && (!more || batch.Quarters.Count >= _keysPerBatch))
            {
                _update.Prepare(batch.Quarters.Concat(RollupBatch.Longer(batch.Quarters)));
                bool written = TryWrite(state, () =>
                {
                    _update.Write();
                    _tables.AddRows(batch);
                });
                _keysPerBatch = (int)Math.Clamp(batch.Quarters.Count * _connection.Growth, FewestKeys, MostKeys);
                if (!written)
                    return false;
                added += batch.Count;
                progress?.Invoke(added, rows.Last - rows.First + 1);
                state = state with { Version = state.Version + 1 };
                batch = new RollupBatch();
            }
        }
        return true;
    }
}
