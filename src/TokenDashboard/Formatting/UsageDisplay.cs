using System.ComponentModel;

namespace TokenDashboard.Formatting;

/// <summary>
/// Texts of the views of usage. Rows can come from another session or a file, where times are text and the reference to the result is missing.
/// Public only because script blocks of views can call nothing else.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class UsageDisplay
{
    private const string All = "(all)";
    private const int BarWidth = 8;
    private const string Eighths = "▏▎▍▌▋▊▉█";

    // The dimensions that identify a row, without those that a view shows in other columns.
    private static readonly string[] KeyProperties = ["Weekday", "HourOfDay", "User", "Model", "Provider", "RequestType", "Transaction", "Source"];

    /// <summary>The caption of a row's result. When it changes, a table repeats its headers.</summary>
    public static string Caption(PSObject row) => ResultOf(row)?.Caption ?? (Value(row, "GroupedBy")?.ToString() is { Length: > 0 } names ? $"Usage by {names}" : "Usage");

    /// <summary>The dimensions of a row that other columns do not show; a total is labeled as such.</summary>
    public static string Key(PSObject row, params string[] shown)
    {
        string start = shown.Contains("Start") || shown.Contains("Timestamp") ? "" : Start(row);
        string[] names = [.. KeyProperties.Except(shown).Select(name => (name, value: Value(row, name))).Where(part => part.value is not null)
            .Select(part => part.name == "HourOfDay" ? $"{part.value:00}:00" : Display.Name(part.value!.ToString()))];
        string key = string.Join(" / ", start.Length > 0 ? names.Prepend(start) : names);
        return IsTotal(row) ? Bold(key.Length > 0 ? $"{key}: total" : "Total") : key.Length > 0 || shown.Length > 0 ? key : All;
    }

    /// <summary>The start of a bucket, with an asterisk if the row is partial.</summary>
    public static string Start(PSObject row) =>
        HasTimeUnit(Value(row, "GroupedBy")?.ToString()) && Display.Instant(Value(row, "Start")) is { } start && Display.Instant(Value(row, "End")) is { } end
            ? Display.Bucket(start, end) + (LanguagePrimitives.IsTrue(Value(row, "IsPartial")) ? "*" : "") : Display.Time(Value(row, "Timestamp"));

    // In other rows, start and end are those of the whole time range.
    internal static bool HasTimeUnit(string? groupedBy) => Enum.TryParse(groupedBy?.Split(',')[0], out UsageDimension first) && first <= UsageDimension.Session;

    /// <summary>The text of Start, or a label for a total.</summary>
    public static string StartOrTotal(PSObject row) => Start(row) is { Length: > 0 } start ? start : IsTotal(row) ? Bold("Total") : "";

    /// <summary>
    /// The share as a percentage. In a terminal, also a bar in proportion to the largest share of the result, in the color that the escape sequences
    /// begin and end.
    /// </summary>
    public static string Share(PSObject row, string? colour, string? reset)
    {
        if (ShareOf(row) is not { } share)
            return "";
        double largest = ResultOf(row)?.Largest ?? 1;
        string bar = Screen.ShowsBars && largest > 0 && !IsTotal(row) ? Bar(share / largest) : "";
        return bar.Length > 0 ? $"{Percentage(share)} {colour}{bar}{reset}" : Percentage(share);
    }

    /// <summary>
    /// The text of Share. In a row that belongs to another result of the same table, the percentage and its names, because a bar would leave no
    /// room for them.
    /// </summary>
    public static string ShareAndKey(PSObject row, string? colour, string? reset)
    {
        string percentage = ShareOf(row) is { } share ? Percentage(share) : "";
        string text = WithKey(percentage, row, "Start");
        return text == percentage ? Share(row, colour, reset) : text;
    }

    /// <summary>The median and the 95th percentile, and the names of a row that belongs to another result of the same table.</summary>
    public static string PercentilesAndKey(PSObject row) =>
        WithKey(Value(row, "P50DurationMs") is null ? "" : $"{Percentile(row, "P50DurationMs", int.MaxValue)}, {Percentile(row, "P95DurationMs", int.MaxValue)}", row);

    private static double? ShareOf(PSObject row) => Value(row, "Share") is { } share ? LanguagePrimitives.ConvertTo<double>(share) : null;

    private static string Percentage(double share) => share.ToString("P1", CultureInfo.CurrentCulture).PadLeft(7);

    private static string WithKey(string text, PSObject row, params string[] shown) =>
        !IsTotal(row) && Key(row, shown) is { Length: > 0 } key && key != All ? $"{text}  {key}" : text;

    /// <summary>A bar with a resolution of one eighth of a character.</summary>
    public static string Bar(double part)
    {
        int eighths = (int)Math.Round(Math.Clamp(part, 0, 1) * BarWidth * 8);
        return new string(Eighths[7], eighths / 8) + (eighths % 8 > 0 ? Eighths[(eighths % 8) - 1] : "");
    }

    /// <summary>A duration, with a tilde if percentiles can be up to 1 % off.</summary>
    public static string Percentile(PSObject row, string name, int width)
    {
        object? value = Value(row, name);
        bool approximate = value is not null && Value(row, "PercentilesExact") is { } exact && !LanguagePrimitives.IsTrue(exact);
        return (approximate ? "~" : "") + Display.Number(value, width - 1);
    }

    private static bool IsTotal(PSObject row) => Value(row, "IsTotal") is { } total && LanguagePrimitives.IsTrue(total);

    private static string Bold(string text) => $"\u001b[1m{text}\u001b[22m";

    private static ShownResult? ResultOf(PSObject row) => (row?.BaseObject as UsageFigures)?.Shown;

    private static object? Value(PSObject row, string name) => row.Properties[name]?.Value;
}
