using TokenDashboard.Grafana.Results;

namespace TokenDashboard.Grafana.Publishing;

/// <summary>A dashboard that was written from a server into a file.</summary>
/// <param name="Action">The action on the file.</param>
/// <param name="Uid">The dashboard's uid.</param>
/// <param name="Title">The dashboard's title.</param>
/// <param name="Folder">The titles of its folders, outermost first, separated by slashes; empty for none.</param>
/// <param name="Version">Its version on the server, counted from 1.</param>
/// <param name="Path">The file's full path.</param>
/// <param name="Changes">How the server's dashboard, the right side, differed from the file it was written back into; null if a whole file was written.</param>
public sealed record GrafanaExportResult(
    GrafanaPublishAction Action, string Uid, string Title, string Folder, long Version, string Path, IReadOnlyList<GrafanaDashboardDifference>? Changes = null)
{
    /// <summary>The file's full path.</summary>
    public override string ToString() => Path;
}
