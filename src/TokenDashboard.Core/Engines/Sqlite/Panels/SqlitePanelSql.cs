using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Queries;

using static TokenDashboard.Grafana.Queries.PanelNames;

namespace TokenDashboard.Engines.Sqlite.Panels;

/// <summary>Writes the queries of panels as SQL for SQLite, over the relations of <see cref="UsageRelations"/>, as an analyst would write them.</summary>
internal static class SqlitePanelSql
{
    private static readonly int[] Percents = [50, 95, 99];

    internal static SqliteQuery Write(PanelQuery query) => query switch
    {
        TotalsQuery totals => new(Totals(totals)),
        ChangesQuery changes => new(Changes(changes)),
        LoadQuery load => new(Load(load)),
        NewestQuery newest => new(Newest(newest)),
        MonthQuery => new(Month),
        CostSpreadQuery spread => new(Spread(spread)),
        PriceListQuery => new(PriceList),
        OverTimeQuery overTime => new(OverTime(overTime), "time"),
        CumulativeQuery cumulative => new(Cumulative(cumulative), "time"),
        TopOverTimeQuery top => new(top.Cumulative ? CumulativeTop(top) : TopOverTime(top), "time") { SeriesByLabel = true },
        TopQuery top => new(Top(top)),
        TableQuery table => new(Table(table), [.. table.Columns.OfType<TimeMeasure>().Select(time => time.Title)]),
        DurationOverTimeQuery => new(DurationOverTime, "time"),
        DurationQuery durations => new(Durations(durations)),
        WeekQuery week => new(Week(week)),
        HoursQuery hours => new(Hours(hours)),
        DaysAndHoursQuery days => new(DaysAndHours(days), "time"),
        LargestNamesQuery names => new(LargestNames(names)),
        RequestsQuery requests => new(SqliteRequestSql.Requests(requests), "Time"),
        HistogramQuery histogram => new(SqliteRequestSql.Histogram(histogram)),
        TransactionsQuery transactions => transactions.Short
            ? new(SqliteRequestSql.TopTransactions(transactions), "Last request")
            : new(SqliteRequestSql.Transactions(transactions), "First request", "Last request"),
        _ => throw new ArgumentOutOfRangeException(nameof(query)),
    };

    private static string Totals(TotalsQuery query) => $"""
        SELECT
          {Lines(query.Measures.Select(Selected))}
        FROM {Usage(query.OfRowUser || query.Measures.OfType<UsersMeasure>().Any())}{OfRow(query)}
        """;

    private static string Changes(ChangesQuery query) => $"""
        WITH now AS (SELECT {Numbered(query.Measures)} FROM {Relation("usage")}{OfRow(query)}),
          before AS (SELECT {Numbered(query.Measures)} FROM {Relation("previous_usage")}{OfRow(query)})
        SELECT
          {Lines(query.Measures.Select((measure, index) => $"1.0 * now.m{index + 1} / NULLIF(before.m{index + 1}, 0) - 1 AS {Quoted(measure.Title)}"))}
        FROM now CROSS JOIN before
        """;

    // A bucket ends where the next one begins, and the last one at the end of the time range or now. For the peak, a bucket shorter than a minute is treated as
    // a minute. Otherwise, a few seconds at the beginning of the time range could be the busiest bucket. The peak is at least the mean.
    private static string Load(LoadQuery query)
    {
        static string Mean(int index) => $"SUM(m{index + 1}) / NULLIF(SUM(minutes), 0)";
        return $"""
            WITH bucket AS (
                SELECT time, (LEAD(time, 1, MIN(unixepoch(), $__to / 1000)) OVER (ORDER BY time) - time) / 60.0 AS minutes
                FROM {Relation("times")} WHERE time <= unixepoch()),
              used AS (
                SELECT time, {Numbered(query.Measures)}
                FROM {Relation("model_usage_over_time")} GROUP BY time)
            SELECT
              {Lines(query.Measures.Select((measure, index) =>
                  $"{Mean(index)} AS {Quoted($"{measure.Title} per minute")}, MAX({Mean(index)}, MAX(m{index + 1} / MAX(1.0, minutes))) AS {Quoted($"Peak {measure.Title.ToLowerInvariant()} per minute")}"))}
            FROM bucket LEFT JOIN used USING (time)
            """;
    }

