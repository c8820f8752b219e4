namespace TokenDashboard.Engines.ClickHouse.Sync;

/// <summary>What the table holds of a source, by windows of ids; a checksum tells whether a window is as in the store.</summary>
/// <param name="server">The server.</param>
/// <param name="source">The source.</param>
/// <param name="since">Microseconds since 1970; earlier rows do not matter.</param>
/// <param name="removedUntil">Microseconds since 1970 before which the store's retention has removed requests.</param>
internal sealed class SentRows(ClickHouseServer server, string source, long since, long removedUntil)
{
    private const int WindowBits = 16;
    private const int IdsPerStatement = 500;

    private readonly Dictionary<long, SentWindow> _windows = [];
    private readonly Dictionary<int, SentWindow> _days = [];

    /// <summary>The largest id that was sent; null where none was.</summary>
    public long? Watermark { get; private set; }

    /// <summary>The number of rows that were sent.</summary>
    public long Count => _windows.Values.Sum(window => window.Count);

    /// <summary>The version that is later than all that was sent.</summary>
    public ulong Version { get; private set; }

    /// <summary>The windows that no row of the store was compared with.</summary>
    public IEnumerable<long> Left => _windows.Keys.Order();

    /// <summary>The window of an id.</summary>
    public static long WindowOf(long id) => id >> WindowBits;

    /// <summary>The first id of a window.</summary>
    public static long FirstOf(long window) => window << WindowBits;

    /// <summary>The last id of a window.</summary>
    public static long LastOf(long window) => FirstOf(window) + (1L << WindowBits) - 1;

    /// <summary>What was read of each day, in days since 1970.</summary>
    public IReadOnlyDictionary<int, SentWindow> Days => _days;

    /// <summary>Reads the watermark.</summary>
    /// <returns>The server's time, in seconds since 1970.</returns>
    public long ReadWatermark()
    {
        var parameters = new ClickHouseParameters();
        (long count, long last, ulong version, long now) = server.Query(
            $"SELECT toInt64(count()), max(id), max(version), toInt64(toUnixTimestamp(now())) FROM {RequestTable.Name} WHERE source = {parameters.Add(source)}",
            parameters, row => (row.GetInt64(0), row.GetInt64(1), row.GetFieldValue<ulong>(2), row.GetInt64(3))).Single();
        Watermark = count == 0 ? null : last;
        Version = Math.Max(version + 1, (ulong)DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        return now;
    }

    /// <summary>Reads the ids and checksums of the newest requests that the store's retention has not removed.</summary>
    public HashSet<(long Id, ulong Checksum)> ReadNewest(int count)
    {
        var parameters = new ClickHouseParameters();
        return [.. server.Query(
            $"""
            SELECT id, checksum FROM {RequestTable.Rows}
            WHERE source = {parameters.Add(source)} AND {RequestTable.Micros} >= {parameters.Add(removedUntil)}
            ORDER BY id DESC LIMIT {count}
            {RequestTable.ReadSettings}
            """,
            parameters, row => (row.GetInt64(0), row.GetFieldValue<ulong>(1)))];
    }

    /// <summary>Reads the windows from that of an id on, and the days of their rows.</summary>
    public void ReadWindows(long firstId)
    {
        _windows.Clear();
        _days.Clear();
        var parameters = new ClickHouseParameters();
        foreach ((long window, int day, bool counts, SentWindow sent) in server.Query(
            $"""
            SELECT bitShiftRight(id, {WindowBits}) AS id_window, toInt32(toDate32(time)) AS day, {IsCompared(parameters)} AS is_compared,
                toInt64(count()), sum(checksum), toInt64(countIf({RequestTable.Micros} < {parameters.Add(removedUntil)}))
            FROM {RequestTable.Rows}
            WHERE source = {parameters.Add(source)} AND id >= {parameters.Add(firstId)}
            GROUP BY id_window, day, is_compared
            {RequestTable.ReadSettings}
            """,
            parameters, row => (row.GetInt64(0), row.GetInt32(1), row.GetInt64(2) != 0, new SentWindow(row.GetInt64(3), row.GetFieldValue<ulong>(4), row.GetInt64(5)))))
        {
            // A window of nothing but earlier rows is known too: one of them may have another time in the store now.
            _windows[window] = _windows.GetValueOrDefault(window) + (counts ? sent : default);
            _days[day] = _days.GetValueOrDefault(day) + sent;
        }
    }

    /// <summary>Takes the window out; null where the table has none of its rows.</summary>
    public SentWindow? Take(long window) => _windows.Remove(window, out SentWindow sent) ? sent : null;

    /// <summary>The rows of a window by id. Two syncs at once can have sent a row that changed meanwhile twice, with times of two months.</summary>
    public Dictionary<long, SentRow> ReadRows(long window)
    {
        var parameters = new ClickHouseParameters();
        return server.Query(
            $"""
            SELECT id, sum(checksum), toInt64(max({RequestTable.Micros} < {parameters.Add(removedUntil)})), max({IsCompared(parameters)}), groupArray(toInt32(toDate32(time))) FROM {RequestTable.Rows}
            WHERE source = {parameters.Add(source)} AND id BETWEEN {parameters.Add(FirstOf(window))} AND {parameters.Add(LastOf(window))} GROUP BY id
            {RequestTable.ReadSettings}
            """,
            parameters, row => (Id: row.GetInt64(0), Row: new SentRow(row.GetFieldValue<ulong>(1), row.GetInt64(2) != 0, row.GetInt64(3) != 0, row.GetFieldValue<int[]>(4)))).ToDictionary(row => row.Id, row => row.Row);
    }

    /// <summary>Takes rows out of the table, by a version of them that says so.</summary>
    public void Remove(IEnumerable<long> ids)
    {
        foreach (long[] some in ids.Chunk(IdsPerStatement))
        {
            var parameters = new ClickHouseParameters();
            server.Execute(
                $"""
                INSERT INTO {RequestTable.Name} SELECT request.* REPLACE ({parameters.Add("UInt64", Version)} AS version, 1 AS is_removed)
                FROM {RequestTable.Rows} WHERE source = {parameters.Add(source)} AND id IN {parameters.Add("Array(Int64)", some)}
                """,
                parameters);
        }
    }

    // Rows without a time belong to any range.
    private string IsCompared(ClickHouseParameters parameters) =>
        string.Create(CultureInfo.InvariantCulture, $"toInt64({RequestTable.Micros} >= {parameters.Add(since)} OR {RequestTable.Micros} = {RequestTable.NoTime})");
}

/// <summary>What the table holds of a window, or of a day.</summary>
/// <param name="Count">Number of rows.</param>
/// <param name="Checksum">Sum of their checksums.</param>
/// <param name="MayBeRemoved">Rows that the store's retention may have removed.</param>
internal readonly record struct SentWindow(long Count, ulong Checksum, long MayBeRemoved)
{
    public static SentWindow operator +(SentWindow one, SentWindow other) => new(one.Count + other.Count, one.Checksum + other.Checksum, one.MayBeRemoved + other.MayBeRemoved);
}

/// <summary>What the table holds of a row.</summary>
/// <param name="Checksum">What tells whether it was changed.</param>
/// <param name="MayBeRemoved">Whether the store's retention may have removed it.</param>
/// <param name="IsCompared">Whether its time matters.</param>
/// <param name="Days">Its day, since 1970; several where it was sent with several times.</param>
internal readonly record struct SentRow(ulong Checksum, bool MayBeRemoved, bool IsCompared, int[] Days);
