namespace TokenDashboard.Grafana.Parsing;

internal sealed partial record TimeWindow(DateTimeOffset From, DateTimeOffset To)
{
    internal long FromMilliseconds => From.ToUnixTimeMilliseconds();
    internal long ToMilliseconds => To.ToUnixTimeMilliseconds();
    internal long LengthMilliseconds => ToMilliseconds - FromMilliseconds;

    /// <summary>
    /// A time of a dashboard: <c>now-7d</c>, <c>now-1M/M</c>, <c>now/d+8h</c>, an ISO time or milliseconds since 1970; null for anything else.
    /// The start of a time range is rounded down, and its end is rounded up. Weeks begin on Monday, and fiscal years (<c>now/fy</c>) in January.
    /// </summary>
    internal static DateTimeOffset? Parse(string text, DateTimeOffset now, TimeZoneInfo zone, bool end)
    {
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long milliseconds) && milliseconds < 253_402_300_800_000)
            return DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
        if (Relative().Match(text) is not { Success: true } match)
        {
            // Grafana supports no other formats, such as 11/04/2026.
            return Iso().IsMatch(text) && DateTimeOffset.TryParse(text.Replace(',', '.'), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset instant)
                ? instant
                : null;
        }
        try
        {
            return Apply(match, TimeZoneInfo.ConvertTime(now, zone).DateTime, zone, end);
        }
        catch (ArgumentOutOfRangeException)
        {
            // Before the year 1 or after 9999.
            return null;
        }
    }

    private static DateTimeOffset? Apply(Match match, DateTime local, TimeZoneInfo zone, bool end)
    {
        foreach (Capture step in match.Groups["step"].Captures)
        {
            char unit = step.Value[^1];
            string digits = step.Value[1..^1].TrimEnd('f');
            if (step.Value[0] == '/')
            {
                DateTime start = StartOf(local, unit);
                local = end ? Add(start, unit, 1).AddMilliseconds(-1) : start;
            }
            else if (int.TryParse(digits.Length == 0 ? "1" : digits, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count <= 100_000)
            {
                local = Add(local, unit, step.Value[0] == '-' ? -count : count);
            }
            else
            {
                return null;
            }
        }
        return new DateTimeOffset(local, zone.GetUtcOffset(local));
    }

    private static DateTime Add(DateTime time, char unit, int count) => unit switch
    {
        's' => time.AddSeconds(count),
        'm' => time.AddMinutes(count),
        'h' => time.AddHours(count),
        'd' => time.AddDays(count),
        'w' => time.AddDays(7 * count),
        'M' => time.AddMonths(count),
        'Q' => time.AddMonths(3 * count),
        _ => time.AddYears(Math.Clamp(count, 1 - time.Year, 9998 - time.Year)),
    };

    private static DateTime StartOf(DateTime time, char unit) => unit switch
    {
        's' => time.Date.AddSeconds(Math.Floor(time.TimeOfDay.TotalSeconds)),
        'm' => time.Date.AddMinutes(Math.Floor(time.TimeOfDay.TotalMinutes)),
        'h' => time.Date.AddHours(time.Hour),
        'd' => time.Date,
        'w' => LocalTime.StartOfWeek(time, DayOfWeek.Monday),
        'M' => new DateTime(time.Year, time.Month, 1),
        'Q' => LocalTime.StartOfQuarter(time),
        _ => new DateTime(time.Year, 1, 1),
    };

    [GeneratedRegex("^now(?<step>([+-][0-9]*|/)([smhdwMQy]|f[Qy]))*$")] private static partial Regex Relative();
    [GeneratedRegex(@"^[0-9]{4}-[0-9]{2}(-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?(\s*Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?)?\z")] private static partial Regex Iso();
}
