using System.Globalization;
using TokenDashboard.Grafana.Parsing;

namespace TokenDashboard.Grafana.Emulation;

/// <summary>
/// The length of time one point of a panel stands for, as Grafana's browser part works it out: the range divided by the points that fit,
/// rounded to a length people know.
/// </summary>
internal static class GrafanaInterval
{
    // Up to the first number, in milliseconds, a length is rounded to the second.
    private static readonly (long Below, long Rounded)[] Steps =
    [
        (10, 1), (15, 10), (35, 20), (75, 50), (150, 100), (350, 200), (750, 500), (1_500, 1_000), (3_500, 2_000), (7_500, 5_000),
        (12_500, 10_000), (17_500, 15_000), (25_000, 20_000), (45_000, 30_000), (90_000, 60_000), (210_000, 120_000), (450_000, 300_000),
        (750_000, 600_000), (1_050_000, 900_000), (1_500_000, 1_200_000), (2_700_000, 1_800_000), (5_400_000, 3_600_000),
        (9_000_000, 7_200_000), (16_200_000, 10_800_000), (32_400_000, 21_600_000), (86_400_000, 43_200_000), (604_800_000, 86_400_000),
        (1_814_400_000, 604_800_000), (3_628_800_000, 2_592_000_000),
    ];

    private const long Year = 31_536_000_000;

    private static readonly (char Unit, long Milliseconds)[] Units =
        [('y', Year), ('d', 86_400_000), ('h', 3_600_000), ('m', 60_000), ('s', 1_000)];

    /// <summary>The length in milliseconds.</summary>
    /// <param name="window">The range.</param>
    /// <param name="points">How many points fit.</param>
    /// <param name="minimum">The least length, such as <c>10s</c> or <c>&gt;1m</c>, or the empty string.</param>
    internal static long Milliseconds(TimeWindow window, double points, string minimum)
    {
        long exact = (long)(window.LengthMilliseconds / Math.Max(1, points));
        long rounded = Steps.FirstOrDefault(step => exact < step.Below, (0, Year)).Rounded;
        return Math.Max(rounded, Parse(minimum) ?? 0);
    }

    /// <summary>A length as Grafana writes it: the largest unit that is not larger, without a rest.</summary>
    internal static string Text(long milliseconds)
    {
        foreach ((char unit, long length) in Units)
        {
            if (milliseconds >= length)
                return string.Create(CultureInfo.InvariantCulture, $"{milliseconds / length}{unit}");
        }
        return string.Create(CultureInfo.InvariantCulture, $"{milliseconds}ms");
    }

    /// <summary>A length such as <c>10s</c> in milliseconds, or null.</summary>
    internal static long? Parse(string text)
    {
        string trimmed = text.Trim().TrimStart('>');
        string digits = string.Concat(trimmed.TakeWhile(char.IsAsciiDigit));
        if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long count) || count > int.MaxValue)
            return null;
        long? milliseconds = trimmed[digits.Length..] switch
        {
            "ms" => count,
            "s" => count * 1_000,
            "m" => count * 60_000,
            "h" => count * 3_600_000,
            "d" => count * 86_400_000,
            "w" => count * 604_800_000,
            "M" => count * 2_592_000_000,
            "y" => count > 10_000 ? null : count * Year,
            _ => null,
        };
        // Longer than there are years is no length of time.
        return milliseconds > 10_000 * Year ? null : milliseconds;
    }
}
