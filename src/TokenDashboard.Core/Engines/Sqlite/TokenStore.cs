using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace TokenDashboard.Engines.Sqlite;

/// <summary>
/// A store that is open for reading. The database belongs to the application that writes it. It is opened read-only, and every read is
/// short, because outside WAL mode a reader's lock blocks the writer's commit. Only an incomplete transaction of a killed program is rolled back,
/// as any program that opens the file does.
/// </summary>
internal sealed class TokenStore : IDisposable
{
    /// <summary>The time for which a read waits for another process's lock, in seconds.</summary>
    internal const int BusyTimeoutSeconds = 10;

    // The duration of a retry step, so that waiting can be canceled.
    private static readonly TimeSpan BusyStep = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan BusyTimeout = TimeSpan.FromSeconds(BusyTimeoutSeconds);

    private static readonly string[] RequiredColumns = ["id", .. StoreWriter.Columns.Select(column => column.Name)];

    private readonly SqliteConnection _connection;
    private readonly CancellationTokenRegistration _interrupt;
    private readonly TimeSpan _patience;
    private readonly ReadGate _gate;
    private readonly string _target;
    private bool _isReading;

    private TokenStore(string path, SqliteConnection connection, TimeSpan patience, CancellationToken cancellation)
    {
        Path = path;
        _target = RegularFile.WithoutLinks(path);
        _patience = patience;
        _connection = connection;
        _gate = ReadGate.Of(path);
        Cancellation = cancellation;
        // SqliteCommand.Cancel does nothing; this stops a running query.
        _interrupt = cancellation.Register(() => raw.sqlite3_interrupt(connection.Handle));
    }

    /// <summary>Full path of the database file.</summary>
    public string Path { get; }

    internal CancellationToken Cancellation { get; }

    /// <summary>
    /// Whether the file was moved, removed or replaced since it was opened, or a link refers to another file. An open connection still reads the old
    /// file. Windows prevents both while the file is open.
    /// </summary>
    internal bool IsReplaced => _connection.HasMoved() || RegularFile.WithoutLinks(Path) != _target;

    internal sqlite3 Handle => _connection.Handle!;

    /// <summary>Opens any SQLite database for reading, without access to other databases.</summary>
    internal static TokenStore OpenDatabase(string path, CancellationToken cancellation)
    {
        TokenStore store = Open(path, cancellation, isStore: false);
        _ = raw.sqlite3_limit(store._connection.Handle, raw.SQLITE_LIMIT_ATTACHED, 0);
        return store;
    }

    /// <summary>
    /// Opens and checks a store, or any database. Reads wait for a lock for the default time or another one. Cancellation interrupts the running
    /// query.
    /// </summary>
    /// <exception cref="TokenDashboardException">One of the codes that begin with <c>Store</c>.</exception>
    internal static TokenStore Open(string path, CancellationToken cancellation, TimeSpan? wait = null, bool isStore = true)
    {
        TimeSpan patience = wait ?? BusyTimeout;
        path = FullPath(path, ErrorCode.StoreNotFound);
        CheckFile(path);
        SqliteConnection? connection = null;
        try
        {
            connection = SqliteEngine.Open(path, SqliteOpenMode.ReadOnly);
            // SQLite retries sooner than the library, which sleeps for 150 ms between retries.
            raw.sqlite3_busy_timeout(connection.Handle, (int)(patience < BusyStep ? patience : BusyStep).TotalMilliseconds);
            // The library waits for at least a second.
            if (patience < BusyStep)
                SqliteException.ThrowExceptionForRC(raw.sqlite3_exec(connection.Handle, "SELECT count(*) FROM sqlite_schema"), connection.Handle);
            var store = new TokenStore(path, connection, patience, cancellation);
            // Reads the file's header, so that a file that is not a database is reported once, not for each query.
            store.Scalar<long>("SELECT count(*) FROM sqlite_schema");
            if (isStore)
                store.CheckSchema();
            return store;
        }
        catch (Exception exception)
        {
            connection?.Dispose();
            if (exception is SqliteException failure)
                throw StoreErrors.FromReading(failure, path, patience);
            throw;
        }
    }

    /// <summary>Receives the number of rows of each read, on the thread that reads; null for nothing. Connections that are opened again share it.</summary>
    internal Action<long>? OnRead { get; set; }

    /// <summary>Opens the store that is at the same path now.</summary>
    internal TokenStore OpenAgain()
    {
        TokenStore store = Open(Path, Cancellation, _patience);
        store.OnRead = OnRead;
        return store;
    }

    /// <summary>Reports rows that were read, unless a lock is held, because showing the progress takes time.</summary>
    internal void Report(long rows)
    {
        if (!_isReading)
            OnRead?.Invoke(rows);
    }

    /// <summary>Checks again that the file is a store.</summary>
    /// <exception cref="TokenDashboardException">One of the codes that begin with <c>Store</c>.</exception>
    internal void Check()
    {
        CheckFile(Path);
        CheckSchema();
    }

