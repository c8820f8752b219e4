using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Model.Plugins;

namespace TokenDashboard.Grafana.Results;

/// <summary>What is written into a folder of Grafana's file provisioning.</summary>
public sealed record ProvisioningOptions
{
    /// <summary>The folder's full path here. Grafana reads its subfolders <c>datasources</c>, <c>dashboards</c> and <c>alerting</c>.</summary>
    public required string Path { get; init; }

    /// <summary>The same folder as the Grafana server sees it; null if that is <see cref="Path"/>.</summary>
    public string? GrafanaPath { get; init; }

    /// <summary>The store's path as the Grafana server sees it, or the address of ClickHouse; alert rules need none.</summary>
    public string Database { get; init; } = "";

    /// <summary>The plugin that alert rules read; dashboards have the one that reads the database.</summary>
    public DataSourcePlugin Plugin { get; init; } = DataSourcePlugin.Sqlite;

    /// <summary>The data source's name; null for the plugin's own.</summary>
    public string? DataSourceName { get; init; }

    /// <summary>The data source's uid: 1 to 40 of A-Z, a-z, 0-9, hyphen and underscore; null for the plugin's own.</summary>
    public string? DataSourceUid { get; init; }

    /// <summary>Uids of data sources that replace those the dashboards refer to; null for none.</summary>
    public DataSourceMap? DataSources { get; init; }

    /// <summary>The title of the folder of dashboards, and of alert rules that name none; null for no folder, for alert rules "TokenDashboard".</summary>
    public string? Folder { get; init; }

    /// <summary>That folder's uid; null lets Grafana choose one.</summary>
    public string? FolderUid { get; init; }

    /// <summary>The organization, 1 or more.</summary>
    public int OrgId { get; init; } = 1;
}
