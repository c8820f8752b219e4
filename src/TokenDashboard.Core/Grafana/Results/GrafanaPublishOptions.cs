using System.Net;
using TokenDashboard.Grafana.Model;

namespace TokenDashboard.Grafana.Results;

/// <summary>The folder, the data source and the history of published dashboards.</summary>
/// <param name="Folder">The folder's title; titles of nested folders are separated by slashes. Null keeps the folder of each dashboard.</param>
/// <param name="FolderUid">The folder's uid; it wins over the title.</param>
/// <param name="Database">The store's path as the Grafana server sees it, or the address of ClickHouse; null uses an existing data source as it is.</param>
/// <param name="DataSourceName">The data source's name; null is <see cref="DataSourcePlugin.DefaultName"/> for a new one and keeps an existing one's.</param>
/// <param name="DataSourceUid">
/// The data source's uid, or null for <see cref="DataSourcePlugin.DefaultUid"/>; then, without a database, dashboards keep another one they are set
/// to.
/// </param>
/// <param name="DataSources">Existing data sources that replace those the dashboards refer to; null for none.</param>
/// <param name="InstallPlugin">Whether the plugin is installed through Grafana if it is missing, which only a server admin may do.</param>
/// <param name="Message">The message in the dashboard's history, up to 400 characters; null for a standard text.</param>
/// <param name="BackupPath">The full path of the folder that gets what is about to be overwritten; null for none.</param>
/// <param name="UpdateOnly">Whether a dashboard that is not on the server is an error instead of being created.</param>
/// <param name="Force">Whether changes made in Grafana are overwritten.</param>
/// <param name="DataSourceCredential">The credential for ClickHouse; null leaves user and password as they are.</param>
internal record GrafanaPublishOptions(
    string? Folder = null, string? FolderUid = null, string? Database = null, string? DataSourceName = null, string? DataSourceUid = null,
    DataSourceMap? DataSources = null, bool InstallPlugin = false, string? Message = null, string? BackupPath = null, bool UpdateOnly = false,
    bool Force = false, NetworkCredential? DataSourceCredential = null);

/// <summary>What is written into a folder of Grafana's file provisioning. Data sources that replace others are given by their uids.</summary>
/// <param name="Path">The folder's full path here. Grafana reads its subfolders <c>datasources</c>, <c>dashboards</c> and <c>alerting</c>.</param>
/// <param name="GrafanaPath">The same folder as the Grafana server sees it; null if that is <paramref name="Path"/>.</param>
/// <param name="OrgId">The organization, 1 or more.</param>
/// <param name="Engine">The engine that alert rules read; dashboards have the one that reads the database.</param>
internal sealed record ProvisioningOptions(string Path, string? GrafanaPath = null, int OrgId = 1, DashboardEngine Engine = DashboardEngine.Sqlite) : GrafanaPublishOptions;
