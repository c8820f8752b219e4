namespace TokenDashboard;

/// <summary>
/// A time as users write it: an instant (<c>2026-11-16T18:00</c>, with or without a zone), a length of time ago (<c>7d</c>,
/// <c>90 minutes</c>, <c>1 month ago</c>, <c>1d12h</c>) or a calendar word (<c>today</c>, <c>last month</c>). <see cref="ToInstant"/> or
/// <see cref="ToRange"/> resolves a length or a word when the current time and the time zone are known. The culture has no
/// influence.
/// </summary>
public sealed partial class TimeExpression
{
    /// <summary>The calendar words, for completion.</summary>
    public static IReadOnlyList<string> Words { get; } =
        ["today", "yesterday", "this week", "last week", "this month", "last month", "this quarter", "last quarter", "this year", "last year", "now"];

    private static readonly string[] ZonelessForms =
        ["yyyy-MM-dd", "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm:ss.FFFFFFF", "yyyy-MM"];

    private static readonly string[] ZonedForms =
        ["yyyy-MM-dd HH:mmK", "yyyy-MM-dd HH:mm:ssK", "yyyy-MM-dd HH:mm:ss.FFFFFFFK"];

    private readonly string _text;
    private DateTimeOffset? _instant;
    private DateTime? _localTime;
    private TimeSpan? _ago;
    private int _monthsAgo;
    private string? _word;

    /// <summary>An instant.</summary>
    public TimeExpression(DateTimeOffset instant)
        : this(instant.ToString("O", CultureInfo.InvariantCulture)) => _instant = instant;

    /// <summary>An instant. A time of unspecified kind is local time, as in PowerShell.</summary>
    public TimeExpression(DateTime time)
        : this(new DateTimeOffset(time))
    {
    }

    /// <summary>A length of time ago. The sign is ignored.</summary>
    public TimeExpression(TimeSpan ago)
        : this(ago.ToString("c", CultureInfo.InvariantCulture)) => _ago = ago == TimeSpan.MinValue ? TimeSpan.MaxValue : ago.Duration();

    private TimeExpression(string text) => _text = text;

    /// <summary>The forms of lengths of time, for messages.</summary>
    public static string LengthForms { get; } = $"Use a length of time such as 7d, '7 days', 24h, 90m or 1d12h, or one of: {string.Join(", ", Words.Where(word => word != "now"))}.";

    /// <summary>Parses an expression.</summary>
    /// <exception cref="FormatException">The text has no valid form. The message lists the forms.</exception>
    public static TimeExpression Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string trimmed = text.Trim();
        string normal = trimmed.ToLowerInvariant();
        string isoText = trimmed.Length > 10 && trimmed[10] is 'T' or 't' ? trimmed[..10] + " " + trimmed[11..] : trimmed;
        const DateTimeStyles Styles = DateTimeStyles.None;

