using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Queries;

using static TokenDashboard.Engines.ClickHouse.Panels.ClickHouseExpressions;
using static TokenDashboard.Grafana.Queries.PanelNames;

namespace TokenDashboard.Engines.ClickHouse.Panels;

/// <summary>Writes the queries of panels as SQL for ClickHouse, over the table of requests, with the plugin's macros.</summary>
internal static class ClickHousePanelSql
{
    private static readonly int[] Percents = [50, 95, 99];

    internal static ClickHouseQuery Write(PanelQuery query)
    {
        string sql = Sql(query);
        // The views contain these settings.
        string settings = sql.Contains(RequestTable.Rows, StringComparison.Ordinal) ? "\n" + RequestTable.ReadSettings : "";
        return new ClickHouseQuery(sql + settings) { SeriesByLabel = query is TopOverTimeQuery };
    }

    private static string Sql(PanelQuery query) => query switch
    {
        TotalsQuery totals => Totals(totals),
        ChangesQuery changes => Changes(changes),
        LoadQuery load => Load(load),
        NewestQuery newest => $"SELECT intDiv(maxOrNull({Measures.LastTicks.Name}), 1000000) * 1000 AS {Quoted(newest.Title)}\n{OfUsage([], Grain.Range, users: false)}",
        MonthQuery => ClickHouseCostSql.Month,
        CostSpreadQuery spread => ClickHouseCostSql.Spread(spread),
        PriceListQuery => ClickHouseCostSql.PriceList,
        OverTimeQuery overTime => OverTime(overTime),
        CumulativeQuery cumulative => Cumulative(cumulative),
        TopOverTimeQuery top => top.Cumulative ? CumulativeTop(top) : TopOverTime(top),
        TopQuery top => Top(top),
        TableQuery table => Table(table),
        DurationOverTimeQuery => DurationOverTime,
        DurationQuery durations => Durations(durations),
        WeekQuery week => Week(week),
        HoursQuery hours => Hours(hours),
        DaysAndHoursQuery days => DaysAndHours(days),
        LargestNamesQuery names => LargestNames(names),
        RequestsQuery requests => ClickHouseRequestSql.Requests(requests),
        HistogramQuery histogram => ClickHouseRequestSql.Histogram(histogram),
        TransactionsQuery transactions => ClickHouseRequestSql.Transactions(transactions),
        _ => throw new ArgumentOutOfRangeException(nameof(query)),
    };

    private static string Totals(TotalsQuery query) => $"""
        SELECT
          {Lines(query.Measures.Select(measure => $"{OrNull(measure)} AS {Quoted(measure.Title)}"))}
        {OfUsage(query.Measures, Grain.Range, query.OfRowUser, also: OfRow(query))}
        """;

    private static string Changes(ChangesQuery query)
    {
        string Columns(string range) => string.Join(", ", query.Measures.Select((measure, index) => $"{OrNull(measure, range)} AS m{index + 1}"));
        return $"""
            SELECT
              {Lines(query.Measures.Select((measure, index) => $"now.m{index + 1} / nullIf(before.m{index + 1}, 0) - 1 AS {Quoted(measure.Title)}"))}
            FROM (SELECT {Columns(ClickHouseExpressions.Range)}
              {OfUsage(query.Measures, Grain.Range, query.OfRowUser, also: OfRow(query), indent: "  ")}) AS now
            CROSS JOIN (SELECT {Columns(PreviousRange)}
              {OfUsage(query.Measures, Grain.Range, query.OfRowUser, PreviousRange, OfRow(query), "  ")}) AS before
            """;
    }

    // A bucket ends where the next one begins, and the last one at the end of the time range or now. For the peak, a bucket shorter than a minute is treated as
    // a minute. The peak is at least the mean.
    private static string Load(LoadQuery query)
    {
        static string Mean(int index) => $"sum(m{index + 1}) / nullIf(sum(minutes), 0)";
        return $"""
            SELECT
              {Lines(query.Measures.Select((measure, index) =>
                  $"{Mean(index)} AS {Quoted($"{measure.Title} per minute")}, greatest({Mean(index)}, max(m{index + 1} / greatest(1, minutes))) AS {Quoted($"Peak {measure.Title.ToLowerInvariant()} per minute")}"))}
            FROM (
              SELECT bucket, dateDiff('second', bucket, leadInFrame(bucket, 1, least(now(), $__toTime)) OVER (ORDER BY bucket ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)) / 60 AS minutes
              FROM {Raw("times")} AS times WHERE bucket <= now()) AS buckets
            LEFT JOIN (
              SELECT {BucketOfRequest}, {string.Join(", ", query.Measures.Select((measure, index) => $"toNullable({Expression(measure)}) AS m{index + 1}"))}
              {OfUsage(query.Measures, Grain.Bucket, users: false, indent: "  ")}
              GROUP BY bucket) AS used USING (bucket)
            """;
    }

