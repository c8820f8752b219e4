using TokenDashboard.Grafana.Queries;

namespace TokenDashboard.Engines.ClickHouse.Panels;

/// <summary>What the queries of panels and alert rules consist of.</summary>
internal static class ClickHouseExpressions
{
    internal const string Zone = "${zone:sqlstring}";

    internal static readonly string BucketOfRequest = $"greatest($__fromTime, {Raw("bucket_start")}) AS bucket";

    /// <summary>The value of a hidden variable, as it stands.</summary>
    internal static string Raw(string name) => "${" + name + ":raw}";

    /// <summary>A name as panels show it and variables choose it.</summary>
    // Of a function with one column, the result is computed once for each text of a dictionary; that of a condition, once for each row.
    internal static string Known(string column) => $"transform({column}, {Texts(name => name.Stored)}, {Texts(name => name.Shown)})";

    /// <summary>The stored name of one that is shown.</summary>
    internal static string Stored(string shown) => $"transform({shown}, {Texts(name => name.Shown)}, {Texts(name => name.Stored)})";

    internal const string Range = "since = toUnixTimestamp($__fromTime), until = toUnixTimestamp($__toTime)";

    /// <summary>That of the period before; an empty one where the table does not go back that far.</summary>
    internal static string PreviousRange => Raw("previous");

    /// <summary>The relation of sums and requests, with its condition.</summary>
    /// <param name="measures">What is asked of it. Only one of its two views knows what requests cost, and takes longer.</param>
    /// <param name="grain">At what times rows end.</param>
    /// <param name="users">Whether users are told apart, besides what the variables choose.</param>
    /// <param name="range">The time range.</param>
    /// <param name="also">A further condition.</param>
    /// <param name="indent">Goes before the second line.</param>
    /// <param name="each">Columns of lists, of which each part becomes a row.</param>
    internal static string OfUsage(IEnumerable<PanelMeasure> measures, Grain grain, bool users, string range = Range, string also = "", string indent = "", string each = "")
    {
        string step = grain switch { Grain.Range => "0", Grain.Bucket => Raw("step"), Grain.Day => $"if({Zone} = 'UTC', 0, {UsageTables.Quarter})", _ => $"{UsageTables.Quarter}" };
        string detail = users ? $"greatest(1, {Raw("users")})" : Raw("users");
        return $"""
            FROM {(measures.Any(NeedsPrices) ? UsageTables.Priced : UsageTables.Name)}({range}, step = {step}, users = {detail}){(each.Length > 0 ? $" ARRAY JOIN {each}" : "")}
            {indent}WHERE {Raw("chosen")}{also}
            """;
    }

    /// <summary>The single requests, with their condition.</summary>
    /// <param name="priced">Whether with their cost.</param>
    /// <param name="also">A further condition.</param>
    /// <param name="indent">Goes before the second line.</param>
    /// <param name="first">
    /// A condition that few requests meet, of which alone other columns are read. A request that was changed is first removed as it was, so no version is missed.
    /// </param>
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

    // Without requests there is no sum, and the panel says so.
    internal static string OrNull(PanelMeasure measure, string range = Range) => measure switch
    {
        // The sums of all other measures need not tell users apart, and are fewer.
        UsersMeasure => $"(SELECT uniqExactIf(user, user != '') {OfUsage([], Grain.Range, users: true, range).ReplaceLineEndings(" ")})",
        SumMeasure { Measure: var sum } when sum == Measures.Requests => $"nullIf({Sum(sum)}, 0)",
        SumMeasure or HourlyMeasure => Expression(measure).Replace("sum(", "sumOrNull(", StringComparison.Ordinal),
        _ => Expression(measure),
    };

    internal static string Sum(Measure measure) => $"sum({measure.Name})";

    // By nearest rank, as the commands give it: the smallest value that so many percent did not exceed. ClickHouse takes the one after it where the
    // share is a whole number of values.
    internal static string Percentile(int percent, string value = "duration_ms") => $"quantileExact({Level(percent)})({value})";

    /// <summary>Several of the durations of <see cref="OfUsage"/> at once, as an array: each the middle of its bin, at most 1 % off.</summary>
    internal static string Percentiles(int[] percents) => $"arrayMap(bin -> {DurationOf("bin")}, quantilesExactWeightedArray({string.Join(", ", percents.Select(Level))})(duration_bins, duration_counts))";

    /// <summary>A duration of a bin.</summary>
    internal static string DurationOf(string bin) => string.Create(
        CultureInfo.InvariantCulture,
        $"{1 - HistogramBins.RelativeError} * pow({HistogramBins.Growth}, {bin} - arrayCount(edge -> edge <= {bin}, [{string.Join(", ", HistogramBins.Durations.Edges.Select(HistogramBins.Durations.Of))}]))");

    private static string Texts(Func<(string Stored, string Shown), string> of) => $"[{string.Join(", ", PanelNames.Changed.Select(name => $"'{of(name)}'"))}]";

    private static string Level(int percent) => $"0.{percent - 1}9999999999";

    internal static string TopName(int top) => $"if(place <= {top}, name, '{PanelNames.Other}')";

    internal static string Columns(IEnumerable<PanelMeasure> measures) => string.Join(", ", measures.Select((measure, index) => $"{Expression(measure)} AS m{index + 1}"));

    internal static string Factor(RatioMeasure ratio) => ratio.Factor == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"{ratio.Factor} * ");
}

/// <summary>At what times the rows of usage end that a panel reads.</summary>
internal enum Grain
{
    /// <summary>At the ends of the time range.</summary>
    Range,

    /// <summary>At the ends of buckets too.</summary>
    Bucket,

    /// <summary>At midnights of the time zone too.</summary>
    Day,

    /// <summary>At each quarter of an hour, of which the hours and days of any time zone consist.</summary>
    Quarter,
}