        if (Words.Contains(normal))
            return new TimeExpression(trimmed) { _word = normal };
        if (LengthPattern().Match(normal) is { Success: true } length && TryLength(length, out TimeSpan ago, out int months))
            return new TimeExpression(trimmed) { _ago = ago, _monthsAgo = months };
        if (TimeSpanPattern().IsMatch(trimmed) && TimeSpan.TryParseExact(trimmed, "c", CultureInfo.InvariantCulture, out TimeSpan span))
            return new TimeExpression(span);
        if (DateTime.TryParseExact(isoText, ZonelessForms, CultureInfo.InvariantCulture, Styles, out DateTime local))
            return new TimeExpression(trimmed) { _localTime = local };
        if (DateTimeOffset.TryParseExact(isoText, ZonedForms, CultureInfo.InvariantCulture, Styles, out DateTimeOffset instant))
            return new TimeExpression(trimmed) { _instant = instant };
        throw new FormatException(
            $"'{text}' is not a time. Use an ISO time such as 2026-11-16T18:00 or 2026-11-16T18:00Z, a length of time ago such as 7d, '7 days', 24h or 90m, "
            + $"or one of: {string.Join(", ", Words)}.");
    }

    /// <summary>Resolves an instant. A length counts back from now, and a word means the start of its period in the time zone.</summary>
    internal DateTimeOffset ToInstant(DateTimeOffset now, TimeZoneInfo zone, DayOfWeek firstDayOfWeek = DayOfWeek.Monday)
    {
        if (_instant is { } instant)
            return instant;
        if (_localTime is { } local)
            return LocalTime.FirstInstantAt(local, zone);
        return _ago is { } ago ? Before(now, ago, zone) : WordRange(now, zone, firstDayOfWeek).Since;
    }

    /// <summary>Resolves -Last. A length ends now. A word is its whole period, and the current period ends now.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.RangeInvalid"/>: an instant is not a time range, and a length must not be zero.</exception>
    internal TimeRange ToRange(DateTimeOffset now, TimeZoneInfo zone, DayOfWeek firstDayOfWeek = DayOfWeek.Monday)
    {
        if (_ago is { } ago && (ago > TimeSpan.Zero || _monthsAgo > 0))
            return new TimeRange(Before(now, ago, zone), now);
        if (_word is not null and not "now")
        {
            (DateTimeOffset since, DateTimeOffset until) = WordRange(now, zone, firstDayOfWeek);
            until = until < now ? until : now;
            return new TimeRange(since, until > since ? until : since.AddTicks(1));
        }
        throw new TokenDashboardException(
            ErrorCode.RangeInvalid,
            $"'{_text}' is not a length of time. {LengthForms} For a point in time, use -Since.",
            target: _text);
    }

    /// <summary>The original text.</summary>
    public override string ToString() => _text;

    // A length is written as 7d, 1d12h, '7 days', '1 hour ago' or 'last 90 minutes'.
    [GeneratedRegex(
        @"^(?:(?:last|past)\s+)?(?:(?:,\s*|and\s+)?([0-9]{1,6})\s*(seconds?|secs?|s|minutes?|mins?|months?|mo|m|hours?|hrs?|h|days?|d|weeks?|w|years?|yrs?|y)(?![a-z])\s*)+(?:ago)?$",
        RegexOptions.CultureInvariant)]
    private static partial Regex LengthPattern();

    // The format of a TimeSpan. Without days, it could be a time of day.
    [GeneratedRegex(@"^-?[0-9]+\.[0-9]{2}:[0-9]{2}:[0-9]{2}")] private static partial Regex TimeSpanPattern();

    /// <summary>The time range of -Since and -Until, or of -Last.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.RangeInvalid"/>: the time range is empty or specified twice.</exception>
    internal static TimeRange Range(TimeExpression? since, TimeExpression? until, TimeExpression? last, DateTimeOffset now, TimeZoneInfo zone, DayOfWeek firstDayOfWeek = DayOfWeek.Monday)
    {
        if (last is null)
            return new TimeRange(since?.ToInstant(now, zone, firstDayOfWeek), until?.ToInstant(now, zone, firstDayOfWeek));
        return since is null && until is null ? last.ToRange(now, zone, firstDayOfWeek) : throw new TokenDashboardException(
            ErrorCode.RangeInvalid, "Use either -Last, or -Since and -Until. -Last sets both ends of the time range.", target: last);
    }

    /// <summary>
    /// The time range with both ends moved back to the start of their days, so that all days are complete. An open end becomes the start
    /// of today. Seven days ago is the seventh day before today, even with a clock change.
    /// </summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.RangeInvalid"/>: there is no complete day, or in the same cases as <see cref="Range"/>.</exception>
    internal static TimeRange WholeDays(TimeExpression? since, TimeExpression? until, TimeExpression? last, DateTimeOffset now, TimeZoneInfo zone, DayOfWeek firstDayOfWeek = DayOfWeek.Monday)
    {
        TimeRange range = Range(since, until, last, now, zone, firstDayOfWeek);
        DateTimeOffset StartOfDay(TimeExpression? expression, DateTimeOffset instant) => expression is { _ago: { } ago }
            ? LocalTime.FirstInstantAt(expression.Before(new DateTimeOffset(TimeZoneInfo.ConvertTime(now, zone).DateTime, TimeSpan.Zero), ago, TimeZoneInfo.Utc).Date, zone)
            : Parse("today").ToInstant(instant, zone);
        DateTimeOffset end = range.Until is { } given && given < now ? StartOfDay(until, given) : StartOfDay(null, now);
        DateTimeOffset? begin = range.Since is { } first ? StartOfDay(last ?? since, first) : null;
        return begin is null || begin < end ? new TimeRange(begin, end) : throw new TokenDashboardException(
            ErrorCode.RangeInvalid,
            $"The time range from {range.Since:u} until {range.Until ?? now:u} contains no complete day. Use a longer one, such as -Last 7d, or omit -WholeDays.",
            target: range.Since);
    }

    private static bool TryLength(Match match, out TimeSpan length, out int months)
    {
        (double seconds, months) = (0, 0);
        foreach ((Capture number, Capture unit) in match.Groups[1].Captures.Zip(match.Groups[2].Captures))
        {
            int count = int.Parse(number.Value, CultureInfo.InvariantCulture);
            bool isMonth = unit.Value.StartsWith("mo", StringComparison.Ordinal);
            if (isMonth || unit.Value[0] == 'y')
            {
                months += isMonth ? count : 12 * count;
                continue;
            }
            seconds += count * (unit.Value[0] switch { 's' => 1d, 'm' => 60d, 'h' => 3600d, 'd' => 86400d, _ => 604800d });
        }
        bool fits = seconds < TimeSpan.MaxValue.TotalSeconds;
        length = fits ? TimeSpan.FromSeconds(seconds) : default;
        return fits;
    }

    // Months and years are calendar months and years: the same day and time, or the last day of a shorter month.
    private DateTimeOffset Before(DateTimeOffset now, TimeSpan ago, TimeZoneInfo zone)
    {
        if (_monthsAgo > 0)
        {
            DateTime local = TimeZoneInfo.ConvertTime(now, zone).DateTime;
            int months = (local.Year * 12) + local.Month - 13;
            now = _monthsAgo <= months ? LocalTime.FirstInstantAt(local.AddMonths(-_monthsAgo), zone) : DateTimeOffset.MinValue;
        }
        return ago.Ticks < now.UtcTicks ? now - ago : DateTimeOffset.MinValue;
    }

    private (DateTimeOffset Since, DateTimeOffset Until) WordRange(DateTimeOffset now, TimeZoneInfo zone, DayOfWeek firstDayOfWeek)
    {
        if (_word == "now")
            return (now, now);
        var buckets = new TimeBuckets(Enum.TryParse(_word!.Split(' ')[^1], ignoreCase: true, out TimeUnit unit) ? unit : TimeUnit.Day, zone, firstDayOfWeek);
        long start = buckets.StartOf(now.UtcTicks);
        return buckets.Bounds(_word == "yesterday" || _word.StartsWith("last", StringComparison.Ordinal) ? buckets.StartOf(start - 1) : start);
    }
}