    private static string OverTime(OverTimeQuery query) => $"""
        SELECT bar_time AS time, {string.Join(", ", query.Measures.Select((measure, index) => $"m{index + 1} AS {Quoted(measure.Title)}"))}
        FROM {Raw("times")} AS times LEFT JOIN (
          SELECT {BucketOfRequest}, {Columns(query.Measures)}
          {OfUsage(query.Measures, Grain.Bucket, query.OfRowUser, also: OfRow(query), indent: "  ")}
          GROUP BY bucket) AS used USING (bucket)
        ORDER BY time
        """;

    // The line of the current period ends now. Without requests, there is no line.
    private static string Cumulative(CumulativeQuery query) => $"""
        SELECT bucket AS time,
          if(sum(now) OVER () > 0 AND bucket <= greatest(now(), max(if(now > 0, bucket, toDateTime(0))) OVER ()), sum(now) OVER (ORDER BY bucket), NULL) AS "This period",
          nullIf(sum(before) OVER (ORDER BY bucket), 0) AS "Previous period"
        FROM (
          SELECT bucket, sum(part) AS now, sum(earlier) AS before
          FROM (
            SELECT {BucketOfRequest}, {Expression(query.Measure)} AS part, 0 AS earlier
            {OfUsage([query.Measure], Grain.Bucket, users: false, indent: "    ")}
            GROUP BY bucket
            UNION ALL
            SELECT greatest($__fromTime - dateDiff('second', $__fromTime, $__toTime), {Raw("bucket_start")}) + dateDiff('second', $__fromTime, $__toTime) AS bucket, 0, {Expression(query.Measure)}
            {OfUsage([query.Measure], Grain.Bucket, users: false, PreviousRange, indent: "    ")}
            GROUP BY bucket
            UNION ALL
            SELECT bucket, 0, 0 FROM {Raw("times")} AS times)
          GROUP BY bucket)
        ORDER BY time
        """;

    // All buckets, because a bar is as wide as the distance to the next one.
    private static string TopOverTime(TopOverTimeQuery query) => $"""
        SELECT bar_time AS time, if(is_used, shown, argMinIf(shown, first_place, is_used) OVER ()) AS {Column(query.Dimension)}, if(is_used, sum, NULL) AS {Label(query.Measure)}
        FROM {(query.ByDay ? Days : Raw("times"))} AS times
        LEFT JOIN (
          SELECT bucket, {TopName(query.Top)} AS shown, sum(amount) AS sum, min(place) AS first_place, 1 AS is_used
          FROM ({Ranked(query)})
          GROUP BY bucket, shown) AS used USING (bucket)
        QUALIFY sum(is_used) OVER () > 0
        ORDER BY 1, 3 DESC, 2
        """;

    private static string Days { get; } = $"""
        (
          SELECT DISTINCT greatest($__fromTime, day) AS bucket, least(bucket, day + 43200) AS bar_time
          FROM (
            SELECT toDateTime(toStartOfDay(toDateTime(arrayJoin(arrayPushBack(range(toUnixTimestamp($__fromTime), toUnixTimestamp($__toTime), 3600), toUnixTimestamp($__toTime) - 1))), {Zone})) AS day))
        """;

    private static string CumulativeTop(TopOverTimeQuery query) => $"""
        SELECT bucket AS time, shown AS {Column(query.Dimension)}, arraySum(point -> if(point.1 <= bucket, point.2, 0), points) AS {Label(query.Measure)}
        FROM {Raw("times")} AS times
        CROSS JOIN (
          SELECT {TopName(query.Top)} AS shown, groupArray((bucket, amount)) AS points, max(max(bucket)) OVER () AS latest
          FROM ({Ranked(query)})
          GROUP BY shown) AS used
        WHERE bucket <= greatest(now(), latest)
        ORDER BY 1, 3 DESC, 2
        """;

