using System.Text.Json.Nodes;
using TokenDashboard.Grafana.Model.Plugins;

namespace TokenDashboard.Grafana.Model.Panels;

/// <summary>A query of a panel, for one of the plugins.</summary>
/// <param name="Sql">The SQL with Grafana's variables in it.</param>
public abstract record DataSourceQuery(string Sql)
{
    internal abstract DataSourcePlugin Plugin { get; }

    internal abstract JsonObject Write(string refId);
}

/// <summary>A query of Grafana's ClickHouse data source (grafana-clickhouse-datasource).</summary>
/// <param name="Sql">The SQL with Grafana's variables and the plugin's macros in it.</param>
public sealed record ClickHouseQuery(string Sql) : DataSourceQuery(Sql)
{
    /// <summary>The version whose query model this is.</summary>
    internal const string ModelVersion = "4.20.0";

    // As https://github.com/grafana/sqlds numbers them.
    private const int TimeSeries = 0;
    private const int Table = 1;

    /// <summary>
    /// Whether text columns become labels and each combination of them a series. The rows must then ascend by time. Otherwise the result stays
    /// one table.
    /// </summary>
    public bool SeriesByLabel { get; init; }

    internal override DataSourcePlugin Plugin => DataSourcePlugin.ClickHouse;

    internal override JsonObject Write(string refId) => new()
    {
        ["refId"] = refId,
        ["datasource"] = Plugin.Reference,
        ["pluginVersion"] = ModelVersion,
        ["editorType"] = "sql",
        ["queryType"] = SeriesByLabel ? "timeseries" : "table",
        ["format"] = SeriesByLabel ? TimeSeries : Table,
        ["rawSql"] = Sql,
    };
}
