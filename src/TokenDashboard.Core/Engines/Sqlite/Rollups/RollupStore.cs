using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Engines.Sqlite.Rollups;

/// <summary>Reads the tables of the rollups, in reads that are short enough for a store in use.</summary>
internal static class RollupStore
{
    /// <summary>The groups of the rollups that match a filter, by their number.</summary>
    public static Dictionary<long, RollupGroup> ReadGroups(TokenStore store, RequestFilter filter)
    {
        (IReadOnlyList<string> conditions, IReadOnlyDictionary<string, object> parameters) = (filter with { Range = TimeRange.All }).ToSql();
        using SqliteCommand command = store.CreateCommand(
            $"SELECT id, all_users, user_id, model, provider, request_type, input_class FROM {RollupSchema.Groups} WHERE {string.Join(" AND ", conditions.Prepend("TRUE"))}");
        foreach ((string name, object value) in parameters)
            command.Parameters.AddWithValue(name, value);
        using SqliteDataReader reader = store.ExecuteReader(command);
        var groups = new Dictionary<long, RollupGroup>();
        while (reader.Read())
        {
            groups.Add(reader.GetInt64(0), new RollupGroup(
                reader.GetBoolean(1), reader.GetString(2), reader.GetString(3), reader.GetString(4), reader.GetString(5), reader.GetInt32(6)));
        }
        return groups;
    }

    /// <summary>The stale buckets.</summary>
    public static HashSet<(RollupLevel Level, long Start)> ReadStale(TokenStore store) => store.Read(() =>
    {
        var stale = new HashSet<(RollupLevel Level, long Start)>();
        Read(store, $"SELECT level, start FROM {RollupSchema.Stale}", reader => stale.Add(((RollupLevel)reader.GetInt64(0), reader.GetInt64(1))));
        return stale;
    });

    /// <summary>The days with stale buckets.</summary>
    public static IEnumerable<long> ReadStaleDays(TokenStore store) => ReadStale(store).Select(stale => RollupLevels.StartOf(stale.Start, RollupLevels.DaySeconds));

    /// <summary>The first quarter-hour from a second on with requests in the table or removed ones, or null.</summary>
    public static long? Next(TokenStore store, long from) => new[] { Bound(store, "min", RollupSchema.Rows, $"start >= {Number(Math.Max(from, RollupSchema.NoTime + 1))}"), NextRemoved(store, from) }.Min();

    /// <summary>The first quarter-hour from a second on with removed requests, or null.</summary>
    public static long? NextRemoved(TokenStore store, long from) => Bound(store, "min", RollupSchema.Sums, $"level = {RollupLevel.RemovedQuarter:D} AND start >= {Number(from)}");

    /// <summary>The last quarter-hour with removed requests, or null.</summary>
    public static long? LastRemoved(TokenStore store) => Bound(store, "max", RollupSchema.Sums, $"level = {RollupLevel.RemovedQuarter:D}");

    /// <summary>The range of days with rows or removed requests; (0, 0) for none.</summary>
    public static (long From, long Until) DataBounds(TokenStore store)
    {
        long? last = new[] { Bound(store, "max", RollupSchema.Rows, $"start > {RollupSchema.NoTime}"), LastRemoved(store) }.Max();
        return Next(store, long.MinValue) is { } first && last is { } end
            ? (RollupLevels.StartOf(first, RollupLevels.DaySeconds), RollupLevels.StartOf(end, RollupLevels.DaySeconds) + RollupLevels.DaySeconds)
            : (0, 0);
    }

