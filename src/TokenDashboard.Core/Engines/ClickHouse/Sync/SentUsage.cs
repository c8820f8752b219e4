using System.Runtime.InteropServices;

namespace TokenDashboard.Engines.ClickHouse.Sync;

/// <summary>Maintains the sums of a source in <see cref="UsageTables"/>. It marks days before their requests change, and computes their sums afterwards.</summary>
/// <remarks>
/// A mark contains its time and its run. While it is open, for an hour, only that run computes the sums of its day, because the requests may still change.
/// A run that changes them for longer writes new marks. Therefore, sums never represent requests that arrived after them.
/// </remarks>
internal sealed class SentUsage(ClickHouseServer server, string source, TimeProvider? clock = null)
{
    // The number of requests that one statement aggregates.
    private const long RowsPerStatement = 4_000_000;

    // The seconds between the end of a day and its aggregation, when most of its requests have arrived. Sums are removed after the same time, when no query uses them.
    private const int Patience = 3600;

    // Requests are stored within this number of seconds after their day was marked.
    private const int MarkAge = Patience / 2;

    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly Dictionary<int, long> _marked = [];
    private readonly Dictionary<int, long> _sizes = [];
    private (long Server, long Clock) _begun;
    private uint _run;

    /// <summary>The day of a time in microseconds since 1970, in days since then.</summary>
    public static int DayOf(long micros) => (int)Math.Floor(micros / (UsageTables.Day * 1e6));

    private long Now => _begun.Server + (long)_clock.GetElapsedTime(_begun.Clock).TotalSeconds;

    /// <summary>Begins the run. The server's time is in seconds since 1970.</summary>
    public void Begin(long now)
    {
        _begun = (now, _clock.GetTimestamp());
        _run = BitConverter.ToUInt32(Guid.NewGuid().ToByteArray()) | 1;
        _marked.Clear();
        _sizes.Clear();
    }

    /// <summary>Records that requests of these days are about to change. A day occurs once for each request.</summary>
    public void Mark(IEnumerable<int> days)
    {
        long now = Now;
        var marked = new List<int>();
        foreach (int day in days)
        {
            // Another run that began later may aggregate a day that ended while this run is active.
            if (IsOver(day, now - MarkAge) && now - _marked.GetValueOrDefault(day) >= MarkAge)
            {
                marked.Add(day);
                _marked[day] = now;
            }
            CollectionsMarshal.GetValueRefOrAddDefault(_sizes, day, out _)++;
        }
        Note([.. marked], ((ulong)now << 32) | _run);
    }

    /// <summary>
    /// Aggregates the days that have ended and have no sums, or whose sums differ from their requests if <paramref name="sent"/> contains all requests.
    /// </summary>
    public void Sum(IReadOnlyDictionary<int, SentWindow> sent, bool isWhole)
    {
        // Before the requests are read, because later marks mean later changes, and prevent the use of the sums.
        Dictionary<int, SummedDay> days = ReadDays();
        AddMissing([.. sent.Keys.Where(day => !days.ContainsKey(day))], days);
        long now = Now;
        bool IsWrong(int day, SummedDay sums) => sums.Open.Length > 0 || (isWhole && sent.GetValueOrDefault(day) is var there && (sums.Requests, sums.Checksum) != (there.Count, there.Checksum));
        bool MayChange(ulong mark) => (uint)mark != _run && (long)(mark >> 32) > now - Patience;
        int[] wanted = [.. days.Where(day => IsOver(day.Key, now - Patience) && IsWrong(day.Key, day.Value) && !Array.Exists(day.Value.Open, MayChange)).Select(day => day.Key).Order()];
        if (wanted.Length == 0)
            return;
        RemoveOld();
        var some = new List<int>();
        long rows = 0;
        foreach (int day in wanted)
        {
            some.Add(day);
            rows += _sizes.GetValueOrDefault(day) + sent.GetValueOrDefault(day).Count;
            if (rows < RowsPerStatement && day != wanted[^1])
                continue;
            SumDays([.. some], days);
            some.Clear();
            rows = 0;
        }
    }

    // The column of days begins in 1970, and unreadable times have no day.
    private static bool IsOver(int day, long second) => day >= 0 && day < second / UsageTables.Day;

    private Dictionary<int, SummedDay> ReadDays()
    {
        var parameters = new ClickHouseParameters();
        return server.Query(
            $"""
            SELECT toInt32(day), groupArray(mark), groupArrayIf(mark, newest = 0), max((newest, requests, checksum)).2, max((newest, requests, checksum)).3
            FROM (
                SELECT day, mark, max(generation) AS newest, argMax(requests, generation) AS requests, argMax(checksum, generation) AS checksum
                FROM {UsageTables.Days} WHERE source = {parameters.Add(source)} GROUP BY day, mark)
            GROUP BY day
            """,
            parameters,
            row => (Day: row.GetInt32(0), Sums: new SummedDay(row.GetFieldValue<ulong[]>(1), row.GetFieldValue<ulong[]>(2), row.GetInt64(3), row.GetFieldValue<ulong>(4))))
            .ToDictionary(row => row.Day, row => row.Sums);
    }

