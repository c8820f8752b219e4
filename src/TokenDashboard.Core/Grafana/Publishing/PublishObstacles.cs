using TokenDashboard.Grafana.Api;
using TokenDashboard.Grafana.Http;
using TokenDashboard.Grafana.Model;

namespace TokenDashboard.Grafana.Publishing;

internal static class PublishObstacles
{
    private const int MostChanges = 4;

    /// <summary>Whether an error is a conflict of one dashboard with the server.</summary>
    internal static bool IsConflict(ErrorCode code) =>
        code is ErrorCode.GrafanaVersionConflict or ErrorCode.GrafanaDashboardMissing or ErrorCode.GrafanaDashboardManaged or ErrorCode.GrafanaSchemaUnsupported;

    internal static TokenDashboardException Managed(DashboardDocument document, string owner) => Error(
        ErrorCode.GrafanaDashboardManaged, document,
        $"The dashboard {Name(document)} {owner} and differs from the dashboard to publish. Change it there, or use another uid.");

    internal static TokenDashboardException Changed(DashboardDocument document, string what, string lead, IReadOnlyList<GrafanaDashboardDifference> changes)
    {
        return Error(
            ErrorCode.GrafanaVersionConflict,
            document,
            $"The dashboard {Name(document)} {what}. {(changes.Count == 0 ? "" : $"{lead} {List(changes)}. ")}Nothing was written. Write the change into the dashboard's "
                + "file with Export-GrafanaDashboard -File, or use -Force to overwrite it. Grafana's history keeps it.");
    }

    /// <summary>The first changes, for a message.</summary>
    internal static string List(IReadOnlyList<GrafanaDashboardDifference> changes) =>
        string.Join(", ", changes.Take(MostChanges).Select(change => change.Panel.Length == 0 ? change.Path : $"{change.Path} of '{change.Panel}'"))
            + (changes.Count > MostChanges ? $" and {changes.Count - MostChanges} more" : "");

    /// <summary>The error for a failed save; null for a success.</summary>
    internal static TokenDashboardException? Refusal(DashboardDocument document, FolderPlace place, GrafanaResponse response) => response switch
    {
        { IsSuccess: true } => null,
        { Status: 412, StatusWord: "name-exists" } => Error(
            ErrorCode.GrafanaRequestFailed,
            document,
            $"Another dashboard in '{place.Title}' has the title '{document.Title}', and this version of Grafana does not allow duplicate titles in a folder. Rename one of them, or "
                + "use another -Folder."),
        _ when response is { Status: 412, StatusWord: "plugin-dashboard" } || (response.Status == 400 && response.Mentions("provisioned")) => Error(
            ErrorCode.GrafanaDashboardManaged, document,
            $"Grafana did not save the dashboard {Name(document)}, because another tool manages it: {response.Words}. Change it there, or use another uid."),
        { IsConflict: true } => Error(
            ErrorCode.GrafanaVersionConflict, document,
            $"The dashboard {Name(document)} was changed while it was being published: {response.Words}. Nothing was written. Run the command again."),
        _ => response.Failure(
            $"save the dashboard '{document.Title}'", $"dashboards:create and dashboards:write (role Editor, or Edit on the folder '{place.Title}')"),
    };

    private static string Name(DashboardDocument document) => $"'{document.Title}' (uid '{document.Uid}')";

    private static TokenDashboardException Error(ErrorCode code, DashboardDocument document, string message) => new(code, message, target: document.Uid);
}
