namespace TokenDashboard.Grafana.Model;

/// <summary>A query of a panel, for one of the plugins, with Grafana's variables in it.</summary>
public abstract record DataSourceQuery(string Sql)
{
    /// <summary>Whether each combination of text columns is a series; rows must then ascend by a time that is never NULL. Otherwise the result is one table.</summary>
    public bool SeriesByLabel { get; init; }

    internal abstract DataSourcePlugin Plugin { get; }

    internal abstract JsonObject Write(string refId);

    /// <summary>A query for a plugin. That of ClickHouse knows columns of times by their type.</summary>
    internal static DataSourceQuery Of(DataSourcePlugin plugin, string sql, params IReadOnlyList<string> timeColumns) =>
        plugin == DataSourcePlugin.ClickHouse ? new ClickHouseQuery(sql) : new SqliteQuery(sql, timeColumns);
}

/// <summary>A query of Grafana's ClickHouse data source (grafana-clickhouse-datasource), with the plugin's macros in it.</summary>
public sealed record ClickHouseQuery(string Sql) : DataSourceQuery(Sql)
{
    /// <summary>The version whose query model this is.</summary>
    internal const string ModelVersion = "4.20.0";

    // As https://github.com/grafana/sqlds numbers them.
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

/// <summary>A query of Grafana's SQLite data source (frser-sqlite-datasource). In its columns of times, integers are seconds since 1970, and text is RFC 3339.</summary>
public sealed record SqliteQuery(string Sql, params IReadOnlyList<string> TimeColumns) : DataSourceQuery(Sql)
{
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
