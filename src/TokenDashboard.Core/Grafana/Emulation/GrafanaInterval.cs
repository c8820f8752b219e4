using TokenDashboard.Grafana.Alerting.Rules;
using TokenDashboard.Grafana.Parsing;

namespace TokenDashboard.Grafana.Emulation;

/// <summary>The interval of one point in a panel, as Grafana's frontend computes it: the time range divided by the points that fit, rounded.</summary>
internal static class GrafanaInterval
{
    // Intervals up to the first number are rounded to the second. In milliseconds.
    private static readonly (long Below, long Rounded)[] Steps =
    [
        (10, 1), (15, 10), (35, 20), (75, 50), (150, 100), (350, 200), (750, 500), (1_500, 1_000), (3_500, 2_000), (7_500, 5_000),
        (12_500, 10_000), (17_500, 15_000), (25_000, 20_000), (45_000, 30_000), (90_000, 60_000), (210_000, 120_000), (450_000, 300_000),
        (750_000, 600_000), (1_050_000, 900_000), (1_500_000, 1_200_000), (2_700_000, 1_800_000), (5_400_000, 3_600_000),
        (9_000_000, 7_200_000), (16_200_000, 10_800_000), (32_400_000, 21_600_000), (86_400_000, 43_200_000), (604_800_000, 86_400_000),
        (1_814_400_000, 604_800_000), (3_628_800_000, 2_592_000_000),
    ];

    private const long Year = 31_536_000_000;

    /// <summary>The interval in milliseconds, not below the minimum, such as <c>10s</c> or <c>&gt;1m</c>; empty for no minimum.</summary>
    internal static long Milliseconds(TimeWindow window, double points, string minimum)
    {
        long exact = (long)(window.LengthMilliseconds / Math.Max(1, points));
        long rounded = Steps.FirstOrDefault(step => exact < step.Below, (0, Year)).Rounded;
        return Math.Max(rounded, Parse(minimum) ?? 0);
    }

    /// <summary>An interval in Grafana's format: the largest unit that fits, except weeks.</summary>
    internal static string Text(long milliseconds)
    {
        (string unit, long length) = AlertLength.Units.First(known => known.Unit != "w" && (milliseconds >= known.Milliseconds || known.Milliseconds == 1));
        return string.Create(CultureInfo.InvariantCulture, $"{milliseconds / length}{unit}");
    }

    /// <summary>An interval such as <c>10s</c> in milliseconds, with months of 30 days; null for anything else.</summary>
    internal static long? Parse(string text) => text.Trim().TrimStart('>') is var length && length.EndsWith('M')
        ? (long?)AlertLength.Parse(length[..^1] + "d")?.TotalMilliseconds * 30
        : (long?)AlertLength.Parse(length)?.TotalMilliseconds;
}
