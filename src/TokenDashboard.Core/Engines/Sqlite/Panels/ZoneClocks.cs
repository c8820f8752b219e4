using TokenDashboard.Grafana.Queries;

namespace TokenDashboard.Engines.Sqlite.Panels;

/// <summary>
/// The clocks of time zones as SQL. SQLite knows none, so the changes of each zone's clock stand in the variable that makes the relations; days
/// and hours in panels are right across them.
/// </summary>
internal static class ZoneClocks
{
    // Data of LLM applications is not older, and no zone has decided about its clock for longer.
    private static readonly DateTimeOffset First = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset End = new(2038, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The clock of the chosen zone, as text of SQL: rows of since, until, UTC offset, and the offset before.</summary>
    internal static string Of(IReadOnlyList<TimeZoneInfo> zones) =>
        $"CASE ${"{zone:sqlstring}"} {string.Concat(zones.Select(zone => $"WHEN '{TimeZones.Name(zone)}' THEN '{Rows(zone)}' "))}END";

    private static string Rows(TimeZoneInfo zone) => string.Join(", ", ZoneClock.Of(zone, First, End).Select(clock =>
        string.Create(CultureInfo.InvariantCulture, $"({clock.Since}, {clock.Until}, {clock.Offset}, {clock.Before})")));
}
