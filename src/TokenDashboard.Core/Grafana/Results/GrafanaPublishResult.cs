using TokenDashboard.Grafana.Model;

namespace TokenDashboard;

/// <summary>The result of publishing an item.</summary>
/// <param name="Kind">The kind of item.</param>
/// <param name="Name">Its title or name. For a file, its path in the provisioning folder.</param>
/// <param name="Action">The action on the item.</param>
/// <param name="Uid">The uid in Grafana; null for a file that defines no single object.</param>
/// <param name="Url">The address for a browser; null for a file.</param>
/// <param name="Path">The file's full path; null for an item on a server.</param>
/// <param name="BackupPath">The file with the overwritten dashboard; null if none was overwritten, or no backup was requested.</param>
/// <param name="Version">The version of a dashboard on the server, counted from 1; null for other items.</param>
/// <param name="FolderTitle">The title of a dashboard's folder, "Dashboards" for none; null for other items.</param>
/// <param name="Changes">
/// For a conflict with a change in Grafana: the differences between the dashboard that was published last, or is to be published, and the server's
/// dashboard, the right side.
/// </param>
/// <param name="Dashboard">The dashboard to publish, with -PassThru; otherwise null.</param>
/// <param name="Message">Further information, such as the health of a data source or the reason for a conflict.</param>
public sealed record GrafanaPublishResult(
    GrafanaPublishKind Kind, string Name, GrafanaPublishAction Action, string? Uid = null, Uri? Url = null, string? Path = null, string? BackupPath = null,
    long? Version = null, string? FolderTitle = null, IReadOnlyList<GrafanaDashboardDifference>? Changes = null, DashboardDocument? Dashboard = null,
    string? Message = null)
{
    /// <summary>The action and the item.</summary>
    public override string ToString() => $"{Action} {Kind} '{Name}'";
}

/// <summary>The kind of item of a result.</summary>
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

/// <summary>The action on an item.</summary>
public enum GrafanaPublishAction : long
{
    /// <summary>The item was up to date. Nothing was written.</summary>
    Unchanged,
    /// <summary>The item did not exist and was created.</summary>
    Created,
    /// <summary>The item differed and was updated.</summary>
    Updated,
    /// <summary>The item was written by an earlier run, is no longer published, and was removed.</summary>
    Removed,
    /// <summary>Another tool manages the item, or it was changed in Grafana. Nothing was written.</summary>
    Conflict,
    /// <summary>The item could not be published. An error contains the reason. If the server failed, the next run determines whether the item was saved.</summary>
    Failed,
    /// <summary>The item was not published, because the server had failed before.</summary>
    Skipped,
}

/// <summary>One difference between two dashboards, or two states of one.</summary>
/// <param name="Uid">The dashboard's uid.</param>
/// <param name="Panel">The title of the panel or row, "#3" for one without a title; empty outside of panels.</param>
/// <param name="Path">
/// The path: property names with dots. Brackets contain a panel's id, a query's refId, a variable's or annotation's name, or a zero-based index.
/// </param>
/// <param name="Kind">The side or sides that contain the value.</param>
/// <param name="Left">The left side's value, as text or otherwise as JSON; null if it is missing.</param>
/// <param name="Right">The right side's value; null if it is missing.</param>
public sealed record GrafanaDashboardDifference(string Uid, string Panel, string Path, GrafanaDifferenceKind Kind, string? Left, string? Right)
{
    /// <summary>The kind, the panel and the path.</summary>
    public override string ToString() => $"{Kind} {(Panel.Length > 0 ? Panel + ": " : "")}{Path}";
}

/// <summary>The kind of a difference, from the perspective of the left side.</summary>
public enum GrafanaDifferenceKind : long
{
    /// <summary>Both sides have a value, but the values differ.</summary>
    Changed,
    /// <summary>Only the right side has it.</summary>
    Added,
    /// <summary>Only the left side has it.</summary>
    Removed,
}