    private static string Newest(NewestQuery query) => $"""
        SELECT unixepoch(substr(MAX({Measures.LastTicks.ViewName}), 1, 19)) * 1000 AS {Quoted(query.Title)}
        FROM {Usage(users: false)}
        """;

    private static string OverTime(OverTimeQuery query) => $"""
        SELECT bar_time AS time, {string.Join(", ", query.Measures.Select((measure, index) => $"{(measure.IsPricedSum ? $"m{index + 1}" : $"COALESCE(m{index + 1}, 0)")} AS {Quoted(measure.Title)}"))}
        FROM {Relation("times")} LEFT JOIN (
          SELECT time, {Numbered(query.Measures)}
          FROM {Relation(query.OfRowUser ? "usage_over_time" : "model_usage_over_time")}{OfRow(query)}
          GROUP BY time) USING (time)
        ORDER BY time
        """;

    // The line of the current period ends now.
    private static string Cumulative(CumulativeQuery query) => $"""
        WITH used AS (
          SELECT time, {Expression(query.Measure)} AS now, 0 AS before FROM {Relation("model_usage_over_time")} GROUP BY time
          UNION ALL SELECT time, 0, {Expression(query.Measure)} FROM {Relation("previous_usage")} GROUP BY time
          UNION ALL SELECT time, 0, 0 FROM {Relation("times")})
        SELECT time,
          CASE WHEN time <= MAX(unixepoch(), MAX(MAX(CASE WHEN now > 0 THEN time END)) OVER ()) THEN SUM(SUM(now)) OVER (ORDER BY time) END AS "This period",
          NULLIF(SUM(SUM(before)) OVER (ORDER BY time), 0) AS "Previous period"
        FROM used GROUP BY time ORDER BY time
        """;

    // All buckets, because a bar is as wide as the distance to the next one.
    private static string TopOverTime(TopOverTimeQuery query) => $"""
        WITH part AS MATERIALIZED (
          {TopOfBuckets(query).ReplaceLineEndings("\n  ")})
        SELECT bar_time AS time, COALESCE({Column(query.Dimension)}, largest) AS {Column(query.Dimension)}, {Label(query.Measure)}
        FROM {Relation(query.ByDay ? "days" : "times")} CROSS JOIN (SELECT {Column(query.Dimension)} AS largest FROM part ORDER BY place LIMIT 1) LEFT JOIN part USING (time)
        ORDER BY 1, 3 DESC, 2
        """;

    private static string CumulativeTop(TopOverTimeQuery query) => $"""
        WITH used AS MATERIALIZED (
          {TopOfBuckets(query).ReplaceLineEndings("\n  ")})
        SELECT time, {Column(query.Dimension)}, SUM(COALESCE({Label(query.Measure)}, 0)) OVER (PARTITION BY {Column(query.Dimension)} ORDER BY time) AS {Label(query.Measure)}
        FROM {Relation("times")} CROSS JOIN (SELECT {Column(query.Dimension)}, MAX(MAX(time)) OVER () AS newest FROM used GROUP BY 1) LEFT JOIN used USING (time, {Column(query.Dimension)})
        WHERE time <= MAX(unixepoch(), newest)
        ORDER BY 1, 3 DESC, 2
        """;

    private static string TopOfBuckets(TopOverTimeQuery query)
    {
        (string name, string amount) = (Column(query.Dimension), Expression(query.Measure));
        string relation = query.ByDay ? "usage_by_day" : query.Dimension == PanelDimension.User ? "usage_over_time" : "model_usage_over_time";
        return $"""
            SELECT time, {TopName(query.Dimension, query.Top)} AS {name}, SUM(amount) AS {Label(query.Measure)}, MIN(place) AS place
            FROM (SELECT time, {name}, amount, DENSE_RANK() OVER (ORDER BY total DESC, {name}) AS place
              FROM (SELECT time, {name}, {amount} AS amount, SUM({amount}) OVER (PARTITION BY {name}) AS total
                FROM {Relation(relation)} GROUP BY time, {name}{(query.Measure.IsPricedSum ? " HAVING amount > 0" : "")}))
            GROUP BY 1, 2
            """;
    }

