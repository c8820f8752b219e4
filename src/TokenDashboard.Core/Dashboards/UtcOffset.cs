using System.Globalization;

namespace TokenDashboard.Dashboards;

/// <summary>
/// The variable that says where days and hours begin. SQLite knows no time zones, so it is a fixed offset, of those in use in the world;
/// as part of the address of a dashboard it gives everybody the same numbers, wherever their browser is.
/// </summary>
internal static class UtcOffset
{
    private static readonly int[] HalfAndQuarterHours =
        [-570, -210, -150, 210, 270, 330, 345, 390, 525, 570, 630, 765, 825];

    /// <summary>The variable; its value is in seconds.</summary>
    internal static CustomVariable Variable { get; } = new(
        "utc_offset",
        "UTC offset",
        "Added to UTC before requests are sorted into days and hours.",
        "0",
        [.. Enumerable.Range(-12, 27).Select(hours => hours * 60).Concat(HalfAndQuarterHours).Order()
            .Select(minutes => (Text(minutes), Seconds(minutes)))]);

    private static string Seconds(int minutes) => (minutes * 60).ToString(CultureInfo.InvariantCulture);

    private static string Text(int minutes) => minutes == 0
        ? "UTC"
        : (minutes < 0 ? "UTC-" : "UTC+") + TimeSpan.FromMinutes(Math.Abs(minutes)).ToString(@"hh\:mm", CultureInfo.InvariantCulture);
}
