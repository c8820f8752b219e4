namespace TokenDashboard.Grafana.Alerting.Rules;

/// <summary>Lengths of time in Grafana's format: <c>90s</c>, <c>5m</c>, <c>1h30m</c>, <c>1d</c>, <c>1w</c>.</summary>
internal static partial class AlertLength
{
    internal static readonly (string Unit, long Milliseconds)[] Units =
        [("y", 31_536_000_000), ("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

    /// <summary>Parses a length of time; null for anything else. A single 0 is valid.</summary>
    internal static TimeSpan? Parse(string text)
    {
        if (text == "0")
            return TimeSpan.Zero;
        if (Pattern().Match(text) is not { Success: true } match)
            return null;
        decimal milliseconds = 0;
        for (int i = 0; i < match.Groups["count"].Captures.Count; i++)
        {
            string unit = match.Groups["unit"].Captures[i].Value;
            milliseconds += decimal.Parse(match.Groups["count"].Captures[i].ValueSpan, CultureInfo.InvariantCulture)
                * Array.Find(Units, known => known.Unit == unit).Milliseconds;
        }
        return milliseconds < (decimal)TimeSpan.MaxValue.TotalMilliseconds - 1 ? TimeSpan.FromMilliseconds((double)milliseconds) : null;
    }

    /// <summary>Formats whole seconds in the largest unit up to a day that divides them, so that <c>24h</c> and <c>1d</c> have the same text.</summary>
    internal static string Format(TimeSpan length)
    {
        long seconds = (long)length.TotalSeconds;
        (string unit, long milliseconds) = Array.Find(Units[2..], known => seconds > 0 && seconds * 1000 % known.Milliseconds == 0);
        return unit is null ? "0s" : string.Create(CultureInfo.InvariantCulture, $"{seconds * 1000 / milliseconds}{unit}");
    }

    [GeneratedRegex("^(?:(?<count>[0-9]{1,9})(?<unit>ms|[ywdhms]))+$", RegexOptions.CultureInvariant)] private static partial Regex Pattern();
}