    private static string Top(TopQuery query)
    {
        string name = Column(query.Dimension);
        string relation = Usage(query.Dimension == PanelDimension.User || query.OfRowUser);
        (string parts, string value) = query.Measure is RatioMeasure ratio
            ? ($"SUM({ratio.Measure.Name}) AS amount, SUM({ratio.Per.Name}) AS per", $"{Factor(ratio)} * SUM(amount) / SUM(per)")
            : ($"{Expression(query.Measure)} AS amount", "SUM(amount)");
        // A ratio has no size, so the top names are those with the most tokens.
        bool byTokens = query.Measure is RatioMeasure;
        return $"""
            SELECT {TopName(query.Dimension, query.Top)} AS {Quoted(Title(query.Dimension))}, {value} AS {Quoted(query.Measure.Title)}
            FROM (SELECT {name}, {parts}, ROW_NUMBER() OVER (ORDER BY {(byTokens ? "SUM(total_tokens)" : Expression(query.Measure))} DESC, {name}) AS place
              FROM {relation}{OfRow(query)} GROUP BY {name}{(query.OnlyWhereAny ? $" HAVING {(byTokens ? "per > 0 AND amount >= 0" : "amount > 0")}" : "")})
            GROUP BY 1
            ORDER BY MIN(place)
            """;
    }

    private static string Table(TableQuery query)
    {
        string name = Column(query.Dimension);
        bool users = query.Dimension == PanelDimension.User;
        bool percentiles = query.Columns.OfType<PercentileMeasure>().Any(), previous = query.Columns.Any(column => column is PreviousMeasure or ChangeMeasure);
        bool models = query.Columns.OfType<MainModelMeasure>().Any();
        PanelMeasure[] sums = [.. query.Columns.Where(column => column is SumMeasure or RatioMeasure or TimeMeasure)];
        var relations = new List<string>
        {
            $"""
            used AS MATERIALIZED (
                SELECT {name}, SUM(total_tokens) AS amount,
                  {Lines(sums.Select(column => $"{Expression(column)} AS {Quoted(column.Title)}"), "      ")}
                FROM {Usage(users)} GROUP BY {name})
            """,
        };
        if (models)
            relations.Add($"main AS (SELECT {name}, model, MAX(tokens) FROM (SELECT {name}, model, SUM(total_tokens) AS tokens FROM {Usage(users)} GROUP BY 1, 2) GROUP BY {name})");
        if (percentiles)
        {
            relations.Add($"""
                slow AS (
                    SELECT {name}, {string.Join(", ", query.Columns.OfType<PercentileMeasure>().Select(column => $"{Percentile(column.Percent)} AS p{column.Percent}"))}
                    FROM ({Ranked(name, users ? "latency" : "model_latency")})
                    GROUP BY {name})
                """);
        }
        if (previous)
            relations.Add($"before AS (SELECT {name}, SUM(total_tokens) AS previous FROM {Relation("previous_usage")} GROUP BY {name})");
        string joins = string.Concat(new[] { (models, "main"), (percentiles, "slow"), (previous, "before") }.Where(join => join.Item1).Select(join => $" LEFT JOIN {join.Item2} USING ({name})"));
        return $"""
            WITH {string.Join(",\n  ", relations)}
            SELECT {name} AS {Quoted(Title(query.Dimension))}, {string.Join(", ", query.Columns.Select(column => column switch
            {
                ShareMeasure => $"1.0 * amount / NULLIF(SUM(amount) OVER (), 0) AS {Quoted(column.Title)}",
                PercentileMeasure percentile => $"p{percentile.Percent} AS {Quoted(column.Title)}",
                PreviousMeasure => $"previous AS {Quoted(column.Title)}",
                ChangeMeasure => $"1.0 * amount / NULLIF(previous, 0) - 1 AS {Quoted(column.Title)}",
                MainModelMeasure => $"model AS {Quoted(column.Title)}",
                _ => Quoted(column.Title),
            }))}
            FROM used{joins}
            ORDER BY amount DESC, {name}
            LIMIT {query.Rows}
            """;
    }

