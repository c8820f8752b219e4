using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace TokenDashboard.Engines.Sqlite;

/// <summary>
/// Writes to a store while its application also writes. Transactions are limited by time, not by the number of rows. A
/// lock should last less than a tenth of a second, and other processes can write between two transactions. The connection is used only
/// within transactions, because statements also read the schema, which another process's commit can block.
/// </summary>
internal sealed class StoreWriteConnection : WriteConnection
{
    // The intended duration of a transaction, including its commit. The maximum is 250 ms. If other processes write, transactions are
    // shorter, and the others get more of the time.
    private static readonly TimeSpan LockTarget = TimeSpan.FromMilliseconds(80);
    private static readonly TimeSpan SharedLockTarget = TimeSpan.FromMilliseconds(30);

    // The time between two transactions, as a fraction of the first one's duration.
    private const double FreeShare = 0.35;
    private const double SharedFreeShare = 1.5;

    // The speed of the disk is unknown at first, and a few rows in random places can be slow.
    private static readonly TimeSpan FirstWork = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan ShortestWork = TimeSpan.FromMilliseconds(0.2);
    private static readonly TimeSpan LongestWork = TimeSpan.FromMilliseconds(60);
    private const double SmallestGrowth = 0.2;
    private const double LargestGrowth = 1.5;

    // Work that takes longer than this is rolled back and repeated in smaller steps. The rest of the time is left for the commit.
    private static readonly TimeSpan LateAfter = TimeSpan.FromMilliseconds(100);

    // The time without other writers after which the store is considered not in use. Observicia exports every five seconds.
    private static readonly TimeSpan SharedTime = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan CommitWait = TimeSpan.FromMilliseconds(180);
    private static readonly TimeSpan BusyStep = TimeSpan.FromMilliseconds(30);
    private static readonly TimeSpan BusyTimeout = TimeSpan.FromSeconds(60);

    // Pages must not be written to the file before the commit, because this would block readers. Copying a write-ahead log back to the file
    // is not part of a transaction, so it is done afterwards. A larger cache is slower, because new memory costs more than reading pages again.
    private const string Settings = "PRAGMA cache_size = -16384; PRAGMA cache_spill = OFF; PRAGMA wal_autocheckpoint = 0";
    private const string CopyLogBack = "PRAGMA wal_checkpoint(PASSIVE)";

    private readonly CancellationToken _cancellation;
    private long? _othersSeen;
    private long? _dataVersion;
    private long _begun;
    private long _ended;
    private TimeSpan _lateAfter = LateAfter;

    private StoreWriteConnection(string path, SqliteConnection connection, CancellationToken cancellation)
        : base(connection) => (Path, _cancellation) = (path, cancellation);

    /// <summary>Full path of the database file, for messages.</summary>
    public string Path { get; }

    /// <summary>The time limit for the work of the next transaction.</summary>
    public TimeSpan Work { get; private set; } = FirstWork;

    /// <summary>When the work of a transaction that begins now should end, as <see cref="Stopwatch.GetTimestamp"/>.</summary>
    public long Deadline => Stopwatch.GetTimestamp() + (long)(Work.TotalSeconds * Stopwatch.Frequency);

    /// <summary>The permitted size of the next transaction, as a multiple of the last one.</summary>
    public double Growth { get; private set; } = 1;

    /// <summary>The longest time for which a transaction held the lock.</summary>
    public TimeSpan LongestLock { get; private set; }

    /// <summary>Opens an existing store. Cancellation stops waiting, and the work between two transactions.</summary>
    public static StoreWriteConnection Open(string path, CancellationToken cancellation)
    {
        // Throws for a file that is not a store.
        TokenStore.Open(path, cancellation).Dispose();
        return Connect(path, path, SqliteOpenMode.ReadWrite, cancellation);
    }

    /// <summary>An empty store that exists as long as the connection.</summary>
    public static StoreWriteConnection OpenTemporary(string path, CancellationToken cancellation)
    {
        StoreWriteConnection connection = Connect(path, "", SqliteOpenMode.ReadWriteCreate, cancellation);
        connection.InTransaction(() => connection.Execute(StoreWriter.Schema));
        return connection;
    }

    /// <summary>
    /// Runs work under the lock. If readers block the commit, the work is rolled back and repeated, because the application cannot write
    /// meanwhile. Therefore, the work's changes outside the database must be repeatable.
    /// </summary>
    /// <exception cref="TransactionLateException">The work called <see cref="ThrowIfLate"/>, and was rolled back.</exception>
    public void InTransaction(Action work) => Guard(() =>
    {
        var waited = Stopwatch.StartNew();
        while (!TryInTransaction(work, waited))
            ThrowIfWaitedTooLong(waited);
    });

    /// <summary>Long work must call this repeatedly, unless it ends by itself when <see cref="Work"/> is over.</summary>
    /// <exception cref="TransactionLateException">The work takes too long.</exception>
    public void ThrowIfLate()
    {
        if (Stopwatch.GetElapsedTime(_begun) > _lateAfter)
        {
            // If the smallest possible work takes this long, it must be done anyway.
            _lateAfter *= 2;
            throw new TransactionLateException();
        }
    }

