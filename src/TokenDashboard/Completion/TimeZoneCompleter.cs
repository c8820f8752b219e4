using System.Collections;

namespace TokenDashboard.Completion;

/// <summary>Offers the time zones this computer knows.</summary>
public sealed class TimeZoneCompleter : Completer
{
    private protected override IEnumerable<(string Text, string ToolTip)> Values(string parameterName, IDictionary boundParameters) =>
    [
        ("UTC", "Coordinated Universal Time"), ("Local", TimeZoneInfo.Local.DisplayName),
        .. TimeZoneInfo.GetSystemTimeZones().Where(zone => zone.Id != "UTC").Select(zone => (zone.Id, zone.DisplayName)),
    ];
}
