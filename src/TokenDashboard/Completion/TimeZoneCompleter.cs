using System.Collections;

namespace TokenDashboard.Completion;

/// <summary>Offers the time zones this computer knows, also by a part of the name: ber finds Europe/Berlin.</summary>
public sealed class TimeZoneCompleter : Completer
{
    private protected override IEnumerable<(string Text, string ToolTip)> Values(string parameterName, IDictionary boundParameters) =>
        [("UTC", "Coordinated Universal Time"), ("Local", TimeZoneInfo.Local.DisplayName), .. Names().Where(name => name != "UTC").Select(name => (name, name))];

    private protected override bool IsMatch(string text, string word) => base.IsMatch(text, word)
        || text.Split('/').Skip(1).Any(part => part.StartsWith(word, StringComparison.OrdinalIgnoreCase));

    // To load every zone takes a second. Where the system has a list of them, it is the one that the runtime reads.
    private static IEnumerable<string> Names()
    {
        string list = Path.Combine(Environment.GetEnvironmentVariable("TZDIR") ?? "/usr/share/zoneinfo", "zone.tab");
        return !OperatingSystem.IsWindows() && File.Exists(list)
            ? File.ReadLines(list).Where(line => !line.StartsWith('#')).Select(line => line.Split('\t')).Where(fields => fields.Length > 2).Select(fields => fields[2]).Order(StringComparer.Ordinal)
            : TimeZoneInfo.GetSystemTimeZones().SelectMany(Names);
    }

    // Windows lists its own names, but understands the IANA names that work everywhere.
    private static string[] Names(TimeZoneInfo zone) =>
        !zone.HasIanaId && TimeZoneInfo.TryConvertWindowsIdToIanaId(zone.Id, out string? name) ? [name, zone.Id] : [zone.Id];
}
