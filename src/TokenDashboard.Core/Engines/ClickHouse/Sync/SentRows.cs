namespace TokenDashboard.Engines.ClickHouse.Sync;

/// <summary>
/// The rows of a source in the table, by windows of ids. A checksum shows whether a window is the same as in the store. Rows before <c>since</c> are not
/// compared, and Remove-TokenUsage may have removed those before <c>removedUntil</c> from the store. Both are in microseconds since 1970.
/// </summary>
internal sealed class SentRows(ClickHouseServer server, string source, long since, long removedUntil)
{
    private const int WindowBits = 16;
    private const int IdsPerStatement = 500;

    private readonly Dictionary<long, SentWindow> _windows = [];
    private readonly Dictionary<int, SentWindow> _days = [];

    /// <summary>The largest id that was sent; null if none was.</summary>
    public long? Watermark { get; private set; }

    public long Count => _windows.Values.Sum(window => window.Count);

    /// <summary>A version that is later than all versions that were sent.</summary>
    public ulong Version { get; private set; }

    /// <summary>The windows that were not compared with any row of the store.</summary>
    public IEnumerable<long> Left => _windows.Keys.Order();

    public static long WindowOf(long id) => id >> WindowBits;

    public static long FirstOf(long window) => window << WindowBits;

    public static long LastOf(long window) => FirstOf(window) + (1L << WindowBits) - 1;

    /// <summary>The rows that were read for each day, in days since 1970.</summary>
    public IReadOnlyDictionary<int, SentWindow> Days => _days;

    /// <summary>Reads the watermark. Returns the server's time, in seconds since 1970.</summary>
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

    /// <summary>Reads the ids and checksums of the newest requests that Remove-TokenUsage has not removed from the store.</summary>
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

    /// <summary>Reads the windows from the window of an id on, and the days of their rows.</summary>
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
            // A window that has only earlier rows is also included, because one of them may have a different time in the store now.
            _windows[window] = _windows.GetValueOrDefault(window) + (counts ? sent : default);
            _days[day] = _days.GetValueOrDefault(day) + sent;
        }
    }

    /// <summary>Removes and returns the window; null if the table has no rows of it.</summary>
    public SentWindow? Take(long window) => _windows.Remove(window, out SentWindow sent) ? sent : null;

    /// <summary>The rows of a window by id. If a row changed between two concurrent syncs, it may have been sent twice, with times in two months.</summary>
    public Dictionary<long, SentRow> ReadRows(long window)
    {
        var parameters = new ClickHouseParameters();
        return server.Query(
            $"""
            SELECT id, sum(checksum), toInt64(max({RequestTable.Micros} < {parameters.Add(removedUntil)})), max({IsCompared(parameters)}), groupArray(toInt32(toDate32(time))) FROM {RequestTable.Rows}
            WHERE source = {parameters.Add(source)} AND id BETWEEN {parameters.Add(FirstOf(window))} AND {parameters.Add(LastOf(window))} GROUP BY id
            {RequestTable.ReadSettings}
            """,
            parameters, row => (Id: row.GetInt64(0), Row: new SentRow(row.GetFieldValue<ulong>(1), row.GetInt64(2) != 0, row.GetInt64(3) != 0, row.GetFieldValue<int[]>(4))))
            .ToDictionary(row => row.Id, row => row.Row);
    }

    /// <summary>Removes rows from the table, by sending a version that is marked as removed.</summary>
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

/// <summary>
/// The rows of a window or a day in the table: their number, the sum of their checksums, and how many of them Remove-TokenUsage may have removed from
/// the store.
/// </summary>
internal readonly record struct SentWindow(long Count, ulong Checksum, long MayBeRemoved)
{
    public static SentWindow operator +(SentWindow one, SentWindow other) => new(one.Count + other.Count, one.Checksum + other.Checksum, one.MayBeRemoved + other.MayBeRemoved);
}

/// <summary>A row in the table. The days are counted from 1970; there are several if it was sent with several times.</summary>
internal readonly record struct SentRow(ulong Checksum, bool MayBeRemoved, bool IsCompared, int[] Days);
