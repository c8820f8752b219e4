using System.Globalization;
using TokenDashboard.Grafana.Model.Variables;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Engines.Sqlite.Panels;

/// <summary>
/// The time zones of a dashboard. SQLite knows none, so the changes of each zone's clock stand in the variable that makes the relations; days
/// and hours in panels are right across them.
/// </summary>
internal static class TimeZones
{
    // Data of LLM applications is not older, and no zone has decided about its clock for longer.
    private static readonly DateTimeOffset First = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset End = new(2038, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>UTC alone.</summary>
    internal static IReadOnlyList<TimeZoneInfo> Utc { get; } = [TimeZoneInfo.Utc];

    /// <summary>The zones with UTC, each once, in their order.</summary>
    internal static IReadOnlyList<TimeZoneInfo> WithUtc(IEnumerable<TimeZoneInfo> zones) => [.. zones.Append(TimeZoneInfo.Utc).DistinctBy(Name)];

    /// <summary>The variable that chooses a zone; the first is chosen at first.</summary>
    internal static CustomVariable Variable(IReadOnlyList<TimeZoneInfo> zones) => new(
        "zone",
        "Time zone",
        "The time zone whose days, weekdays and hours the panels show.",
        Name(zones[0]),
        [.. zones.Select(zone => (Name(zone), Name(zone)))]);

    /// <summary>The clock of the chosen zone, as text of SQL: rows of since, until, UTC offset, and the offset before.</summary>
    internal static string Clock(IReadOnlyList<TimeZoneInfo> zones) =>
        $"CASE ${"{zone:sqlstring}"} {string.Concat(zones.Select(zone => $"WHEN '{Name(zone)}' THEN '{Rows(zone)}' "))}END";

    private static string Name(TimeZoneInfo zone) => zone.Id is "Etc/UTC" or "UTC" ? "UTC" : zone.Id;

    private static string Rows(TimeZoneInfo zone) => string.Join(", ", ZoneClock.Of(zone, First, End).Select(clock =>
        string.Create(CultureInfo.InvariantCulture, $"({clock.Since}, {clock.Until}, {clock.Offset}, {clock.Before})")));
}
