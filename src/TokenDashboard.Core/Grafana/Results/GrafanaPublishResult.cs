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
    /// <summary>It could not be published; an error says why. If the server failed, the next run finds out whether it was saved.</summary>
    Failed,
    /// <summary>It was not published, because the server had failed before.</summary>
    Skipped,
}

/// <summary>One difference between two dashboards, or two states of one.</summary>
/// <param name="Uid">The dashboard's uid.</param>
/// <param name="Panel">The title of the panel or row it is in, "#3" for one without a title; empty for what belongs to no panel.</param>
/// <param name="Path">
/// The path: property names with dots; in brackets a panel's id, a query's refId, a variable's or annotation's name, or an index from 0.
/// </param>
/// <param name="Kind">Which side has it.</param>
/// <param name="Left">The left side's value, text as it is and anything else as JSON; null if there is none.</param>
/// <param name="Right">The right side's value; null if there is none.</param>
public sealed record GrafanaDashboardDifference(string Uid, string Panel, string Path, GrafanaDifferenceKind Kind, string? Left, string? Right);

/// <summary>What a difference is, seen from the left side.</summary>
public enum GrafanaDifferenceKind : long
{
    /// <summary>Both sides have it, with other values.</summary>
    Changed,
    /// <summary>Only the right side has it.</summary>
    Added,
    /// <summary>Only the left side has it.</summary>
    Removed,
}
