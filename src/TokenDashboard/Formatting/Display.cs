using System.ComponentModel;

namespace TokenDashboard.Formatting;

/// <summary>Texts of the format views. Public only because script blocks of views can call nothing else.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Display
{
    private const string Units = "kMGTPE";

    private static readonly TimeSpan ShortestDay = TimeSpan.FromHours(20);

    /// <summary>Parses a time, which can be text or an object from another session; null without a time.</summary>
    public static DateTimeOffset? Instant(object? value) => (value as PSObject)?.BaseObject switch
    {
        PSCustomObject when value is PSObject foreign && foreign.Properties["UtcDateTime"]?.Value is { } utc =>
            new DateTimeOffset(LanguagePrimitives.ConvertTo<DateTime>(utc), TimeSpan.Zero).ToOffset(LanguagePrimitives.ConvertTo<TimeSpan>(foreign.Properties["Offset"]?.Value ?? TimeSpan.Zero)),
        { } inner and not PSCustomObject => Instant(inner),
        _ => value switch
        {
            DateTimeOffset instant => instant,
            DateTime time => new DateTimeOffset(time),
            string text => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out DateTimeOffset instant) ? instant : null,
            _ => null,
        },
    };

    /// <summary>
    /// Formats a number to fit a width: whole, or abbreviated as thousands (k), millions (M) and so on. Digits are never truncated.
    /// </summary>
    public static string Number(object? value, int width)
    {
        if (value is null)
            return "";
        double number = LanguagePrimitives.ConvertTo<double>(value);
        string text = Wrapped.Inner(value) is IFormattable whole and not double
            ? whole.ToString("N0", CultureInfo.CurrentCulture) : number.ToString("N0", CultureInfo.CurrentCulture);
        for (int unit = 0; text.Length > width && unit < Units.Length; unit++)
        {
            number /= 1000;
            text = number.ToString("N0", CultureInfo.CurrentCulture) + Units[unit];
        }
        return text;
    }

    /// <summary>The start of a bucket: the date, and for hours and minutes also the time of day.</summary>
    public static string Bucket(DateTimeOffset start, DateTimeOffset end) =>
        start.ToString(end - start >= ShortestDay ? "yyyy-MM-dd" : "yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    /// <summary>A time range; empty without one.</summary>
    public static string Range(DateTimeOffset? start, DateTimeOffset? end) => start is null || end is null ? ""
        : start.Value.Offset == end.Value.Offset ? string.Create(CultureInfo.InvariantCulture, $"{start:yyyy-MM-dd HH:mm} - {end:yyyy-MM-dd HH:mm} (UTC{start:zzz})")
        : string.Create(CultureInfo.InvariantCulture, $"{start:yyyy-MM-dd HH:mm zzz} - {end:yyyy-MM-dd HH:mm zzz}");

    /// <summary>An instant in local time; empty without one.</summary>
    public static string Time(object? value) =>
        Instant(value)?.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) ?? "";

    /// <summary>An instant in local time, to the minute; empty without one.</summary>
    public static string Minute(object? value) => Instant(value)?.ToLocalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) ?? "";

    /// <summary>The date of an instant by its own offset; empty without one.</summary>
    public static string Date(object? value) => Instant(value)?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "";

    /// <summary>An instant with its own offset; empty without one.</summary>
    public static string Stamp(object? value) => Instant(value)?.ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture) ?? "";

    /// <summary>Text without control characters: names in a store are untrusted and can contain escape sequences.</summary>
    public static string Text(string? text) => MessageText.Visible(text ?? "");

    /// <summary>Text of several lines without control characters other than line breaks.</summary>
    public static string Lines(string? text) => string.Join('\n', (text ?? "").ReplaceLineEndings("\n").Split('\n').Select(Text));

    /// <summary>The start of a long text, abbreviated.</summary>
    public static string Beginning(string? text) => Text(text is { Length: > 80 } ? $"{text[..80]}…" : text);

    /// <summary>A name, or a placeholder for the unknown name.</summary>
    public static string Name(string? name) => string.IsNullOrEmpty(name) ? "(none)" : Text(name);

    /// <summary>A fraction as a percentage with sign, formatted like shares; empty without one.</summary>
    public static string Change(double? ratio) => ratio is { } part ? (part > 0 ? "+" : "") + part.ToString("P1", CultureInfo.CurrentCulture) : "";

    /// <summary>
    /// An amount of money with two decimals from one unit on, otherwise with four, or abbreviated if it is too long. Empty without an amount, or the
    /// currencies if there are several.
    /// </summary>
    public static string Cost(decimal? cost, string? currency, int width = int.MaxValue)
    {
        if (cost is not { } amount)
            return Money.Missing(currency, "");
        string text = Money.Text(amount, currency, CultureInfo.CurrentCulture);
        return text.Length <= width ? text : Money.InCurrency(Number(amount, width - Money.InCurrency("", currency).Length), currency);
    }

    /// <summary>Usage in one line: dimensions, tokens, cost and requests.</summary>
    public static string Line(TokenUsage usage)
    {
        string?[] of =
        [
            UsageDisplay.HasTimeUnit(usage.GroupedBy) && usage is { Start: { } start, End: { } end } ? Bucket(start, end) : null, usage.Weekday, usage.HourOfDay is { } hour ? $"{hour}:00" : null,
            usage.User, usage.Model, usage.Provider, usage.RequestType, usage.Transaction, usage.Source,
        ];
        string names = string.Join(" / ", of.Where(name => name is not null).Select(Name));
        string cost = Cost(usage.Cost, usage.Currency);
        return (names.Length > 0 ? names + ": " : "")
            + string.Create(
                CultureInfo.CurrentCulture, $"{Brief(usage.TotalTokens)} tokens{(cost.Length > 0 ? ", " + cost : "")}, {Brief(usage.Requests)} {(usage.Requests == 1 ? "request" : "requests")}");
    }

    /// <summary>A count as three digits and a unit. A number that rounds up to a thousand uses the next unit.</summary>
    public static string Brief(long count)
    {
        (double size, string sign) = Math.Abs(count) switch { >= 999_995_000 => (1e9, "G"), >= 999_995 => (1e6, "M"), >= 10_000 => (1e3, "k"), _ => (1, "") };
        return (count / size).ToString("0.##", CultureInfo.CurrentCulture) + sign;
    }

    /// <summary>A size in the largest binary unit in which the number is above one.</summary>
    public static string Size(long bytes)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB"];
        double size = bytes;
        int unit = 0;
        while (size >= 1024 && unit < units.Length - 1)
        {
            size /= 1024;
            unit++;
        }
        return string.Create(CultureInfo.CurrentCulture, $"{size:0.#} {units[unit]}");
    }
}
