using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Engines.Sqlite.Rollups;

/// <summary>The statements that write rollups. They are created and used within a transaction that holds the write lock.</summary>
internal sealed class RollupTables : IDisposable
{
    // The number of rows between two checks of the clock.
    private const int RowsPerDelete = 200;

    private const string ForeignTables = $"SELECT group_concat(name) FROM sqlite_schema WHERE type = 'table' AND name GLOB '{RollupSchema.Sums}*'";

    private readonly StoreWriteConnection _connection;
    private readonly sqlite3 _database;
    private readonly Dictionary<string, sqlite3_stmt> _prepared = [];
    private readonly NativeStatement _put;
    private readonly Dictionary<RollupGroup, long> _groups = [];
    private readonly Dictionary<RollupGroup, long> _newGroups = [];

    public RollupTables(StoreWriteConnection connection)
    {
        _connection = connection;
        _database = connection.Connection.Handle!;
        _put = Statement($"INSERT OR REPLACE INTO {RollupSchema.Sums} VALUES ({string.Join(", ", Enumerable.Range(1, Measures.All.Length + 5).Select(number => $"?{number}"))})");
    }

    /// <summary>Creates missing tables, and replaces those of another version.</summary>
    public static void Create(StoreWriteConnection connection)
    {
        string[] foreign = [];
        connection.InTransaction(() =>
        {
            foreign = IsForeign(connection) ? connection.Scalar(ForeignTables).ToString()!.Split(',') : [];
            if (foreign.Length == 0)
                CreateTables(connection);
        });
        if (foreign.Length == 0)
            return;
        // Step by step, because all at once could block the application.
        foreach (string table in foreign.Where(table => table != RollupSchema.State))
        {
            for (bool more = true; more;)
                connection.InTransaction(() => more = IsForeign(connection) && DeleteSome(connection, table, "TRUE"));
        }
        connection.InTransaction(() =>
        {
            if (IsForeign(connection))
                connection.Execute(string.Join(';', foreign.Select(table => $"DROP TABLE {table}").Prepend($"DROP VIEW IF EXISTS {RollupSchema.View}")));
            CreateTables(connection);
        });
    }

    /// <summary>Begins the work of a transaction: the cached groups of a rolled-back transaction are discarded.</summary>
    public void Begin() => _newGroups.Clear();

    /// <summary>Keeps the cached groups of a committed transaction.</summary>
    public void Committed() => Learn(_newGroups);

    /// <summary>Caches the numbers of stored groups.</summary>
    public void Learn(IEnumerable<KeyValuePair<RollupGroup, long>> groups)
    {
        foreach ((RollupGroup group, long id) in groups)
            _groups[group] = id;
    }

    /// <summary>The number of a group, if it is cached.</summary>
    public bool TryGetId(RollupGroup group, out long id) => _groups.TryGetValue(group, out id);

    /// <summary>Stores the row ranges of a batch, and the new watermark.</summary>
    public void AddRows(RollupBatch batch)
    {
        NativeStatement lastRange = Statement($"SELECT first_row, last_row FROM {RollupSchema.Rows} WHERE start = ?1 ORDER BY first_row DESC LIMIT 1");
        foreach ((long start, RowRange range) in batch.Rows)
        {
            lastRange.Bind(1, start);
            bool found = lastRange.Step(out int resultCode);
            var last = new RowRange(lastRange.Integer(0), lastRange.Integer(1));
            lastRange.Reset();
            Check(resultCode);
            Run(
                $"INSERT INTO {RollupSchema.Rows} VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET last_row = max(last_row, excluded.last_row)",
                start, found && RollupBatch.Continues(last, range.First) ? last.First : range.First, range.Last);
        }
        Run($"UPDATE {RollupSchema.State} SET watermark = ?1, watermark_time = (SELECT timestamp FROM {TelemetrySql.Table} WHERE rowid = ?1)", batch.LastRow);
    }

    /// <summary>Writes the correct sum.</summary>
    /// <exception cref="TransactionLateException">The transaction takes too long.</exception>
    public void Write(RollupDifference difference)
    {
        if (difference.Expected is { } expected)
            Put(difference.Key, expected.Values, expected.Durations.ToUtf8(), expected.Sizes.ToUtf8());
        else
            Run($"DELETE FROM {RollupSchema.Sums} WHERE level = ?1 AND start = ?2 AND group_id = ?3", (long)difference.Key.Level, difference.Key.Start, IdOf(difference.Key.Group));
    }

