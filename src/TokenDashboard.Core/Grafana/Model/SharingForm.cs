using System.Text.Json.Nodes;
using TokenDashboard.Grafana.Model.Panels;
using TokenDashboard.Grafana.Model.Plugins;

namespace TokenDashboard.Grafana.Model;

/// <summary>
/// The form of a dashboard's JSON for Grafana's import page, which asks for what <c>__inputs</c> lists. Its <c>${DS_SQLITE}</c> or
/// <c>${DS_CLICKHOUSE}</c> is only in the value of the data source variable, so that a dashboard put on a server in any other way falls back to the
/// first data source of its plugin.
/// </summary>
internal static class SharingForm
{
    internal static JsonObject Write(Dashboard dashboard)
    {
        JsonObject root = DashboardWriter.Write(dashboard);
        DataSourcePlugin plugin = dashboard.Plugin;
        string input = "${" + plugin.InputName + "}";
        root.Insert(0, "__inputs", new JsonArray(new JsonObject
        {
            ["name"] = plugin.InputName, ["label"] = plugin.Name, ["description"] = "The data source that reads Observicia's store.",
            ["type"] = "datasource", ["pluginId"] = plugin.Id, ["pluginName"] = plugin.Name,
        }));
        root.Insert(1, "__elements", new JsonObject());
        root.Insert(2, "__requires", new JsonArray([.. Requirements(dashboard)]));
        JsonNode variable = root["templating"]!["list"]!.AsArray().First(item => (string?)item!["type"] == "datasource")!;
        variable["current"] = new JsonObject { ["selected"] = true, ["text"] = input, ["value"] = input };
        return root;
    }

    private static IEnumerable<JsonObject> Requirements(Dashboard dashboard)
    {
        yield return Requirement("grafana", "grafana", "Grafana", dashboard.Plugin.OldestGrafana.ToString());
        yield return Requirement("datasource", dashboard.Plugin.Id, dashboard.Plugin.Name, dashboard.Plugin == DataSourcePlugin.Sqlite ? "4.0.0" : dashboard.Plugin.Oldest.ToString());
        foreach (Panel panel in dashboard.Sections.SelectMany(section => section.Panels)
            .DistinctBy(panel => panel.Type).OrderBy(panel => panel.Type, StringComparer.Ordinal))
        {
            yield return Requirement("panel", panel.Type, panel.TypeName, "");
        }
    }

    private static JsonObject Requirement(string type, string id, string name, string version) =>
        new() { ["type"] = type, ["id"] = id, ["name"] = name, ["version"] = version };
}
