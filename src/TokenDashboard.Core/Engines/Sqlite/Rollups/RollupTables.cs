namespace TokenDashboard.Engines.Sqlite.Rollups;

/// <summary>Writes rollups. All methods are called within a transaction that holds the write lock, except those that begin one.</summary>
internal sealed class RollupTables(StoreWriteConnection connection)
{
    // The number of rows between two checks of the clock.
    private const int RowsPerDelete = 200;

    private const string ForeignTables = $"SELECT group_concat(name) FROM sqlite_schema WHERE type = 'table' AND name GLOB '{RollupSchema.Sums}*'";
    private static readonly string HasRemoved = $"SELECT EXISTS (SELECT 1 FROM {RollupSchema.Sums} WHERE level = {RollupLevel.RemovedQuarter:D})";
    private const string ForeignRemoved = "contains rollups of removed requests that another version of this module created and that cannot be computed again. "
        + "Nothing was written. Use the version that created them. To delete the usage of the removed requests, run: Optimize-TokenStore -Force";
    private const string GroupColumns = "all_users, user_id, model, provider, request_type, input_class";
    private const string FindGroup = $"SELECT id FROM {RollupSchema.Groups} WHERE ({GroupColumns}) = (?1, ?2, ?3, ?4, ?5, ?6)";
    private const string AddGroup = $"INSERT OR IGNORE INTO {RollupSchema.Groups} ({GroupColumns}) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    private const string OfKey = $"FROM {RollupSchema.Sums} WHERE level = ?1 AND start = ?2 AND group_id = ?3";

    private static readonly string FindSum = $"SELECT {new RollupRow().Columns} {OfKey}";
    private static readonly string PutSum =
        $"INSERT OR REPLACE INTO {RollupSchema.Sums} VALUES ({string.Join(", ", Enumerable.Range(1, Measures.All.Length + 5).Select(number => $"?{number}"))})";

    private readonly Dictionary<RollupGroup, long> _groups = [];
    private bool _isCommitted;

    /// <summary>Creates missing tables, and replaces tables of another version step by step, because a single transaction could block the application.</summary>
    /// <param name="force">Whether rollups of removed requests, which cannot be computed again, may be deleted.</param>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.StoreSchemaMismatch"/>: such rollups would be deleted.</exception>
    public void Create(bool force)
    {
        for (bool created = false; !created;)
        {
            connection.InTransaction(() =>
            {
                if (RollupState.Read(connection.Connection) is { IsForeign: true })
                {
                    if (!force && (long)connection.Scalar(HasRemoved) > 0)
                        throw StoreErrors.Problem(connection.Path, ErrorCode.StoreSchemaMismatch, ForeignRemoved);
                    string[] foreign = connection.Scalar(ForeignTables).ToString()!.Split(',');
                    if (DeleteSome([.. foreign.Where(table => table != RollupSchema.State).Select(table => (table, "TRUE"))]))
                        return;
                    connection.Execute(string.Join(';', foreign.Select(table => $"DROP TABLE {table}").Prepend($"DROP VIEW IF EXISTS {RollupSchema.View}")));
                }
                connection.Execute(RollupSchema.Create);
                created = true;
            });
        }
    }

    /// <summary>Deletes rows of the first table that has any, until the time limit of a transaction.</summary>
    /// <returns>Whether rows were deleted, so that there may be more.</returns>
    public bool DeleteSome(params IEnumerable<(string Name, string Condition)> tables) => tables.Any(table => DeleteSome(table.Name, table.Condition));

    private bool DeleteSome(string table, string condition)
    {
        string key = (string)connection.Scalar($"SELECT group_concat(name) FROM pragma_table_info('{table}') WHERE pk > 0");
        bool deleted = false;
        var watch = Stopwatch.StartNew();
        do
        {
            connection.Execute($"DELETE FROM {table} WHERE ({key}) IN (SELECT {key} FROM {table} WHERE {condition} LIMIT {RowsPerDelete})");
            if (connection.Changes == 0)
                return deleted;
            deleted = true;
        }
        while (watch.Elapsed < connection.Work);
        return true;
    }

