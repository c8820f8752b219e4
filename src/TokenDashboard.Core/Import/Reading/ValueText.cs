namespace TokenDashboard.Import.Reading;

/// <summary>Parses numbers, times and verdicts in the formats that sources use.</summary>
internal static partial class ValueText
{
    /// <summary>Numbers from this value on are times in nanoseconds since 1970.</summary>
    public const long Nanoseconds = 100_000_000_000_000_000;

    private const int LongestTime = 100;
    private const int LongestValue = 20;
    private const int LongestShown = 40;

    // Requests to language models outside these years are errors, typically the zero times of runtimes: 0001, 1970, 9999.
    private static readonly long FirstTicks = new DateTime(2000, 1, 1).Ticks;
    private static readonly long LastTicks = new DateTime(2200, 1, 1).Ticks;

    // Formats that the library does not parse by default.
    private static readonly string[] OtherForms =
    [
        "yyyyMMdd", "yyyyMMdd'T'HHmmssK", "yyyy-MM-dd H", "yyyy-MM-dd'T'H", "yyyy-MM-dd'T'H:mm:ssK", "yyyy-MM-dd HH:mm:ss','FFFFFFFK", "yyyy-MM-dd'T'HH:mm:ss','FFFFFFFK",
        "ddd MMM d HH:mm:ss yyyy", "dd/MMM/yyyy:HH:mm:ss zzz",
    ];

    private static readonly DateTimeFormatInfo MonthFirst = CultureInfo.InvariantCulture.DateTimeFormat;
    private static readonly DateTimeFormatInfo DayFirst = new() { ShortDatePattern = "dd/MM/yyyy" };

    private static readonly string[] Nulls = ["null", "none", "nan", "\\N"];

    /// <summary>
    /// Whether dates such as 1/2/2026 begin with the day. The first date of the file with a number above 12 determines this, or else the culture.
    /// </summary>
    public static bool BeginsWithDay(Stream content) => FirstAnswer(content, text => NumericDate().Matches(text).Select(BeginsWithDay).FirstOrDefault(isDay => isDay is not null))
        ?? CultureInfo.CurrentCulture.DateTimeFormat.ShortDatePattern.StartsWith('d');

    /// <summary>
    /// Whether the point in a number such as 1.250 is a decimal separator, in a file with semicolons, tabs or bars. The first number of the file whose point
    /// or comma can only be a decimal separator determines this. Null if there is no such number.
    /// </summary>
    public static bool? HasPoints(Stream content) => FirstAnswer(content, text => DecimalNumber().Match(text) is { Success: true } number ? number.ValueSpan.Contains('.') : null);

    /// <summary>Whether the point of a number can be a thousands separator.</summary>
    public static bool MayBeThousands(string number) => Thousands().IsMatch(number);

    private static bool? FirstAnswer(Stream content, Func<string, bool?> look)
    {
        byte[] buffer = new byte[64 << 10];
        try
        {
            for (int kept = 0, read; (read = content.Read(buffer, kept, buffer.Length - kept)) > 0;)
            {
                int length = kept + read;
                if (look(Encoding.Latin1.GetString(buffer, 0, length)) is { } answer)
                    return answer;
                // The buffer can end within a value.
                kept = Math.Min(length, LongestValue);
                buffer.AsSpan(length - kept, kept).CopyTo(buffer);
            }
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException)
        {
            // The reader of the file reports the error.
        }
        return null;
    }

    /// <summary>Whether a text is one of the marks that databases and programs write for a missing value.</summary>
    public static bool IsNull(string text) => text.Length is > 1 and < 8 && Nulls.Contains(text.Trim(), StringComparer.OrdinalIgnoreCase);

