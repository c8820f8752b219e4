using TokenDashboard.Grafana.Queries;

namespace TokenDashboard.Engines.ClickHouse.Panels;

/// <summary>The common parts of the queries of panels and alert rules.</summary>
internal static class ClickHouseExpressions
{
    internal const string Zone = "${zone:sqlstring}";

    internal static readonly string BucketOfRequest = $"greatest($__fromTime, {Raw("bucket_start")}) AS bucket";

    /// <summary>The raw value of a hidden variable.</summary>
    internal static string Raw(string name) => "${" + name + ":raw}";

    /// <summary>A name as panels show it and variables select it.</summary>
    // A function with one column is computed once for each text of a dictionary, but a condition is computed for each row.
    internal static string Known(string column) => $"transform({column}, {Texts(name => name.Stored)}, {Texts(name => name.Shown)})";

    /// <summary>The stored name for a displayed name.</summary>
    internal static string Stored(string shown) => $"transform({shown}, {Texts(name => name.Shown)}, {Texts(name => name.Stored)})";

    internal const string Range = "since = toUnixTimestamp($__fromTime), until = toUnixTimestamp($__toTime)";

    /// <summary>The previous time range; empty if the table does not go back that far.</summary>
    internal static string PreviousRange => Raw("previous");

    /// <summary>
    /// The relation of sums and requests, with its condition. Only one of the two views contains the cost, and takes longer. <paramref name="each"/> are list
    /// columns, of which each element becomes a row.
    /// </summary>
    internal static string OfUsage(IEnumerable<PanelMeasure> measures, Grain grain, bool users, string range = Range, string also = "", string indent = "", string each = "")
    {
        string ByZone(int utc) => $"if({Zone} = 'UTC', {utc}, {UsageTables.Quarter})";
        string step = grain switch { Grain.Range => "0", Grain.Bucket => Raw("step"), Grain.Day => ByZone(0), _ => ByZone(UsageTables.Hour) };
        string detail = users ? $"greatest(1, {Raw("users")})" : Raw("users");
        return $"""
            FROM {(measures.Any(NeedsPrices) ? UsageTables.Priced : UsageTables.Name)}({range}, step = {step}, users = {detail}){(each.Length > 0 ? $" ARRAY JOIN {each}" : "")}
            {indent}WHERE {Raw("chosen")}{also}
            """;
    }

    /// <summary>
    /// The single requests, with their condition. If few requests meet the condition <paramref name="first"/>, other columns are read only for these. A changed
    /// request is first removed in its old version, so no version is missed.
    /// </summary>
    internal static string OfRequests(bool priced = false, string also = "", string indent = "", string first = "") => $"""
        FROM {(priced ? PriceView.Name : RequestTable.Rows)}{(first.Length > 0 ? $"\nPREWHERE {first}" : "")}
        {indent}WHERE time >= $__fromTime AND time < $__toTime AND {Raw("chosen")}{also}
        """;

    internal static string OfRow(PanelQuery query) => query.OfRowUser ? $" AND {Known("user")} IN (${{{PanelNames.RowUser}:sqlstring}})" : "";

    internal static bool NeedsPrices(PanelMeasure measure) => measure switch
    {
        SumMeasure sum => Measures.Priced.Contains(sum.Measure),
        RatioMeasure ratio => Measures.Priced.Contains(ratio.Measure),
        HourlyMeasure hourly => Measures.Priced.Contains(hourly.Measure),
        _ => false,
    };

    internal static string Expression(PanelMeasure measure) => measure switch
    {
        SumMeasure sum => Sum(sum.Measure),
        RatioMeasure ratio => $"{Factor(ratio)}{Sum(ratio.Measure)} / nullIf({Sum(ratio.Per)}, 0)",
        HourlyMeasure hourly => $"{Sum(hourly.Measure)} * 3600 / greatest(60, dateDiff('second', $__fromTime, least($__toTime, now())))",
        TimeMeasure time => $"fromUnixTimestamp64Micro({(time.Last ? $"max({Measures.LastTicks.Name})" : $"min({Measures.FirstTicks.Name})")}, 'UTC')",
        _ => throw new ArgumentOutOfRangeException(nameof(measure)),
    };

    // Without requests, the sum is NULL, and the panel shows that there is no data.
    internal static string OrNull(PanelMeasure measure, string range = Range) => measure switch
    {
        // The sums of all other measures do not need to distinguish users, and are fewer.
        UsersMeasure => $"(SELECT uniqExactIf(user, user != '') {OfUsage([], Grain.Range, users: true, range).ReplaceLineEndings(" ")})",
        SumMeasure { Measure: var sum } when sum == Measures.Requests => $"nullIf({Sum(sum)}, 0)",
        SumMeasure or HourlyMeasure => Expression(measure).Replace("sum(", "sumOrNull(", StringComparison.Ordinal),
        _ => Expression(measure),
    };

    internal static string Sum(Measure measure) => $"sum({measure.Name})";

    // By nearest rank, as in the commands: the smallest value that this percentage did not exceed. ClickHouse returns the next value if the
    // percentage is a whole number of values.
    internal static string Percentile(int percent, string value = "duration_ms") => $"quantileExact({Level(percent)})({value})";

    /// <summary>Several percentiles of the durations of <see cref="OfUsage"/> as an array. Each is the middle of its bin, at most 1 % off.</summary>
    internal static string Percentiles(int[] percents) =>
        $"arrayMap(bin -> {DurationOf("bin")}, quantilesExactWeightedArray({string.Join(", ", percents.Select(Level))})(duration_bins, duration_counts))";

    /// <summary>The duration that represents a bin.</summary>
    internal static string DurationOf(string bin) => string.Create(
        CultureInfo.InvariantCulture,
        $"{1 - HistogramBins.RelativeError} * pow({HistogramBins.Growth}, {bin} - arrayCount(edge -> edge <= {bin}, "
            + $"[{string.Join(", ", HistogramBins.Durations.Edges.Select(HistogramBins.Durations.Of))}]))");

    private static string Texts(Func<(string Stored, string Shown), string> of) => $"[{string.Join(", ", PanelNames.Changed.Select(name => $"'{of(name)}'"))}]";

    private static string Level(int percent) => $"0.{percent - 1}9999999999";

    internal static string TopName(int top) => $"if(place <= {top}, name, '{PanelNames.Other}')";

    internal static string Columns(IEnumerable<PanelMeasure> measures) => string.Join(", ", measures.Select((measure, index) => $"{Expression(measure)} AS m{index + 1}"));

    internal static string Factor(RatioMeasure ratio) => ratio.Factor == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"{ratio.Factor} * ");
}

/// <summary>The times at which the rows of usage that a panel reads end. The hours and days of any time zone consist of quarter-hours.</summary>
internal enum Grain
{
    /// <summary>At the ends of the time range.</summary>
    Range,

    /// <summary>Also at the ends of buckets.</summary>
    Bucket,

    /// <summary>Also at each midnight of the time zone.</summary>
    Day,

    /// <summary>Also at each hour of the time zone.</summary>
    Hour,
}
