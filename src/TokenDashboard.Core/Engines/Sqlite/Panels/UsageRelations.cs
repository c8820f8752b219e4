using TokenDashboard.Engines.Sqlite.Rollups;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Queries;

using static TokenDashboard.Engines.Sqlite.Panels.LocalTimeSql;

namespace TokenDashboard.Engines.Sqlite.Panels;

/// <summary>
/// The relations that panels read, as hidden variables: <c>FROM ${usage:raw}</c>. The value of such a variable is a query in parentheses. Their
/// planner occurs once in a dashboard, in the variable <c>relation</c>. That also decides whether rollups or rows are read, because SQL cannot
/// refer to a table that may be missing. All relations are limited to the time range and the choices of the other variables.
/// </summary>
internal static class UsageRelations
{
    /// <summary>
    /// The value of a variable when all is selected. Grafana quotes selected texts but not this value, and SQLite's TRUE is a number, which equals no
    /// quoted text, not even a user named TRUE.
    /// </summary>
    internal const string AllValue = "TRUE";

    private const int NewestRequests = 200_000;

    /// <summary>The minimum number of requests in the relations of the newest requests.</summary>
    internal const int NewestRows = RequestsQuery.MostListed;

    private static readonly Measure[] Shown = [.. Measures.All.Where(measure => measure.IsShown)];
    private static readonly string Priced = string.Join(", ", Measures.Priced.Select(measure => measure.Name));
    private static readonly string Sums = string.Join(", ", Shown.Select(measure => measure.ViewName)) + ", " + Priced;
    private const string Names = "user, model, provider, request_type";
    private const string NamesWithoutUser = "model, provider, request_type";
    private const string LocalDay = "date(local_second, 'unixepoch') AS local_day, (local_second / 86400 + 3) % 7 + 1 AS local_weekday";

    private static readonly string RequestColumns = $"id, time, timestamp, {Names}, transaction_id, "
        + string.Join(", ", Shown.Where(measure => measure.Aggregate == MeasureAggregate.Sum && measure != Measures.Requests).Select(measure => measure.Name))
        + ", trace_id, span_id";

    private static readonly string PricedRequests = $"{RequestColumns}, {Priced} FROM priced_request";

    /// <summary>The names in the store, for the lists of the variables.</summary>
    internal static QueryVariable KnownNames { get; } = Hidden(
        "names",
        "The relation of known users, models and providers: the rollups and the newest other requests.",
        $"""
        SELECT CASE WHEN {Has(RollupSchema.State)}
          THEN '(SELECT user_id, model, provider FROM {RollupSchema.Groups} WHERE all_users = 0
            UNION ALL SELECT * FROM (SELECT user_id, model, provider FROM {TelemetrySql.Table}
              WHERE rowid > COALESCE((SELECT NULLIF(watermark, 0) FROM {RollupSchema.State} WHERE format = {RollupSchema.Format}), {RollupPlanner.FirstRow})
              ORDER BY rowid DESC LIMIT {NewestRequests}))'
          ELSE '(SELECT user_id, model, provider FROM {TelemetrySql.Table} ORDER BY rowid DESC LIMIT {NewestRequests})' END AS names
        """);

