using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Store.Rollups;

/// <summary>The statements that write rollups. They are made and used within a transaction that holds the write lock.</summary>
internal sealed class RollupTables : IDisposable
{
    // How many rows go between two looks at the clock.
    private const int RowsPerDelete = 200;

    private const string ForeignTables = $"SELECT group_concat(name) FROM sqlite_schema WHERE type = 'table' AND name GLOB '{RollupSchema.Sums}*'";

    private readonly StoreWriteConnection _connection;
    private readonly sqlite3 _database;
    private readonly List<sqlite3_stmt> _prepared = [];
    private readonly NativeStatement _put, _findGroup, _addGroup, _lastRange, _growRange, _addRange, _setWatermark;
    private readonly Dictionary<RollupGroup, long> _groups = [];
    private readonly Dictionary<RollupGroup, long> _newGroups = [];
    private readonly RollupTexts _texts = new();

    public RollupTables(StoreWriteConnection connection)
    {
        _connection = connection;
        _database = connection.Connection.Handle!;
        _put = Prepare($"INSERT OR REPLACE INTO {RollupSchema.Sums} VALUES ({string.Join(", ", Enumerable.Range(1, Measures.All.Count + 5).Select(number => $"?{number}"))})");
        _findGroup = Prepare(
            $"SELECT id FROM {RollupSchema.Groups} WHERE all_users = ?1 AND user_id = ?2 AND model = ?3 AND provider = ?4 AND request_type = ?5 AND input_class = ?6");
        _addGroup = Prepare(
            $"INSERT INTO {RollupSchema.Groups} (all_users, user_id, model, provider, request_type, input_class) VALUES (?1, ?2, ?3, ?4, ?5, ?6) RETURNING id");
        _lastRange = Prepare($"SELECT first_row, last_row FROM {RollupSchema.Rows} WHERE start = ?1 ORDER BY first_row DESC LIMIT 1");
        _growRange = Prepare($"UPDATE {RollupSchema.Rows} SET last_row = ?3 WHERE start = ?1 AND first_row = ?2");
        _addRange = Prepare($"INSERT INTO {RollupSchema.Rows} VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET last_row = max(last_row, excluded.last_row)");
        _setWatermark = Prepare($"UPDATE {RollupSchema.State} SET watermark = ?1, watermark_time = (SELECT timestamp FROM {TelemetrySql.Table} WHERE rowid = ?1)");
    }

    /// <summary>Makes the tables where they are missing, in the place of those of another form.</summary>
    public static void Create(StoreWriteConnection connection)
    {
        string[] foreign = [];
        connection.InTransaction(() =>
        {
            foreign = IsForeign(connection) ? connection.Scalar(ForeignTables).ToString()!.Split(',') : [];
            if (foreign.Length == 0)
            {
                CreateTables(connection);
            }
        });
        if (foreign.Length == 0)
        {
            return;
        }
        // Bit by bit, for all at once might keep the application from writing.
        foreach (string table in foreign.Where(table => table != RollupSchema.State))
        {
            for (bool more = true; more;)
            {
                connection.InTransaction(() => more = IsForeign(connection) && DeleteSome(connection, table, "TRUE"));
            }
        }
        connection.InTransaction(() =>
        {
            if (IsForeign(connection))
            {
                connection.Execute(string.Join(';', foreign.Select(table => $"DROP TABLE {table}").Prepend($"DROP VIEW IF EXISTS {RollupSchema.View}")));
            }
            CreateTables(connection);
        });
    }

    /// <summary>Begins the work of a transaction: what a transaction that was taken back had learned is forgotten.</summary>
    public void Begin() => _newGroups.Clear();

    /// <summary>Keeps what the transaction learned, after it was committed.</summary>
    public void Committed() => Learn(_newGroups);

    /// <summary>Learns the numbers of groups that are stored.</summary>
    public void Learn(IEnumerable<KeyValuePair<RollupGroup, long>> groups)
    {
        foreach ((RollupGroup group, long id) in groups)
        {
            _groups[group] = id;
        }
    }

    /// <summary>The number of a group, where it is known to be stored.</summary>
    public bool TryGetId(RollupGroup group, out long id) => _groups.TryGetValue(group, out id);

    public void AddRows(RollupBatch batch)
    {
        foreach ((long start, RowRange range) in batch.Rows)
        {
            _lastRange.Bind(1, start);
            bool found = _lastRange.Step(out int resultCode);
            var last = new RowRange(_lastRange.Integer(0), _lastRange.Integer(1));
            _lastRange.Reset();
            Check(resultCode);
            bool grows = found && RollupBatch.Continues(last, range.First);
            NativeStatement statement = grows ? _growRange : _addRange;
            statement.Bind(1, start);
            statement.Bind(2, grows ? last.First : range.First);
            statement.Bind(3, grows ? Math.Max(last.Last, range.Last) : range.Last);
            Check(statement.Run());
        }
    }

    /// <summary>Writes a sum, in the place of the one there may be.</summary>
    /// <exception cref="TransactionLateException">The transaction takes too long.</exception>
    public void Put(RollupKey key, UsageAccumulator usage)
    {
        _texts.Clear();
        (Range durations, Range sizes) = _texts.Add(usage);
        Put(key, usage.Values, _texts[durations], _texts[sizes]);
    }

