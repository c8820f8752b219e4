using System.Collections;

namespace TokenDashboard.Completion;

/// <summary>Offers the time zones this computer knows.</summary>
public sealed class TimeZoneCompleter : Completer
{
    private protected override IEnumerable<(string Text, string ToolTip)> Values(string parameterName, IDictionary boundParameters) =>
    [
        ("UTC", "Coordinated Universal Time"), ("Local", TimeZoneInfo.Local.DisplayName),
        .. TimeZoneInfo.GetSystemTimeZones().Where(zone => zone.Id != "UTC").SelectMany(zone => Names(zone).Select(name => (name, zone.DisplayName))),
    ];

    // Windows lists its own names, but understands the IANA names that work everywhere.
    private static string[] Names(TimeZoneInfo zone) =>
        !zone.HasIanaId && TimeZoneInfo.TryConvertWindowsIdToIanaId(zone.Id, out string? name) ? [name, zone.Id] : [zone.Id];
}
