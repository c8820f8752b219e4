namespace TokenDashboard.Dashboards;

/// <summary>
/// The SQL of the panels of <see cref="TokenUsageDashboard"/>. Each reads the table once. Every computed column has a CAST, because the
/// plugin takes a column's type from its first value and would cut fractions off a column that begins with a whole number.
/// </summary>
internal static class TokenUsageQueries
{
    internal const int TopUserBars = 15;
    internal const int TopUserSeries = 10;
    internal const int TopUserRows = 1000;
    internal const int TopModels = 10;
    internal const int NewestRequestRows = 1000;

    internal static string Totals { get; } = $"""
        WITH {PanelSql.Requests}
        SELECT
          CAST(COALESCE(SUM(total_tokens), 0) AS INTEGER) AS "Total tokens",
          CAST(COALESCE(SUM(prompt_tokens), 0) AS INTEGER) AS "Prompt tokens",
          CAST(COALESCE(SUM(completion_tokens), 0) AS INTEGER) AS "Completion tokens",
          CAST(COUNT(*) AS INTEGER) AS "Requests",
          CAST(COUNT(DISTINCT NULLIF(user, '{PanelSql.Unknown}')) AS INTEGER) AS "Users",
          CAST(COALESCE(SUM(policy_failed), 0) AS INTEGER) AS "Policy failures"
        FROM request
        """;

    internal static string TokensOverTime { get; } = $"""
        WITH RECURSIVE {PanelSql.Requests},
        {PanelSql.BucketSize},
        usage AS MATERIALIZED (
          SELECT {PanelSql.Slot} AS slot, SUM(prompt_tokens) AS prompt, SUM(completion_tokens) AS completion
          FROM request GROUP BY 1),
        {PanelSql.Buckets}
        SELECT
          CAST({PanelSql.SlotStart} AS INTEGER) AS time,
          CAST(COALESCE(prompt, 0) AS INTEGER) AS "Prompt tokens",
          CAST(COALESCE(completion, 0) AS INTEGER) AS "Completion tokens"
        FROM bucket CROSS JOIN bucket_size LEFT JOIN usage USING (slot)
        ORDER BY slot
        """;

    internal static string TokensByModel { get; } = TopShares("model", "Model", TopModels);

    internal static string TokensByUser { get; } = TopShares("user", "User", TopUserBars);

    internal static string MeanDuration { get; } = $"""
        WITH {PanelSql.Requests}
        SELECT CAST(AVG(duration_ms) AS REAL) AS "Mean duration" FROM request
        """;

    internal static string TokensByUserOverTime { get; } = $"""
        {UserBuckets()}
        SELECT
          CAST({PanelSql.SlotStart} AS INTEGER) AS time,
          CAST(name AS TEXT) AS user,
          CAST(COALESCE(tokens, 0) AS INTEGER) AS tokens
        FROM bucket CROSS JOIN person CROSS JOIN bucket_size LEFT JOIN shown USING (slot, name)
        ORDER BY slot, rank
        """;

    internal static string CumulativeTokensByUser { get; } = $"""
        {UserBuckets()}
        SELECT
          CAST(MIN({PanelSql.SlotStart} + seconds, {PanelSql.To}) AS INTEGER) AS time,
          CAST(name AS TEXT) AS user,
          CAST(SUM(COALESCE(tokens, 0)) OVER (PARTITION BY name ORDER BY slot) AS INTEGER) AS tokens
        FROM bucket CROSS JOIN person CROSS JOIN bucket_size LEFT JOIN shown USING (slot, name)
        ORDER BY slot, rank
        """;

    internal static string UserComparison { get; } = $"""
        WITH {PanelSql.RequestsSince($"{PanelSql.From} * 2 - {PanelSql.To}")},
        usage AS (
          SELECT user AS name, timestamp >= {PanelSql.FromText} AS in_range, SUM(total_tokens) AS tokens, COUNT(*) AS requests,
            SUM(duration_ms) AS duration, COUNT(duration_ms) AS timed_requests, MAX(timestamp) AS last_seen
          FROM request GROUP BY 1, 2),
        compared AS (
          SELECT name,
            SUM(CASE WHEN in_range THEN tokens ELSE 0 END) AS tokens,
            SUM(CASE WHEN in_range THEN 0 ELSE tokens END) AS previous_tokens,
            SUM(CASE WHEN in_range THEN requests ELSE 0 END) AS requests,
            SUM(CASE WHEN in_range THEN duration END) AS duration,
            SUM(CASE WHEN in_range THEN timed_requests ELSE 0 END) AS timed_requests,
            MAX(last_seen) AS last_seen
          FROM usage GROUP BY name),
        {PanelSql.Ranked("compared")}
        SELECT
          CAST({PanelSql.TopName(TopUserRows)} AS TEXT) AS "User",
          CAST(SUM(tokens) AS INTEGER) AS "Tokens",
          CAST(SUM(tokens) * 1.0 / NULLIF(SUM(SUM(tokens)) OVER (), 0) AS REAL) AS "Share",
          CAST(SUM(requests) AS INTEGER) AS "Requests",
          CAST(SUM(duration) / SUM(timed_requests) AS REAL) AS "Mean duration",
          CAST(SUM(previous_tokens) AS INTEGER) AS "Previous tokens",
          CAST((SUM(tokens) - SUM(previous_tokens)) * 1.0 / NULLIF(SUM(previous_tokens), 0) AS REAL) AS "Change",
          CAST(MAX(last_seen) || 'Z' AS TEXT) AS "Last seen"
        FROM ranked GROUP BY 1
        ORDER BY MIN(place)
        """;

