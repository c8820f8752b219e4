using System.Diagnostics;
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

    private readonly StoreWriteConnection _connection;
    private readonly sqlite3 _database;
    private readonly List<sqlite3_stmt> _prepared = [];
    private readonly byte[] _text = GC.AllocateUninitializedArray<byte>(1 << 16, pinned: true);
    private readonly StringBuilder _json = new();
    private readonly NativeStatement _put, _findGroup, _addGroup, _lastRange, _growRange, _addRange, _countUnreadable;
    private readonly NativeStatement _setWatermark, _nextVersion, _addStale, _removeStale;
    private readonly Dictionary<RollupGroup, long> _groups = [];
    private readonly Dictionary<RollupGroup, long> _newGroups = [];

    public RollupTables(StoreWriteConnection connection)
    {
        _connection = connection;
        _database = connection.Connection.Handle!;
        _put = Prepare($"INSERT OR REPLACE INTO {RollupSchema.Sums} VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)");
        _findGroup = Prepare($"SELECT id FROM {RollupSchema.Groups} WHERE all_users = ?1 AND user_id = ?2 AND model = ?3 AND provider = ?4 AND request_type = ?5");
        _addGroup = Prepare($"INSERT INTO {RollupSchema.Groups} (all_users, user_id, model, provider, request_type) VALUES (?1, ?2, ?3, ?4, ?5) RETURNING id");
        _lastRange = Prepare($"SELECT first_row, last_row FROM {RollupSchema.Rows} WHERE start = ?1 ORDER BY first_row DESC LIMIT 1");
        _growRange = Prepare($"UPDATE {RollupSchema.Rows} SET last_row = ?3 WHERE start = ?1 AND first_row = ?2");
        _addRange = Prepare($"INSERT INTO {RollupSchema.Rows} VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET last_row = max(last_row, excluded.last_row)");
        _countUnreadable = Prepare($"INSERT INTO {RollupSchema.Unreadable} VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET requests = requests + excluded.requests");
        _setWatermark = Prepare($"UPDATE {RollupSchema.State} SET watermark = ?1, watermark_time = (SELECT timestamp FROM telemetry WHERE rowid = ?1)");
        _nextVersion = Prepare(RollupSchema.NextVersion);
        _addStale = Prepare($"INSERT OR IGNORE INTO {RollupSchema.Stale} VALUES (?1, ?2)");
        _removeStale = Prepare($"DELETE FROM {RollupSchema.Stale} WHERE level = ?1 AND start = ?2");
    }

    /// <summary>Makes the tables where they are missing.</summary>
    public static void Create(StoreWriteConnection connection)
    {
        connection.Execute(RollupSchema.Create);
        using SqliteCommand bins = connection.Connection.CreateCommand();
        bins.CommandText = $"SELECT count(*) FROM {RollupSchema.Bins}";
        if ((long)bins.ExecuteScalar()! > 0)
        {
            return;
        }
        bins.CommandText = RollupSchema.FillBins;
        SqliteParameter bin = bins.Parameters.Add("?1", SqliteType.Integer);
        SqliteParameter duration = bins.Parameters.Add("?2", SqliteType.Real);
        for (int number = DurationHistogram.LowestBin; number <= DurationHistogram.HighestBin; number++)
        {
            (bin.Value, duration.Value) = (number, DurationHistogram.ValueOf(number));
            bins.ExecuteNonQuery();
        }
    }

    /// <summary>Begins the work of a transaction: what a transaction that was taken back had learned is forgotten.</summary>
    public void Begin() => _newGroups.Clear();

    /// <summary>Keeps what the transaction learned, after it was committed.</summary>
    public void Committed()
    {
        foreach ((RollupGroup group, long id) in _newGroups)
        {
            _groups[group] = id;
        }
        _newGroups.Clear();
    }

    /// <summary>Learns the numbers of groups that are stored.</summary>
    public void Learn(Dictionary<long, RollupGroup> groups)
    {
        foreach ((long id, RollupGroup group) in groups)
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

    public void AddUnreadable(RollupBatch batch)
    {
        foreach (((long start, RollupGroup group, UnreadableValue kinds), long requests) in batch.Unreadable)
        {
            _countUnreadable.Bind(1, start);
            _countUnreadable.Bind(2, IdOf(group));
            _countUnreadable.Bind(3, (long)kinds);
            _countUnreadable.Bind(4, requests);
            Check(_countUnreadable.Run());
        }
    }

    /// <summary>Writes the sums of one piece of time and group, in the place of those there may be.</summary>
    /// <exception cref="TransactionLateException">The transaction takes too long.</exception>
    public void Put(RollupLevel level, long start, RollupGroup group, RollupSums sums)
    {
        _json.Clear();
        sums.Durations.Write(_json);
        int length = Encoding.UTF8.GetBytes(_json.ToString(), _text);
        Put(level, start, group, sums, _text.AsSpan(0, length));
    }

    /// <summary>As <see cref="Put(RollupLevel, long, RollupGroup, RollupSums)"/>, with the durations as text.</summary>
    public void Put(RollupLevel level, long start, RollupGroup group, RollupSums sums, ReadOnlySpan<byte> pinnedDurations)
    {
        _connection.ThrowIfLate();
        _put.Bind(1, (long)level);
        _put.Bind(2, start);
        _put.Bind(3, IdOf(group));
        _put.Bind(4, sums.Requests);
        _put.Bind(5, sums.PromptTokens);
        _put.Bind(6, sums.CompletionTokens);
        _put.Bind(7, sums.TotalTokens);
        _put.Bind(8, sums.PolicyFailures);
        _put.Bind(9, sums.InterruptedStreams);
        _put.Bind(10, sums.Durations.Count);
        _put.Bind(11, sums.DurationSum);
        _put.Bind(12, sums.DurationMax);
        _put.Bind(13, sums.FirstTicks);
        _put.Bind(14, sums.LastTicks);
        _put.BindText(15, pinnedDurations);
        Check(_put.Run());
    }

    public void SetWatermark(long row)
    {
        _setWatermark.Bind(1, row);
        Check(_setWatermark.Run());
    }

    public void NextVersion() => Check(_nextVersion.Run());

    public void AddStale(RollupLevel level, long start) => RunOn(_addStale, level, start);

    public void RemoveStale(RollupLevel level, long start) => RunOn(_removeStale, level, start);

    /// <summary>Removes requests, and what a table keeps about them.</summary>
    public void RemoveRequests(List<long> ids, string? detailTable)
    {
        foreach (string sql in new[] { $"DELETE FROM {TelemetrySql.Table} WHERE rowid = ?1", detailTable is null ? "" : $"DELETE FROM {detailTable} WHERE row_id = ?1" })
        {
            if (sql.Length == 0)
            {
                continue;
            }
            Check(raw.sqlite3_prepare_v2(_database, sql, out sqlite3_stmt prepared));
            using (prepared)
            {
                var statement = new NativeStatement(prepared);
                foreach (long id in ids)
                {
                    _connection.ThrowIfLate();
                    statement.Bind(1, id);
                    Check(statement.Run());
                }
            }
        }
    }

    /// <summary>Deletes rows of a table for as long as a transaction may work.</summary>
    /// <param name="table">The table.</param>
    /// <param name="key">The columns of its key.</param>
    /// <param name="condition">Which rows.</param>
    /// <returns>Whether there may be more.</returns>
    public bool DeleteSome(string table, string key, string condition)
    {
        var watch = Stopwatch.StartNew();
        do
        {
            Run($"DELETE FROM {table} WHERE ({key}) IN (SELECT {key} FROM {table} WHERE {condition} LIMIT {RowsPerDelete})");
            if (raw.sqlite3_changes(_database) == 0)
            {
                return false;
            }
        }
        while (watch.Elapsed < _connection.Work);
        return true;
    }

    /// <summary>Runs a statement of the caller's with numbers for its parameters.</summary>
    public void Run(string sql, params ReadOnlySpan<long> values)
    {
        Check(raw.sqlite3_prepare_v2(_database, sql, out sqlite3_stmt prepared));
        using (prepared)
        {
            var statement = new NativeStatement(prepared);
            for (int i = 0; i < values.Length; i++)
            {
                statement.Bind(i + 1, values[i]);
            }
            Check(statement.Run());
        }
    }

    public void Dispose() => _prepared.ForEach(statement => statement.Dispose());

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

    private void RunOn(NativeStatement statement, RollupLevel level, long start)
    {
        statement.Bind(1, (long)level);
        statement.Bind(2, start);
        Check(statement.Run());
    }

    private NativeStatement Prepare(string sql)
    {
        Check(raw.sqlite3_prepare_v2(_database, sql, out sqlite3_stmt statement));
        _prepared.Add(statement);
        return new NativeStatement(statement);
    }

    private void Check(int resultCode)
    {
        if (resultCode is not (raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE))
        {
            SqliteException.ThrowExceptionForRC(resultCode, _database);
        }
    }
}
