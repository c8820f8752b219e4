using System.Globalization;
using System.Text.RegularExpressions;

namespace TokenDashboard.Telemetry;

/// <summary>
/// A time as people write it: an instant (<c>2026-11-16T18:00</c>, with or without a zone), a length of time ago (<c>7d</c>, <c>24h</c>,
/// <c>90m</c>, <c>1d12h</c>) or a calendar word (<c>today</c>, <c>last month</c>). What a length or a word means is settled only by
/// <see cref="ToInstant"/> or <see cref="ToRange"/>, when the present moment and the time zone are known. The culture has no influence.
/// </summary>
public sealed partial class TimeExpression
{
    /// <summary>The calendar words, for completion.</summary>
    public static IReadOnlyList<string> Words { get; } =
        ["today", "yesterday", "this week", "last week", "this month", "last month", "this year", "last year", "now"];

    private static readonly string[] ZonelessForms =
        ["yyyy-MM-dd", "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm:ss.FFFFFFF", "yyyy-MM"];

    private static readonly string[] ZonedForms =
        ["yyyy-MM-dd HH:mmK", "yyyy-MM-dd HH:mm:ssK", "yyyy-MM-dd HH:mm:ss.FFFFFFFK"];

    private readonly string _text;
    private DateTimeOffset? _instant;
    private DateTime? _localTime;
    private TimeSpan? _ago;
    private string? _word;

    /// <summary>An instant.</summary>
    public TimeExpression(DateTimeOffset instant)
        : this(instant.ToString("O", CultureInfo.InvariantCulture)) => _instant = instant;

    /// <summary>An instant; a time without a kind is taken as local time, as everywhere in PowerShell.</summary>
    public TimeExpression(DateTime time)
        : this(new DateTimeOffset(time))
    {
    }

    private TimeExpression(string text) => _text = text;

    /// <summary>Reads an expression.</summary>
    /// <exception cref="FormatException">The text has none of the forms; the message lists them.</exception>
    public static TimeExpression Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string trimmed = text.Trim();
        string normal = trimmed.ToLowerInvariant();
        string isoText = trimmed.Length > 10 && trimmed[10] is 'T' or 't' ? trimmed[..10] + " " + trimmed[11..] : trimmed;
        const DateTimeStyles Styles = DateTimeStyles.None;