    /// <summary>The planner and the common table expressions of all relations; with <c>transaction</c> and <c>min_tokens</c> for single requests.</summary>
    internal static QueryVariable Planner(IReadOnlyList<TimeZoneInfo> zones, bool singleRequests = false)
    {
        const string Since = "SELECT since FROM selected";
        const string Transaction = "${transaction:sqlstring}", MinTokens = "CAST(${min_tokens:sqlstring} AS INTEGER)";
        string picked = singleRequests
            ? $"""
              CASE WHEN {Transaction} = '' THEN '' ELSE ' AND transaction_id IN (' || {Literals(Transaction)} || ')' END
                  || CASE WHEN {MinTokens} > 0 THEN ' AND total_tokens >= ' || {MinTokens} ELSE '' END
              """
            : "''";
        string singly = singleRequests ? $"CASE WHEN {Transaction} <> '' OR {MinTokens} > 0 THEN '1' ELSE '0' END" : "'0'";
        return Hidden(
            "relation",
            "The common part of the relations of the panels. It uses the rollups of Optimize-TokenStore if the store has them.",
            $"""
            SELECT CASE WHEN {Has(RollupSchema.State)}
              THEN {Literal($"{Common(NewestQuarter("TRUE"), NewestQuarter($"{Measures.InterruptedStreams.Name} > 0"), RollupSchema.FirstKnown)}, {FromRollups}")}
              ELSE {Literal($"{Common(Since, Since, TelemetrySql.First())}, {FromRows}")} END AS relation
            FROM (SELECT {ChosenNames("provider")} || {ChosenNames("model")} || {ChosenNames("user")} AS chosen,
              CASE WHEN {AllValue} IN (${"{user:sqlstring}"}) THEN '0' ELSE '1' END AS by_user,
              {picked} AS picked,
              {singly} AS singly,
              CASE WHEN {Has(TelemetrySql.DetailTable)} THEN {Quoted(Details(exist: true))} ELSE {Quoted(Details(exist: false))} END AS details,
              CASE WHEN {Has(TelemetrySql.DetailTable)} THEN ' LEFT JOIN {TelemetrySql.DetailTable} ON row_id = {TelemetrySql.Table}.rowid' ELSE '' END AS joined,
              CASE WHEN {Has(PriceTable.Name)} THEN '{PriceTable.Name}' ELSE {Quoted(PriceSql.NoPrices)} END AS prices,
              CASE WHEN {Has(PriceTable.Name)} THEN 'TRUE' ELSE 'FALSE' END AS has_prices,
              {Clocks(zones)} AS clock)
            """);
    }

    internal static IReadOnlyList<QueryVariable> All { get; } =
    [
        Relation("usage", "Usage of the time range.", RelationScope.WholeRange, users: true, $"{Names}, {Sums} FROM usage"),
        Relation("usage_over_time", "Usage by bucket. The column time is the start of the bucket.", RelationScope.Buckets, users: true, $"time, {Names}, {Sums} FROM usage"),
        Relation("usage_by_day", "Usage by day in the selected time zone.", RelationScope.Days, users: true, $"time, {LocalDay}, {Names}, {Sums} FROM usage"),
        Relation("model_usage", "Usage of the time range without users, which is faster.", RelationScope.WholeRange, users: false, $"{NamesWithoutUser}, {Sums} FROM usage"),
        Relation("model_usage_over_time", "Usage by bucket without users, which is faster.", RelationScope.Buckets, users: false, $"time, {NamesWithoutUser}, {Sums} FROM usage"),
        Relation("model_usage_by_hour", "Usage by hour in the selected time zone, without users.", RelationScope.Hours, users: false,
            $"time, {LocalDay}, local_second / 3600 % 24 AS local_hour, utc_offset, {NamesWithoutUser}, {Sums} FROM usage"),
        Relation("previous_usage", "Usage of the previous period of equal length. It is empty if the store does not cover that period. Times are shifted to the time range.",
            RelationScope.Previous, users: true, $"time, {Names}, {Sums} FROM usage"),
        Relation("month_usage", "Usage of the calendar month in which the time range ends, up to that end, without users.", RelationScope.Month, users: false,
            $"time, {RelationScope.EndOfMonth} AS month_end, {NamesWithoutUser}, {Sums} FROM usage"),
        Relation("latency", "Durations, with the number of requests for each.", RelationScope.WholeRange, users: true, $"{Names}, duration_ms, requests FROM latency"),
        Relation("latency_over_time", "Durations by bucket.", RelationScope.Buckets, users: true, $"time, {Names}, duration_ms, requests FROM latency"),
        Relation("model_latency", "Durations without users, which is faster.", RelationScope.WholeRange, users: false, $"{NamesWithoutUser}, duration_ms, requests FROM latency"),
        Relation("model_latency_over_time", "Durations by bucket without users.", RelationScope.Buckets, users: false, $"time, {NamesWithoutUser}, duration_ms, requests FROM latency"),
        Relation("model_sizes", "Number of requests by total tokens, from each limit to the next.", RelationScope.WholeRange, users: false, $"{NamesWithoutUser}, tokens_from, requests FROM size"),
        Relation("requests", "Single requests.", RelationScope.WholeRange, users: true, $"{RequestColumns} FROM request", singly: true),
        Relation("priced_requests", "Single requests with their cost, which takes longer.", RelationScope.WholeRange, users: true, PricedRequests, singly: true),
        Relation("newest_requests", "The newest requests of the time range, at least 500 if there are that many.", RelationScope.Newest, users: true, PricedRequests, singly: true),
        Relation("largest_requests", "The requests with the most tokens, at least 500 if there are that many.", RelationScope.WholeRange, users: true, PricedRequests, best: Measures.MaxTotalTokens),
        Relation(
            "slowest_requests", "The requests with the longest duration, at least 500 if there are that many.", RelationScope.WholeRange, users: true, PricedRequests, best: Measures.MaxDurationMs),
        Relation("interrupted_requests", "The newest interrupted streams, at least 500 if there are that many.", RelationScope.NewestInterrupted, users: true,
            PricedRequests, singly: true),
        Relation("prices", "The prices of the models in the store, written by Optimize-TokenStore.", RelationScope.WholeRange, users: false, $"{PriceTable.Columns} FROM price"),
        Relation("times", "The start of each bucket of the time range, and the time of its bar.", RelationScope.Buckets, users: false, "time, bar_time FROM calendar"),
        Relation("days", "The start of each day of the time range in the selected time zone, and the time of its bar.", RelationScope.Days, users: false, "time, bar_time FROM calendar"),
    ];

