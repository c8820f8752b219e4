using TokenDashboard.Grafana.Queries;

using static TokenDashboard.Grafana.Queries.PanelNames;

namespace TokenDashboard.Engines.Sqlite.Panels;

/// <summary>Writes the queries of panels about single requests and transactions.</summary>
internal static class SqliteRequestSql
{
    public static string Requests(RequestsQuery query)
    {
        (string relation, string order, string condition) = query.Choice switch
        {
            RequestChoice.Newest => ("newest_requests", "timestamp", ""),
            RequestChoice.Slowest => ("slowest_requests", "duration_ms", "WHERE duration_ms IS NOT NULL\n"),
            RequestChoice.MostExpensive => ("priced_requests", "cost", "WHERE cost > 0\n"),
            RequestChoice.Largest => ("largest_requests", "total_tokens", "WHERE total_tokens > 0\n"),
            _ => ("interrupted_requests", "timestamp", "WHERE interrupted_streams = 1\n"),
        };
        return $"""
            SELECT timestamp AS "Time", transaction_id AS "Transaction", user AS "User", model AS "Model", provider AS "Provider", request_type AS "Type",
              prompt_tokens AS "Prompt", completion_tokens AS "Completion", total_tokens AS "Total"{(query.Choice == RequestChoice.MostExpensive ? ", cost AS \"Cost\"" : "")}, duration_ms AS "Duration",
              CASE policy_failures WHEN 1 THEN 'failed' ELSE 'passed' END AS "Policy"
            FROM {SqlitePanelSql.Relation(relation)}
            {condition}ORDER BY {order} DESC, id DESC
            LIMIT {query.Rows}
            """;
    }

    public static string Histogram(HistogramQuery query)
    {
        string Edge(double value) => value.ToString(CultureInfo.InvariantCulture);
        string value = query.OfDurations
            ? $"CASE {string.Concat(query.Steps.Reverse().SkipLast(1).Select(step => $"WHEN duration_ms >= {Edge(step.From)} THEN {Edge(step.From)} "))}ELSE 0 END"
            : "tokens_from";
        return $"""
            SELECT label AS {Quoted(query.Title)}, requests AS "Requests"
            FROM (SELECT column1 AS edge, column2 AS label, COALESCE(requests, 0) AS requests, SUM(requests) OVER () AS all_requests
              FROM (VALUES {string.Join(", ", query.Steps.Select(step => $"({Edge(step.From)}, '{step.Label}')"))})
              LEFT JOIN (SELECT {value} AS step, SUM(requests) AS requests FROM {SqlitePanelSql.Relation(query.OfDurations ? "model_latency" : "model_sizes")} GROUP BY 1) ON step = column1)
            WHERE all_requests > 0
            ORDER BY edge
            """;
    }

    public static string Transactions(TransactionsQuery query) => $"""
        SELECT transaction_id AS "Transaction", SUM(total_tokens) AS "Tokens", COUNT(*) AS "Requests", SUM(duration_ms) AS "Duration",
          COUNT(DISTINCT model) AS "Models", SUM(policy_failures) AS "Policy failures", MIN(timestamp) AS "First request", MAX(timestamp) AS "Last request"
        FROM {SqlitePanelSql.Relation("requests")}
        WHERE transaction_id <> ''
        GROUP BY transaction_id
        ORDER BY SUM(total_tokens) DESC, transaction_id
        LIMIT {query.Rows}
        """;

    public static string TopTransactions(TransactionsQuery query) => $"""
        SELECT transaction_id AS "Transaction", user AS "User", SUM(total_tokens) AS "Tokens", COUNT(*) AS "Requests", MAX(timestamp) AS "Last request"
        FROM {SqlitePanelSql.Relation("requests")}
        WHERE transaction_id <> ''
        GROUP BY transaction_id
        ORDER BY "Tokens" DESC, "Transaction"
        LIMIT {query.Rows}
        """;
}
