namespace TokenDashboard.Dashboards;

/// <summary>The SQL of panels that only <see cref="UsersDashboard"/> has.</summary>
internal static class UsersQueries
{
    internal const int TopRows = 1000;

    /// <summary>How many users have a row of their own at most.</summary>
    internal const int RepeatedRows = 10;

    /// <summary>The variable that stands for the user of a repeated row.</summary>
    internal const string RowVariable = "row_user";

    /// <summary>Whether a row of usage is of the user of the repeated row.</summary>
    internal static string OfRow { get; } = PanelSql.Chosen(RowVariable, "user");

    internal static string RowUsers { get; } = $"""
        WITH {PanelRelations.Usage()}
        SELECT CAST(user AS TEXT) AS name FROM usage WHERE {PanelSql.Choosable("user")} GROUP BY user ORDER BY SUM(total_tokens) DESC, user LIMIT {RepeatedRows}
        """;

    internal static string Comparison { get; } = $"""
        WITH {PanelRelations.UsageAndLatency(PanelSql.PreviousFrom)},
        used AS MATERIALIZED (
          SELECT user AS name, model, second >= {PanelSql.From} AS in_range, SUM(total_tokens) AS tokens, SUM(requests) AS requests,
            SUM(duration_ms) AS duration, SUM(timed_requests) AS timed_requests, MAX(last_time) AS last_seen
          FROM usage GROUP BY 1, 2, 3),
        compared AS (
          SELECT name,
            SUM(CASE WHEN in_range THEN tokens ELSE 0 END) AS tokens,
            SUM(CASE WHEN in_range THEN 0 ELSE tokens END) AS previous_tokens,
            SUM(CASE WHEN in_range THEN requests ELSE 0 END) AS requests,
            SUM(CASE WHEN in_range THEN duration END) AS duration,
            SUM(CASE WHEN in_range THEN timed_requests ELSE 0 END) AS timed_requests,
            MAX(last_seen) AS last_seen
          FROM used GROUP BY name),
        favourite AS MATERIALIZED (
          SELECT name, model FROM (
            SELECT name, model, ROW_NUMBER() OVER (PARTITION BY name ORDER BY tokens DESC, model) AS place FROM used WHERE in_range)
          WHERE place = 1),
        {PanelSql.Weighed("user AS name", "name", $"second >= {PanelSql.From}")},
        slow AS MATERIALIZED (SELECT name, {PanelSql.Percentile(95)} AS p95 FROM weighed GROUP BY name),
        {PanelSql.Ranked("compared")}
        SELECT
          CAST({PanelSql.TopName(TopRows)} AS TEXT) AS "User",
          CAST(SUM(tokens) AS INTEGER) AS "Tokens",
          CAST(SUM(tokens) * 1.0 / NULLIF(SUM(SUM(tokens)) OVER (), 0) AS REAL) AS "Share",
          CAST(SUM(requests) AS INTEGER) AS "Requests",
          CAST(SUM(duration) / SUM(timed_requests) AS REAL) AS "Mean duration",
          CAST(MAX(CASE WHEN place <= {TopRows} THEN p95 END) AS REAL) AS "p95 duration",
          CAST(MAX(CASE WHEN place <= {TopRows} THEN model END) AS TEXT) AS "Favourite model",
          CAST(SUM(previous_tokens) AS INTEGER) AS "Previous tokens",
          CAST((SUM(tokens) - SUM(previous_tokens)) * 1.0 / NULLIF(SUM(previous_tokens), 0) AS REAL) AS "Change",
          CAST(MAX(last_seen) || 'Z' AS TEXT) AS "Last seen"
        FROM ranked LEFT JOIN favourite USING (name) LEFT JOIN slow USING (name) GROUP BY 1
        ORDER BY MIN(place)
        """;

    internal static string TokensByHour { get; } = $"""
        WITH RECURSIVE {PanelRelations.Usage(step: "3600", users: false)},
        slots AS MATERIALIZED (
          SELECT {PanelSql.Slot} % 24 AS hour, SUM(total_tokens) AS tokens FROM usage GROUP BY 1),
        clock(hour) AS (
          SELECT 0 WHERE EXISTS (SELECT 1 FROM slots) UNION ALL SELECT hour + 1 FROM clock WHERE hour < 23)
        SELECT CAST(printf('%02d', hour) AS TEXT) AS "Hour", CAST(COALESCE(tokens, 0) AS INTEGER) AS "Tokens"
        FROM clock LEFT JOIN slots USING (hour)
        ORDER BY hour
        """;
}