        if (Words.Contains(normal))
        {
            return new TimeExpression(trimmed) { _word = normal };
        }
        if (LengthPattern().Match(normal) is { Success: true } length && TryLength(length, out TimeSpan ago))
        {
            return new TimeExpression(trimmed) { _ago = ago };
        }
        if (DateTime.TryParseExact(isoText, ZonelessForms, CultureInfo.InvariantCulture, Styles, out DateTime local))
        {
            return new TimeExpression(trimmed) { _localTime = local };
        }
        if (DateTimeOffset.TryParseExact(isoText, ZonedForms, CultureInfo.InvariantCulture, Styles, out DateTimeOffset instant))
        {
            return new TimeExpression(trimmed) { _instant = instant };
        }
        throw new FormatException(
            $"'{text}' is not a time. Give an ISO time such as 2026-11-16T18:00 or 2026-11-16T18:00Z, a length of time ago such as 7d, 24h, 90m or 2w, "
            + $"or one of: {string.Join(", ", Words)}.");
    }

    /// <summary>The instant meant: a length counts back from now, a word stands for the beginning of its period.</summary>
    /// <param name="now">The present moment.</param>
    /// <param name="zone">The zone of calendar words and of times written without a zone.</param>
    public DateTimeOffset ToInstant(DateTimeOffset now, TimeZoneInfo zone)
    {
        ArgumentNullException.ThrowIfNull(zone);
        if (_instant is { } instant)
        {
            return instant;
        }
        if (_localTime is { } local)
        {
            return LocalTime.FirstInstantAt(local, zone);
        }
        return _ago is { } ago ? SafeSubtract(now, ago) : WordRange(now, zone).Since;
    }

    /// <summary>The range meant by -Last: a length ends now; a word is its whole period, which for a period still running ends now.</summary>
    /// <param name="now">The present moment.</param>
    /// <param name="zone">The zone of calendar words.</param>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.RangeInvalid"/>: an instant is not a range, and a length must not be zero.</exception>
    public TimeRange ToRange(DateTimeOffset now, TimeZoneInfo zone)
    {
        ArgumentNullException.ThrowIfNull(zone);
        if (_ago is { } ago && ago > TimeSpan.Zero)
        {
            return new TimeRange(SafeSubtract(now, ago), now);
        }
        if (_word is not null and not "now")
        {
            (DateTimeOffset since, DateTimeOffset until) = WordRange(now, zone);
            until = until < now ? until : now;
            return new TimeRange(since, until > since ? until : since.AddTicks(1));
        }
        throw new TokenDashboardException(
            ErrorCode.RangeInvalid,
            $"'{_text}' is not a length of time. Give -Last a length such as 7d, 24h or 90m, or a word such as today or 'last month'; for an instant use -Since.",
            target: _text);
    }

    /// <summary>The text as it was given.</summary>
    public override string ToString() => _text;

    [GeneratedRegex(@"^(?:(\d{1,6})([smhdw]))+$", RegexOptions.CultureInvariant)]
    private static partial Regex LengthPattern();

    /// <summary>The range that -Since and -Until, or -Last, mean.</summary>
    /// <param name="since">The beginning, or null for none.</param>
    /// <param name="until">The end, or null for none.</param>
    /// <param name="last">Both ends in one, or null.</param>
    /// <param name="now">The present moment.</param>
    /// <param name="zone">The zone of calendar words and of times written without a zone.</param>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.RangeInvalid"/>: the range is empty or given twice.</exception>
    public static TimeRange Range(TimeExpression? since, TimeExpression? until, TimeExpression? last, DateTimeOffset now, TimeZoneInfo zone)
    {
        if (last is null)
        {
            return new TimeRange(since?.ToInstant(now, zone), until?.ToInstant(now, zone));
        }
        return since is null && until is null ? last.ToRange(now, zone) : throw new TokenDashboardException(
            ErrorCode.RangeInvalid, "Give either -Last or -Since and -Until: -Last already says both ends of the range.", target: last);
    }

    private static bool TryLength(Match match, out TimeSpan length)
    {
        double seconds = 0;
        for (int i = 0; i < match.Groups[1].Captures.Count; i++)
        {
            int number = int.Parse(match.Groups[1].Captures[i].Value, CultureInfo.InvariantCulture);
            seconds += number * (match.Groups[2].Captures[i].Value[0] switch { 's' => 1d, 'm' => 60d, 'h' => 3600d, 'd' => 86400d, _ => 604800d });
        }
        bool fits = seconds < TimeSpan.MaxValue.TotalSeconds;
        length = fits ? TimeSpan.FromSeconds(seconds) : default;
        return fits;
    }

    private static DateTimeOffset SafeSubtract(DateTimeOffset now, TimeSpan ago) =>
        ago.Ticks < now.UtcTicks ? (now - ago) : DateTimeOffset.MinValue;

    private (DateTimeOffset Since, DateTimeOffset Until) WordRange(DateTimeOffset now, TimeZoneInfo zone)
    {
        if (_word == "now")
        {
            return (now, now);
        }
        DateTime today = TimeZoneInfo.ConvertTime(now, zone).Date;
        DateTime week = LocalTime.StartOfWeek(today);
        DateTime month = new(today.Year, today.Month, 1);
        DateTime year = new(today.Year, 1, 1);
        (DateTime since, DateTime until) = _word switch
        {
            "today" => (today, today.AddDays(1)),
            "yesterday" => (today.AddDays(-1), today),
            "this week" => (week, week.AddDays(7)),
            "last week" => (week.AddDays(-7), week),
            "this month" => (month, month.AddMonths(1)),
            "last month" => (month.AddMonths(-1), month),
            "this year" => (year, year.AddYears(1)),
            _ => (year.AddYears(-1), year),
        };
        return (LocalTime.FirstInstantAt(since, zone), LocalTime.FirstInstantAt(until, zone));
    }
}