    /// <summary>A name as panels show it and variables select it.</summary>
    internal static string Known(string expression) =>
        $"CASE {expression} {string.Concat(PanelNames.Changed.Select(name => $"WHEN '{name.Stored}' THEN '{name.Shown}' "))}ELSE COALESCE({expression}, '{PanelNames.Unknown}') END";

    /// <summary>
    /// Whether a name can be selected. SQL ends at a null character, Grafana interprets <c>$__all</c> as all, and the plugin replaces
    /// <c>$__from</c> and similar macros in a name as in the query.
    /// </summary>
    internal static string Choosable(string name) => $"instr({name}, '$' || '__') = 0 AND instr({name}, char(0)) = 0";

    /// <summary>
    /// Whether a multi-value variable selects a name. Since version 10.2, Grafana's <c>:sqlstring</c> also escapes a double quote with a
    /// backslash, which SQLite does not support, so names are compared in both forms.
    /// </summary>
    internal static string Chosen(string variable, string name)
    {
        string list = "${" + variable + ":sqlstring}";
        return $"""({AllValue} IN ({list}) OR {name} IN ({list}) OR replace({name}, '"', '\"') IN ({list}))""";
    }

    private static string Quoted(string text) => "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'";

    private static string Has(string table) => $"EXISTS (SELECT 1 FROM sqlite_schema WHERE name = '{table}')";

    private static QueryVariable Hidden(string name, string description, string sql) => new(name, name, description, sql, "") { Hidden = true, Multiple = false };

    private static QueryVariable Relation(string name, string description, RelationScope scope, bool users, string select, Measure? best = null, bool singly = false)
    {
        string own = $"""
            parameter(users, singly) AS NOT MATERIALIZED (VALUES ({(users ? 1 : 0)}, {(singly ? 1 : 0)})),
            scope(since, until, shift, step) AS {(scope.ReadsStore ? "" : "NOT ")}MATERIALIZED ({scope.Sql}),
            {(best is null ? NoBestQuarters : BestQuarters(best))}
            """;
        return Hidden(name, description, $"SELECT {Quoted($"(WITH RECURSIVE {own}, ")} || ${"{relation:sqlstring}"} || {Quoted($"\n  SELECT {select})")} AS relation");
    }

    private static string ChosenNames(string name) =>
        $"CASE WHEN {AllValue} IN (${{{name}:sqlstring}}) THEN '' ELSE ' AND {name} IN (' || {Literals($"${{{name}:sqlstring}}")} || ')' END";

    /// <summary>
    /// Selected texts as SQL literals, as text. Since version 10.2, Grafana escapes a double quote with a backslash, which SQLite does not
    /// support, so both forms are included. The value of a variable that others read must not contain a double quote or a dollar sign.
    /// </summary>
    private static string Literals(string list) => $"""
        (SELECT group_concat(replace(replace(quote(value), '$', ''' || char(36) || '''), '"', ''' || char(34) || '''), ', ')
            FROM (SELECT value FROM json_each(json_array({list})) UNION SELECT replace(value, '\"', '"') FROM json_each(json_array({list}))))
        """;

