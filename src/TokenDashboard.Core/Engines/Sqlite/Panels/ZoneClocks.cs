using TokenDashboard.Grafana.Queries;

namespace TokenDashboard.Engines.Sqlite.Panels;

/// <summary>
/// The clocks of time zones as SQL. SQLite has no time zones, so the variable that defines the relations contains the changes of each zone's clock. Days
/// and hours in panels are correct across these changes.
/// </summary>
internal static class ZoneClocks
{
    // LLM applications have no older data, and no zone has planned its clock changes further ahead.
    private static readonly DateTimeOffset First = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset End = new(2038, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The clock of the selected zone, as SQL text: rows of since, until, UTC offset, and the previous offset.</summary>
    internal static string Of(IReadOnlyList<TimeZoneInfo> zones) =>
        $"CASE ${"{zone:sqlstring}"} {string.Concat(zones.Select(zone => $"WHEN '{TimeZones.Name(zone)}' THEN '{Rows(zone)}' "))}END";

    private static string Rows(TimeZoneInfo zone) => string.Join(", ", ZoneClock.Of(zone, First, End).Select(clock =>
        string.Create(CultureInfo.InvariantCulture, $"({clock.Since}, {clock.Until}, {clock.Offset}, {clock.Before})")));
}
