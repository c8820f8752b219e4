namespace TokenDashboard.Dashboards;

/// <summary>
/// The SQL that panels of several dashboards share. Every computed column has a CAST, because the plugin takes
/// a column's type from its first value and would cut fractions off a column that begins with a whole number.
/// </summary>
internal static class SeriesQueries
{
    internal const int TopBars = 15;
    internal const int TopSeries = 10;

    private const string Everything = "TRUE";

    internal static string Totals(string condition = Everything) => $"""
        WITH {PanelRelations.Usage()}
        SELECT
          CAST(COALESCE(SUM(total_tokens), 0) AS INTEGER) AS "Total tokens",
          CAST(COALESCE(SUM(prompt_tokens), 0) AS INTEGER) AS "Prompt tokens",
          CAST(COALESCE(SUM(completion_tokens), 0) AS INTEGER) AS "Completion tokens",
          CAST(COALESCE(SUM(requests), 0) AS INTEGER) AS "Requests",
          CAST(COUNT(DISTINCT NULLIF(user, '{PanelSql.Unknown}')) AS INTEGER) AS "Users",
          CAST(COALESCE(SUM(policy_failures), 0) AS INTEGER) AS "Policy failures",
          CAST(SUM(total_tokens) * 1.0 / SUM(requests) AS REAL) AS "Tokens per request"
        FROM usage
        WHERE {condition}
        """;

    internal static string TokensOverTime(string condition = Everything) => $"""
        WITH RECURSIVE {PanelRelations.Usage(step: PanelSql.BucketStep, users: condition != Everything)},
        slots AS MATERIALIZED (
          SELECT {PanelSql.Slot} AS slot, SUM(prompt_tokens) AS prompt, SUM(completion_tokens) AS completion
          FROM usage WHERE {condition} GROUP BY 1),
        {PanelSql.Buckets}
        SELECT
          CAST({PanelSql.SlotStart} AS INTEGER) AS time,
          CAST(COALESCE(prompt, 0) AS INTEGER) AS "Prompt tokens",
          CAST(COALESCE(completion, 0) AS INTEGER) AS "Completion tokens"
        FROM bucket CROSS JOIN scope LEFT JOIN slots USING (slot)
        ORDER BY slot
        """;

    /// <summary>Total tokens by the values of a column, the largest first and the rest as one.</summary>
    internal static string TopShares(string column, string title, int top, string condition = Everything) => $"""
        WITH {PanelRelations.Usage(users: column == "user" || condition != Everything)},
        used AS (
          SELECT {column} AS name, SUM(total_tokens) AS tokens FROM usage WHERE {condition} GROUP BY {column}),
        {PanelSql.Ranked("used")}
        SELECT CAST({PanelSql.TopName(top)} AS TEXT) AS "{title}", CAST(SUM(tokens) AS INTEGER) AS "Tokens"
        FROM ranked GROUP BY 1
        ORDER BY MIN(place)
        """;

    /// <summary>Total tokens of each bucket by the values of a column.</summary>
    /// <param name="column">The column of usage, and the label of the series.</param>
    /// <param name="step">The size of buckets.</param>
    internal static string OverTime(string column, string? step = null) => $"""
        {NamedBuckets(column, step ?? PanelSql.BucketStep)}
        SELECT
          CAST({PanelSql.SlotStart} AS INTEGER) AS time,
          CAST(name AS TEXT) AS {column},
          CAST(COALESCE(tokens, 0) AS INTEGER) AS tokens
        FROM bucket CROSS JOIN listed CROSS JOIN scope LEFT JOIN shown USING (slot, name)
        ORDER BY slot, rank
        """;

    /// <summary>Total tokens from the beginning of the time range to the end of each bucket, by the values of a column.</summary>
    internal static string Cumulative(string column) => $"""
        {NamedBuckets(column, PanelSql.BucketStep)}
        SELECT
          CAST({PanelSql.SlotEnd} AS INTEGER) AS time,
          CAST(name AS TEXT) AS {column},
          CAST(SUM(COALESCE(tokens, 0)) OVER (PARTITION BY name ORDER BY slot) AS INTEGER) AS tokens
        FROM bucket CROSS JOIN listed CROSS JOIN scope LEFT JOIN shown USING (slot, name)
        ORDER BY slot, rank
        """;

    /// <summary>Tokens of each bucket and each of the top names (<c>shown</c>), and these names (<c>listed</c>) in their order.</summary>
    private static string NamedBuckets(string column, string step) => $"""
        WITH RECURSIVE {PanelRelations.Usage(step: step, users: column == "user")},
        slots AS MATERIALIZED (
          SELECT {PanelSql.Slot} AS slot, {column} AS name, SUM(total_tokens) AS tokens FROM usage GROUP BY 1, 2),
        {PanelSql.Ranked("(SELECT name, SUM(tokens) AS tokens FROM slots GROUP BY name)")},
        shown AS MATERIALIZED (
          SELECT slot, {PanelSql.TopName(TopSeries)} AS name, SUM(slots.tokens) AS tokens
          FROM slots JOIN ranked USING (name) GROUP BY 1, 2),
        listed AS MATERIALIZED (
          SELECT {PanelSql.TopName(TopSeries)} AS name, MIN(place) AS rank FROM ranked GROUP BY 1),
        {PanelSql.Buckets}
        """;
}
