namespace TokenDashboard;

/// <summary>The result of checking a data source.</summary>
public sealed record GrafanaDataSourceReport
{
    /// <summary>Whether dashboards can read requests through the data source: plugin, settings, health and a query are correct.</summary>
    public bool Healthy => Problems.Count == 0;

    /// <summary>The data source's uid.</summary>
    public required string Uid { get; init; }
    /// <summary>The data source's name; null if it does not exist.</summary>
    public string? Name { get; init; }
    /// <summary>The store's path as the Grafana server sees it, or the address of ClickHouse; null if none is set or the account cannot see it.</summary>
    public string? Database { get; init; }
    /// <summary>The plugin's version; null if it is not installed, empty if the account cannot see it.</summary>
    public string? PluginVersion { get; init; }
    /// <summary>The number of requests in the store, as counted by Grafana; null if the query failed.</summary>
    public long? Requests { get; init; }
    /// <summary>The problems and their solutions, in the order in which they were found; empty for none.</summary>
    public required TextList<string> Problems { get; init; }

    /// <summary>The uid, and the problems.</summary>
    public override string ToString() => $"{Uid}: {(Healthy ? "healthy" : Problems)}";
}
