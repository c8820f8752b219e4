namespace TokenDashboard.Grafana.Model;

/// <summary>A query of a panel, for one of the plugins, which can contain Grafana's variables.</summary>
public abstract record DataSourceQuery(string Sql)
{
    /// <summary>Whether each combination of text columns is a series. Rows must then ascend by a time that is never NULL. Otherwise, the result is one table.</summary>
    public bool SeriesByLabel { get; init; }

    internal abstract DataSourcePlugin Plugin { get; }

    internal abstract JsonObject Write(string refId);

    /// <summary>A query for a plugin. The ClickHouse plugin detects time columns by their type.</summary>
    internal static DataSourceQuery Of(DataSourcePlugin plugin, string sql, params IReadOnlyList<string> timeColumns) =>
        plugin == DataSourcePlugin.ClickHouse ? new ClickHouseQuery(sql) : new SqliteQuery(sql, timeColumns);
}

/// <summary>A query of Grafana's ClickHouse data source (grafana-clickhouse-datasource), which can contain the plugin's macros.</summary>
public sealed record ClickHouseQuery(string Sql) : DataSourceQuery(Sql)
{
    /// <summary>The plugin version of this query model.</summary>
    internal const string ModelVersion = "4.20.0";

    // Numbered as in https://github.com/grafana/sqlds.
    private const int TimeSeries = 0;
    private const int Table = 1;

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

/// <summary>A query of Grafana's SQLite data source (frser-sqlite-datasource). In time columns, integers are seconds since 1970, and text is RFC 3339.</summary>
public sealed record SqliteQuery(string Sql, params IReadOnlyList<string> TimeColumns) : DataSourceQuery(Sql)
{
    internal override DataSourcePlugin Plugin => DataSourcePlugin.Sqlite;

    internal override JsonObject Write(string refId) => new()
    {
        ["refId"] = refId,
        ["datasource"] = Plugin.Reference,
        ["queryType"] = SeriesByLabel ? "time series" : "table",
        // The editor shows the raw text, and the browser sends it. Without a browser, Grafana's server runs the other text.
        ["rawQueryText"] = Sql,
        ["queryText"] = Sql,
        ["timeColumns"] = Json.List(TimeColumns),
    };
}