    // Each bucket and name, with the rank of the name among all.
    private static string Ranked(TopOverTimeQuery query)
    {
        string bucket = query.ByDay ? $"greatest($__fromTime, toDateTime(toStartOfDay(time, {Zone}))) AS bucket" : BucketOfRequest;
        return $"""

                SELECT *, dense_rank() OVER (ORDER BY total DESC, name) AS place
                FROM (
                  SELECT *, sum(amount) OVER (PARTITION BY name) AS total
                  FROM (
                    SELECT {bucket}, {Known(Column(query.Dimension))} AS name, {Expression(query.Measure)} AS amount
                    {OfUsage([query.Measure], query.ByDay ? Grain.Day : Grain.Bucket, query.Dimension == PanelDimension.User, indent: "        ")}
                    GROUP BY bucket, name{(query.Measure.IsPricedSum ? " HAVING amount > 0" : "")}))
            """;
    }

    private static string Top(TopQuery query)
    {
        (string parts, string value) = query.Measure is RatioMeasure ratio
            ? ($"{Sum(ratio.Measure)} AS amount, {Sum(ratio.Per)} AS per, sum(total_tokens) AS tokens", $"{Factor(ratio)}sum(amount) / nullIf(sum(per), 0)")
            : ($"{Expression(query.Measure)} AS amount", "sum(amount)");
        // A ratio has no size, so the top names are those with the most tokens.
        bool byTokens = query.Measure is RatioMeasure;
        string size = byTokens ? "tokens" : "amount";
        return $"""
            SELECT {TopName(query.Top)} AS {Quoted(Title(query.Dimension))}, {value} AS {Quoted(query.Measure.Title)}
            FROM (
              SELECT *, row_number() OVER (ORDER BY {size} DESC, name) AS place
              FROM (
                SELECT {Known(Column(query.Dimension))} AS name, {parts}
                {OfUsage([query.Measure], Grain.Range, query.OfRowUser || query.Dimension == PanelDimension.User, also: OfRow(query), indent: "    ")}
                GROUP BY name{(query.OnlyWhereAny ? $" HAVING {(byTokens ? "per > 0 AND amount >= 0" : "amount > 0")}" : "")}))
            GROUP BY 1
            ORDER BY min(place) > {query.Top}, sum({size}) DESC, 1
            """;
    }

    private static string Table(TableQuery query)
    {
        string name = $"{Known(Column(query.Dimension))} AS name";
        bool users = query.Dimension == PanelDimension.User;
        string joins = "";
        if (query.Columns.OfType<MainModelMeasure>().Any())
        {
            joins += $"""

                LEFT JOIN (
                  SELECT name, argMin(main, (-tokens, main)) AS main
                  FROM (
                    SELECT {name}, {Known("model")} AS main, sum(total_tokens) AS tokens
                    {OfUsage([], Grain.Range, users, indent: "    ")}
                    GROUP BY name, main)
                  GROUP BY name) AS models USING (name)
                """;
        }
        if (query.Columns.Any(column => column is PreviousMeasure or ChangeMeasure))
        {
            joins += $"""

                LEFT JOIN (
                  SELECT {name}, toNullable(sum(total_tokens)) AS previous
                  {OfUsage([], Grain.Range, users, PreviousRange, indent: "  ")}
                  GROUP BY name) AS before USING (name)
                """;
        }
        PanelMeasure[] own = [.. query.Columns.Where(column => column != PanelMeasures.Tokens && column is SumMeasure or RatioMeasure or TimeMeasure)];
        int[] percents = [.. query.Columns.OfType<PercentileMeasure>().Select(column => column.Percent)];
        if (percents.Length > 0)
        {
            joins += $"""

                LEFT JOIN (
                  SELECT {name}, {Percentiles(percents)} AS p
                  {OfUsage([], Grain.Range, users, indent: "  ")}
                  GROUP BY name HAVING {Sum(Measures.TimedRequests)} > 0) AS durations USING (name)
                """;
        }
        return $"""
            SELECT name AS {Quoted(Title(query.Dimension))}, {string.Join(", ", query.Columns.Select(column => column switch
            {
                ShareMeasure => $"amount / nullIf(sum(amount) OVER (), 0) AS {Quoted(column.Title)}",
                PreviousMeasure => $"previous AS {Quoted(column.Title)}",
                ChangeMeasure => $"amount / nullIf(previous, 0) - 1 AS {Quoted(column.Title)}",
                MainModelMeasure => $"main AS {Quoted(column.Title)}",
                SumMeasure when column == PanelMeasures.Tokens => $"amount AS {Quoted(column.Title)}",
                PercentileMeasure percentile when Array.IndexOf(percents, percentile.Percent) + 1 is var place => $"if(empty(p), NULL, p[{place}]) AS {Quoted(column.Title)}",
                _ => Quoted(column.Title),
            }))}
            FROM (
              SELECT {name}, sum(total_tokens) AS amount,
                {Lines(own.Select(column => $"{Expression(column)} AS {Quoted(column.Title)}"), "    ")}
              {OfUsage(query.Columns, Grain.Range, users, indent: "  ")}
              GROUP BY name) AS used{joins}
            ORDER BY amount DESC, name
            LIMIT {query.Rows}
            """;
    }

