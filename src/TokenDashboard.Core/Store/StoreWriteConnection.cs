using System.Diagnostics;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace TokenDashboard.Store;

/// <summary>
/// Writes into a store while its application writes too. Work is done in transactions that end by the clock, not by the count of rows:
/// the lock is meant to last a tenth of a second, and another process's turn comes between two of them.
/// </summary>
internal sealed class StoreWriteConnection : IDisposable
{
    // The lock's length that is aimed at; the most that is allowed is 250 ms.
    private static readonly TimeSpan LockTarget = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan SharedLockTarget = TimeSpan.FromMilliseconds(40);
    private static readonly TimeSpan ShortestWork = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan LongestWork = TimeSpan.FromMilliseconds(80);
    private static readonly TimeSpan BusyStep = TimeSpan.FromMilliseconds(30);

    // How many transactions in a row must meet nobody before the store counts as ours alone again.
    private const int Alone = 20;
    private static readonly TimeSpan CommitWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan BusyTimeout = TimeSpan.FromSeconds(60);

    // Pages must not go into the file before the commit, which would lock out readers all the while; and copying a write-ahead log back
    // is no part of a transaction, so it is done after it. A larger cache is slower: memory that is new costs more than pages read again.
    private const string Settings = "PRAGMA cache_size = -16384; PRAGMA cache_spill = OFF; PRAGMA wal_autocheckpoint = 0";
    private const string CopyLogBack = "PRAGMA wal_checkpoint(PASSIVE)";

    private readonly CancellationToken _cancellation;
    private bool _isSetUp;
    private int _sinceOthers = Alone;

    private StoreWriteConnection(string path, SqliteConnection connection, CancellationToken cancellation) =>
        (Path, Connection, _cancellation) = (path, connection, cancellation);

    /// <summary>Full path of the database file; for messages.</summary>
    public string Path { get; }

    /// <summary>The connection. It is used within transactions only, for statements read the schema too, which another process's commit keeps from being read.</summary>
    public SqliteConnection Connection { get; }

    /// <summary>How long the work of the next transaction may take, so that its lock is short enough.</summary>
    public TimeSpan Work { get; private set; } = TimeSpan.FromMilliseconds(10);

    /// <summary>The longest time a transaction held the lock.</summary>
    public TimeSpan LongestLock { get; private set; }

    /// <summary>How long the last transaction held the lock.</summary>
    public TimeSpan LastLock { get; private set; }

    /// <summary>Opens a store that exists, for writing.</summary>
    /// <param name="path">The database file.</param>
    /// <param name="cancellation">Ends waiting, and the work between two transactions.</param>
    /// <exception cref="TokenDashboardException">One of the codes that begin with <c>Store</c>.</exception>
    public static StoreWriteConnection Open(string path, CancellationToken cancellation)
    {
        // Says what is wrong with a file that is no store.
        TokenStore.Open(path, cancellation).Dispose();
        return Connect(path, path, SqliteOpenMode.ReadWrite, cancellation);
    }

    /// <summary>An empty store that lasts as long as the connection.</summary>
    public static StoreWriteConnection OpenTemporary(string path, CancellationToken cancellation)
    {
        SqliteEngine.Initialize();
        StoreWriteConnection connection = Connect(path, "", SqliteOpenMode.ReadWriteCreate, cancellation);
        connection.InTransaction(() => connection.Execute(StoreWriter.Schema));
        return connection;
    }

