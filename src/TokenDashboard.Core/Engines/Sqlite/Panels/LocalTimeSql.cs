using TokenDashboard.Grafana.Queries;

namespace TokenDashboard.Engines.Sqlite.Panels;

/// <summary>Times on the clock of the selected zone, in the relations of panels.</summary>
internal static class LocalTimeSql
{
    // LLM applications have no older data, and no zone has planned its clock changes further ahead.
    private static readonly DateTimeOffset FirstClock = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset LastClock = new(2038, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>
    /// The clock of the selected zone, as SQL text: rows of since, until, UTC offset, and the previous offset. SQLite has no time zones, so the variable contains the
    /// changes of each zone's clock. Days and hours in panels are correct across these changes.
    /// </summary>
    public static string Clocks(IReadOnlyList<TimeZoneInfo> zones)
    {
        string Rows(TimeZoneInfo zone) => string.Join(", ", ZoneClock.Of(zone, FirstClock, LastClock).Select(clock =>
            string.Create(CultureInfo.InvariantCulture, $"({clock.Since}, {clock.Until}, {clock.Offset}, {clock.Before})")));
        return $"CASE ${"{zone:sqlstring}"} {string.Concat(zones.Select(zone => $"WHEN '{TimeZones.Name(zone)}' THEN '{Rows(zone)}' "))}END";
    }

    /// <summary>The start of the bucket of a second on the local clock; requires a stretch.</summary>
    public static string LocalSecond(string second) => $"(({second} + utc_offset) / step * step)";

    /// <summary>The time of the start of a bucket on the local clock, not before the start of the time range; requires a stretch.</summary>
    public static string TimeOf(string localSecond, string began = "first") => $"since + shift + MAX(0, {BeginOf(localSecond, began)})";

    /// <summary>
    /// The time of a bucket's bar. Grafana draws all bars with the smallest distance of two times, so the bar of the first bucket begins at least half a bucket
    /// before the next one. Grafana does not draw what is before the time range.
    /// </summary>
    public static string BarTimeOf(string localSecond) => $"since + shift + MAX({BeginOf(localSecond, "first")}, MIN(0, {BeginOf(localSecond, "first")} + step / 2))";

    // Relative to the start of the time range. A bucket that began before the last clock change began with the previous offset.
    private static string BeginOf(string localSecond, string began) => $"{localSecond} - CASE WHEN {localSecond} - utc_offset < {began} THEN before ELSE utc_offset END - since";

    public static string Time(string second, string began = "first") => $"CASE step WHEN 0 THEN since + shift ELSE {TimeOf(LocalSecond(second), began)} END";

    public static string OfStretch(string expression) => $"(SELECT {expression} FROM stretch WHERE second >= first AND second < last)";
}