    private static string DurationOverTime { get; } = $"""
        SELECT time,
          {Lines(Percents.Select(percent => $"{Percentile(percent)} AS \"p{percent}\""))}
        FROM ({Ranked("time", "model_latency_over_time")})
        GROUP BY time
        ORDER BY time
        """;

    private static string Durations(DurationQuery query) => $"""
        WITH used AS MATERIALIZED ({Ranked(Column(query.Dimension), "model_latency")})
        SELECT {Column(query.Dimension)} AS {Quoted(Title(query.Dimension))},
          {Lines(Percents.Select(percent => $"{Percentile(percent)} AS \"p{percent}\""))}
        FROM used
        GROUP BY {Column(query.Dimension)}
        ORDER BY MAX(all_requests) DESC, {Column(query.Dimension)}
        LIMIT {query.Top}
        """;

    // A percentile by nearest rank, as in the commands: the smallest duration that this percentage of the requests did not exceed.
    private static string Percentile(int percent) => $"MIN(duration_ms) FILTER (WHERE no_longer * 100 >= all_requests * {percent})";

    private static string Ranked(string by, string relation) => $"""
        SELECT {by}, duration_ms, SUM(SUM(requests)) OVER (PARTITION BY {by} ORDER BY duration_ms) AS no_longer,
            SUM(SUM(requests)) OVER (PARTITION BY {by}) AS all_requests
          FROM {Relation(relation)} GROUP BY {by}, duration_ms
        """;

    private static string Week(WeekQuery query) => $"""
        SELECT CASE local_weekday WHEN 1 THEN 'Mon' WHEN 2 THEN 'Tue' WHEN 3 THEN 'Wed' WHEN 4 THEN 'Thu' WHEN 5 THEN 'Fri' WHEN 6 THEN 'Sat' ELSE 'Sun' END AS "Day",
          {HourColumns(hour => hour)}
        FROM (SELECT local_weekday, local_hour AS hour, {Expression(query.Measure)} AS amount FROM {Relation("model_usage_by_hour")} GROUP BY 1, 2)
        GROUP BY local_weekday
        ORDER BY local_weekday
        """;

    // A bar chart draws the bars of the rows side by side, so it would hide the hours between them.
    private static string Hours(HoursQuery query) => $"""
        SELECT printf('%02d', hour) AS "Hour", amount AS {Quoted(query.Measure.Title)}
        FROM (SELECT column1 AS hour, amount, COUNT(local_hour) OVER () AS used
          FROM (VALUES {string.Join(", ", Enumerable.Range(0, 24).Select(hour => $"({hour})"))})
          LEFT JOIN (SELECT local_hour, {Expression(query.Measure)} AS amount FROM {Relation("model_usage_by_hour")} GROUP BY local_hour) ON local_hour = column1)
        WHERE used > 0
        ORDER BY hour
        """;

    // The time of a row is the end of its day. The previous day is included, because a heatmap needs two times to determine the width of a
    // cell.
    private static string DaysAndHours(DaysAndHoursQuery query) => $"""
        WITH used AS MATERIALIZED (
          SELECT unixepoch(local_day, '+1 day') - FIRST_VALUE(MIN(utc_offset)) OVER (PARTITION BY local_day ORDER BY MAX(time) DESC) AS time,
            local_hour AS hour, {Expression(query.Measure)} AS amount
          FROM {Relation("model_usage_by_hour")} GROUP BY local_day, local_hour)
        SELECT time,
          {HourColumns(hour => $"{hour}:00")}
        FROM (SELECT * FROM used UNION ALL SELECT MIN(time) - 86400, 0, NULL FROM used)
        WHERE time IS NOT NULL
        GROUP BY time
        ORDER BY time
        """;

