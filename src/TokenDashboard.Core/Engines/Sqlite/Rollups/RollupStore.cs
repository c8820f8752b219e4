using Microsoft.Data.Sqlite;

namespace TokenDashboard.Engines.Sqlite.Rollups;

/// <summary>Reads the tables of the rollups, in reads that are short enough for a store in use.</summary>
internal static class RollupStore
{
    /// <summary>The groups of the rollups that match a filter, by their number.</summary>
    public static Dictionary<long, RollupGroup> ReadGroups(TokenStore store, RequestFilter filter)
    {
        using SqliteCommand command = store.CreateCommand("");
        command.CommandText = $"SELECT id, all_users, user_id, model, provider, request_type, input_class FROM {RollupSchema.Groups} WHERE {(filter with { Range = TimeRange.All }).ToSql(command)}";
        return store.Read(() => store.Rows(command, row => KeyValuePair.Create(row.GetInt64(0), new RollupGroup(
            row.GetBoolean(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetString(5), row.GetInt32(6))))).ToDictionary();
    }

    public static HashSet<(RollupLevel Level, long Start)> ReadStale(TokenStore store) =>
        [.. store.Query($"SELECT level, start FROM {RollupSchema.Stale}", row => ((RollupLevel)row.GetInt64(0), row.GetInt64(1)))];

    /// <summary>The first quarter-hour from a second on that has requests in the table or removed requests, or null.</summary>
    public static long? Next(TokenStore store, long from) =>
        new[] { Bound(store, $"min(start) FROM {RollupSchema.Rows} WHERE start >= {Math.Max(from, RollupSchema.NoTime + 1)}"), NextRemoved(store, from) }.Min();

    /// <summary>The first day after another that has requests, removed requests or rollups, which may be wrong, or null.</summary>
    public static long? NextDay(TokenStore store, long day)
    {
        long? FirstOf(RollupLevel level, long from) => Bound(store, $"min(start) FROM {RollupSchema.Sums} WHERE level = {level:D} AND start >= {from}");
        long from = day + RollupLevels.DaySeconds, week = RollupLevels.WeekOf(day) + RollupLevels.WeekSeconds;
        long? next = Enum.GetValues<RollupLevel>().Where(level => level != RollupLevel.Week).Select(level => FirstOf(level, from)).Append(Next(store, from)).Min();
        // A week begins before its first day with data. It is a separate day if it has no such day.
        if (FirstOf(RollupLevel.Week, week) is { } alone && (next is null || RollupLevels.WeekOf(next.Value) > alone))
            next = alone;
        return next is { } start ? RollupLevels.DayOf(start) : null;
    }

    /// <summary>The first quarter-hour from a second on with removed requests, or null.</summary>
    public static long? NextRemoved(TokenStore store, long from) =>
        Bound(store, $"min(start) FROM {RollupSchema.Sums} WHERE level = {RollupLevel.RemovedQuarter:D} AND start >= {from}");

    /// <summary>The second until which requests were removed, or null.</summary>
    public static long? RemovedUntil(TokenStore store) => Number(store, RollupSchema.RemovedUntil);

    /// <summary>
    /// The number of removed requests from a second on, and the second until which requests were removed; null if none were removed, or the rollups
    /// have another version.
    /// </summary>
    public static (long Count, long Until)? ReadRemoved(TokenStore store, long from)
    {
        if (RollupState.Read(store) is not { IsForeign: false } || RemovedUntil(store) is not { } until)
            return null;
        long count = 0;
        ReadAllSums(store, RollupLevel.RemovedQuarter, from, until, new RequestFilter(), sum => count += sum.Values[Measures.Requests]);
        return (count, until);
    }

    /// <summary>The range of days with rows or removed requests; (0, 0) for none.</summary>
    public static (long From, long Until) DataBounds(TokenStore store)
    {
        long? last = new[] { Bound(store, $"max(start) FROM {RollupSchema.Rows} WHERE start > {RollupSchema.NoTime}"), RemovedUntil(store) - 1 }.Max();
        return Next(store, long.MinValue) is { } first && last is { } end
            ? (RollupLevels.DayOf(first), RollupLevels.DayOf(end) + RollupLevels.DaySeconds)
            : (0, 0);
    }

    /// <summary>Reads the sums of a level that start in [from, until).</summary>
    public static void ReadAllSums(TokenStore store, RollupLevel level, long from, long until, RequestFilter filter, Action<RollupRow> onRow) =>
        ReadAllSums(store, level, from, until, ReadGroups(store, filter), onRow);

    /// <summary>The same for groups that <see cref="ReadGroups"/> returned.</summary>
    public static void ReadAllSums(TokenStore store, RollupLevel level, long from, long until, Dictionary<long, RollupGroup> groups, Action<RollupRow> onRow)
    {
        using var row = new RollupRow();
        ReadByStart(store, $"SELECT {row.Columns} FROM {RollupSchema.Sums} WHERE level = {level:D}", from, until, statement =>
        {
            if (groups.TryGetValue(statement.Integer(2), out RollupGroup? group))
                onRow(row.Load(statement, group));
        });
    }

    /// <summary>The rows with the requests of the quarter-hours that start in [from, until).</summary>
    public static List<RowRange> ReadRanges(TokenStore store, long from, long until)
    {
        var ranges = new List<RowRange>();
        ReadByStart(store, $"SELECT first_row, start, last_row FROM {RollupSchema.Rows} WHERE TRUE", from, until, row => ranges.Add(new RowRange(row.Integer(0), row.Integer(2))));
        return ranges;
    }

    // Reads rows in the order of their start, the second column, in several short reads.
    private static void ReadByStart(TokenStore store, string select, long from, long until, Action<NativeStatement> onRow)
    {
        while (from < until)
        {
            from = store.ReadAtOnce(() =>
            {
                var watch = Stopwatch.StartNew();
                (long last, long next) = (from, until);
                using SqliteCommand command = store.CreateCommand(
                    string.Create(CultureInfo.InvariantCulture, $"{select} AND start >= {from} AND start < {until} ORDER BY start"));
                store.Step(command, row =>
                {
                    if (row.Integer(1) != last && watch.Elapsed > RowScanner.UsualWindow)
                    {
                        next = row.Integer(1);
                        return false;
                    }
                    last = row.Integer(1);
                    onRow(row);
                    return true;
                });
                return next;
            });
        }
    }

    // SQLite reads the whole table unless there is only a single MIN or MAX.
    private static long? Bound(TokenStore store, FormattableString select) => Number(store, $"SELECT {FormattableString.Invariant(select)}");

    private static long? Number(TokenStore store, string sql) => store.Query(sql, row => row.IsDBNull(0) ? (long?)null : row.GetInt64(0))[0];
}
