namespace TokenDashboard.Dashboards;

/// <summary>The SQL of panels that only <see cref="ModelsDashboard"/> has.</summary>
internal static class ModelsQueries
{
    internal const int TopRows = 100;

    internal static string Speed { get; } = ByModel(
        "CAST(SUM(completion) * 1000.0 / NULLIF(SUM(duration), 0) AS REAL)", "Tokens per second", "timed_requests > 0");

    internal static string Ratio { get; } = ByModel(
        "CAST(SUM(prompt) * 1.0 / NULLIF(SUM(completion), 0) AS REAL)", "Prompt tokens per completion token", "completion > 0");

    internal static string Failures { get; } = ByModel("CAST(SUM(failures) AS INTEGER)", "Policy failures", "failures > 0", "failures");

    internal static string Durations { get; } = $"""
        WITH {PanelRelations.Latency(users: false)},
        {PanelSql.Ranked("(SELECT model AS name, SUM(requests) AS tokens FROM latency GROUP BY model)")},
        top AS MATERIALIZED (SELECT name AS model, {PanelSql.TopName(SeriesQueries.TopSeries)} AS name, place FROM ranked),
        {PanelSql.Weighed("name", "name", source: "latency JOIN top USING (model)")}
        SELECT CAST(name AS TEXT) AS "Model",
          {PanelSql.Percentile(50)} AS "p50", {PanelSql.Percentile(95)} AS "p95", {PanelSql.Percentile(99)} AS "p99"
        FROM weighed JOIN (SELECT name, MIN(place) AS place FROM top GROUP BY name) USING (name)
        GROUP BY name
        ORDER BY place
        """;

    internal static string Comparison { get; } = $"""
        WITH {PanelRelations.UsageAndLatency(users: false)},
        used AS MATERIALIZED (
          SELECT model AS name, SUM(total_tokens) AS tokens, SUM(requests) AS requests, SUM(prompt_tokens) AS prompt,
            SUM(completion_tokens) AS completion, SUM(duration_ms) AS duration, SUM(timed_requests) AS timed_requests,
            SUM(policy_failures) AS failures, MIN(first_time) AS first_seen, MAX(last_time) AS last_seen
          FROM usage GROUP BY model),
        {PanelSql.Weighed("model AS name", "name")},
        slow AS MATERIALIZED (
          SELECT name, {PanelSql.Percentile(50)} AS p50, {PanelSql.Percentile(95)} AS p95, {PanelSql.Percentile(99)} AS p99
          FROM weighed GROUP BY name),
        {PanelSql.Ranked("used")}
        SELECT
          CAST({PanelSql.TopName(TopRows)} AS TEXT) AS "Model",
          CAST(SUM(tokens) AS INTEGER) AS "Tokens",
          CAST(SUM(tokens) * 1.0 / NULLIF(SUM(SUM(tokens)) OVER (), 0) AS REAL) AS "Share",
          CAST(SUM(requests) AS INTEGER) AS "Requests",
          CAST(SUM(prompt) AS INTEGER) AS "Prompt",
          CAST(SUM(completion) AS INTEGER) AS "Completion",
          CAST(SUM(duration) / SUM(timed_requests) AS REAL) AS "Mean duration",
          CAST(MAX(CASE WHEN place <= {TopRows} THEN p50 END) AS REAL) AS "p50 duration",
          CAST(MAX(CASE WHEN place <= {TopRows} THEN p95 END) AS REAL) AS "p95 duration",
          CAST(MAX(CASE WHEN place <= {TopRows} THEN p99 END) AS REAL) AS "p99 duration",
          CAST(SUM(failures) AS INTEGER) AS "Policy failures",
          CAST(MIN(first_seen) || 'Z' AS TEXT) AS "First seen",
          CAST(MAX(last_seen) || 'Z' AS TEXT) AS "Last seen"
        FROM ranked LEFT JOIN slow USING (name) GROUP BY 1
        ORDER BY MIN(place)
        """;

    /// <summary>A value for each of the top models, the rest as one.</summary>
    /// <param name="value">The value of added up models.</param>
    /// <param name="title">Its name.</param>
    /// <param name="condition">Which models have it.</param>
    /// <param name="order">By which of a model's sums the top is chosen.</param>
    private static string ByModel(string value, string title, string condition, string order = "total") => $"""
        WITH {PanelRelations.Usage(users: false)},
        used AS (
          SELECT model AS name, SUM(total_tokens) AS total, SUM(prompt_tokens) AS prompt, SUM(completion_tokens) AS completion,
            SUM(duration_ms) AS duration, SUM(timed_requests) AS timed_requests, SUM(policy_failures) AS failures
          FROM usage GROUP BY model),
        {PanelSql.Ranked($"(SELECT *, {order} AS tokens FROM used WHERE {condition})")}
        SELECT CAST({PanelSql.TopName(SeriesQueries.TopBars)} AS TEXT) AS "Model", {value} AS "{title}"
        FROM ranked GROUP BY 1
        ORDER BY MIN(place)
        """;
}