    // SQL text as an SQL literal. Words in guillemets are replaced with columns.
    private static string Literal(string text)
    {
        var literal = new StringBuilder(Quoted(text));
        foreach (string word in (ReadOnlySpan<string>)["chosen", "by_user", "picked", "singly", "clock", "details", "joined", "prices", "has_prices"])
            literal.Replace($"«{word}»", $"' || {word} || '");
        // The plugin would replace these in this query.
        return literal.Replace("«from»", "' || '$' || '__from / 1000").Replace("«to»", "' || '$' || '__to / 1000").ToString();
    }

    // The measures by which the best requests are selected.
    private static Measure[] Best => [Measures.MaxTotalTokens, Measures.MaxDurationMs];

    // The quarter-hours that contain the 500 requests with the largest values of a measure, and what is read of them and of the gaps. Each of 500 rollups has a
    // request with its maximum, so requests below all of these maxima are not needed.
    private static string BestQuarters(Measure measure) => $"""
        best(start, amount) AS MATERIALIZED (
            SELECT start, {measure.Name} FROM scope CROSS JOIN {RollupSchema.Sums}
            WHERE level = {(int)RollupLevel.Quarter} AND start >= since AND start + {RollupLevels.QuarterSeconds} <= until
              AND group_id IN (SELECT group_id FROM chosen_group) AND (SELECT is_usable FROM rollup_state){(measure.KnownBy is { } known ? $" AND {known.Name} > 0" : "")}
            ORDER BY {measure.Name} DESC LIMIT {NewestRows}),
        least({string.Join(", ", Best.Select(of => of.Name))}) AS MATERIALIZED (
            SELECT {string.Join(", ", Best.Select(of => of == measure ? $"CASE COUNT(*) WHEN {NewestRows} THEN MIN(amount) END" : "NULL"))} FROM best
            WHERE (SELECT singly FROM reading) <> {RollupPlanner.EveryRequest} AND NOT EXISTS (SELECT 1 FROM {RollupSchema.Stale} WHERE level = {(int)RollupLevel.Quarter})),
        wanted(first, last) AS MATERIALIZED (SELECT * FROM gap UNION ALL SELECT DISTINCT start, start + {RollupLevels.QuarterSeconds} FROM best)
        """;

    private static string NoBestQuarters => $"""
        best(start) AS (SELECT NULL WHERE FALSE),
        least({string.Join(", ", Best.Select(of => of.Name))}) AS (VALUES ({string.Join(", ", Best.Select(_ => "NULL"))})),
        wanted(first, last) AS NOT MATERIALIZED (SELECT * FROM gap)
        """;

    // Before all other conditions, because it is the cheapest condition that excludes most requests.
    private static string IsWanted => string.Concat(Best.Select(measure => $"((SELECT {measure.Name} FROM least) IS NULL OR {MeasureSql.Of(measure)} >= (SELECT {measure.Name} FROM least)) AND "));

    /// <summary>A second from which on the time range contains 500 of its requests, if it has that many, as each rollup row has at least one request.</summary>
    private static string NewestQuarter(string condition) => $"""
        SELECT CASE WHEN «singly» THEN since ELSE COALESCE((
            SELECT start FROM {RollupSchema.Sums} WHERE level = {(int)RollupLevel.Quarter} AND start >= since AND start + {RollupLevels.QuarterSeconds} <= until
              AND (SELECT is_usable FROM rollup_state) AND group_id IN (SELECT group_id FROM chosen_group) AND NOT {RollupPlanner.IsStale(RollupSchema.Sums)}
              AND {condition}
            ORDER BY start DESC LIMIT 1 OFFSET {NewestRows - 1}), since) END FROM selected
        """;

    private static string Common(string newest, string newestInterrupted, string firstKnown) => $$"""
        clock(since, until, utc_offset, before) AS NOT MATERIALIZED (VALUES «clock»),
        {{PriceSql.Prices}},
        selected(since, until) AS NOT MATERIALIZED (VALUES («from», «to»)),
        newest(second) AS ({{newest}}),
        newest_interrupted(second) AS ({{newestInterrupted}}),
        first_known(second) AS ({{firstKnown}}),
        stretch(first, last, step, utc_offset, before, since, shift) AS MATERIALIZED (
          SELECT MAX(scope.since, clock.since), MIN(scope.until, clock.until), step, utc_offset,
            CASE WHEN clock.since > scope.since THEN before ELSE utc_offset END, scope.since, shift
          FROM scope CROSS JOIN clock WHERE clock.since < scope.until AND clock.until > scope.since),
        slot(first, local_second) AS (
          SELECT first, {{LocalSecond("first")}} FROM stretch
          UNION ALL
          SELECT first, local_second + step FROM slot CROSS JOIN stretch USING (first) WHERE local_second + step - utc_offset < last),
        calendar(time, bar_time) AS (SELECT DISTINCT {{TimeOf("local_second")}}, {{BarTimeOf("local_second")}} FROM slot CROSS JOIN stretch USING (first)),
        reading(users, singly) AS (
          SELECT users OR «by_user», CASE WHEN singly OR «singly» THEN {{RollupPlanner.EveryRequest}} WHEN {{PriceSql.NeedsRequests}} THEN {{RollupPlanner.RequestsAndRemoved}} ELSE 0 END
          FROM parameter)
        """;

