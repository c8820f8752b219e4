namespace TokenDashboard.Dashboards;

/// <summary>The SQL of panels that only <see cref="OverviewDashboard"/> has.</summary>
internal static class OverviewQueries
{
    internal static string Changes(string condition = "TRUE") => $"""
        WITH {PanelRelations.Usage(since: PanelSql.PreviousFrom)},
        period AS MATERIALIZED (
          SELECT second >= {PanelSql.From} AS in_range, SUM(total_tokens) AS tokens, SUM(prompt_tokens) AS prompt,
            SUM(completion_tokens) AS completion, SUM(requests) AS requests, COUNT(DISTINCT NULLIF(user, '{PanelSql.Unknown}')) AS users,
            SUM(policy_failures) AS failures, SUM(total_tokens) * 1.0 / SUM(requests) AS per_request
          FROM usage WHERE {condition} GROUP BY 1)
        SELECT
          {Change("tokens")} AS "Total tokens",
          {Change("prompt")} AS "Prompt tokens",
          {Change("completion")} AS "Completion tokens",
          {Change("requests")} AS "Requests",
          {Change("users")} AS "Users",
          {Change("failures")} AS "Policy failures",
          {Change("per_request")} AS "Tokens per request"
        FROM (SELECT 1) LEFT JOIN period AS shown ON shown.in_range LEFT JOIN period AS previous ON NOT previous.in_range
        """;

    internal static string MeanDuration { get; } = $"""
        WITH {PanelRelations.Usage(users: false)}
        SELECT CAST(SUM(duration_ms) / SUM(timed_requests) AS REAL) AS "Mean duration" FROM usage
        """;

    internal static string DurationOverTime { get; } = $"""
        WITH {PanelRelations.Latency(step: PanelSql.BucketStep, users: false)},
        {PanelSql.Weighed($"{PanelSql.Slot} AS slot", "slot")}
        SELECT
          CAST({PanelSql.SlotStart} AS INTEGER) AS time,
          {PanelSql.Percentile(50)} AS "p50",
          {PanelSql.Percentile(95)} AS "p95",
          {PanelSql.Percentile(99)} AS "p99"
        FROM weighed CROSS JOIN scope GROUP BY slot
        ORDER BY slot
        """;

    // Both periods are cut at the same multiples of the bucket size, so the two lines are at most a bucket apart in time.
    internal static string CumulativeTokens { get; } = $"""
        WITH RECURSIVE {PanelRelations.Usage(PanelSql.PreviousFrom, PanelSql.BucketStep, users: false)},
        slots AS MATERIALIZED (
          SELECT
            CASE WHEN second >= {PanelSql.From} THEN {PanelSql.Slot} ELSE MIN(
              {PanelSql.Slot} - ({PanelSql.PreviousFrom} + {PanelSql.Offset}) / (SELECT step FROM scope) + {PanelSql.FirstSlot},
              ({PanelSql.To} - 1 + {PanelSql.Offset}) / (SELECT step FROM scope)) END AS slot,
            SUM(CASE WHEN second >= {PanelSql.From} THEN total_tokens END) AS tokens,
            SUM(CASE WHEN second < {PanelSql.From} THEN total_tokens END) AS previous_tokens
          FROM usage GROUP BY 1),
        {PanelSql.Buckets}
        SELECT
          CAST({PanelSql.SlotEnd} AS INTEGER) AS time,
          CAST(CASE WHEN {PanelSql.SlotStart} <= unixepoch('now') OR slot <= (SELECT MAX(slots.slot) FROM slots WHERE tokens IS NOT NULL)
            THEN SUM(COALESCE(tokens, 0)) OVER (ORDER BY slot) END AS INTEGER) AS "This period",
          CAST(SUM(COALESCE(previous_tokens, 0)) OVER (ORDER BY slot) AS INTEGER) AS "Period before"
        FROM bucket CROSS JOIN scope LEFT JOIN slots USING (slot)
        ORDER BY slot
        """;

    // The first of January 1970 was a Thursday: three days after the Monday that begins hour 0 of a week.
    internal static string TokensByWeekdayAndHour { get; } = $"""
        WITH {PanelRelations.Usage(step: "3600", users: false)},
        slots AS MATERIALIZED (
          SELECT ({PanelSql.Slot} + 72) % 168 AS hour, SUM(total_tokens) AS tokens FROM usage GROUP BY 1)
        SELECT CAST(column2 AS TEXT) AS "Day",
          {string.Join(",\n  ", Enumerable.Range(0, 24).Select(hour =>
              $"CAST(COALESCE(SUM(CASE WHEN hour % 24 = {hour} THEN tokens END), 0) AS INTEGER) AS \"{hour:00}\""))}
        FROM (VALUES (0, 'Mon'), (1, 'Tue'), (2, 'Wed'), (3, 'Thu'), (4, 'Fri'), (5, 'Sat'), (6, 'Sun'))
          LEFT JOIN slots ON hour / 24 = column1
        WHERE EXISTS (SELECT 1 FROM slots)
        GROUP BY column1
        ORDER BY column1
        """;

    private static string Change(string column) =>
        $"CAST((COALESCE(shown.{column}, 0) - previous.{column}) * 1.0 / NULLIF(previous.{column}, 0) AS REAL)";
}
