using TokenDashboard.Grafana.Alerting.Rules;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Queries;

namespace TokenDashboard.Engines.Sqlite.Panels;

/// <summary>The SQLite engine of dashboards and alert rules.</summary>
internal sealed class SqlitePanels : IPanelEngine
{
    public DataSourcePlugin Plugin => DataSourcePlugin.Sqlite;

    public IReadOnlyList<QueryVariable> Names { get; } =
    [
        UsageRelations.KnownNames,
        Of("provider", "Provider", "Providers in the rollups of the store and in its newest 200,000 other requests.", "provider"),
        Of(
            "model", "Model", "Models of the selected providers, from the rollups and the newest 200,000 other requests.",
            "model", $" AND {UsageRelations.Chosen("provider", UsageRelations.Known("provider"))}"),
        Of("user", "User", "Users in the rollups of the store and in its newest 200,000 other requests.", "user_id"),
    ];

    public DataSourceQuery CountQuery => new SqliteQuery($"SELECT COUNT(*) AS requests FROM {TelemetrySql.Table}");

    public IReadOnlyList<QueryVariable> Relations(IReadOnlyList<TimeZoneInfo> zones, bool singleRequests = false) =>
        [UsageRelations.Planner(zones, singleRequests), .. UsageRelations.All];

    public DataSourceQuery Write(PanelQuery query) => SqlitePanelSql.Write(query);

    public DataSourceQuery Write(AlertRule rule) => new SqliteQuery(AlertSql.Of(rule), "time") { SeriesByLabel = true };

    private static QueryVariable Of(string name, string label, string description, string column, string condition = "") => new(
        name,
        label,
        description,
        $"SELECT DISTINCT {UsageRelations.Known(column)} AS name FROM ${"{names:raw}"} WHERE {UsageRelations.Choosable(UsageRelations.Known(column))}{condition} LIMIT {PanelLimits.MaxNames}",
        UsageRelations.AllValue);
}