    internal static string TokensByHour { get; } = $"""
        WITH RECURSIVE {PanelSql.Requests},
        usage AS MATERIALIZED (
          SELECT (second + {PanelSql.Offset}) / 3600 % 24 AS hour, SUM(total_tokens) AS tokens FROM request GROUP BY 1),
        clock(hour) AS (
          SELECT 0 WHERE EXISTS (SELECT 1 FROM usage) UNION ALL SELECT hour + 1 FROM clock WHERE hour < 23)
        SELECT CAST(printf('%02d', hour) AS TEXT) AS "Hour", CAST(COALESCE(tokens, 0) AS INTEGER) AS "Tokens"
        FROM clock LEFT JOIN usage USING (hour)
        ORDER BY hour
        """;

    // The first of January 1970 was a Thursday: three days after the Monday that begins hour 0 of a week.
    internal static string TokensByWeekdayAndHour { get; } = $"""
        WITH {PanelSql.Requests},
        usage AS MATERIALIZED (
          SELECT ((second + {PanelSql.Offset}) / 3600 + 72) % 168 AS hour, SUM(total_tokens) AS tokens FROM request GROUP BY 1)
        SELECT CAST(column2 AS TEXT) AS "Day",
          {string.Join(",\n  ", Enumerable.Range(0, 24).Select(hour =>
              $"CAST(COALESCE(SUM(CASE WHEN hour % 24 = {hour} THEN tokens END), 0) AS INTEGER) AS \"{hour:00}\""))}
        FROM (VALUES (0, 'Mon'), (1, 'Tue'), (2, 'Wed'), (3, 'Thu'), (4, 'Fri'), (5, 'Sat'), (6, 'Sun'))
          LEFT JOIN usage ON hour / 24 = column1
        WHERE EXISTS (SELECT 1 FROM usage)
        GROUP BY column1
        ORDER BY column1
        """;

    // The newest are chosen by id first: sorting whole rows takes several times as long.
    internal static string NewestRequests { get; } = $"""
        WITH {PanelSql.Requests}
        SELECT
          CAST(timestamp || 'Z' AS TEXT) AS "Time",
          CAST(user AS TEXT) AS "User",
          CAST(model AS TEXT) AS "Model",
          CAST(provider AS TEXT) AS "Provider",
          CAST(request_type AS TEXT) AS "Type",
          CAST(prompt_tokens AS INTEGER) AS "Prompt",
          CAST(completion_tokens AS INTEGER) AS "Completion",
          CAST(total_tokens AS INTEGER) AS "Total",
          CAST(duration_ms AS REAL) AS "Duration",
          CAST(CASE policy_failed WHEN 1 THEN 'failed' ELSE 'passed' END AS TEXT) AS "Policy",
          CAST(transaction_id AS TEXT) AS "Transaction"
        FROM request
        WHERE id IN (SELECT id FROM request ORDER BY timestamp DESC, id DESC LIMIT {NewestRequestRows})
        ORDER BY timestamp DESC, id DESC
        """;

    private static string TopShares(string column, string title, int top) => $"""
        WITH {PanelSql.Requests},
        usage AS (
          SELECT {column} AS name, SUM(total_tokens) AS tokens FROM request GROUP BY {column}),
        {PanelSql.Ranked("usage")}
        SELECT CAST({PanelSql.TopName(top)} AS TEXT) AS "{title}", CAST(SUM(tokens) AS INTEGER) AS "Tokens"
        FROM ranked GROUP BY 1
        ORDER BY MIN(place)
        """;

    /// <summary>Tokens of each bucket and each of the top users (<c>shown</c>), and these users (<c>person</c>) in their order.</summary>
    private static string UserBuckets() => $"""
        WITH RECURSIVE {PanelSql.Requests},
        {PanelSql.BucketSize},
        usage AS MATERIALIZED (
          SELECT {PanelSql.Slot} AS slot, user AS name, SUM(total_tokens) AS tokens FROM request GROUP BY 1, 2),
        {PanelSql.Ranked("(SELECT name, SUM(tokens) AS tokens FROM usage GROUP BY name)")},
        shown AS MATERIALIZED (
          SELECT slot, {PanelSql.TopName(TopUserSeries)} AS name, SUM(usage.tokens) AS tokens
          FROM usage JOIN ranked USING (name) GROUP BY 1, 2),
        person AS MATERIALIZED (
          SELECT {PanelSql.TopName(TopUserSeries)} AS name, MIN(place) AS rank FROM ranked GROUP BY 1),
        {PanelSql.Buckets}
        """;
}
