using System.Globalization;
using TokenDashboard.Grafana.Queries;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Engines.ClickHouse.Panels;

/// <summary>What the queries of panels and alert rules consist of.</summary>
internal static class ClickHouseExpressions
{
    internal const string Zone = "${zone:sqlstring}";

    internal static readonly string BucketOfRequest = $"greatest($__fromTime, {Raw("bucket_start")}) AS bucket";

    /// <summary>What every query of the rows ends in, so that it does not depend on how the data source was set up.</summary>
    internal const string FinalSettings = $"SETTINGS {RequestTable.FinalSetting} = 1";

    /// <summary>The value of a hidden variable, as it stands.</summary>
    internal static string Raw(string name) => "${" + name + ":raw}";

    /// <summary>A name as panels show it and variables choose it.</summary>
    internal static string Known(string column) => $"if({column} = '', '{PanelNames.Unknown}', {column})";

    internal static string PreviousRange => Raw("previous");

    // Only the view knows what a request costs, and takes longer.
    internal static string From(
        IEnumerable<PanelMeasure>? measures = null, string also = "", string range = "time >= $__fromTime AND time < $__toTime", string indent = "") => $"""
        FROM {((measures ?? []).Any(NeedsPrices) ? PriceView.Name : RequestTable.Rows)}
        {indent}WHERE {range} AND {Raw("chosen")}{also}
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
        UsersMeasure => "uniqExactIf(user, user != '')",
        TimeMeasure time => time.Last ? "max(time)" : "min(time)",
        _ => throw new ArgumentOutOfRangeException(nameof(measure)),
    };

    // Without requests there is no sum, and the panel says so.
    internal static string OrNull(PanelMeasure measure) => measure switch
    {
        SumMeasure { Measure: var sum } when sum == Measures.Requests => "nullIf(count(), 0)",
        SumMeasure { Measure: var sum } when sum == Measures.PolicyFailures || sum == Measures.InterruptedStreams => Sum(sum).Replace("countIf", "sumOrNull", StringComparison.Ordinal),
        SumMeasure or HourlyMeasure => Expression(measure).Replace("sum(", "sumOrNull(", StringComparison.Ordinal),
        _ => Expression(measure),
    };

    internal static string Sum(Measure measure) => measure switch
    {
        _ when measure == Measures.Requests => "count()",
        _ when measure == Measures.PolicyFailures => "countIf(policy_failed)",
        _ when measure == Measures.InterruptedStreams => "countIf(interrupted_stream)",
        _ when measure == Measures.TimedRequests => "count(duration_ms)",
        _ => $"sum({measure.Name})",
    };

    // By nearest rank, as the commands give it: the smallest value that so many percent did not exceed. ClickHouse takes the one after it where the
    // share is a whole number of values.
    internal static string Percentile(int percent, string value = "duration_ms") => $"quantileExact({Level(percent)})({value})";

    /// <summary>Several of the durations at once, as an array.</summary>
    internal static string Percentiles(int[] percents) => $"quantilesExact({string.Join(", ", percents.Select(Level))})(duration_ms)";

    private static string Level(int percent) => $"0.{percent - 1}9999999999";

    internal static string TopName(int top) => $"if(place <= {top}, name, '{PanelNames.Other}')";

    internal static string Columns(IEnumerable<PanelMeasure> measures) => string.Join(", ", measures.Select((measure, index) => $"{Expression(measure)} AS m{index + 1}"));

    internal static string Factor(RatioMeasure ratio) => ratio.Factor == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"{ratio.Factor} * ");
}
