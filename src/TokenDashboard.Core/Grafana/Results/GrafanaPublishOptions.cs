using System.Net;
using TokenDashboard.Grafana.Model;

namespace TokenDashboard.Grafana.Results;

/// <summary>
/// The folder, the data source and the history of published dashboards. The folder is a path of titles with slashes, and its uid wins; without either each
/// dashboard stays where it is. The database is a path as the Grafana server sees it, or the address of ClickHouse; without it, an existing data source is
/// used as it is. Without a uid of the data source and without a database, dashboards keep another one they are set to; without a name an existing one
/// keeps its own. Existing data sources can replace those the dashboards refer to. A message has up to 400 characters. The backup folder, a full path,
/// gets what is about to be overwritten. UpdateOnly makes a dashboard that is not on the server an error, and Force overwrites changes made in Grafana.
/// </summary>
internal record GrafanaPublishOptions(
    string? Folder = null, string? FolderUid = null, string? Database = null, string? DataSourceName = null, string? DataSourceUid = null,
    DataSourceMap? DataSources = null, bool InstallPlugin = false, string? Message = null, string? BackupPath = null, bool UpdateOnly = false,
    bool Force = false, NetworkCredential? DataSourceCredential = null);

/// <summary>
/// What is written into a folder of Grafana's file provisioning: its full path here, and as the Grafana server sees it if that differs. Grafana reads its
/// subfolders <c>datasources</c>, <c>dashboards</c> and <c>alerting</c>. Data sources that replace others are given by their uids. Alert rules read the
/// engine; dashboards have the one that reads the database.
/// </summary>
internal sealed record ProvisioningOptions(string Path, string? GrafanaPath = null, int OrgId = 1, DashboardEngine Engine = DashboardEngine.Sqlite) : GrafanaPublishOptions;
