using TokenDashboard.Grafana.Model;

namespace TokenDashboard.Grafana.Results;

/// <summary>What publishing did with one thing.</summary>
/// <param name="Kind">What the thing is.</param>
/// <param name="Name">Its title or name; for a file its path in the provisioning folder.</param>
/// <param name="Action">What was done with it.</param>
/// <param name="Uid">Its uid in Grafana; null for a file that defines no single object.</param>
/// <param name="Url">Its address for a browser; null for a file.</param>
/// <param name="Path">The file's full path; null for what is on a server.</param>
/// <param name="BackupPath">The file with the overwritten dashboard; null if none was overwritten, or no backup was requested.</param>
/// <param name="Version">A dashboard's version on the server, counted from 1; null for anything else.</param>
/// <param name="FolderTitle">The title of the folder a dashboard is in, "Dashboards" for none; null for anything else.</param>
/// <param name="Changes">
/// For a conflict with a change in Grafana: how the server's dashboard, the right side, differs from what was published last, or is to be
/// published.
/// </param>
/// <param name="Dashboard">The dashboard that was to be published, with -PassThru; null otherwise.</param>
/// <param name="Message">Further information: the health of a data source, the reason of a conflict.</param>
public sealed record GrafanaPublishResult(
    GrafanaPublishKind Kind, string Name, GrafanaPublishAction Action, string? Uid = null, Uri? Url = null, string? Path = null, string? BackupPath = null,
    long? Version = null, string? FolderTitle = null, IReadOnlyList<GrafanaDashboardDifference>? Changes = null, DashboardDocument? Dashboard = null,
    string? Message = null);

/// <summary>What a result is about.</summary>
public enum GrafanaPublishKind : long
{
    /// <summary>A folder on a server.</summary>
    Folder,
    /// <summary>A data source on a server.</summary>
    DataSource,
    /// <summary>A dashboard on a server.</summary>
    Dashboard,
    /// <summary>An alert rule on a server.</summary>
    AlertRule,
    /// <summary>A file of Grafana's file provisioning.</summary>
    ProvisioningFile,
}

/// <summary>What publishing did with one thing.</summary>
public enum GrafanaPublishAction : long
{
    /// <summary>It was up to date. Nothing was written.</summary>
    Unchanged,
    /// <summary>It did not exist and was created.</summary>
    Created,
    /// <summary>It differed and was updated.</summary>
    Updated,
    /// <summary>It was written by an earlier run, is no longer published, and was removed.</summary>
    Removed,
    /// <summary>Something else manages it, or it was changed in Grafana. Nothing was written.</summary>
    Conflict,
    /// <summary>The server failed while it was read or saved, after others had been published. The next run finds out whether it was saved.</summary>
    Failed,
    /// <summary>It was not published, because the server had failed before.</summary>
    Skipped,
}