    // A server that was killed may have lost the mark that it stores with the requests. Queries then ignore these requests.
    private void AddMissing(int[] missing, Dictionary<int, SummedDay> days)
    {
        Note(missing, 0);
        Array.ForEach(missing, day => days.Add(day, new SummedDay([0], [0], 0, 0)));
    }

    private void Note(int[] days, ulong mark)
    {
        if (days.Length == 0)
            return;
        var parameters = new ClickHouseParameters();
        server.Execute(
            $"INSERT INTO {UsageTables.Days} (source, day, mark, generation) SELECT {parameters.Add(source)}, toDate32(arrayJoin({parameters.Add("Array(Int32)", days)})), "
                + $"{parameters.Add("UInt64", mark)}, 0",
            parameters);
    }

    private void SumDays(int[] wanted, Dictionary<int, SummedDay> days)
    {
        // The server's clock determines which of two syncs began to read later.
        ulong generation = server.Query("SELECT toUInt64(toUnixTimestamp64Nano(now64(9)))", new ClickHouseParameters(), row => row.GetFieldValue<ulong>(0)).Single();
        foreach ((int level, int seconds, bool hasUsers) in UsageTables.Levels)
        {
            var parameters = new ClickHouseParameters();
            string[] names = [.. UsageTables.Names.Where(name => hasUsers || name != UsageTables.Names[0]).Select(name => $"request.{name}")];
            server.Execute(
                $"""
                INSERT INTO {UsageTables.Sums}
                SELECT * EXCEPT (k_sorted), {UsageTables.Counted("k_sorted")} FROM (
                SELECT {parameters.Add(source)}, toDate32(request.time) AS k_day, {parameters.Add("UInt64", generation)}, {level}, intDiv(toUnixTimestamp(request.time), {seconds}) * {seconds} AS k_start,
                    {(hasUsers ? "" : "'', ")}{string.Join(", ", names.Select(name => $"any({name})"))}, toUInt8({ClickHouseMeasures.InputClass}) AS k_class, sum(request.checksum),
                    {string.Join(", ", ClickHouseMeasures.All.Select(ClickHouseMeasures.Aggregate))}, {UsageTables.SortedBins} AS k_sorted
                FROM {RequestTable.Rows}
                WHERE source = {parameters.Add(source)} AND toInt32(toDate32(request.time)) IN {parameters.Add("Array(Int32)", wanted)}
                    AND request.time >= toDateTime64({parameters.Add((long)wanted[0] * UsageTables.Day)}, 6, 'UTC') AND request.time < toDateTime64({parameters.Add(((long)wanted[^1] + 1) * UsageTables.Day)}, 6, 'UTC')
                GROUP BY k_day, k_start, k_class, {ClickHouseMeasures.Key(names)})
                {RequestTable.ReadSettings}
                """,
                parameters);
        }
        // These sums now apply to all marks that existed before the requests were read.
        (int Day, ulong Mark)[] marks = [.. wanted.SelectMany(day => days[day].Marks.Select(mark => (day, mark)))];
        var state = new ClickHouseParameters();
        server.Execute(
            $"""
            INSERT INTO {UsageTables.Days}
            SELECT {state.Add(source)}, toDate32(pair.1), pair.2, {state.Add("UInt64", generation)}, summed.requests, summed.checksum
            FROM (SELECT arrayJoin(arrayZip({state.Add("Array(Int32)", marks.Select(mark => mark.Day).ToArray())}, {state.Add("Array(UInt64)", marks.Select(mark => mark.Mark).ToArray())})) AS pair) AS marks
            LEFT JOIN (
                SELECT toInt32(day) AS day, sum(requests) AS requests, sum(checksum) AS checksum FROM {UsageTables.Sums}
                WHERE level = {UsageTables.WholeDays} AND source = {state.Add(source)} AND generation = {state.Add("UInt64", generation)} GROUP BY day) AS summed ON summed.day = pair.1
            """,
            state);
    }

    // Removes replaced sums that are so old that no query reads them, and sums of a sync that did not complete. A Distributed table does not support DELETE.
    private void RemoveOld()
    {
        var parameters = new ClickHouseParameters();
        string before = $"toUnixTimestamp64Nano(now64(9)) - {Patience * 1_000_000_000L}";
        string old = $"""
            source = {parameters.Add(source)} AND generation < {before}
                AND day IN (SELECT day FROM {UsageTables.Days} WHERE source = {parameters.Add(source)} GROUP BY day HAVING max(generation) < {before})
                AND (day, generation) NOT IN (SELECT day, max(generation) FROM {UsageTables.Days} WHERE source = {parameters.Add(source)} GROUP BY day)
            """;
        string isDistributed = $"(SELECT any(engine) FROM system.tables WHERE database = currentDatabase() AND name = '{UsageTables.Sums}') = 'Distributed'";
        if (server.Query($"SELECT toInt64(count()) FROM {UsageTables.Sums} WHERE NOT ({isDistributed}) AND {old}", parameters, row => row.GetInt64(0)).Single() > 0)
            server.Execute($"DELETE FROM {UsageTables.Sums} WHERE {old}", parameters);
    }

    /// <summary>The sums of a day, all its marks, and its marks without sums.</summary>
    private readonly record struct SummedDay(ulong[] Marks, ulong[] Open, long Requests, ulong Checksum);
}