    public void InTransaction(Action work)
    {
        connection.InTransaction(() =>
        {
            // The group numbers of a rolled-back transaction are invalid.
            if (!_isCommitted)
                _groups.Clear();
            _isCommitted = false;
            work();
        });
        _isCommitted = true;
    }

    /// <summary>Writes prepared work in one transaction, unless the rollups changed since a state was read, or it would take too long.</summary>
    /// <returns>False if nothing was written. The work must then be prepared again, in smaller batches. Otherwise, the state is the new one.</returns>
    public bool TryWrite(ref RollupState state, Action write)
    {
        long version = state.Version;
        bool written = false;
        try
        {
            InTransaction(() =>
            {
                written = RollupState.Read(connection.Connection) is { IsUsable: true } now && now.Version == version;
                if (written)
                {
                    write();
                    connection.Run(RollupSchema.NextVersion);
                }
            });
        }
        catch (TransactionLateException)
        {
            return false;
        }
        state = state with { Version = version + (written ? 1 : 0) };
        return written;
    }

    /// <summary>Adds usage to stored sums.</summary>
    /// <exception cref="TransactionLateException">The transaction takes too long.</exception>
    public void Add(IEnumerable<KeyValuePair<RollupKey, UsageAccumulator>> sums)
    {
        using var stored = new RollupRow();
        foreach ((RollupKey key, UsageAccumulator added) in sums)
        {
            if (connection.TryRead(Bind(FindSum, key), row => stored.Load(row, key.Group).ToAccumulator(), out UsageAccumulator sum))
                sum.Add(added);
            else
                sum = added;
            Put(key, sum);
        }
    }

    /// <summary>Inserts or replaces a sum. Null removes it.</summary>
    /// <exception cref="TransactionLateException">The transaction takes too long.</exception>
    public void Put(RollupKey key, UsageAccumulator? usage)
    {
        connection.ThrowIfLate();
        NativeStatement put = Bind(usage is null ? $"DELETE {OfKey}" : PutSum, key);
        if (usage is not null)
        {
            int parameter = 4;
            foreach (Measure measure in Measures.All)
            {
                if (measure.IsReal)
                    put.Bind(parameter++, usage.Values.Real(measure));
                else
                    put.Bind(parameter++, usage.Values[measure]);
            }
            put.BindCopy(parameter++, usage.Durations.ToUtf8());
            put.BindCopy(parameter, usage.Sizes.ToUtf8());
        }
        connection.Run(put);
    }

    /// <summary>Stores the row ranges of a batch, and the new watermark.</summary>
    public void AddRows(RollupBatch batch)
    {
        foreach ((long start, RowRange range) in batch.Rows)
        {
            NativeStatement find = connection.Statement($"SELECT first_row, last_row FROM {RollupSchema.Rows} WHERE start = ?1 ORDER BY first_row DESC LIMIT 1", start);
            bool continues = connection.TryRead(find, row => new RowRange(row.Integer(0), row.Integer(1)), out RowRange last) && RollupBatch.Continues(last, range.First);
            connection.Run(
                $"INSERT INTO {RollupSchema.Rows} VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET last_row = max(last_row, excluded.last_row)",
                start, continues ? last.First : range.First, range.Last);
        }
        connection.Run(
            $"UPDATE {RollupSchema.State} SET watermark = ?1, watermark_time = (SELECT timestamp FROM {TelemetrySql.Table} WHERE rowid = ?1), "
                + "first_row = COALESCE(first_row, ?2)",
            batch.LastRow, batch.FirstRow);
    }

    public void AddStale(RollupLevel level, long start) => connection.Run($"INSERT OR IGNORE INTO {RollupSchema.Stale} VALUES (?1, ?2)", (long)level, start);

    private NativeStatement Bind(string sql, RollupKey key) => connection.Statement(sql, (long)key.Level, key.Start, IdOf(key.Group));

    private long IdOf(RollupGroup group)
    {
        if (!_groups.TryGetValue(group, out long id))
        {
            object?[] names = [group.AllUsers, group.User, group.Model, group.Provider, group.RequestType, (long)group.InputClass];
            connection.Run(AddGroup, names);
            connection.TryRead(connection.Statement(FindGroup, names), row => row.Integer(0), out id);
            _groups.Add(group, id);
        }
        return id;
    }
}
