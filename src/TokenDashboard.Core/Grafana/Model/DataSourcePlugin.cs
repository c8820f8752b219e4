using TokenDashboard.Engines.ClickHouse;

namespace TokenDashboard.Grafana.Model;

/// <summary>
/// A data source plugin of Grafana that dashboards of this module query. The id is also the type of its data sources. The name is the name of
/// the database engine.
/// </summary>
public sealed record DataSourcePlugin(string Id, string Name)
{
    /// <summary>Grafana's community plugin for SQLite.</summary>
    public static DataSourcePlugin Sqlite { get; } = new("frser-sqlite-datasource", "SQLite");

    /// <summary>Grafana's own plugin for ClickHouse.</summary>
    public static DataSourcePlugin ClickHouse { get; } = new("grafana-clickhouse-datasource", "ClickHouse") { Oldest = new(4, 0, 0), OldestGrafana = new(11, 6, 0) };

    /// <summary>The data source of queries that are expressions over other queries, which Grafana itself computes.</summary>
    internal const string Expression = "__expr__";

    internal static IReadOnlyList<DataSourcePlugin> All { get; } = [Sqlite, ClickHouse];

    /// <summary>The oldest version that supports the dashboards. Earlier ones for SQLite do not support __text and __value in queries of variables.</summary>
    internal Version Oldest { get; private init; } = new(3, 5, 0);

    internal Version OldestGrafana { get; private init; } = new(9, 0, 0);

    /// <summary>The uid of a new data source.</summary>
    public string DefaultUid => $"tokendashboard-{Name.ToLowerInvariant()}";

    /// <summary>The name of a new data source. Names are unique in Grafana.</summary>
    public string DefaultName => this == Sqlite ? "TokenDashboard" : $"TokenDashboard {Name}";

    /// <summary>The name of the input on Grafana's import page.</summary>
    internal string InputName => $"DS_{Name.ToUpperInvariant()}";

    /// <summary>The data source in panels and variables.</summary>
    internal JsonObject Reference => new() { ["type"] = Id, ["uid"] = "${datasource}" };

    /// <summary>The plugin for an engine or, without an engine, for a database: the path of a SQLite database, or the address of ClickHouse.</summary>
    /// <exception cref="TokenDashboardException">
    /// <see cref="ErrorCode.StoreAddressInvalid"/>: the address is invalid, or contains a password. <see cref="ErrorCode.StoreEngineUnknown"/>: the engine
    /// does not support the database.
    /// </exception>
    public static DataSourcePlugin Of(DashboardEngine? engine, string? database = null)
    {
        DataSourcePlugin plugin = DataSourceSettings.PluginOf(database);
        if (database is not null && plugin == ClickHouse)
            _ = ClickHouseAddress.Parse(database);
        DataSourcePlugin chosen = engine switch { DashboardEngine.Sqlite => Sqlite, DashboardEngine.ClickHouse => ClickHouse, _ => plugin };
        return database is null || chosen == plugin ? chosen : throw new TokenDashboardException(
            ErrorCode.StoreEngineUnknown,
            $"-Engine {engine} does not support this -Database, which is {(plugin == Sqlite ? "the path of a SQLite store" : "an address of ClickHouse")}. Use only one of them, or "
            + (chosen == Sqlite ? "the path of a SQLite store." : "an address such as clickhouse://host:8123/database."));
    }

    /// <summary>The plugin that a dashboard queries: ClickHouse if it refers to no other supported plugin.</summary>
    internal static DataSourcePlugin Of(JsonObject dashboard)
    {
        HashSet<string> texts = [.. dashboard.AllTexts((_, text) => text)];
        return texts.Contains(ClickHouse.Id) && !texts.Contains(Sqlite.Id) ? ClickHouse : Sqlite;
    }

    internal static DataSourcePlugin? Find(string? id) => All.FirstOrDefault(plugin => plugin.Id == id);
}

/// <summary>An engine that dashboards query.</summary>
public enum DashboardEngine
{
    /// <summary>A SQLite store.</summary>
    Sqlite,

    /// <summary>The requests of many stores in ClickHouse.</summary>
    ClickHouse,
}
