using TokenDashboard.Grafana.Queries;

using static TokenDashboard.Engines.ClickHouse.Panels.ClickHouseExpressions;

namespace TokenDashboard.Engines.ClickHouse.Panels;

/// <summary>The SQL of queries that only the dashboard Cost uses.</summary>
internal static class ClickHouseCostSql
{
    internal static string Month { get; } = $"""
        WITH
          greatest(toDateTime(toStartOfMonth($__toTime - 1, {Zone}), {Zone}), (SELECT toDateTime(min(day), 'UTC') FROM {UsageTables.Days} WHERE day > toDate32('1900-01-01'))) AS since,
          toDateTime(toLastDayOfMonth($__toTime - 1, {Zone}) + 1, {Zone}) AS end
        SELECT sumOrNull(cost) AS "Month so far",
          sumOrNull(cost) * greatest(1, dateDiff('second', since, end) / greatest(60, dateDiff('second', since, least($__toTime, now())))) AS "Month at this rate"
        {OfUsage([PanelMeasures.Cost], Grain.Range, users: false, $"since = toUnixTimestamp(toDateTime(toStartOfMonth($__toTime - 1, {Zone}), {Zone})), until = toUnixTimestamp($__toTime)")}
        """;

    internal static string Spread(CostSpreadQuery query)
    {
        string spent = query.Transactions
            ? $"SELECT sum(cost) AS spent {OfRequests(priced: true, " AND transaction_id != ''")} GROUP BY transaction_id"
            : $"SELECT cost AS spent {OfRequests(priced: true)}";
        return $"""
            SELECT avg(spent) AS "Mean", {Percentile(95, "spent")} AS "p95", max(spent) AS "Maximum"
            FROM ({spent})
            """;
    }

    internal static string PriceList { get; } = $"""
        SELECT list AS "Price list", currency AS "Currency", count() AS "Models"
        FROM {PriceView.Table} FINAL
        WHERE notEmpty(prices)
        GROUP BY list, currency
        ORDER BY 3 DESC, list
        """;
}