    /// <summary>Inserts or replaces a sum with its histograms as text.</summary>
    /// <exception cref="TransactionLateException">The transaction takes too long.</exception>
    public void Put(RollupKey key, MeasureValues values, byte[] durations, byte[] sizes)
    {
        _connection.ThrowIfLate();
        _put.Bind(1, (long)key.Level);
        _put.Bind(2, key.Start);
        _put.Bind(3, IdOf(key.Group));
        int parameter = 4;
        foreach (Measure measure in Measures.All)
        {
            if (measure.IsReal)
                _put.Bind(parameter++, values.Real(measure));
            else
                _put.Bind(parameter++, values[measure]);
        }
        _put.BindCopy(parameter++, durations);
        _put.BindCopy(parameter, sizes);
        Check(_put.Run());
    }

    public void AddStale(RollupLevel level, long start) => Run($"INSERT OR IGNORE INTO {RollupSchema.Stale} VALUES (?1, ?2)", (long)level, start);

    /// <summary>Removes rows of a table by their ids.</summary>
    /// <exception cref="TransactionLateException">The transaction takes too long.</exception>
    public void RemoveRows(string table, string idColumn, List<long> ids)
    {
        foreach (long id in ids)
        {
            _connection.ThrowIfLate();
            Run($"DELETE FROM {table} WHERE {idColumn} = ?1", id);
        }
    }

    /// <summary>Deletes rows of a table until the time limit of a transaction.</summary>
    /// <param name="connection">The connection, in a transaction.</param>
    /// <param name="table">The table.</param>
    /// <param name="condition">The rows to delete.</param>
    /// <returns>Whether there may be more.</returns>
    public static bool DeleteSome(StoreWriteConnection connection, string table, string condition)
    {
        string key = (string)connection.Scalar($"SELECT group_concat(name) FROM pragma_table_info('{table}') WHERE pk > 0");
        var watch = Stopwatch.StartNew();
        do
        {
            connection.Execute($"DELETE FROM {table} WHERE ({key}) IN (SELECT {key} FROM {table} WHERE {condition} LIMIT {RowsPerDelete})");
            if ((long)connection.Scalar("SELECT changes()") == 0)
                return false;
        }
        while (watch.Elapsed < connection.Work);
        return true;
    }

    /// <summary>Runs a cached statement with numbers as parameters.</summary>
    public void Run(string sql, params ReadOnlySpan<long> values)
    {
        NativeStatement statement = Statement(sql);
        for (int i = 0; i < values.Length; i++)
            statement.Bind(i + 1, values[i]);
        Check(statement.Run());
    }

    public void Dispose()
    {
        foreach (sqlite3_stmt statement in _prepared.Values)
            statement.Dispose();
    }

    private static bool IsForeign(StoreWriteConnection connection) => RollupState.Read(connection.Connection) is { IsForeign: true };

    private static void CreateTables(StoreWriteConnection connection)
    {
        connection.Execute(RollupSchema.Create);
        if ((long)connection.Scalar($"SELECT count(*) FROM {RollupSchema.Bins}") == 0)
        {
            connection.Execute($"INSERT INTO {RollupSchema.Bins} VALUES {string.Join(", ", HistogramBins.Durations.Values()
                .Select(bin => string.Create(CultureInfo.InvariantCulture, $"({bin.Bin}, {bin.Value:R})")))}");
        }
    }

    private long IdOf(RollupGroup group)
    {
        if (_groups.TryGetValue(group, out long id) || _newGroups.TryGetValue(group, out id))
            return id;
        const string Columns = "all_users, user_id, model, provider, request_type, input_class";
        if (!GroupId(Statement($"SELECT id FROM {RollupSchema.Groups} WHERE ({Columns}) = (?1, ?2, ?3, ?4, ?5, ?6)"), group, out id))
            GroupId(Statement($"INSERT INTO {RollupSchema.Groups} ({Columns}) VALUES (?1, ?2, ?3, ?4, ?5, ?6) RETURNING id"), group, out id);
        _newGroups.Add(group, id);
        return id;
    }

    private bool GroupId(NativeStatement statement, RollupGroup group, out long id)
    {
        statement.Bind(1, group.AllUsers ? 1L : 0L);
        foreach ((string name, int index) in new[] { group.User, group.Model, group.Provider, group.RequestType }.Select((name, index) => (name, index)))
            statement.BindCopy(index + 2, Encoding.UTF8.GetBytes(name));
        statement.Bind(6, (long)group.InputClass);
        bool found = statement.Step(out int resultCode);
        id = found ? statement.Integer(0) : 0;
        statement.Reset();
        Check(resultCode);
        return found;
    }

    private NativeStatement Statement(string sql)
    {
        if (!_prepared.TryGetValue(sql, out sqlite3_stmt? statement))
        {
            Check(raw.sqlite3_prepare_v2(_database, sql, out statement));
            _prepared.Add(sql, statement);
        }
        return new NativeStatement(statement);
    }

    private void Check(int resultCode)
    {
        if (resultCode is not (raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE))
            SqliteException.ThrowExceptionForRC(resultCode, _database);
    }
}