    /// <summary>The full path, or the specified error if the text is not a path.</summary>
    internal static string FullPath(string path, ErrorCode code) => path.Contains('\0', StringComparison.Ordinal)
        ? throw StoreErrors.Problem(path.Replace('\0', '\uFFFD'), code, "contains a null character, which is not permitted in paths.")
        : System.IO.Path.GetFullPath(path);

    /// <summary>Creates a command. Errors of its execution go through <see cref="Read{T}"/>.</summary>
    internal SqliteCommand CreateCommand(string sql)
    {
        SqliteCommand command = _connection.CreateCommand();
        command.CommandText = sql;
        return command;
    }

    /// <summary>Begins a read, and waits for another process's lock.</summary>
    internal SqliteDataReader ExecuteReader(SqliteCommand command)
    {
        for (TimeSpan waited = BusyStep; ; waited += BusyStep)
        {
            Cancellation.ThrowIfCancellationRequested();
            try
            {
                return command.ExecuteReader();
            }
            catch (SqliteException exception) when (exception.SqliteErrorCode is raw.SQLITE_BUSY && waited < _patience)
            {
                // Try again.
            }
            catch (SqliteException exception) when (exception.SqliteExtendedErrorCode == raw.SQLITE_READONLY_ROLLBACK && waited < _patience)
            {
                TakeBackWhatWasHalfWritten();
            }
        }
    }

    /// <summary>Runs a statement and invokes the callback for each row, until it returns false.</summary>
    /// <returns>Whether it was invoked for all rows.</returns>
    internal bool Step(SqliteCommand command, Func<NativeStatement, bool> onRow)
    {
        using SqliteDataReader reader = ExecuteReader(command);
        if (!reader.HasRows)
            return true;
        // Execution has already moved to the first row.
        var statement = new NativeStatement(reader.Handle!);
        int resultCode;
        do
        {
            if (!onRow(statement))
                return false;
        }
        while (statement.Step(out resultCode));
        SqliteException.ThrowExceptionForRC(resultCode, Handle);
        return true;
    }

    /// <summary>Runs a short read, and converts SQLite's errors.</summary>
    internal T Read<T>(Func<T> read)
    {
        if (_isReading)
            return ReadLong(read);
        _gate.Enter(Cancellation);
        _isReading = true;
        try
        {
            return ReadLong(read);
        }
        finally
        {
            _isReading = false;
            _gate.Exit();
        }
    }

    /// <summary>Works as <see cref="Read{T}"/>, for a long read. Outside WAL mode, the application cannot write during the read.</summary>
    internal T ReadLong<T>(Func<T> read)
    {
        Cancellation.ThrowIfCancellationRequested();
        try
        {
            return read();
        }
        catch (SqliteException exception)
        {
            throw StoreErrors.FromReading(exception, Path, _patience);
        }
    }

    /// <summary>Runs several short reads as one snapshot, without writes between them. They begin after waiting for the lock.</summary>
    internal T ReadAtOnce<T>(Func<T> read) => Read(() =>
    {
        if (raw.sqlite3_get_autocommit(Handle) == 0)
            return read();
        using SqliteCommand command = CreateCommand("BEGIN");
        command.ExecuteNonQuery();
        try
        {
            // The first read takes the lock.
            Scalar<long>("SELECT count(*) FROM sqlite_schema");
            return read();
        }
        finally
        {
            // Some errors have already ended the transaction: https://sqlite.org/lang_transaction.html#response_to_errors_within_a_transaction
            command.CommandText = "COMMIT";
            if (raw.sqlite3_get_autocommit(Handle) == 0)
                command.ExecuteNonQuery();
        }
    });

    /// <summary>The last row that is read. Later rows are ignored.</summary>
    internal long LastRow { get; set; } = long.MaxValue;

    internal RowRange Rows() => new(
        Scalar<long>($"SELECT COALESCE(min(rowid), 0) FROM {TelemetrySql.Table}"),
        Math.Min(LastRow, Scalar<long>($"SELECT COALESCE(max(rowid), -1) FROM {TelemetrySql.Table}")));

    /// <summary>The first row from an id on; another id if there is none.</summary>
    internal long RowFrom(long id, long otherwise) =>
        Scalar<long>(string.Create(CultureInfo.InvariantCulture, $"SELECT COALESCE(min(rowid), {otherwise}) FROM {TelemetrySql.Table} WHERE rowid >= {id}"));

    /// <summary>The last row up to an id; another id if there is none.</summary>
    internal long RowUpTo(long id, long otherwise) =>
        Scalar<long>(string.Create(CultureInfo.InvariantCulture, $"SELECT COALESCE(max(rowid), {otherwise}) FROM {TelemetrySql.Table} WHERE rowid <= {id}"));

    internal bool HasDetails => Has(TelemetrySql.DetailTable);