    private static string Read(string from, string condition, string firstCondition = "") => $"""
        request AS NOT MATERIALIZED (
          SELECT *{string.Concat(Shown.Where(measure => SameValue(measure) is not null).Select(measure => $", {SameValue(measure)!.Name} AS {measure.Name}"))},
            timestamp AS first_time, timestamp AS last_time
          FROM (
            SELECT id, {TelemetrySql.Table}.rowid AS stored_row, unixepoch(substr(timestamp, 1, 19)) AS second,
              unixepoch(substr(timestamp, 1, 19)) + CAST('0' || substr(timestamp, 20) AS REAL) AS time,
              CASE length(timestamp) WHEN 19 THEN timestamp || '.000000Z' ELSE timestamp || 'Z' END AS timestamp,
              {Known(TelemetrySql.User)} AS user, {Known(TelemetrySql.Model)} AS model, {Known(TelemetrySql.Provider)} AS provider,
              {Known(TelemetrySql.RequestType)} AS request_type, {TelemetrySql.Transaction} AS transaction_id, trace_id, span_id,
              {string.Join(", ", Shown.Where(measure => IsOfRow(measure) && !MeasureSql.IsDetail(measure)).Select(measure => $"{ValueOf(measure)} AS {measure.Name}"))},
              «details»
            FROM {from}«joined»
            WHERE {firstCondition}timestamp >= (SELECT strftime('%Y-%m-%dT%H:%M:%S', since, 'unixepoch') FROM scope)
              AND timestamp < (SELECT strftime('%Y-%m-%dT%H:%M:%S', until, 'unixepoch') FROM scope)
              AND {TelemetrySql.TimestampReadable})
          WHERE {condition} «chosen» «picked»)
        """;

    // Another measure that has the same value in a row, such as the maximum of a single number.
    private static Measure? SameValue(Measure measure) =>
        measure.Aggregate == MeasureAggregate.Sum || measure.Unit == MeasureUnit.Time ? null
            : Shown.First(other => other.Aggregate == MeasureAggregate.Sum && MeasureSql.Of(other) == MeasureSql.Of(measure));

    private static bool IsOfRow(Measure measure) => measure.Unit != MeasureUnit.Time && SameValue(measure) is null;

    private static string ValueOf(Measure measure)
    {
        string value = measure.KnownBy is { } known ? $"CASE WHEN {MeasureSql.Of(known)} THEN {MeasureSql.Of(measure)} END" : MeasureSql.Of(measure);
        return measure.IsReal ? $"CAST({value} AS REAL)" : value;
    }

    private static string Details(bool exist) => string.Join(", ", Shown.Where(measure => IsOfRow(measure) && MeasureSql.IsDetail(measure)).Select(measure =>
        $"{(exist ? ValueOf(measure) : measure.KnownBy is null ? "0" : "NULL")} AS {measure.Name}"));

    private static string UsageOfRequests { get; } = $"""
        SELECT {OfStretch(Time("second"))} AS time, {OfStretch(LocalSecond("second"))} AS local_second, {OfStretch("utc_offset")} AS utc_offset, {Names}, {Sums}
          FROM priced_request
        """;

    private static string SizeOfRequests { get; } = $"""
        SELECT {Names}, CASE {string.Concat(HistogramBins.Sizes.Edges.Reverse().Select(edge => string.Create(CultureInfo.InvariantCulture, $"WHEN {Measures.TotalTokens.Name} >= {edge} THEN {edge} ")))}ELSE 0 END AS tokens_from, 1 AS requests
          FROM request
        """;

