using TokenDashboard.Grafana.Model;

namespace TokenDashboard.Grafana.Queries;

internal static class TimeZones
{
    internal static IReadOnlyList<TimeZoneInfo> WithUtc(IEnumerable<TimeZoneInfo> zones) => [.. zones.Append(TimeZoneInfo.Utc).DistinctBy(Name)];

    /// <summary>The variable that chooses a zone; the first is chosen at first.</summary>
    internal static CustomVariable Variable(IReadOnlyList<TimeZoneInfo> zones) => new(
        "zone",
        "Time zone",
        "The time zone whose days, weekdays and hours the panels show.",
        Name(zones[0]),
        [.. zones.Select(zone => (Name(zone), Name(zone)))]);

    /// <summary>The name of a time zone on all systems.</summary>
    internal static string Name(TimeZoneInfo zone) => zone.Id is "Etc/UTC" or "UTC" ? "UTC"
        : !zone.HasIanaId && TimeZoneInfo.TryConvertWindowsIdToIanaId(zone.Id, out string? iana) ? iana : zone.Id;
}