    internal bool Has(string table) => Scalar<long>($"SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = '{table}'") > 0;

    internal T Scalar<T>(string sql) => Query(sql, row => row.GetFieldValue<T>(0))[0];

    internal List<T> Query<T>(string sql, Func<SqliteDataReader, T> read)
    {
        using SqliteCommand command = CreateCommand(sql);
        return Read(() => Rows(command, read));
    }

    /// <summary>The rows that a command returns, within a read.</summary>
    internal List<T> Rows<T>(SqliteCommand command, Func<SqliteDataReader, T> read)
    {
        using SqliteDataReader reader = ExecuteReader(command);
        var rows = new List<T>();
        while (reader.Read())
            rows.Add(read(reader));
        return rows;
    }

    public void Dispose()
    {
        _interrupt.Dispose();
        _connection.Dispose();
    }

    // A program that is killed during a commit leaves a journal, from which the next writable connection restores the file.
    // Until then, the file cannot be read: https://sqlite.org/lockingv3.html#hot_journals
    private void TakeBackWhatWasHalfWritten()
    {
        try
        {
            using SqliteConnection connection = SqliteEngine.Open(Path, SqliteOpenMode.ReadWrite);
            connection.Execute("SELECT count(*) FROM sqlite_schema");
        }
        catch (SqliteException exception) when (exception.SqliteErrorCode is not raw.SQLITE_BUSY)
        {
            throw StoreErrors.Problem(
                Path, ErrorCode.StoreAccessDenied,
                "has an incomplete transaction of a killed program that must be rolled back, but this account has no permission. "
                + "Read the store once with the account of that program, or with an account that can write to the file, its -journal and its folder.", exception);
        }
    }

    // The file is not opened here. On POSIX systems, closing any handle of a file releases this process's locks on it,
    // including those of another SQLite.
    private static void CheckFile(string path)
    {
        var file = new FileInfo(path);
        if (Directory.Exists(path))
            throw StoreErrors.Problem(path, ErrorCode.StoreIsDirectory, "is a folder. Specify the database file.");
        if (!file.Exists)
            throw StoreErrors.Problem(path, ErrorCode.StoreNotFound, $"does not exist. Check the path, or create a sample store with: New-TokenStore -Path '{path}' -Sample");
        try
        {
            var target = new FileInfo(RegularFile.TargetOf(path));
            // Pipes and devices have no size, and opening a pipe would wait for its writer.
            if (target.Length == 0 && !RegularFile.IsRegular(target.FullName))
                throw StoreErrors.Problem(path, ErrorCode.StoreNotDatabase, "is a pipe, a socket or a device. Specify the database file.");
            if (target.Length == 0)
                throw StoreErrors.Problem(path, ErrorCode.StoreEmpty, "is empty. Observicia creates its table when the application starts with logging.sqlite enabled.");
        }
        catch (IOException)
        {
            // Includes circular links.
            throw StoreErrors.Problem(path, ErrorCode.StoreNotFound, $"is a link to '{file.LinkTarget}', which does not exist. Correct the link, or specify the path of the store.");
        }
    }

    private void CheckSchema()
    {
        List<string> columns = Query("SELECT name FROM pragma_table_info('telemetry')", row => row.GetString(0));
        if (columns.Count == 0)
        {
            string tables = Scalar<string>("SELECT COALESCE(group_concat(name, ', '), 'none') FROM sqlite_schema WHERE type = 'table'");
            throw StoreErrors.Problem(Path, ErrorCode.StoreTableMissing, $"has no table 'telemetry' (its tables: {tables}). Specify the database of Observicia.");
        }
        string[] missing = [.. RequiredColumns.Except(columns, StringComparer.OrdinalIgnoreCase)];
        if (missing.Length > 0)
        {
            throw StoreErrors.Problem(
                Path, ErrorCode.StoreColumnsMissing,
                $"has no columns {string.Join(", ", missing)} in its table 'telemetry'. Specify a database of Observicia 0.1.13 or a compatible version.");
        }
        // Rows are read in the order of their row ids, which views and some tables do not have: https://sqlite.org/rowidtable.html
        // A read of a virtual table can run an endless query.
        string other = Scalar<string>("""
            SELECT COALESCE(max(CASE type WHEN 'table' THEN 'table WITHOUT ROWID' WHEN 'virtual' THEN 'virtual table' ELSE type END || ' ' || name), '')
            FROM pragma_table_list
            WHERE schema = 'main' AND ((lower(name) = 'telemetry' AND (type <> 'table' OR wr)) OR (name LIKE 'tokendash@_%' ESCAPE '@' AND type = 'virtual'))
            """);
        if (other.Length > 0)
        {
            throw StoreErrors.Problem(
                Path, ErrorCode.StoreColumnsMissing,
                $"has the {other}. Requests are read only from an ordinary table with a column rowid. Specify the database of Observicia, or copy the rows to a store created by New-TokenStore.");
        }
    }
}