    private static string HourColumns(Func<string, string> title) => string.Join(",\n  ", Enumerable.Range(0, 24).Chunk(3).Select(hours =>
        string.Join(", ", hours.Select(hour => $"SUM(amount) FILTER (WHERE hour = {hour}) AS \"{title(hour.ToString("00", CultureInfo.InvariantCulture))}\""))));

    private static string LargestNames(LargestNamesQuery query) => $"""
        SELECT {Column(query.Dimension)} AS name FROM {Usage(query.Dimension == PanelDimension.User)}
        WHERE {UsageRelations.Choosable(Column(query.Dimension))}
        GROUP BY name ORDER BY {Expression(query.Measure)} DESC, name LIMIT {query.Top}
        """;

    private static string Month { get; } = $"""
        SELECT SUM(cost) AS "Month so far",
          SUM(cost) * MAX(1.0, 1.0 * (MAX(month_end) - MIN(time)) / MAX(60, MIN($__to / 1000, unixepoch()) - MIN(time))) AS "Month at this rate"
        FROM {Relation("month_usage")}
        """;

    private static string Spread(CostSpreadQuery query)
    {
        string requests = Relation("priced_requests");
        string spent = query.Transactions ? $"SELECT SUM(cost) AS cost FROM {requests} WHERE transaction_id <> '' GROUP BY transaction_id" : $"SELECT cost FROM {requests}";
        return $"""
            WITH spent AS MATERIALIZED ({spent}),
              ranked AS (SELECT cost, ROW_NUMBER() OVER (ORDER BY cost) AS place, COUNT(*) OVER () AS all_of_them FROM spent WHERE cost IS NOT NULL)
            SELECT AVG(cost) AS "Mean", MIN(cost) FILTER (WHERE place * 100 >= all_of_them * 95) AS "p95", MAX(cost) AS "Maximum"
            FROM ranked
            """;
    }

    private static string PriceList { get; } = $"""
        SELECT list AS "Price list", currency AS "Currency", COUNT(DISTINCT provider || char(10) || model) AS "Models"
        FROM {Relation("prices")}
        GROUP BY list, currency
        ORDER BY 3 DESC, list
        """;

    // Without requests, SUM is NULL, so the panel shows that there is no data.
    private static string Expression(PanelMeasure measure) => measure switch
    {
        SumMeasure sum => $"SUM({sum.Measure.Name})",
        RatioMeasure ratio => $"{Factor(ratio)} * SUM({ratio.Measure.Name}) / SUM({ratio.Per.Name})",
        HourlyMeasure hourly => $"SUM({hourly.Measure.Name}) * 3600.0 / MAX(60, MIN($__to / 1000, unixepoch()) - $__from / 1000)",
        UsersMeasure => $"COUNT(DISTINCT NULLIF(user, '{PanelNames.Unknown}'))",
        TimeMeasure time => $"{(time.Last ? "MAX" : "MIN")}({(time.Last ? Measures.LastTicks : Measures.FirstTicks).ViewName})",
        _ => throw new ArgumentOutOfRangeException(nameof(measure)),
    };

    private static string Factor(RatioMeasure ratio) => ratio.Factor.ToString("0.0#", CultureInfo.InvariantCulture);

    private static string Selected(PanelMeasure measure) => $"{Expression(measure)} AS {Quoted(measure.Title)}";

    private static string Numbered(IReadOnlyList<PanelMeasure> measures) => string.Join(", ", measures.Select((measure, index) => $"{Expression(measure)} AS m{index + 1}"));

    private static string OfRow(PanelQuery query) =>
        query.OfRowUser ? $"\nWHERE user IN (${{{PanelNames.RowUser}:sqlstring}}) OR replace(user, '\"', '\\\"') IN (${{{PanelNames.RowUser}:sqlstring}})" : "";

    private static string TopName(PanelDimension dimension, int top) => string.Create(CultureInfo.InvariantCulture, $"CASE WHEN place <= {top} THEN {Column(dimension)} ELSE '{PanelNames.Other}' END");

    private static string Usage(bool users) => Relation(users ? "usage" : "model_usage");

    internal static string Relation(string name) => "${" + name + ":raw}";
}
