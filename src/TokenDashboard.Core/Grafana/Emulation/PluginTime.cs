using System.Globalization;
using System.Text.RegularExpressions;

namespace TokenDashboard.Grafana.Emulation;

/// <summary>How the plugin reads values of time columns: numbers are seconds since 1970, text is RFC 3339 or such a number.</summary>
internal static partial class PluginTime
{
    // Beyond it a number is no time anybody means, and does not fit what follows.
    private const double Limit = 1e18;

    /// <summary>Seconds since 1970, or null where the value is no time.</summary>
    internal static decimal? Read(object value) => value switch
    {
        long seconds => seconds,
        double seconds when Math.Abs(seconds) < Limit => (decimal)seconds,
        string text => ReadText(text),
        _ => null,
    };

    private static decimal? ReadText(string text)
    {
        if (Rfc3339().Match(text) is { Success: true } match
            && DateTime.TryParseExact(match.Groups["time"].Value, "yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime time))
        {
            decimal fraction = match.Groups["fraction"].Value is { Length: > 0 } digits
                ? decimal.Parse("0." + digits[..Math.Min(digits.Length, 9)], CultureInfo.InvariantCulture)
                : 0;
            string zone = match.Groups["zone"].Value;
            int offset = zone == "Z" ? 0 : (int.Parse(zone[1..3], CultureInfo.InvariantCulture) * 60) + int.Parse(zone[4..6], CultureInfo.InvariantCulture);
            return ((time - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerSecond) + fraction - (zone[0] == '-' ? -60 * offset : 60 * offset);
        }
        return double.TryParse(
            text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out double seconds)
            && Math.Abs(seconds) < Limit ? (decimal)seconds : null;
    }

    [GeneratedRegex(@"^(?<time>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})([.,](?<fraction>[0-9]+))?(?<zone>Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])\z")]
    private static partial Regex Rfc3339();
}