    /// <summary>
    /// Runs a piece of work under the lock. Where readers keep the commit waiting, the work is taken back and done again later, because
    /// the application cannot write while it waits.
    /// </summary>
    /// <param name="work">May run several times; what it changes outside the database must allow for that.</param>
    public void InTransaction(Action work) => Guard(() =>
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            Begin(waited);
            long locked = Stopwatch.GetTimestamp();
            bool committed;
            try
            {
                if (!_isSetUp)
                {
                    Execute(Settings);
                    _isSetUp = true;
                }
                work();
                committed = Commit(locked);
            }
            finally
            {
                if (raw.sqlite3_get_autocommit(Connection.Handle) == 0)
                {
                    raw.sqlite3_exec(Connection.Handle, "ROLLBACK");
                }
            }
            TimeSpan held = Stopwatch.GetElapsedTime(locked);
            LastLock = held;
            LongestLock = held > LongestLock ? held : LongestLock;
            raw.sqlite3_exec(Connection.Handle, CopyLogBack);
            bool shared = _sinceOthers < Alone;
            double factor = committed ? Math.Clamp((shared ? SharedLockTarget : LockTarget) / held, 0.25, 1.5) : 0.5;
            Work = TimeSpan.FromTicks(Math.Clamp((long)(Work.Ticks * factor), ShortestWork.Ticks, LongestWork.Ticks));
            // Whoever waits for the lock asks again at intervals of up to 100 ms, and must find it free now and then: where there are
            // others, more than half of the time.
            Pause(shared ? held * 1.5 : held / 4);
            _sinceOthers++;
            if (committed)
            {
                return;
            }
            ThrowIfWaitedTooLong(waited);
        }
    });

    /// <summary>Says that another process writes too, so that it gets more of the time.</summary>
    public void MeetOthers() => _sinceOthers = 0;

    /// <summary>Runs statements that give no rows.</summary>
    public void Execute(string sql)
    {
        using SqliteCommand command = Connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>Runs work outside a transaction, with SQLite's failures said in this product's words.</summary>
    public void Guard(Action work)
    {
        try
        {
            work();
        }
        catch (SqliteException exception)
        {
            throw Explain(exception, Path);
        }
    }

    public void Dispose() => Connection.Dispose();

    private static StoreWriteConnection Connect(string path, string source, SqliteOpenMode mode, CancellationToken cancellation)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = source, Mode = mode, Pooling = false, DefaultTimeout = 1 }.ToString());
        try
        {
            connection.Open();
            return new StoreWriteConnection(path, connection, cancellation);
        }
        catch (SqliteException exception)
        {
            connection.Dispose();
            throw Explain(exception, path);
        }
    }

    private void Begin(Stopwatch waited)
    {
        while (true)
        {
            _cancellation.ThrowIfCancellationRequested();
            // SQLite's own waiting would ask more often than the application does, and take its turns.
            raw.sqlite3_busy_timeout(Connection.Handle, 0);
            int resultCode = raw.sqlite3_exec(Connection.Handle, "BEGIN IMMEDIATE");
            if (resultCode == raw.SQLITE_OK)
            {
                return;
            }
            if (resultCode != raw.SQLITE_BUSY)
            {
                SqliteException.ThrowExceptionForRC(resultCode, Connection.Handle);
            }
            MeetOthers();
            ThrowIfWaitedTooLong(waited);
            Pause(BusyStep);
        }
    }

    private bool Commit(long locked)
    {
        while (true)
        {
            int resultCode = raw.sqlite3_exec(Connection.Handle, "COMMIT");
            if (resultCode == raw.SQLITE_OK)
            {
                return true;
            }
            if (resultCode != raw.SQLITE_BUSY)
            {
                SqliteException.ThrowExceptionForRC(resultCode, Connection.Handle);
            }
            if (Stopwatch.GetElapsedTime(locked) > LockTarget + CommitWait)
            {
                return false;
            }
            Pause(TimeSpan.FromMilliseconds(1));
        }
    }

    private void Pause(TimeSpan time) => _cancellation.WaitHandle.WaitOne(time);

    private void ThrowIfWaitedTooLong(Stopwatch waited)
    {
        if (waited.Elapsed > BusyTimeout)
        {
            throw new TokenDashboardException(
                ErrorCode.StoreLocked,
                $"'{Path}' was locked by other processes for {BusyTimeout.TotalSeconds:0} seconds. What was done until then is kept; run the command again, and look for a program that keeps a transaction open.",
                target: Path);
        }
    }

    private static Exception Explain(SqliteException exception, string path) => exception.SqliteErrorCode switch
    {
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED or raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => StoreErrors.FromReading(exception, path),
        _ => StoreErrors.FromWriting(exception, path),
    };
}
