using System.Text.Json.Nodes;

namespace TokenDashboard.Grafana.Model.Variables;

/// <summary>Chooses among Grafana's SQLite data sources. It is named as Grafana's linter wants it.</summary>
public sealed record DataSourceVariable() : DashboardVariable("datasource", "Data source", "The SQLite data source that reads the store.")
{
    /// <summary>The id of the data source plugin.</summary>
    public const string PluginId = "frser-sqlite-datasource";

    internal override string Type => "datasource";

    /// <summary>What panels and variables name as their data source.</summary>
    internal static JsonObject Reference => new() { ["type"] = PluginId, ["uid"] = "${datasource}" };

    internal override void WriteTo(JsonObject variable)
    {
        variable["query"] = PluginId;
        variable["regex"] = "";
        variable["refresh"] = 1;
        variable["multi"] = false;
        variable["includeAll"] = false;
    }
}