    /// <summary>A token count: a whole number from 0 to <see cref="ValueLimits.MaxTokens"/>, also as 12.0 or 1e3; 0 without a text.</summary>
    public static bool TryCount(string? text, out long count)
    {
        count = 0;
        if (text is null)
            return true;
        if (!long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out count))
        {
            if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) || Math.Truncate(number) != number)
                return false;
            count = (long)Math.Clamp(number, -1, ValueLimits.MaxTokens + 1.0);
        }
        return count is >= 0 and <= ValueLimits.MaxTokens;
    }

    /// <summary>
    /// A number with a point as decimal separator and without thousands separators, if the number shows which is which. If it has a comma and a point,
    /// the last one is the decimal separator.
    /// </summary>
    public static string? WithPoint(string? number, bool commaIsPoint)
    {
        // The decimal separator of Arabic and Persian, and that of Persian in Windows.
        number = number?.Replace('\u066B', '.').Replace('/', commaIsPoint ? '.' : '/');
        int comma = number?.LastIndexOf(',') ?? -1, point = number?.LastIndexOf('.') ?? -1;
        return comma < 0 ? number
            : point < 0 ? (commaIsPoint ? number!.Replace(',', '.') : number)
            : comma < point ? number!.Replace(",", "", StringComparison.Ordinal) : number!.Replace(".", "", StringComparison.Ordinal).Replace(',', '.');
    }

    /// <summary>
    /// A time as ISO 8601 with <c>T</c> or a space, to the day, the minute, the second or less, with a zone (<c>Z</c>, <c>+02:00</c>,
    /// <c>+02</c>, <c>UTC</c>, <c>[Europe/Berlin]</c>) or without one; in the formats of spreadsheets, mail or JavaScript; or a number
    /// since 1970 in seconds, milliseconds, microseconds or nanoseconds, depending on its size. 24:00 is the beginning of the next day, and a leap
    /// second is the next second. Times without a zone are in the given zone, or UTC. An ambiguous date such as 1/2/2026 begins with the month unless
    /// <paramref name="dayFirst"/> is true.
    /// </summary>
    public static bool TryTime(string text, out long utcTicks, Lazy<bool>? dayFirst = null, TimeZoneInfo? zone = null)
    {
        utcTicks = 0;
        text = text.Trim();
        // The format in which Windows PowerShell writes JSON.
        if (text.StartsWith("/Date(", StringComparison.Ordinal) && text.EndsWith(")/", StringComparison.Ordinal))
            text = text[6..^2];
        if (text.Length is 0 or > LongestTime)
            return false;
        // Eight digits are a day.
        if (text.Length != 8 && TryUnix(text, out utcTicks))
            return IsPlausible(utcTicks);
        const DateTimeStyles Styles = DateTimeStyles.AllowWhiteSpaces | DateTimeStyles.AdjustToUniversal | DateTimeStyles.NoCurrentDateDefault;
        if (text is ['2', _, _, _, '-', ..] && DateTime.TryParse(text, MonthFirst, Styles, out DateTime time))
        {
            utcTicks = UtcTicks(time, zone);
            return IsPlausible(utcTicks);
        }
        if (text[^1] == ']' && text.IndexOf('[', StringComparison.Ordinal) is > 0 and int bracket)
        {
            if (!TimeZoneInfo.TryFindSystemTimeZoneById(text[(bracket + 1)..^1], out zone!))
                return false;
            text = text[..bracket].TrimEnd();
        }
        if (text.EndsWith(" UTC", StringComparison.Ordinal) || text.EndsWith(" GMT", StringComparison.Ordinal))
            zone = TimeZoneInfo.Utc;
        text = ZoneName().Replace(text, "$1");
        long later = 0;
        if (text.Length >= 16 && text.AsSpan(11).StartsWith("24:00") && text.AsSpan(16).TrimEnd("Zz").Trim(":.0").IsEmpty)
            (text, later) = ($"{text.AsSpan(0, 11)}00{text.AsSpan(13)}", TimeSpan.TicksPerDay);
        else if (text.Length >= 19 && text.AsSpan(16, 3).SequenceEqual(":60"))
            (text, later) = ($"{text.AsSpan(0, 16)}:59{text.AsSpan(19)}", TimeSpan.TicksPerSecond);
        // Requires a year of four digits, because the library would add the current year if there is none.
        if (Year().IsMatch(text)
            && (DateTime.TryParse(text, BeginsWithDay(text, dayFirst) ? DayFirst : MonthFirst, Styles, out time)
                || DateTime.TryParseExact(text, OtherForms, MonthFirst, Styles, out time)))
        {
            utcTicks = UtcTicks(time, zone) + later;
        }
        return IsPlausible(utcTicks);
    }

    /// <summary>Whether a request passed the policy or succeeded, in the words that sources use.</summary>
    public static bool TryVerdict(string text, out bool passed)
    {
        string word = text.Trim().ToLowerInvariant();
        passed = word is "true" or "1" or "1.0" or "yes" or "t" or "success" or "ok" or "succeeded" or "passed";
        return passed || word is "false" or "0" or "0.0" or "no" or "f" or "failure" or "failed" or "error";
    }

    /// <summary>Enough of a text to find it, without characters that a console would interpret.</summary>
    public static string Shorten(string text)
    {
        string shown = text.Length <= LongestShown ? text : $"{text.AsSpan(0, LongestShown)}...";
        return string.Concat(shown.Select(character => char.IsControl(character) ? ' ' : character));
    }

    /// <summary>
    /// A number since 1970. Nanoseconds, as in spans, become the microseconds that Observicia's exporter stores. It converts them through a
    /// double (Python's <c>datetime.utcfromtimestamp(ns / 1e9)</c>), so a span in a log and the same span in the store agree.
    /// </summary>
    private static bool TryUnix(string text, out long utcTicks)
    {
        double microseconds;
        utcTicks = 0;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long nanoseconds) && nanoseconds >= Nanoseconds)
        {
            double seconds = nanoseconds / 1e9, whole = Math.Truncate(seconds);
            microseconds = (whole * 1e6) + Math.Round((seconds - whole) * 1e6, MidpointRounding.ToEven);
        }
        else if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double since))
        {
            microseconds = Math.Round(since * (since switch { >= Nanoseconds => 1e-3, >= 1e14 => 1, >= 1e11 => 1e3, _ => 1e6 }));
        }
        else
        {
            return false;
        }
        utcTicks = microseconds is > 0 and < 1e16 ? DateTime.UnixEpoch.Ticks + ((long)microseconds * TimeSpan.TicksPerMicrosecond) : 0;
        return true;
    }

    private static long UtcTicks(DateTime time, TimeZoneInfo? zone) => time.Ticks - (time.Kind == DateTimeKind.Utc || zone is null ? 0 : zone.GetUtcOffset(time).Ticks);

    // Points are used in dates that begin with the day.
    private static bool BeginsWithDay(string text, Lazy<bool>? ofFile) =>
        PointedDate().IsMatch(text) || (NumericDate().Match(text) is { Success: true } date && (BeginsWithDay(date) ?? ofFile?.Value ?? false));

    private static bool? BeginsWithDay(Match date) =>
        int.Parse(date.Groups[1].ValueSpan, CultureInfo.InvariantCulture) > 12 ? true : int.Parse(date.Groups[3].ValueSpan, CultureInfo.InvariantCulture) > 12 ? false : null;

    private static bool IsPlausible(long utcTicks) => utcTicks >= FirstTicks && utcTicks < LastTicks;

    [GeneratedRegex(@"\b([0-9]{1,2})([/-])([0-9]{1,2})\2[0-9]{4}\b")] private static partial Regex NumericDate();

    // A field of CSV with a zero before the separator, more than three digits before it, or not exactly three digits after it.
    [GeneratedRegex(@"(?<=[;\t|\n""] ?)(?:0[.,][0-9]+|[0-9]{4,}[.,][0-9]+|[0-9]{1,3}[.,](?:[0-9]{1,2}|[0-9]{4,}))(?= ?[;\t|\r\n""])")]
    private static partial Regex DecimalNumber();

    [GeneratedRegex(@"^\s*[1-9][0-9]{0,2}\.[0-9]{3}\s*$")] private static partial Regex Thousands();

    [GeneratedRegex(@"^[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{4}")] private static partial Regex PointedDate();

    [GeneratedRegex(@"(?<![0-9])[0-9]{4}")] private static partial Regex Year();

    // Names after an offset, as JavaScript and Go write them, and names that mean no offset.
    [GeneratedRegex(@"(?: GMT| UTC)?\s?([+-][0-9]{2}:?[0-9]{2})(?: UTC| GMT| \(.*\))?$| (?:GMT|UTC)$")] private static partial Regex ZoneName();
}
