namespace TokenDashboard.Grafana.DataSources;

/// <summary>What a check of the SQLite data source found.</summary>
public sealed record GrafanaDataSourceReport
{
    /// <summary>Whether dashboards can read requests through it: plugin, settings, health and a real query.</summary>
    public bool Healthy => Problems.Count == 0;

    /// <summary>The data source's uid.</summary>
    public required string Uid { get; init; }

    /// <summary>Its name; null if there is none.</summary>
    public string? Name { get; init; }

    /// <summary>The store's path as the Grafana server sees it; null if none is set or the account may not see it.</summary>
    public string? Database { get; init; }

    /// <summary>The plugin's version; null if it is not installed, empty if the account may not look.</summary>
    public string? PluginVersion { get; init; }

    /// <summary>The number of requests in the store, as Grafana counted them; null if it could not.</summary>
    public long? Requests { get; init; }

    /// <summary>What is wrong and what to do about it, in the order it was found; empty for nothing.</summary>
    public required IReadOnlyList<string> Problems { get; init; }
}
