using TokenDashboard.Grafana.Model;

namespace TokenDashboard.Grafana.Queries;

internal static partial class TimeZones
{
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.TimeZoneInvalid"/>: a zone has no IANA name.</exception>
    internal static IReadOnlyList<TimeZoneInfo> WithUtc(IEnumerable<TimeZoneInfo> zones) => [.. zones.Append(TimeZoneInfo.Utc).DistinctBy(Name)];

    /// <summary>The variable that selects a zone. The first zone is the default.</summary>
    internal static CustomVariable Variable(IReadOnlyList<TimeZoneInfo> zones) => new(
        "zone",
        "Time zone",
        "The time zone whose days, weekdays and hours the panels show.",
        Name(zones[0]),
        [.. zones.Select(zone => (Name(zone), Name(zone)))]);

    /// <summary>The IANA name of a time zone, which is the same on all systems and in ClickHouse. It has no special characters of SQL or Grafana's lists.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.TimeZoneInvalid"/>: the zone has no IANA name.</exception>
    internal static string Name(TimeZoneInfo zone)
    {
        if (zone.Id is "Etc/UTC" or "UTC")
            return "UTC";
        string? name = zone.HasIanaId ? zone.Id : TimeZoneInfo.TryConvertWindowsIdToIanaId(zone.Id, out string? iana) ? iana : null;
        return name is not null && IanaName().IsMatch(name) ? name : throw new TokenDashboardException(
            ErrorCode.TimeZoneInvalid,
            $"The time zone '{zone.Id}' has no IANA name, which dashboards and ClickHouse require. Use a time zone with an IANA name, such as Europe/Berlin or UTC.",
            target: zone.Id);
    }

    // On Unix, the name of any file can be a time zone, and a zone whose file is not found is named Local.
    [GeneratedRegex(@"^(?!Local\z)[A-Za-z][A-Za-z0-9_+/-]*\z")] private static partial Regex IanaName();
}