    /// <summary>As <see cref="Put(RollupKey, UsageAccumulator)"/>, with the histograms as text.</summary>
    public void Put(RollupKey key, MeasureValues values, ReadOnlySpan<byte> pinnedDurations, ReadOnlySpan<byte> pinnedSizes)
    {
        _connection.ThrowIfLate();
        _put.Bind(1, (long)key.Level);
        _put.Bind(2, key.Start);
        _put.Bind(3, IdOf(key.Group));
        int parameter = 4;
        foreach (Measure measure in Measures.All)
        {
            if (measure.IsReal)
            {
                _put.Bind(parameter++, values.Real(measure));
            }
            else
            {
                _put.Bind(parameter++, values[measure]);
            }
        }
        _put.BindText(parameter++, pinnedDurations);
        _put.BindText(parameter, pinnedSizes);
        Check(_put.Run());
    }

    public void SetWatermark(long row)
    {
        _setWatermark.Bind(1, row);
        Check(_setWatermark.Run());
    }

    public void AddStale(RollupLevel level, long start) => Run($"INSERT OR IGNORE INTO {RollupSchema.Stale} VALUES (?1, ?2)", (long)level, start);

    public void RemoveStale(RollupLevel level, long start) => Run($"DELETE FROM {RollupSchema.Stale} WHERE level = ?1 AND start = ?2", (long)level, start);

    /// <summary>Removes rows of a table by their ids.</summary>
    /// <exception cref="TransactionLateException">The transaction takes too long.</exception>
    public void RemoveRows(string table, string idColumn, List<long> ids)
    {
        using sqlite3_stmt prepared = Compile($"DELETE FROM {table} WHERE {idColumn} = ?1");
        var statement = new NativeStatement(prepared);
        foreach (long id in ids)
        {
            _connection.ThrowIfLate();
            statement.Bind(1, id);
            Check(statement.Run());
        }
    }

    /// <summary>Deletes rows of a table for as long as a transaction may work.</summary>
    /// <param name="connection">The connection, in a transaction.</param>
    /// <param name="table">The table.</param>
    /// <param name="condition">Which rows.</param>
    /// <returns>Whether there may be more.</returns>
    public static bool DeleteSome(StoreWriteConnection connection, string table, string condition)
    {
        string key = (string)connection.Scalar($"SELECT group_concat(name) FROM pragma_table_info('{table}') WHERE pk > 0");
        var watch = Stopwatch.StartNew();
        do
        {
            connection.Execute($"DELETE FROM {table} WHERE ({key}) IN (SELECT {key} FROM {table} WHERE {condition} LIMIT {RowsPerDelete})");
            if ((long)connection.Scalar("SELECT changes()") == 0)
            {
                return false;
            }
        }
        while (watch.Elapsed < connection.Work);
        return true;
    }

    /// <summary>Runs a statement of the caller's with numbers for its parameters.</summary>
    public void Run(string sql, params ReadOnlySpan<long> values)
    {
        using sqlite3_stmt prepared = Compile(sql);
        var statement = new NativeStatement(prepared);
        for (int i = 0; i < values.Length; i++)
        {
            statement.Bind(i + 1, values[i]);
        }
        Check(statement.Run());
    }

    public void Dispose() => _prepared.ForEach(statement => statement.Dispose());

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
        {
            return id;
        }
        if (!GroupId(_findGroup, group, out id))
        {
            GroupId(_addGroup, group, out id);
        }
        _newGroups.Add(group, id);
        return id;
    }

    private bool GroupId(NativeStatement statement, RollupGroup group, out long id)
    {
        byte[][] names = [.. new[] { group.User, group.Model, group.Provider, group.RequestType }.Select(Pinned)];
        statement.Bind(1, group.AllUsers ? 1L : 0L);
        for (int i = 0; i < names.Length; i++)
        {
            statement.BindText(i + 2, names[i]);
        }
        statement.Bind(names.Length + 2, (long)group.InputClass);
        bool found = statement.Step(out int resultCode);
        id = found ? statement.Integer(0) : 0;
        statement.Reset();
        GC.KeepAlive(names);
        Check(resultCode);
        return found;
    }

    private static byte[] Pinned(string text)
    {
        byte[] bytes = GC.AllocateUninitializedArray<byte>(Encoding.UTF8.GetByteCount(text), pinned: true);
        Encoding.UTF8.GetBytes(text, bytes);
        return bytes;
    }

    private NativeStatement Prepare(string sql)
    {
        _prepared.Add(Compile(sql));
        return new NativeStatement(_prepared[^1]);
    }

    private sqlite3_stmt Compile(string sql)
    {
        Check(raw.sqlite3_prepare_v2(_database, sql, out sqlite3_stmt statement));
        return statement;
    }

    private void Check(int resultCode)
    {
        if (resultCode is not (raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE))
        {
            SqliteException.ThrowExceptionForRC(resultCode, _database);
        }
    }
}
