using System.Text.Json.Nodes;
using TokenDashboard.Grafana.Model.Plugins;

namespace TokenDashboard.Grafana.Model.Panels;

/// <summary>A query of Grafana's SQLite data source (frser-sqlite-datasource).</summary>
/// <param name="Sql">The SQL with Grafana's variables in it.</param>
/// <param name="TimeColumns">The result columns that are times: integers are seconds since 1970, text is RFC 3339.</param>
public sealed record SqliteQuery(string Sql, params IReadOnlyList<string> TimeColumns) : DataSourceQuery(Sql)
{
    /// <summary>
    /// Whether each combination of text columns is a series; rows must then ascend by a time that is never NULL. Otherwise the result stays one
    /// table.
    /// </summary>
    public bool SeriesByLabel { get; init; }

    internal override DataSourcePlugin Plugin => DataSourcePlugin.Sqlite;

    internal override JsonObject Write(string refId) => new()
    {
        ["refId"] = refId,
        ["datasource"] = Plugin.Reference,
        ["queryType"] = SeriesByLabel ? "time series" : "table",
        // The editor shows the raw text and the browser sends it; without a browser, Grafana's server runs the other text.
        ["rawQueryText"] = Sql,
        ["queryText"] = Sql,
        ["timeColumns"] = Json.List(TimeColumns),
    };
}
