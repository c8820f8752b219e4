using TokenDashboard.Engines.Sqlite.Rollups;
using TokenDashboard.Grafana.Alerting.Rules;

namespace TokenDashboard.Engines.Sqlite.Panels;

/// <summary>
/// The SQL of alert rules. The Grafana server runs it without a browser, so only the variables that the plugin itself replaces are
/// available. Each result is for one instant, the end of the window: a row for each name with the name as its label, or one row for everything.
/// </summary>
internal static class AlertSql
{
    private const string From = "$__from / 1000";

    private const string To = "$__to / 1000";

    private const string Time = "CAST(" + To + " AS INTEGER) AS time";

    private const string ToText = "strftime('%Y-%m-%dT%H:%M:%S', " + To + ", 'unixepoch')";

    internal static string Of(AlertRule rule) => rule.Kind switch
    {
        AlertKind.Tokens => Sum(rule, TelemetrySql.TotalTokens, "tokens"),
        AlertKind.Cost => Cost(rule),
        AlertKind.PolicyFailures => Sum(rule, TelemetrySql.PolicyFailed, "failures"),
        AlertKind.P95Duration => Percentile(rule),
        _ => AnyRequest(rule),
    };

    private static string Sum(AlertRule rule, string measure, string title) => $"""
        WITH request AS NOT MATERIALIZED (
        {Requests(rule, $"{(rule.Label is null ? "" : $"{Name(rule.By)} AS name, ")}{measure} AS value")})
        SELECT {Time}, {Label(rule)}CAST({(rule.Label is null ? "COALESCE(SUM(value), 0)" : "SUM(value)")} AS INTEGER) AS {title}
        FROM request{(rule.Label is null ? "" : $" GROUP BY name\nORDER BY SUM(value) DESC, name LIMIT {AlertRule.MaxNames}")}
        """;

    // The expression is an invalid JSON path, and the error for it shows the path. It contains a column, so that it is not evaluated before there is a row.
    private const string SeveralCurrencies = "json_extract('{}', 'the prices of the store are in several currencies, such as ' || price.currency)";

    // Without prices in the store, or with prices in several currencies, which are never added, the query fails, and the rule's error state applies.
    // Requests without a price are omitted.
    private static string Cost(AlertRule rule)
    {
        (string Column, string Value)[] columns =
        [
            ("name", Name(rule.By)), ("provider", TelemetrySql.Provider), ("model", TelemetrySql.Model), ("second", "unixepoch(substr(timestamp, 1, 19))"), ("requests", "1"),
            (Measures.PromptTokens.Name, TelemetrySql.PromptTokens), (Measures.CompletionTokens.Name, TelemetrySql.CompletionTokens), (Measures.TotalTokens.Name, TelemetrySql.TotalTokens),
            .. Measures.Parts.Select(part => (part.Name, TelemetrySql.Part(part))),
        ];
        string joined = $"{TelemetrySql.Table} LEFT JOIN {PriceTable.Details} AS {TelemetrySql.DetailTable} ON row_id = {TelemetrySql.Table}.rowid";
        string all = rule.Label is null ? "CASE COUNT(*) WHEN 0 THEN 0.0 ELSE SUM(value) END" : "SUM(value)";
        return $"""
            WITH request AS NOT MATERIALIZED (
            {Requests(rule, string.Join(",\n    ", columns.Select(column => $"{column.Value} AS {column.Column}")), joined)}),
            priced AS NOT MATERIALIZED (
              SELECT name, CASE WHEN price.one_currency = 0 THEN {SeveralCurrencies} ELSE {PriceSql.Cost("request")} END AS value
              FROM request LEFT JOIN {PriceTable.Name} AS price ON {PriceSql.OfRequest})
            SELECT {Time}, {Label(rule)}CAST({all} AS REAL) AS cost
            FROM priced{(rule.Label is null ? "" : $" GROUP BY name HAVING SUM(value) IS NOT NULL\nORDER BY SUM(value) DESC, name LIMIT {AlertRule.MaxNames}")}
            """;
    }

    // Nearest rank, as in all results of this module: the value at 95 % of the number of requests, rounded up.
    private static string Percentile(AlertRule rule) => $"""
        WITH request AS NOT MATERIALIZED (
        {Requests(rule, $"{Name(rule.By)} AS name, {TelemetrySql.DurationMs} AS duration")}),
        ranked AS (
          SELECT name, duration, ROW_NUMBER() OVER (PARTITION BY name ORDER BY duration) AS place, COUNT(*) OVER (PARTITION BY name) AS requests
          FROM request WHERE duration IS NOT NULL)
        SELECT {Time}, {Label(rule)}CAST(duration AS REAL) AS duration
        FROM ranked WHERE place = (requests * 95 + 99) / 100
        ORDER BY duration DESC, name LIMIT {AlertRule.MaxNames}
        """;

    // Searches backwards from the newest row and stops at the first match, which is the first row while requests arrive.
    private static string AnyRequest(AlertRule rule) => $"""
        SELECT {Time}, CAST(COUNT(*) AS INTEGER) AS requests
        FROM (
        {Requests(rule, "1")}
          ORDER BY rowid DESC LIMIT 1)
        """;

    private static string Label(AlertRule rule) => rule.Label is { } label ? $"CAST(name AS TEXT) AS {label}, " : "";

    private static string Name(AlertDimension by) => by switch
    {
        AlertDimension.User => UsageRelations.Known(TelemetrySql.User),
        AlertDimension.Model => UsageRelations.Known(TelemetrySql.Model),
        AlertDimension.Provider => UsageRelations.Known(TelemetrySql.Provider),
        _ => "''",
    };

    private static string Requests(AlertRule rule, string columns, string table = TelemetrySql.Table)
    {
        string newest = rule.NewestRows is { } rows
            ? string.Create(CultureInfo.InvariantCulture, $"{TelemetrySql.Table}.rowid > (SELECT MAX(rowid) FROM {TelemetrySql.Table}) - {rows}\n    AND ")
            : "";
        string since = rule.MonthSoFar ? $"strftime('%Y-%m-01T00:00:00', {To} - 1, 'unixepoch')" : $"strftime('%Y-%m-%dT%H:%M:%S', {From}, 'unixepoch')";
        string chosen = string.Concat((rule.Filter with { Range = TimeRange.All }).ToSql(value => Literal((string)value)).Select(condition => $"\n    AND {condition}"));
        return $"""
              SELECT {columns}
              FROM {table}
              WHERE {newest}timestamp >= {since} AND timestamp < {ToText}
                AND {TelemetrySql.TimestampReadable}{chosen}
            """;
    }

    /// <summary>Text as SQL. It must not contain a variable of the plugin, because the plugin also replaces variables in text.</summary>
    private static string Literal(string text)
    {
        string quoted = "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'";
        return quoted.Contains("$__", StringComparison.Ordinal) ? "(" + quoted.Replace("$__", "$' || '__", StringComparison.Ordinal) + ")" : quoted;
    }
}
