using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Store.Rollups;

/// <summary>Reads the tables of the rollups, in pieces that are short enough for a store somebody writes.</summary>
internal static class RollupQueries
{
    /// <summary>How long a piece of reading may last.</summary>
    public static readonly TimeSpan Window = RowScanner.UsualWindow;

    /// <summary>The groups of the rollups whose names a filter chooses, by their number.</summary>
    public static Dictionary<long, RollupGroup> ReadGroups(TokenStore store, RequestFilter filter)
    {
        (IReadOnlyList<string> conditions, IReadOnlyDictionary<string, object> parameters) = (filter with { Range = TimeRange.All }).ToSql();
        using SqliteCommand command = store.CreateCommand(
            $"SELECT id, all_users, user_id, model, provider, request_type FROM {RollupSchema.Groups} WHERE {string.Join(" AND ", conditions.Prepend("TRUE"))}");
        foreach ((string name, object value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }
        using SqliteDataReader reader = store.ExecuteReader(command);
        var groups = new Dictionary<long, RollupGroup>();
        while (reader.Read())
        {
            groups.Add(reader.GetInt64(0), new RollupGroup(reader.GetBoolean(1), reader.GetString(2), reader.GetString(3), reader.GetString(4), reader.GetString(5)));
        }
        return groups;
    }

    /// <summary>The pieces of time whose sums are not to be used.</summary>
    public static HashSet<(RollupLevel Level, long Start)> ReadStale(TokenStore store)
    {
        using SqliteCommand command = store.CreateCommand($"SELECT level, start FROM {RollupSchema.Stale}");
        using SqliteDataReader reader = store.ExecuteReader(command);
        var stale = new HashSet<(RollupLevel Level, long Start)>();
        while (reader.Read())
        {
            stale.Add(((RollupLevel)reader.GetInt64(0), reader.GetInt64(1)));
        }
        return stale;
    }

    /// <summary>The days between which there are quarters with rows, or of removed ones; (0, 0) where there are none.</summary>
    public static (long From, long Until) DataBounds(TokenStore store)
    {
        string removed = $"FROM {RollupSchema.Sums} WHERE level = {Number((long)RollupLevel.RemovedQuarter)}";
        string present = $"FROM {RollupSchema.Rows} WHERE start > {Number(RollupSchema.NoTime)}";
        // Only a single min or max is found without reading everything.
        using SqliteCommand command = store.CreateCommand($"""
            SELECT min(first), max(last) FROM (
                SELECT (SELECT min(start) {present}) AS first, (SELECT max(start) {present}) AS last
                UNION ALL SELECT (SELECT min(start) {removed}), (SELECT max(start) {removed}))
            """);
        using SqliteDataReader reader = store.ExecuteReader(command);
        return reader.Read() && !reader.IsDBNull(0)
            ? (RollupLevels.StartOf(reader.GetInt64(0), RollupLevels.DaySeconds), RollupLevels.StartOf(reader.GetInt64(1), RollupLevels.DaySeconds) + RollupLevels.DaySeconds)
            : (0, 0);
    }

    /// <summary>The first quarter from a second on of which requests were removed, or null.</summary>
    public static long? FirstRemoved(TokenStore store, long from)
    {
        using SqliteCommand command = store.CreateCommand(
            $"SELECT min(start) FROM {RollupSchema.Sums} WHERE level = {Number((long)RollupLevel.RemovedQuarter)} AND start >= {Number(from)}");
        using SqliteDataReader reader = store.ExecuteReader(command);
        return reader.Read() && !reader.IsDBNull(0) ? reader.GetInt64(0) : null;
    }

    /// <summary>Whether requests were removed of quarters of an hour that begin in [from, until).</summary>
    public static bool HasRemoved(TokenStore store, long from, long until) => FirstRemoved(store, from) is { } first && first < until;

    /// <summary>Reads sums of a level until the clock says stop.</summary>
    /// <returns>The beginning of the first piece that was not read.</returns>
    public static long ReadRun(
        TokenStore store, RollupLevel level, long from, long until, TimeSpan window, Dictionary<long, RollupGroup> groups, Action<RollupRow> onSum)
    {
        var watch = Stopwatch.StartNew();
        var row = new RollupRow();
        using SqliteCommand command = store.CreateCommand(
            $"SELECT {RollupRow.Columns} FROM {RollupSchema.Sums} WHERE level = {Number((long)level)} AND start >= {Number(from)} AND start < {Number(until)}");
        using SqliteDataReader reader = store.ExecuteReader(command);
        if (!reader.HasRows)
        {
            return until;
        }
        var statement = new NativeStatement(reader.Handle!);
        bool late = false;
        long last = from;
        int resultCode;
        do
        {
            long start = statement.Integer(0);
            if (late && start != last)
            {
                return start;
            }
            last = start;
            if (groups.TryGetValue(statement.Integer(1), out RollupGroup? group))
            {
                row.Load(statement, group);
                onSum(row);
            }
            late |= watch.Elapsed > window;
        }
        while (statement.Step(out resultCode));
        SqliteException.ThrowExceptionForRC(resultCode, command.Connection!.Handle);
        return until;
    }

    /// <summary>The rows in which the requests of a stretch of time are found.</summary>
    public static List<RowRange> ReadRanges(TokenStore store, long from, long until)
    {
        var ranges = new List<RowRange>();
        for (long next = from; next < until;)
        {
            var watch = Stopwatch.StartNew();
            next = store.Read(() => ReadRanges(store, next, until, ranges, _ => watch.Elapsed > Window));
        }
        return ranges;
    }

    /// <summary>Reads the ranges of rows of whole quarters until so many rows are enough.</summary>
    /// <returns>The beginning of the first quarter that was not read.</returns>
    public static long ReadRanges(TokenStore store, long from, long until, List<RowRange> ranges, Func<long, bool> enough)
    {
        using SqliteCommand command = store.CreateCommand(
            $"SELECT start, first_row, last_row FROM {RollupSchema.Rows} WHERE start >= {Number(from)} AND start < {Number(until)} ORDER BY start");
        using SqliteDataReader reader = store.ExecuteReader(command);
        for ((long last, long rows) = (from, 0); reader.Read();)
        {
            long start = reader.GetInt64(0);
            if (start != last && enough(rows))
            {
                return start;
            }
            last = start;
            var range = new RowRange(reader.GetInt64(1), reader.GetInt64(2));
            ranges.Add(range);
            rows += range.Last - range.First + 1;
        }
        return until;
    }

    /// <summary>Reads how many requests of a stretch of time have values that cannot be read.</summary>
    public static void ReadUnreadable(TokenStore store, long from, long until, Action<(long Start, long Group, UnreadableValue Kinds, long Requests)> onCount)
    {
        using SqliteCommand command = store.CreateCommand(
            $"SELECT start, group_id, kinds, requests FROM {RollupSchema.Unreadable} WHERE start >= {Number(from)} AND start < {Number(until)}");
        using SqliteDataReader reader = store.ExecuteReader(command);
        while (reader.Read())
        {
            onCount((reader.GetInt64(0), reader.GetInt64(1), (UnreadableValue)reader.GetInt64(2), reader.GetInt64(3)));
        }
    }

    /// <summary>How many sums there are.</summary>
    public static long CountSums(TokenStore store)
    {
        (long from, long until) = store.Read(() => DataBounds(store));
        long count = 0;
        for (long day = from; day < until; day += RollupLevels.DaySeconds)
        {
            count += store.Scalar<long>(
                $"SELECT count(*) FROM {RollupSchema.Sums} WHERE level IN (0, 1, 2, 3, 4, 5) AND start >= {Number(day)} AND start < {Number(day + RollupLevels.DaySeconds)}");
        }
        return count;
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
