namespace TokenDashboard.Engines.ClickHouse.Sync;

/// <summary>Keeps the sums of a source in <see cref="UsageTables"/>: marks days before their requests change, and sums them up afterwards.</summary>
/// <param name="server">The server.</param>
/// <param name="source">The source.</param>
internal sealed class SentUsage(ClickHouseServer server, string source)
{
    // How many requests are summed up by one statement.
    private const long RowsPerStatement = 4_000_000;

    // A day is over for so many seconds before it is summed up, so that most of it is there; and sums are removed when no query can be reading them.
    private const int Patience = 3600;

    private readonly ulong _mark = BitConverter.ToUInt64(Guid.NewGuid().ToByteArray()) | 1;
    private readonly HashSet<int> _marked = [];
    private int _open;

    /// <summary>The day of a time, in days since 1970.</summary>
    /// <param name="micros">Microseconds since 1970.</param>
    public static int DayOf(long micros) => (int)Math.Floor(micros / (UsageTables.Day * 1e6));

    /// <summary>Learns from the server which days are over.</summary>
    public void Begin() => _open = server.Query(
        $"SELECT toInt64(intDiv(toUnixTimestamp(now()) - {Patience}, {UsageTables.Day}))", new ClickHouseParameters(), row => (int)row.GetInt64(0)).Single();

    /// <summary>Notes that requests of days are about to change. Nobody sums up a day that is not over.</summary>
    public void Mark(IEnumerable<int> days)
    {
        int[] marked = [.. days.Distinct().Where(day => IsOver(day) && _marked.Add(day))];
        Note(marked, _mark);
    }

    /// <summary>Sums up the days that are over and have no sums, or others than their requests.</summary>
    /// <param name="firstId">From which id on requests were compared.</param>
    public void Sum(long firstId)
    {
        // Before the requests are read: what is marked later may change later, and keeps its sums from being used.
        Dictionary<int, SummedDay> days = ReadDays();
        (int Day, long Requests, ulong Checksum)[] sent = ReadRequests(firstId);
        AddMissing([.. sent.Select(day => day.Day).Where(day => !days.ContainsKey(day))], days);
        bool whole = firstId == long.MinValue;
        int[] wanted = [.. sent.Where(day => !days[day.Day].IsCurrent || (whole && (days[day.Day].Requests, days[day.Day].Checksum) != (day.Requests, day.Checksum))).Select(day => day.Day)
            .Union(days.Where(day => !day.Value.IsCurrent).Select(day => day.Key)).Where(IsOver).Order()];
        if (wanted.Length == 0)
            return;
        RemoveOld();
        ILookup<int, long> sizes = sent.ToLookup(day => day.Day, day => day.Requests);
        var some = new List<int>();
        long rows = 0;
        foreach (int day in wanted)
        {
            some.Add(day);
            rows += sizes[day].Sum();
            if (rows < RowsPerStatement && day != wanted[^1])
                continue;
            SumDays([.. some], days);
            some.Clear();
            rows = 0;
        }
    }

    // The column of days begins in 1970, and times that cannot be read have none.
    private bool IsOver(int day) => day >= 0 && day < _open;

    private Dictionary<int, SummedDay> ReadDays()
    {
        var parameters = new ClickHouseParameters();
        return server.Query(
            $"SELECT toInt32(day), groupArray(mark), toInt64(min(newest)), max((newest, requests, checksum)).2, max((newest, requests, checksum)).3 FROM (SELECT day, mark, max(generation) AS newest, argMax(requests, generation) AS requests, argMax(checksum, generation) AS checksum FROM {UsageTables.Days} WHERE source = {parameters.Add(source)} GROUP BY day, mark) GROUP BY day",
            parameters, row => (Day: row.GetInt32(0), Sums: new SummedDay(row.GetFieldValue<ulong[]>(1), row.GetInt64(2) > 0, row.GetInt64(3), row.GetFieldValue<ulong>(4)))).ToDictionary(row => row.Day, row => row.Sums);
    }

