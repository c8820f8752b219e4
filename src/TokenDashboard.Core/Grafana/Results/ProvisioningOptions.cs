using TokenDashboard.Grafana.Model.Plugins;

namespace TokenDashboard.Grafana.Results;

/// <summary>What is written into a folder of Grafana's file provisioning.</summary>
/// <param name="Path">The folder's full path here. Grafana reads its subfolders <c>datasources</c>, <c>dashboards</c> and <c>alerting</c>.</param>
/// <param name="GrafanaPath">The same folder as the Grafana server sees it; null if that is <paramref name="Path"/>.</param>
/// <param name="Database">The store's path as the Grafana server sees it, or the address of ClickHouse; alert rules need none.</param>
/// <param name="DataSourceName">The data source's name; null for the plugin's own.</param>
/// <param name="DataSourceUid">The data source's uid: 1 to 40 of A-Z, a-z, 0-9, hyphen and underscore; null for the plugin's own.</param>
/// <param name="DataSources">Uids of data sources that replace those the dashboards refer to; null for none.</param>
/// <param name="Folder">The title of the folder of dashboards, and of alert rules that name none; null for no folder, for alert rules "TokenDashboard".</param>
/// <param name="FolderUid">That folder's uid; null lets Grafana choose one.</param>
/// <param name="OrgId">The organization, 1 or more.</param>
/// <param name="Engine">The engine that alert rules read; dashboards have the one that reads the database.</param>
public sealed record ProvisioningOptions(
    string Path, string? GrafanaPath = null, string Database = "", string? DataSourceName = null, string? DataSourceUid = null,
    DataSourceMap? DataSources = null, string? Folder = null, string? FolderUid = null, int OrgId = 1, DashboardEngine Engine = DashboardEngine.Sqlite);
