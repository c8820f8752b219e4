namespace TokenDashboard;

/// <summary>A dashboard that was exported from a server to a file.</summary>
/// <param name="Action">The action on the file.</param>
/// <param name="Uid">The dashboard's uid.</param>
/// <param name="Title">The dashboard's title.</param>
/// <param name="Folder">The titles of its folders, outermost first, separated by slashes; empty for none.</param>
/// <param name="Version">Its version on the server, counted from 1.</param>
/// <param name="Path">The file's full path.</param>
/// <param name="Changes">
/// The differences between the file and the server's dashboard, the right side, if changes were written into the file; null if a whole file was
/// written.
/// </param>
public sealed record GrafanaExportResult(
    GrafanaPublishAction Action, string Uid, string Title, string Folder, long Version, string Path, IReadOnlyList<GrafanaDashboardDifference>? Changes = null)
{
    /// <summary>The file's full path.</summary>
    public override string ToString() => Path;
}