    private static string LatencyOfRequests { get; } = $"""
        SELECT {OfStretch(Time("second"))} AS time, {Names}, duration_ms, 1 AS requests FROM request WHERE duration_ms IS NOT NULL
        """;

    private static string FromRows { get; } = $"""
        {Read(TelemetrySql.Table, "TRUE")},
        {PriceSql.OfRequests},
        usage AS NOT MATERIALIZED (
          {UsageOfRequests}),
        latency AS NOT MATERIALIZED (
          {LatencyOfRequests}),
        size AS NOT MATERIALIZED (
          {SizeOfRequests})
        """;

    // SQLite sorts the rows that it groups, and many small sorts take half the time of a large one. Therefore, the histograms of a bucket and group are joined
    // into one text, and each text is summed separately. SQLite omits unused columns of a subquery, but not of a common table expression, so "usage" is
    // a subquery in one.
    private static string FromRollups { get; } = $$"""
        {{RollupPlanner.Pieces(", before, since, shift, began")}},
        {{RollupPlanner.RowRanges("wanted")}},
        {{Read($"row_range CROSS JOIN {TelemetrySql.Table} ON {TelemetrySql.Table}.rowid BETWEEN first_row AND last_row",
            $"(stored_row > (SELECT watermark FROM rollup_state) OR EXISTS (SELECT 1 FROM gap WHERE second >= first AND second < last) OR {RollupSchema.StartOf("second", RollupLevels.QuarterSeconds)} IN (SELECT start FROM best))", IsWanted)}},
        {{PriceSql.OfRequests}},
        {{PriceSql.OfSums}},
        chosen_group(group_id, user, model, provider, request_type, input_class) AS NOT MATERIALIZED (
          SELECT * FROM (
            SELECT id, {{Known("user_id")}} AS user, {{Known("model")}} AS model, {{Known("provider")}} AS provider, {{Known("request_type")}} AS request_type, input_class
            FROM {{RollupSchema.Groups}})
          WHERE TRUE «chosen»),
        sum_row AS NOT MATERIALIZED (
          SELECT {{Time("sums.start", "began")}} AS time, {{LocalSecond("sums.start")}} AS local_second, utc_offset, first, sums.*, user, model, provider, request_type, input_class
          FROM piece CROSS JOIN {{RollupSchema.Sums}} AS sums ON sums.level = piece.level AND sums.start >= piece.start AND sums.start < piece.end
            CROSS JOIN chosen_group ON chosen_group.group_id = sums.group_id
          WHERE NOT {{RollupPlanner.IsStale("sums")}}),
        usage AS NOT MATERIALIZED (
          SELECT * FROM (
            {{UsageOfRequests}}
            UNION ALL
            SELECT time, local_second, utc_offset, {{Names}}, {{RollupSchema.InView(Shown, " || 'Z'")}}, {{Priced}}
            FROM priced_sum)),
        histograms AS MATERIALIZED (
          SELECT time, group_id, MAX(max_duration_ms) AS longest, COUNT(*) AS parts, replace(group_concat(durations), '},{', ',') AS durations
          FROM sum_row WHERE timed_requests > 0 GROUP BY 1, 2),
        histogram AS NOT MATERIALIZED (
          SELECT time, group_id, longest, CASE parts WHEN 1 THEN durations ELSE (
            SELECT json_group_object(bin, requests) FROM (
              SELECT CAST(key AS INTEGER) AS bin, SUM(value) AS requests FROM json_each(histograms.durations) GROUP BY 1)) END AS durations
          FROM histograms),
        latency AS NOT MATERIALIZED (
          {{LatencyOfRequests}}
          UNION ALL
          SELECT time, {{Names}}, MIN(duration_ms, longest) AS duration_ms, value AS requests
          FROM histogram CROSS JOIN chosen_group USING (group_id) CROSS JOIN json_each(durations) CROSS JOIN {{RollupSchema.Bins}} ON bin = CAST(key AS INTEGER)),
        size AS NOT MATERIALIZED (
          {{SizeOfRequests}}
          UNION ALL
          SELECT {{Names}}, CASE CAST(key AS INTEGER) {{string.Concat(HistogramBins.Sizes.Edges.Select((edge, index) => string.Create(CultureInfo.InvariantCulture, $"WHEN {index + 1} THEN {edge} ")))}}ELSE 0 END, value
          FROM sum_row CROSS JOIN json_each(sizes))
        """;
}
