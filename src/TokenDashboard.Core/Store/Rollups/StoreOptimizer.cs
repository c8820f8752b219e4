using System.Diagnostics;
using Microsoft.Data.Sqlite;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Store.Rollups;

/// <summary>
/// Builds and refreshes the rollups of a store. Rows are read and summed up outside of transactions, and written in transactions that
/// each hold the lock for a tenth of a second at most; killed in the middle, the next run goes on where this one ended.
/// </summary>
public sealed class StoreOptimizer : IDisposable
{
    private static readonly TimeSpan ReadWindow = TimeSpan.FromMilliseconds(10);
    private const RequestText GroupTexts = RequestText.User | RequestText.Model | RequestText.Provider | RequestText.RequestType;

    private readonly StoreWriteConnection _connection;
    private readonly TokenStore _store;
    private readonly RollupTables _tables;
    private readonly CancellationToken _cancellation;
    private int _keysPerBatch = 2_000;

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
        try
        {
            _connection.InTransaction(() =>
            {
                RollupTables.Create(_connection);
                tables ??= new RollupTables(_connection.Connection);
            });
            store = TokenStore.Open(path, cancellation);
        }
        catch
        {
            tables?.Dispose();
            _connection.Dispose();
            throw;
        }
        (_store, _tables) = (store, tables!);
    }

    /// <summary>The longest time a transaction held the lock so far.</summary>
    public TimeSpan LongestLock => _connection.LongestLock;

    /// <summary>Pieces of time whose sums were computed anew so far.</summary>
    public long RepairedPieces { get; private set; }

    internal StoreWriteConnection Connection => _connection;

    internal TokenStore Store => _store;

    internal RollupTables Tables => _tables;

    /// <summary>Adds the rows that are not summed up yet, and computes anew what is stale.</summary>
    /// <param name="progress">Is told how many rows were added of how many.</param>
    /// <returns>The number of rows added.</returns>
    public long Refresh(Action<long, long>? progress = null)
    {
        RollupState state = ReadState();
        if (!state.IsUsable)
        {
            // Somebody removed rows without this module: what is summed up no longer tells what is there.
            Clear();
        }
        long added = 0;
        bool complete;
        do
        {
            complete = AddNewRows(ref added, progress);
        }
        while (!complete);
        Repair();
        return added;
    }

    /// <summary>Compares all sums with the requests and computes anew those that differ.</summary>
    /// <param name="progress">Is told how many days of how many are compared.</param>
    public void Verify(Action<long, long>? progress = null)
    {
        var verifier = new RollupVerifier(_store, _cancellation);
        var quarters = new HashSet<long>();
        foreach (RollupDifference difference in verifier.Run(progress))
        {
            for (long start = difference.Start; start < difference.Start + difference.Level.Seconds(); start += RollupLevels.QuarterSeconds)
            {
                quarters.Add(start);
            }
        }
        if (verifier.UnknownRows != 0 && !verifier.Disturbed)
        {
            // Where the rollups do not know of rows they cannot be mended one by one.
            Clear();
            Refresh();
            return;
        }
        foreach (long[] starts in quarters.Chunk(500))
        {
            InTransaction(() =>
            {
                foreach (long start in starts)
                {
                    foreach (RollupLevel level in LongerLevels.Prepend(RollupLevel.Quarter))
                    {
                        _tables.AddStale(level, RollupLevels.StartOf(start, level.Seconds()));
                    }
                }
                _tables.NextVersion();
            });
        }
        Repair();
    }

    /// <summary>Takes back all sums, except those of removed requests, so that the next refresh begins at the first row.</summary>
    public void Clear()
    {
        // Nobody reads the rollups from the first of these transactions on, so they may disappear bit by bit.
        InTransaction(() => _tables.Run($"UPDATE {RollupSchema.State} SET format = 0, watermark = 0, watermark_time = NULL, version = version + 1"));
        DeleteInSteps(RollupSchema.Sums, "level, start, group_id", $"level <> {(int)RollupLevel.RemovedQuarter}");
        DeleteInSteps(RollupSchema.Rows, "start, first_row", "TRUE");
        DeleteInSteps(RollupSchema.Unreadable, "start, group_id, kinds", "TRUE");
        DeleteInSteps(RollupSchema.Stale, "level, start", "TRUE");
        InTransaction(() =>
        {
            foreach (RollupLevel level in LongerLevels)
            {
                _tables.Run($"""
                    INSERT OR IGNORE INTO {RollupSchema.Stale}
                    SELECT {(int)level}, start - (start % {level.Seconds()} + {level.Seconds()}) % {level.Seconds()} FROM {RollupSchema.Sums} WHERE level = {(int)RollupLevel.RemovedQuarter}
                    """);
            }
            _tables.Run($"UPDATE {RollupSchema.State} SET format = {RollupSchema.Format}, version = version + 1");
        });
    }

    /// <summary>Sets the journal mode of the database file; it stays so for every program.</summary>
    /// <param name="mode">The mode.</param>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.StoreLocked"/>: another program has the store open.</exception>
    public void SetJournalMode(JournalMode mode) => _connection.Guard(() =>
    {
        // Leaving WAL mode needs the file for itself, and the reading connection has it open.
        _store.Dispose();
        using SqliteCommand command = _connection.Connection.CreateCommand();
        command.CommandText = $"PRAGMA journal_mode = {mode}";
        command.CommandTimeout = TokenStore.BusyTimeoutSeconds;
        command.ExecuteNonQuery();
    });

    /// <summary>What was done, and what there is now.</summary>
    /// <param name="added">What <see cref="Refresh"/> gave.</param>
    public TokenStoreOptimization Describe(long added)
    {
        using TokenStore store = TokenStore.Open(_connection.Path, _cancellation);
        return new TokenStoreOptimization(
            store.Path, added, RepairedPieces, store.Scalar<long>($"SELECT count(*) FROM {RollupSchema.Sums}"),
            store.Scalar<string>("PRAGMA journal_mode"), LongestLock);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _tables.Dispose();
        _store.Dispose();
        _connection.Dispose();
    }

    internal static IReadOnlyList<RollupLevel> LongerLevels { get; } = [RollupLevel.Hour, RollupLevel.Day, RollupLevel.HourAllUsers, RollupLevel.DayAllUsers];

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

    /// <summary>Writes, unless the rollups are no longer those the work was prepared with.</summary>
    internal bool TryWrite(RollupState expected, Action write)
    {
        bool written = false;
        InTransaction(() =>
        {
            written = RollupState.Read(_connection.Connection)?.Version == expected.Version;
            if (written)
            {
                write();
                _tables.NextVersion();
            }
        });
        return written;
    }

    /// <summary>Computes anew what is stale.</summary>
    internal void Repair()
    {
        var repair = new RollupRepair(this, _cancellation);
        RepairedPieces += repair.Run();
    }

    private bool AddNewRows(ref long added, Action<long, long>? progress)
    {
        RollupState state = ReadState();
        RowRange rows = state.After(_store);
        if (rows.First > rows.Last)
        {
            return true;
        }
        using var scanner = new RowScanner(_store, new RequestFilter(), GroupTexts, ranges: [rows], window: ReadWindow);
        var batch = new RollupBatch();
        bool more = true;
        while (more)
        {
            _cancellation.ThrowIfCancellationRequested();
            more = scanner.ReadWindow(batch.Add);
            if (batch.Count > 0 && (!more || batch.Quarters.Count >= _keysPerBatch))
            {
                if (!TryWrite(state, () =>
                {
                    _tables.Add(batch);
                    _tables.SetWatermark(batch.LastRow);
                }))
                {
                    return false;
                }
                _keysPerBatch = (int)Math.Clamp(batch.Quarters.Count * (_connection.Work / _connection.LastLock), 200, 50_000);
                added += batch.Count;
                progress?.Invoke(added, rows.Last - rows.First + 1);
                state = state with { Version = state.Version + 1 };
                batch = new RollupBatch();
            }
        }
        return true;
    }

    private void DeleteInSteps(string table, string key, string condition)
    {
        for (bool more = true; more;)
        {
            InTransaction(() =>
            {
                var watch = Stopwatch.StartNew();
                do
                {
                    _tables.Run($"DELETE FROM {table} WHERE ({key}) IN (SELECT {key} FROM {table} WHERE {condition} LIMIT 1000)");
                    more = _tables.Changes > 0;
                }
                while (more && watch.Elapsed < _connection.Work);
            });
        }
    }
}