    /// <summary>Reads sums of a level until the time limit.</summary>
    /// <returns>The start of the first sums that were not read.</returns>
    public static long ReadSums(TokenStore store, RollupLevel level, long from, long until, Dictionary<long, RollupGroup> groups, Action<RollupRow> onRow)
    {
        var watch = Stopwatch.StartNew();
        var row = new RollupRow();
        long next = until;
        long? last = null;
        using SqliteCommand command = store.CreateCommand(
            $"SELECT {row.Columns} FROM {RollupSchema.Sums} WHERE level = {level:D} AND start >= {Number(from)} AND start < {Number(until)} ORDER BY start");
        Step(store, command, statement =>
        {
            long start = statement.Integer(1);
            if (last is not null && start != last && watch.Elapsed > RowScanner.UsualWindow)
            {
                next = start;
                return false;
            }
            last = start;
            if (groups.TryGetValue(statement.Integer(2), out RollupGroup? group))
            {
                row.Load(statement, group);
                onRow(row);
            }
            return true;
        });
        return next;
    }

    /// <summary>Reads all sums of a level, in several reads.</summary>
    public static void ReadAllSums(TokenStore store, RollupLevel level, long from, long until, RequestFilter filter, Action<RollupRow> onRow)
    {
        while (from < until)
            from = store.ReadAtOnce(() => ReadSums(store, level, from, until, ReadGroups(store, filter), onRow));
    }

    /// <summary>The rows with the requests of the quarter-hours that start in [from, until).</summary>
    public static List<RowRange> ReadRanges(TokenStore store, long from, long until)
    {
        var ranges = new List<RowRange>();
        while (from < until)
        {
            var watch = Stopwatch.StartNew();
            from = store.Read(() =>
            {
                using SqliteCommand command = store.CreateCommand(
                    $"SELECT start, first_row, last_row FROM {RollupSchema.Rows} WHERE start >= {Number(from)} AND start < {Number(until)} ORDER BY start");
                using SqliteDataReader reader = store.ExecuteReader(command);
                for (long last = from; reader.Read(); last = reader.GetInt64(0))
                {
                    if (reader.GetInt64(0) != last && watch.Elapsed > RowScanner.UsualWindow)
                        return reader.GetInt64(0);
                    ranges.Add(new RowRange(reader.GetInt64(1), reader.GetInt64(2)));
                }
                return until;
            });
        }
        return ranges;
    }

    /// <summary>Runs a statement and invokes the callback for each row, until it returns false.</summary>
    public static void Step(TokenStore store, SqliteCommand command, Func<NativeStatement, bool> onRow)
    {
        using SqliteDataReader reader = store.ExecuteReader(command);
        if (!reader.HasRows)
            return;
        // Execution has already moved to the first row.
        var statement = new NativeStatement(reader.Handle!);
        int resultCode;
        do
        {
            if (!onRow(statement))
                return;
        }
        while (statement.Step(out resultCode));
        SqliteException.ThrowExceptionForRC(resultCode, command.Connection!.Handle);
    }

    /// <summary>The number of sums.</summary>
    public static long CountSums(TokenStore store)
    {
        (long from, long until) = store.Read(() => DataBounds(store));
        long count = 0;
        // With every level named, each is found by its start.
        string levels = string.Join(", ", Enum.GetValues<RollupLevel>().Select(level => $"{level:D}"));
        for (long day = RollupLevels.StartOf(from, RollupLevels.WeekSeconds); day < until; day += RollupLevels.DaySeconds)
        {
            count += store.Scalar<long>(
                $"SELECT count(*) FROM {RollupSchema.Sums} WHERE level IN ({levels}) AND start >= {Number(day)} AND start < {Number(day + RollupLevels.DaySeconds)}");
        }
        return count;
    }

    // Only a single MIN or MAX does not read the whole table.
    private static long? Bound(TokenStore store, string function, string table, string condition)
    {
        long? bound = null;
        Read(store, $"SELECT {function}(start) FROM {table} WHERE {condition}", reader => bound = reader.IsDBNull(0) ? null : reader.GetInt64(0));
        return bound;
    }

    private static void Read(TokenStore store, string sql, Action<SqliteDataReader> onRow)
    {
        using SqliteCommand command = store.CreateCommand(sql);
        using SqliteDataReader reader = store.ExecuteReader(command);
        while (reader.Read())
            onRow(reader);
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
