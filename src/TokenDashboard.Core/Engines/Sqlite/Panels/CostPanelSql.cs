using TokenDashboard.Grafana.Queries;

namespace TokenDashboard.Engines.Sqlite.Panels;

/// <summary>The SQL of queries that only the dashboard Cost uses.</summary>
internal static class CostPanelSql
{
    internal static string Month { get; } = $"""
        SELECT SUM(cost) AS "Month so far",
          SUM(cost) * MAX(1.0, 1.0 * (MAX(month_end) - MIN(time)) / MAX(60, MIN($__to / 1000, unixepoch()) - MIN(time))) AS "Month at this rate"
        FROM {SqlitePanelSql.Relation("month_usage")}
        """;

    internal static string Spread(CostSpreadQuery query)
    {
        string requests = SqlitePanelSql.Relation("priced_requests");
        string spent = query.Transactions ? $"SELECT SUM(cost) AS cost FROM {requests} WHERE transaction_id <> '' GROUP BY transaction_id" : $"SELECT cost FROM {requests}";
        return $"""
            WITH spent AS MATERIALIZED ({spent}),
              ranked AS (SELECT cost, ROW_NUMBER() OVER (ORDER BY cost) AS place, COUNT(*) OVER () AS all_of_them FROM spent WHERE cost IS NOT NULL)
            SELECT AVG(cost) AS "Mean", MIN(cost) FILTER (WHERE place * 100 >= all_of_them * 95) AS "p95", MAX(cost) AS "Maximum"
            FROM ranked
            """;
    }

    internal static string PriceList { get; } = $"""
        SELECT list AS "Price list", currency AS "Currency", COUNT(DISTINCT provider || char(10) || model) AS "Models"
        FROM {SqlitePanelSql.Relation("prices")}
        GROUP BY list, currency
        ORDER BY 3 DESC, list
        """;
}
