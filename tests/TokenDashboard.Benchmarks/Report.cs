using System.Globalization;

namespace TokenDashboard.Benchmarks;

/// <summary>Writes Markdown tables, each line as soon as its values are known.</summary>
internal static class Report
{
    public static void Begin(string title, params string[] columns)
    {
        Console.WriteLine($"\n### {title}\n");
        Line(columns);
        Line([.. columns.Select(_ => "---")]);
    }

    /// <summary>Begins a table of comparisons.</summary>
    public static void Begin(string title) => Begin(title, "operation", "TokenDashboard", "compared with", "ratio", "target");

    public static void Line(params string[] cells) => Console.WriteLine($"| {string.Join(" | ", cells)} |");

    /// <summary>Writes the times of an operation in this product and in another one, in milliseconds.</summary>
    /// <param name="what">The operation.</param>
    /// <param name="ours">The product's time.</param>
    /// <param name="other">The name of the other product.</param>
    /// <param name="theirs">The time of the other product.</param>
    /// <param name="atMost">The target: the highest ratio of the two times; null if there is none.</param>
    public static void Compare(string what, double ours, string other, double theirs, double? atMost = null)
    {
        string target = atMost switch
        {
            null => "",
            < 1 => string.Create(CultureInfo.InvariantCulture, $"{1 / atMost:0} × faster"),
            _ => string.Create(CultureInfo.InvariantCulture, $"at most {atMost:0.0} × the time"),
        };
        Compare(what, ours, other, theirs, target, atMost is null ? null : ours / theirs <= atMost);
    }

    /// <summary>The same, with a target that is not a ratio.</summary>
    public static void Compare(string what, double ours, string other, double theirs, string target, bool? met) =>
        Line(what, Milliseconds(ours), $"{other}: {Milliseconds(theirs)}", Ratio(ours / theirs), Target(target, met));

    /// <summary>Writes a measurement without a comparison.</summary>
    public static void Figure(string what, string value, string target = "", bool? met = null) =>
        Line(what, value, "", "", Target(target, met));

    public static string Milliseconds(double time) => time switch
    {
        >= 10_000 => string.Create(CultureInfo.InvariantCulture, $"{time / 1000:0.0} s"),
        >= 1000 => string.Create(CultureInfo.InvariantCulture, $"{time / 1000:0.00} s"),
        >= 10 => string.Create(CultureInfo.InvariantCulture, $"{time:0} ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time:0.0} ms"),
    };

    public static string PerSecond(long rows, double milliseconds) =>
        string.Create(CultureInfo.InvariantCulture, $"{rows / milliseconds * 1000:N0} per second");

    public static string Count(long rows) => rows.ToString("N0", CultureInfo.InvariantCulture);

    private static string Ratio(double ratio) => ratio < 0.67
        ? string.Create(CultureInfo.InvariantCulture, $"{1 / ratio:0.#} × faster")
        : string.Create(CultureInfo.InvariantCulture, $"{ratio:0.00} × the time");

    private static string Target(string target, bool? met) => met is { } isMet ? $"{target}: {(isMet ? "met" : "**missed**")}" : target;
}
