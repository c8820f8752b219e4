using TokenDashboard.Engines.ClickHouse.Queries;
using TokenDashboard.Grafana.Alerting.Rules;

using static TokenDashboard.Engines.ClickHouse.Panels.ClickHouseExpressions;

namespace TokenDashboard.Engines.ClickHouse.Panels;

/// <summary>
/// The SQL of alert rules. The Grafana server runs it without a browser, so only the plugin's macros are available. Each
/// result is for one instant, the end of the window: a row for each name with the name as its label, or one row for everything.
/// </summary>
internal static class ClickHouseAlertSql
{
    internal static string Of(AlertRule rule)
    {
        string? label = rule.Label;
        // Without requests, the total is 0. Without prices, there is no cost.
        (string table, string value, string title) = rule.Kind switch
        {
            AlertKind.Tokens => (RequestTable.Rows, "sum(total_tokens)", "tokens"),
            AlertKind.PolicyFailures => (RequestTable.Rows, "countIf(policy_failed)", "failures"),
            AlertKind.Cost => (PriceView.Name, label is null ? "if(count() = 0, 0, sum(cost))" : "sum(cost)", "cost"),
            AlertKind.P95Duration => (RequestTable.Rows, Percentile(95), "duration"),
            _ => (RequestTable.Name, "count()", "requests"),
        };
        string since = rule.MonthSoFar ? "toDateTime(toStartOfMonth($__toTime - 1, 'UTC'), 'UTC')" : "$__fromTime";
        string where = $"time >= {since} AND time < $__toTime AND {Conditions(rule)}";
        // Amounts in several currencies are never added, so the rule's error state applies.
        if (rule.Kind == AlertKind.Cost)
            where += $" AND NOT throwIf({PriceView.Currencies} > 1, 'the prices are in several currencies')";
        return label is null
            ? $"""
            SELECT $__toTime AS until, {value} AS {title}
            FROM {table}
            WHERE {where}{(rule.Kind == AlertKind.P95Duration ? $"\nHAVING {title} IS NOT NULL" : "")}
            {RequestTable.ReadSettings}
            """
            : $"""
            SELECT $__toTime AS until, name AS {label}, {title}
            FROM (
              SELECT {Known(label)} AS name, {value} AS {title}
              FROM {table}
              WHERE {where}
              GROUP BY name)
            WHERE {title} IS NOT NULL
            ORDER BY {title} DESC, name
            LIMIT {AlertRule.MaxNames}
            {RequestTable.ReadSettings}
            """;
    }

    private static string Conditions(AlertRule rule)
    {
        var parameters = new ClickHouseParameters();
        return parameters.InText(ClickHouseConditions.Of(rule.Filter with { Range = TimeRange.All }, null, parameters));
    }
}
