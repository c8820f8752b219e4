using System.Globalization;

namespace TokenDashboard.Dashboards;

/// <summary>The SQL of <see cref="RequestsDashboard"/>: single requests of the time range that the variables choose.</summary>
internal static class RequestsQueries
{
    internal const int Rows = 500;
    internal const int TransactionRows = 100;

    private static readonly (string Label, double From)[] DurationSteps =
    [
        ("0 s", 0), ("0.1 s", 100), ("0.2 s", 200), ("0.5 s", 500), ("1 s", 1000), ("2 s", 2000), ("5 s", 5000), ("10 s", 10_000),
        ("20 s", 20_000), ("60 s", 60_000),
    ];

    private static readonly (string Label, double From)[] SizeSteps =
    [
        ("0", 0), ("1", 1), ("100", 100), ("200", 200), ("500", 500), ("1 k", 1000), ("2 k", 2000), ("5 k", 5000), ("10 k", 10_000),
        ("20 k", 20_000), ("50 k", 50_000), ("100 k", 100_000),
    ];

    /// <summary>Whether only some of the requests are meant that the other variables choose.</summary>
    private const string Filtered = "${transaction:sqlstring} <> '' OR CAST(${min_tokens:sqlstring} AS INTEGER) > 0";

    // In both spellings of a double quote, as PanelSql.Chosen compares names.
    private const string Picked = """
        picked AS NOT MATERIALIZED (
          SELECT * FROM request
          WHERE (${transaction:sqlstring} = '' OR ${transaction:sqlstring} IN (transaction_id, replace(transaction_id, '"', '\"')))
            AND total_tokens >= CAST(${min_tokens:sqlstring} AS INTEGER))
        """;

    internal static string Newest { get; } = Table("timestamp DESC, id DESC", gap: PanelRelations.NewestGap(Rows, Filtered));

    internal static string Slowest { get; } = Table("duration_ms DESC, timestamp DESC, id DESC", "duration_ms IS NOT NULL");

    internal static string Largest { get; } = Table("total_tokens DESC, timestamp DESC, id DESC", "total_tokens > 0");

    internal static string Interrupted { get; } = Table(
        "timestamp DESC, id DESC", "interrupted_stream = 1", PanelRelations.NewestGap(Rows, Filtered, "interrupted_streams > 0"));

    // Bars begin where bins of the sums' histograms do, so that they are the same with and without sums.
    internal static string Durations { get; } = Histogram(
        "Duration from", [.. DurationSteps.Select(step => (step.Label, step.From))], PanelRelations.RequestsAndLatency(Filtered), $"""
        SELECT duration_ms AS value, 1 AS requests FROM picked WHERE duration_ms IS NOT NULL
            UNION ALL
            SELECT duration_ms, requests FROM summed_latency WHERE NOT ({Filtered})
        """);

    internal static string Sizes { get; } = Histogram(
        "Tokens from", SizeSteps, PanelRelations.Requests(), "SELECT total_tokens AS value, 1 AS requests FROM picked");

    internal static string OverTime { get; } = $"""
        WITH RECURSIVE {PanelRelations.RequestsAndSums(PanelSql.BucketStep, Filtered)},
        {Picked},
        slots AS MATERIALIZED (
          SELECT {PanelSql.Slot} AS slot, SUM(requests) AS requests, SUM(failures) AS failures, SUM(interrupted) AS interrupted
          FROM (
            SELECT second, 1 AS requests, policy_failed AS failures, interrupted_stream AS interrupted FROM picked
            UNION ALL
            SELECT second, requests, policy_failures, interrupted_streams FROM summed WHERE NOT ({Filtered}))
          GROUP BY 1),
        {PanelSql.Buckets}
        SELECT
          CAST({PanelSql.SlotStart} AS INTEGER) AS time,
          CAST(COALESCE(requests, 0) AS INTEGER) AS "Requests",
          CAST(COALESCE(failures, 0) AS INTEGER) AS "Policy failures",
          CAST(COALESCE(interrupted, 0) AS INTEGER) AS "Interrupted streams"
        FROM bucket CROSS JOIN scope LEFT JOIN slots USING (slot)
        ORDER BY slot
        """;

    internal static string Transactions { get; } = $"""
        WITH {PanelRelations.Requests()},
        {Picked}
        SELECT
          CAST(transaction_id AS TEXT) AS "Transaction",
          CAST(SUM(total_tokens) AS INTEGER) AS "Tokens",
          CAST(COUNT(*) AS INTEGER) AS "Requests",
          CAST(SUM(duration_ms) AS REAL) AS "Duration",
          CAST(COUNT(DISTINCT model) AS INTEGER) AS "Models",
          CAST(SUM(policy_failed) AS INTEGER) AS "Policy failures",
          CAST(MIN(timestamp) || 'Z' AS TEXT) AS "First request",
          CAST(MAX(timestamp) || 'Z' AS TEXT) AS "Last request"
        FROM picked WHERE transaction_id <> ''
        GROUP BY transaction_id
        ORDER BY SUM(total_tokens) DESC, transaction_id
        LIMIT {TransactionRows}
        """;

    // The rows are chosen by id first: sorting whole rows takes several times as long.
    private static string Table(string order, string condition = "TRUE", string? gap = null) => $"""
        WITH {(gap is null ? PanelRelations.Requests() : PanelRelations.Requests(gap))},
        {Picked},
        chosen AS MATERIALIZED (SELECT stored_row FROM picked WHERE {condition} ORDER BY {order} LIMIT {Rows})
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
        FROM {PanelRelations.StoredRequests} WHERE stored_row IN (SELECT stored_row FROM chosen)
        ORDER BY {order}
        """;

    private static string Histogram(string title, (string Label, double From)[] steps, string relations, string values) => $"""
        WITH RECURSIVE {relations},
        {Picked},
        counted AS MATERIALIZED (
          SELECT CASE {string.Join(" ", steps.Select((step, index) => string.Create(CultureInfo.InvariantCulture, $"WHEN value >= {step.From} THEN {index}")).Reverse())} END AS place,
            SUM(requests) AS requests
          FROM (
            {values})
          GROUP BY 1)
        SELECT CAST(column2 AS TEXT) AS "{title}", CAST(COALESCE(requests, 0) AS INTEGER) AS "Requests"
        FROM (VALUES {string.Join(", ", steps.Select((step, index) => $"({index}, '{step.Label}')"))})
          LEFT JOIN counted ON place = column1
        WHERE EXISTS (SELECT 1 FROM counted)
        ORDER BY column1
        """;
}