    private (int Day, long Requests, ulong Checksum)[] ReadRequests(long firstId)
    {
        var parameters = new ClickHouseParameters();
        return [.. server.Query(
            $"SELECT toInt32(toDate32(time)) AS day, toInt64(count()), sum(checksum) FROM {RequestTable.Rows} WHERE source = {parameters.Add(source)} AND id >= {parameters.Add(firstId)} GROUP BY day",
            parameters, row => (row.GetInt32(0), row.GetInt64(1), row.GetFieldValue<ulong>(2)))];
    }

    // A server that was killed may have lost the mark that it makes beside the requests; queries do not see them then.
    private void AddMissing(int[] missing, Dictionary<int, SummedDay> days)
    {
        Note(missing, 0);
        Array.ForEach(missing, day => days.Add(day, new SummedDay([0], false, 0, 0)));
    }

    private void Note(int[] days, ulong mark)
    {
        if (days.Length == 0)
            return;
        var parameters = new ClickHouseParameters();
        server.Execute(
            $"INSERT INTO {UsageTables.Days} (source, day, mark, generation) SELECT {parameters.Add(source)}, toDate32(arrayJoin({parameters.Add("Array(Int32)", days)})), {parameters.Add("UInt64", mark)}, 0",
            parameters);
    }

    private void SumDays(int[] wanted, Dictionary<int, SummedDay> days)
    {
        // The server's clock tells which of two syncs began to read later.
        ulong generation = server.Query("SELECT toUInt64(toUnixTimestamp64Nano(now64(9)))", new ClickHouseParameters(), row => row.GetFieldValue<ulong>(0)).Single();
        foreach ((int level, int seconds, bool hasUsers) in UsageTables.Levels)
        {
            var parameters = new ClickHouseParameters();
            string[] names = [.. UsageTables.Names.Where(name => hasUsers || name != UsageTables.Names[0]).Select(name => $"request.{name}")];
            server.Execute(
                $"""
                INSERT INTO {UsageTables.Sums}
                SELECT {parameters.Add(source)}, toDate32(request.time) AS k_day, {parameters.Add("UInt64", generation)}, {level}, intDiv(toUnixTimestamp(request.time), {seconds}) * {seconds} AS k_start,
                    {(hasUsers ? "" : "'', ")}{string.Join(", ", names.Select(name => $"any({name})"))}, toUInt8({ClickHouseMeasures.InputClass}) AS k_class, sum(request.checksum),
                    {string.Join(", ", ClickHouseMeasures.All.Select(ClickHouseMeasures.Aggregate))}
                FROM {RequestTable.Rows}
                WHERE source = {parameters.Add(source)} AND toInt32(toDate32(request.time)) IN {parameters.Add("Array(Int32)", wanted)}
                    AND request.time >= toDateTime64({parameters.Add((long)wanted[0] * UsageTables.Day)}, 6, 'UTC') AND request.time < toDateTime64({parameters.Add(((long)wanted[^1] + 1) * UsageTables.Day)}, 6, 'UTC')
                GROUP BY k_day, k_start, k_class, {ClickHouseMeasures.Key(names)}
                {RequestTable.RangeSettings}
                """,
                parameters);
        }
        // All marks that were there before the requests were read have these sums now.
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

    // Removes sums that newer ones replaced so long ago that no query reads them, and those of a sync that did not complete. A Distributed table cannot delete.
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

    /// <summary>The sums of a day.</summary>
    /// <param name="Marks">The marks.</param>
    /// <param name="IsCurrent">Whether there are sums since the last mark.</param>
    /// <param name="Requests">How many requests they are.</param>
    /// <param name="Checksum">The sum of their checksums.</param>
    private readonly record struct SummedDay(ulong[] Marks, bool IsCurrent, long Requests, ulong Checksum);
}