    private static string DurationOverTime { get; } = $"""
        SELECT bucket AS time, {string.Join(", ", Percents.Select((percent, index) => $"p[{index + 1}] AS p{percent}"))}
        FROM (
          SELECT {BucketOfRequest}, {Percentiles(Percents)} AS p
          {OfUsage([], Grain.Bucket, users: false, indent: "  ")}
          GROUP BY bucket
          HAVING {Sum(Measures.TimedRequests)} > 0)
        ORDER BY time
        """;

    private static string Durations(DurationQuery query) => $"""
        SELECT name AS {Quoted(Title(query.Dimension))}, {string.Join(", ", Percents.Select((percent, index) => $"p[{index + 1}] AS p{percent}"))}
        FROM (
          SELECT {Known(Column(query.Dimension))} AS name, {Sum(Measures.TimedRequests)} AS requests, {Percentiles(Percents)} AS p
          {OfUsage([], Grain.Range, query.Dimension == PanelDimension.User, indent: "  ")}
          GROUP BY name
          HAVING requests > 0)
        ORDER BY requests DESC, name
        LIMIT {query.Top}
        """;

    private static string Week(WeekQuery query) => $"""
        SELECT transform(weekday, range(1, 8), ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'], '') AS "Day",
          {HourColumns(hour => hour)}
        FROM (
          SELECT toDayOfWeek(time, 0, {Zone}) AS weekday, toHour(time, {Zone}) AS hour, {Expression(query.Measure)} AS amount
          {OfUsage([query.Measure], Grain.Hour, users: false, indent: "  ")}
          GROUP BY weekday, hour)
        GROUP BY weekday
        ORDER BY weekday
        """;

    // A bar chart draws the bars of the rows side by side, so it would hide the hours between them.
    private static string Hours(HoursQuery query) => $"""
        SELECT leftPad(toString(hour), 2, '0') AS "Hour", amount AS {Quoted(query.Measure.Title)}
        FROM (SELECT arrayJoin(range(24)) AS hour) AS hours
        LEFT JOIN (
          SELECT toHour(time, {Zone}) AS hour, toNullable({Expression(query.Measure)}) AS amount, 1 AS used
          {OfUsage([query.Measure], Grain.Hour, users: false, indent: "  ")}
          GROUP BY hour) AS found USING (hour)
        QUALIFY sum(used) OVER () > 0
        ORDER BY 1
        """;

    // The time of a row is the end of its day. The previous day is included, because a heatmap needs two times to determine the width of a
    // cell.
    private static string DaysAndHours(DaysAndHoursQuery query) => $"""
        SELECT toDateTime(cell.1, {Zone}) AS time,
          {HourColumns(hour => $"{hour}:00")}
        FROM (
          SELECT arrayJoin(if(day = min(day) OVER (), [(day, 24), (day + 1, local_hour)], [(day + 1, local_hour)])) AS cell, cell.2 AS hour, amount
          FROM (
            SELECT toDate(time, {Zone}) AS day, toHour(time, {Zone}) AS local_hour, {Expression(query.Measure)} AS amount
            {OfUsage([query.Measure], Grain.Hour, users: false, indent: "    ")}
            GROUP BY day, local_hour))
        GROUP BY time
        ORDER BY time
        """;

    private static string HourColumns(Func<string, string> title) => string.Join(",\n  ", Enumerable.Range(0, 24).Chunk(3).Select(hours =>
        string.Join(", ", hours.Select(hour => $"sumIfOrNull(amount, hour = {hour}) AS \"{title(hour.ToString("00", CultureInfo.InvariantCulture))}\""))));

    // In SQL, a backslash in the inserted name would be an escape character.
    private static string LargestNames(LargestNamesQuery query) => $"""
        SELECT replaceAll(name, '\\', '\\\\') AS __value, name AS __text
        FROM (
          SELECT {Known(Column(query.Dimension))} AS name, {Expression(query.Measure)} AS amount
          {OfUsage([query.Measure], Grain.Range, query.Dimension == PanelDimension.User, indent: "  ")}
          GROUP BY name)
        WHERE position(name, concat('$', '__')) = 0
        ORDER BY amount DESC, name
        LIMIT {query.Top}
        """;
}
