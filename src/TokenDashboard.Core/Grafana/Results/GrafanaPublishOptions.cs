using System.Net;
using TokenDashboard.Grafana.Model;

namespace TokenDashboard.Grafana.Results;

/// <summary>
/// The folder, the data source and the history of published dashboards. The folder is a path of titles with slashes, and a uid takes precedence. Without either, each
/// dashboard stays in its folder. The database is a path as the Grafana server sees it, or the address of ClickHouse. Without it, an existing data source is
/// used unchanged. Without a uid of the data source and a database, dashboards keep another data source to which they are set. Without a name, an existing
/// data source keeps its name. Existing data sources can replace those to which the dashboards refer. A message has up to 400 characters. The backup folder, a full
/// path, receives dashboards that will be overwritten. With UpdateOnly, a missing dashboard is an error. Force overwrites changes made in Grafana.
/// </summary>
internal record GrafanaPublishOptions(
    string? Folder = null, string? FolderUid = null, string? Database = null, string? DataSourceName = null, string? DataSourceUid = null,
    DataSourceMap? DataSources = null, bool InstallPlugin = false, string? Message = null, string? BackupPath = null, bool UpdateOnly = false,
    bool Force = false, NetworkCredential? DataSourceCredential = null);

/// <summary>
/// The contents of a folder for Grafana's file provisioning: its full path on this computer, and as the Grafana server sees it if that differs. Grafana reads its
/// subfolders <c>datasources</c>, <c>dashboards</c> and <c>alerting</c>. Replacement data sources are specified by their uids. The engine applies to alert rules.
/// For dashboards, the database determines it.
/// </summary>
internal sealed record ProvisioningOptions(string Path, string? GrafanaPath = null, int OrgId = 1, DashboardEngine Engine = DashboardEngine.Sqlite) : GrafanaPublishOptions;
