using System.Diagnostics;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using TokenDashboard.Store;

namespace TokenDashboard.Import;

/// <summary>
/// Writes batches into a store while its application writes too. A transaction ends by the clock, not by the count of rows: the lock is
/// meant to last a tenth of a second, and another process's turn comes between two of them. All that must be unique is decided within
/// the transaction, so several imports may run at once.
/// </summary>
internal sealed class ImportWriter : IDisposable
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
    // is no part of a transaction, so it is done after it.
    private const string Settings = "PRAGMA cache_size = -65536; PRAGMA cache_spill = OFF; PRAGMA wal_autocheckpoint = 0";
    private const string CopyLogBack = "PRAGMA wal_checkpoint(PASSIVE)";

    private readonly SqliteConnection _connection;
    private readonly CancellationToken _cancellation;
    private readonly StoreTables _tables;
    private readonly string _path;
    private int _sinceOthers = Alone;
    private TimeSpan _work = TimeSpan.FromMilliseconds(10);

    private ImportWriter(string path, SqliteConnection connection, CancellationToken cancellation)
    {
        (_path, _connection, _cancellation) = (path, connection, cancellation);
        StoreTables? tables = null;
        // Within the transaction, for settings and statements read the schema too, which another process's commit keeps from being read.
        InTransaction(() =>
        {
            Execute(Settings);
            Execute(ImportSchema.Create);
            tables ??= new StoreTables(connection);
        });
        _tables = tables!;
    }

    /// <summary>The longest time a transaction held the lock.</summary>
    public TimeSpan LongestLock { get; private set; }

    /// <summary>Opens a store for importing, and makes it where there is none.</summary>
    /// <exception cref="TokenDashboardException">One of the codes that begin with <c>Store</c>.</exception>
    public static ImportWriter Open(string path, CancellationToken cancellation)
    {
        if (!Path.Exists(path))
        {
            try
            {
                StoreWriter.Create(path, [], cancellation);
            }
            catch (TokenDashboardException exception) when (exception.Code == ErrorCode.StoreExists)
            {
                // Another import was faster.
            }
        }
        // Says what is wrong with a file that is no store.
        TokenStore.Open(path, cancellation).Dispose();
        return Connect(path, path, cancellation);
    }

    /// <summary>A writer into a temporary store, for finding out what an import would do.</summary>
    public static ImportWriter OpenTemporary(string path, CancellationToken cancellation)
    {
        SqliteEngine.Initialize();
        return Connect(path, "", cancellation);
    }

    /// <summary>Where files ended without ending their last line, by position.</summary>
    public ILookup<long, (ImportTail Tail, ImportKey Key)> ReadTails()
    {
        ILookup<long, (ImportTail Tail, ImportKey Key)>? tails = null;
        InTransaction(() => tails = _tables.ReadTails());
        return tails!;
    }

    /// <summary>Writes all rows and adds to the report what became of them.</summary>
    public void Write(ImportBatch batch, ImportReport report)
    {
        int written = 0;
        while (written < batch.Rows.Length)
        {
            var outcome = default(ImportOutcome);
            int next = written;
            InTransaction(() =>
            {
                long deadline = Stopwatch.GetTimestamp() + (long)(_work.TotalSeconds * Stopwatch.Frequency);
                (outcome, next) = (default, written);
                bool known = _tables.LearnKeys(deadline, out bool othersWrote);
                _sinceOthers = othersWrote ? 0 : _sinceOthers;
                if (known)
                {
                    next = _tables.Write(batch, written, deadline, ref outcome);
                }
            });
            outcome.AddTo(report);
            written = next;
        }
        report.LongestLock = LongestLock > report.LongestLock ? LongestLock : report.LongestLock;
    }

    /// <summary>Takes in a copy of the keys of another store, without changing that store or keeping it locked.</summary>
    public void LearnFrom(TokenStore store)
    {
        var copy = new ImportKeyCopy(store);
        for (List<StoredKey> keys = copy.Next(); keys.Count > 0; keys = copy.Next())
        {
            InTransaction(() => _tables.AddKeys(keys));
        }
        InTransaction(() =>
        {
            foreach ((ImportTail tail, ImportKey key) in copy.Tails())
            {
                _tables.AddTail(tail, key);
            }
        });
    }

    public void Dispose()
    {
        _tables?.Dispose();
        _connection.Dispose();
    }

    private static ImportWriter Connect(string path, string source, CancellationToken cancellation)
    {
        SqliteOpenMode mode = source.Length == 0 ? SqliteOpenMode.ReadWriteCreate : SqliteOpenMode.ReadWrite;
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = source, Mode = mode, Pooling = false, DefaultTimeout = 1 }.ToString());
        try
        {
            connection.Open();
            if (source.Length == 0)
            {
                using SqliteCommand command = connection.CreateCommand();
                command.CommandText = StoreWriter.Schema;
                command.ExecuteNonQuery();
            }
            return new ImportWriter(path, connection, cancellation);
        }
        catch (Exception exception)
        {
            connection.Dispose();
            if (exception is SqliteException failure)
            {
                throw Explain(failure, path);
            }
            throw;
        }
    }

    /// <summary>
    /// Runs a piece of work under the lock. Where readers keep the commit waiting, the work is taken back and done again later, because
    /// the application cannot write while it waits.
    /// </summary>
    private void InTransaction(Action work) => _ = Guard(() =>
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            Begin(waited);
            long locked = Stopwatch.GetTimestamp();
            bool committed;
            try
            {
                work();
                committed = Commit(locked);
            }
            finally
            {
                if (raw.sqlite3_get_autocommit(_connection.Handle) == 0)
                {
                    raw.sqlite3_exec(_connection.Handle, "ROLLBACK");
                }
            }
            TimeSpan held = Stopwatch.GetElapsedTime(locked);
            LongestLock = held > LongestLock ? held : LongestLock;
            raw.sqlite3_exec(_connection.Handle, CopyLogBack);
            bool shared = _sinceOthers < Alone;
            double factor = committed ? Math.Clamp((shared ? SharedLockTarget : LockTarget) / held, 0.25, 1.5) : 0.5;
            _work = TimeSpan.FromTicks(Math.Clamp((long)(_work.Ticks * factor), ShortestWork.Ticks, LongestWork.Ticks));
            // Whoever waits for the lock asks again at intervals of up to 100 ms, and must find it free now and then: where there are
            // others, more than half of the time.
            Pause(shared ? held * 1.5 : held / 4);
            _sinceOthers++;
            if (committed)
            {
                return true;
            }
            ThrowIfWaitedTooLong(waited);
        }
    });

    private void Begin(Stopwatch waited)
    {
        while (true)
        {
            _cancellation.ThrowIfCancellationRequested();
            // SQLite's own waiting would ask more often than the application does, and take its turns.
            raw.sqlite3_busy_timeout(_connection.Handle, 0);
            int resultCode = raw.sqlite3_exec(_connection.Handle, "BEGIN IMMEDIATE");
            if (resultCode == raw.SQLITE_OK)
            {
                return;
            }
            if (resultCode != raw.SQLITE_BUSY)
            {
                SqliteException.ThrowExceptionForRC(resultCode, _connection.Handle);
            }
            _sinceOthers = 0;
            ThrowIfWaitedTooLong(waited);
            Pause(BusyStep);
        }
    }

    private bool Commit(long locked)
    {
        while (true)
        {
            int resultCode = raw.sqlite3_exec(_connection.Handle, "COMMIT");
            if (resultCode == raw.SQLITE_OK)
            {
                return true;
            }
            if (resultCode != raw.SQLITE_BUSY)
            {
                SqliteException.ThrowExceptionForRC(resultCode, _connection.Handle);
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
                $"'{_path}' was locked by other processes for {BusyTimeout.TotalSeconds:0} seconds. What was imported until then is kept; run the import again, and look for a program that keeps a transaction open.",
                target: _path);
        }
    }

    private void Execute(string sql)
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private T Guard<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (SqliteException exception)
        {
            throw Explain(exception, _path);
        }
    }

    private static Exception Explain(SqliteException exception, string path) => exception.SqliteErrorCode switch
    {
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED or raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => StoreErrors.FromReading(exception, path),
        _ => StoreErrors.FromWriting(exception, path),
    };
}