    /// <summary>Runs work outside a transaction, and converts SQLite's errors.</summary>
    public void Guard(Action work) => Guard(Path, () =>
    {
        work();
        return true;
    });

    private static T Guard<T>(string path, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (SqliteException exception)
        {
            throw exception.SqliteErrorCode switch
            {
                raw.SQLITE_BUSY or raw.SQLITE_LOCKED or raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => StoreErrors.FromReading(exception, path),
                _ => StoreErrors.FromWriting(exception, path),
            };
        }
    }

    private static StoreWriteConnection Connect(string path, string source, SqliteOpenMode mode, CancellationToken cancellation) =>
        Guard(path, () => new StoreWriteConnection(path, SqliteEngine.Open(source, mode), cancellation));

    private bool TryInTransaction(Action work, Stopwatch waited)
    {
        LeaveOthersTheirTurn();
        Begin(waited);
        _begun = Stopwatch.GetTimestamp();
        bool committed = false;
        TimeSpan worked = TimeSpan.Zero;
        try
        {
            LookForOthers();
            work();
            worked = Stopwatch.GetElapsedTime(_begun);
            committed = Commit();
            _lateAfter = LateAfter;
        }
        finally
        {
            if (raw.sqlite3_get_autocommit(Connection.Handle) == 0)
                raw.sqlite3_exec(Connection.Handle, "ROLLBACK");
            _ended = Stopwatch.GetTimestamp();
            Measure(worked, Stopwatch.GetElapsedTime(_begun, _ended), committed);
        }
        raw.sqlite3_exec(Connection.Handle, CopyLogBack);
        return committed;
    }

    private bool IsShared => _othersSeen is { } seen && Stopwatch.GetElapsedTime(seen) < SharedTime;

    // Waiting processes retry at intervals of up to 100 ms, and must sometimes find the lock free. If there are others, it must be free
    // more than half of the time. Pauses vary, so that no process always retries at the wrong time.
    private void LeaveOthersTheirTurn()
    {
        double share = (IsShared ? SharedFreeShare : FreeShare) * (0.75 + (Random.Shared.NextDouble() / 2));
        TimeSpan left = (Stopwatch.GetElapsedTime(_begun, _ended) * share) - Stopwatch.GetElapsedTime(_ended);
        if (left > TimeSpan.Zero)
            Pause(left);
    }

    private void Begin(Stopwatch waited)
    {
        while (true)
        {
            _cancellation.ThrowIfCancellationRequested();
            // SQLite's own busy handler would retry more often than the application, and take its turns.
            raw.sqlite3_busy_timeout(Connection.Handle, 0);
            int resultCode = raw.sqlite3_exec(Connection.Handle, "BEGIN IMMEDIATE");
            if (resultCode == raw.SQLITE_OK)
                return;
            if (resultCode != raw.SQLITE_BUSY)
                Check(resultCode);
            _othersSeen = Stopwatch.GetTimestamp();
            ThrowIfWaitedTooLong(waited);
            Pause(BusyStep);
        }
    }

    private void LookForOthers()
    {
        if (_dataVersion is null)
            Execute(Settings);
        // Changes after another connection committed: https://sqlite.org/pragma.html#pragma_data_version
        long dataVersion = (long)Scalar("PRAGMA data_version");
        if (_dataVersion is { } last && dataVersion != last)
            _othersSeen = Stopwatch.GetTimestamp();
        _dataVersion = dataVersion;
    }

    private bool Commit()
    {
        while (true)
        {
            int resultCode = raw.sqlite3_exec(Connection.Handle, "COMMIT");
            if (resultCode == raw.SQLITE_OK)
                return true;
            if (resultCode != raw.SQLITE_BUSY)
                Check(resultCode);
            if (Stopwatch.GetElapsedTime(_begun) > CommitWait)
                return false;
            Pause(TimeSpan.FromMilliseconds(1));
        }
    }

    private void Measure(TimeSpan worked, TimeSpan held, bool committed)
    {
        LongestLock = held > LongestLock ? held : LongestLock;
        Growth = committed ? Math.Clamp((IsShared ? SharedLockTarget : LockTarget) / held, SmallestGrowth, LargestGrowth) : SmallestGrowth;
        // The duration of small work does not predict the duration of larger work, unless it was already too long.
        if (Growth < 1 || worked > Work / 2)
            Work = TimeSpan.FromTicks(Math.Clamp((long)(worked.Ticks * Growth), ShortestWork.Ticks, LongestWork.Ticks));
    }

    private void Pause(TimeSpan time) => _cancellation.WaitHandle.WaitOne(time);

    private void ThrowIfWaitedTooLong(Stopwatch waited)
    {
        if (waited.Elapsed > BusyTimeout)
        {
            throw StoreErrors.Problem(
                Path, ErrorCode.StoreLocked,
                $"was locked by other processes for {BusyTimeout.TotalSeconds:0} seconds. Completed work is kept. Run the command again, and look for a program with an open transaction.");
        }
    }
}
