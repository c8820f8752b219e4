using TokenDashboard.Engines.ClickHouse.Panels;
using TokenDashboard.Engines.Sqlite.Panels;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Queries;

namespace TokenDashboard.Engines;

/// <summary>The engines of dashboards and alert rules.</summary>
internal static class PanelEngines
{
    private static readonly IPanelEngine[] All = [new SqlitePanels(), new ClickHousePanels()];

    public static IPanelEngine Of(DataSourcePlugin plugin) => All.Single(engine => engine.Plugin == plugin);
}
