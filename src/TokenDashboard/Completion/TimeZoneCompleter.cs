namespace TokenDashboard.Completion;

/// <summary>Offers the time zones of this computer. Part of a name is sufficient: ber finds Europe/Berlin.</summary>
public sealed class TimeZoneCompleter() : Completer((_, _) =>
    [("UTC", "Coordinated Universal Time"), ("Local", TimeZoneInfo.Local.DisplayName), .. Names().Where(name => name != "UTC").Select(name => (name, name))])
{
    private protected override bool IsMatch(string text, string word) => base.IsMatch(text, word)
        || text.Split('/').Skip(1).Any(part => part.StartsWith(word, StringComparison.OrdinalIgnoreCase));

    // Loading all zones takes a second. If the system has a list of names, it is read instead.
    private static IEnumerable<string> Names()
    {
        string list = Path.Combine(Environment.GetEnvironmentVariable("TZDIR") ?? "/usr/share/zoneinfo", "zone.tab");
        return !OperatingSystem.IsWindows() && File.Exists(list)
            ? File.ReadLines(list).Where(line => !line.StartsWith('#')).Select(line => line.Split('\t')).Where(fields => fields.Length > 2).Select(fields => fields[2]).Order(StringComparer.Ordinal)
            : TimeZoneInfo.GetSystemTimeZones().SelectMany(Names);
    }

    // Windows lists its own names, but also accepts IANA names, which work on all systems.
    private static string[] Names(TimeZoneInfo zone) =>
        !zone.HasIanaId && TimeZoneInfo.TryConvertWindowsIdToIanaId(zone.Id, out string? name) ? [name, zone.Id] : [zone.Id];
}
