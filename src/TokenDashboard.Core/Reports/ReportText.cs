using TokenDashboard.Pricing;

namespace TokenDashboard.Reports;

/// <summary>Formats numbers independently of the culture, so that the same input gives the same report.</summary>
internal static class ReportText
{
    private static readonly (double Size, string Sign)[] Sizes = [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")];

    // An increase of more than ten times is not readable as a percentage.
    private const double Times = 9;

    /// <summary>The placeholder for a missing value.</summary>
    public const string None = "–";

    public static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Formats a fraction with one digit if that is useful.</summary>
    public static string Number(double value) => value.ToString(Math.Abs(value) >= 100 ? "N0" : "0.##", CultureInfo.InvariantCulture);

    /// <summary>Three digits and a unit.</summary>
    public static string Short(double value)
    {
        // A number that rounds up to a thousand uses the next unit.
        (double size, string sign) = Sizes.FirstOrDefault(one => Math.Abs(value) >= one.Size * 0.999995, (1, ""));
        return (value / size).ToString(Math.Abs(value) < 1 ? "0.####" : "0.##", CultureInfo.InvariantCulture) + sign;
    }

    public static string Percent(double part) => (part * 100).ToString(part is > 0 and < 0.001 ? "0.###" : "0.0", CultureInfo.InvariantCulture) + " %";

    /// <summary>A change with its sign, or as a factor; empty without one.</summary>
    public static string Change(double? ratio) => ratio switch
    {
        null => "",
        >= Times => $"{Number(1 + ratio.Value)} times",
        { } part => (part > 0 ? "+" : "") + Percent(part),
    };

    /// <summary>A change as a note; empty without one.</summary>
    public static string Since(double? ratio) => ratio is null ? "" : $"{Change(ratio)} {(ratio >= Times ? "the previous period" : "from the previous period")}";

    public static string Milliseconds(double? value) => value is { } duration ? duration.ToString("N0", CultureInfo.InvariantCulture) : None;

    /// <summary>An amount of money; a dash without an amount, or the currencies if there are several.</summary>
    public static string Cost(decimal? cost, string? currency) => cost is { } amount ? Money.Text(amount, currency, CultureInfo.InvariantCulture)
        : Money.Missing(currency, None);

    public static string Time(DateTimeOffset time) => time.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    /// <summary>The name of a time zone. On some systems, UTC has other names, such as Etc/UTC.</summary>
    public static string Zone(TimeZoneInfo zone) => zone.HasSameRules(TimeZoneInfo.Utc) ? TimeZoneInfo.Utc.Id : LocalTime.NameOf(zone);

    /// <summary>A name, or a placeholder for the unknown name.</summary>
    public static string Name(string? name) => string.IsNullOrEmpty(name) ? "(none)" : MessageText.Visible(name);

    /// <summary>The start of a long name, abbreviated.</summary>
    public static string Beginning(string name, int length) => name.Length <= length ? name
        : name[..(char.IsHighSurrogate(name[length - 2]) ? length - 2 : length - 1)] + "…";
}
