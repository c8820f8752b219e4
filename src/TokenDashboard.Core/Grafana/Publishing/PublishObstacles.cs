using TokenDashboard.Grafana.Api;
using TokenDashboard.Grafana.Http;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Results;

namespace TokenDashboard.Grafana.Publishing;

/// <summary>What keeps a dashboard from being saved, as failures that say what to do.</summary>
internal static class PublishObstacles
{
    /// <summary>How many differences a message names; it must stay one that people read.</summary>
    private const int MostChanges = 4;

    /// <summary>Whether a failure is one dashboard's conflict with what is on the server.</summary>
    internal static bool IsConflict(ErrorCode code) =>
        code is ErrorCode.GrafanaVersionConflict or ErrorCode.GrafanaDashboardMissing or ErrorCode.GrafanaDashboardManaged or ErrorCode.GrafanaSchemaUnsupported;

    /// <summary>Something else keeps it.</summary>
    /// <param name="document">What was to be published.</param>
    /// <param name="owner">A phrase that names the owner.</param>
    internal static TokenDashboardException Managed(DashboardDocument document, string owner) => new(
        ErrorCode.GrafanaDashboardManaged,
        $"The dashboard '{document.Title}' (uid '{document.Uid}') {owner} and differs from what was to be published. Change "
            + "it there, or publish under another uid.",
        target: document.Uid);

    /// <summary>Someone changed it since it was published.</summary>
    /// <param name="document">What was to be published.</param>
    /// <param name="what">A phrase that says who and when.</param>
    /// <param name="lead">What <paramref name="changes"/> are, to be followed by them.</param>
    /// <param name="changes">What the change was.</param>
    internal static TokenDashboardException Changed(DashboardDocument document, string what, string lead, IReadOnlyList<GrafanaDashboardDifference> changes)
    {
        string list = string.Join(", ", changes.Take(MostChanges).Select(change => change.Panel.Length == 0 ? change.Path : $"{change.Path} of '{change.Panel}'"));
        string more = changes.Count > MostChanges ? $" and {changes.Count - MostChanges} more" : "";
        return new TokenDashboardException(
            ErrorCode.GrafanaVersionConflict,
            $"The dashboard '{document.Title}' (uid '{document.Uid}') {what}. {(changes.Count == 0 ? "" : $"{lead} {list}{more}. ")}Nothing was written. Take that "
                + "change over into the dashboard's file with Export-GrafanaDashboard -File, or give -Force to overwrite it; Grafana's history keeps it.",
            target: document.Uid);
    }

    /// <summary>The failure that an answer to saving means; null for a success.</summary>
    internal static TokenDashboardException? Refusal(DashboardDocument document, FolderPlace place, GrafanaResponse response)
    {
        if (response.IsSuccess)
        {
            return null;
        }
        if (response is { Status: 412, StatusWord: "name-exists" })
        {
            return new TokenDashboardException(
                ErrorCode.GrafanaRequestFailed,
                $"Another dashboard in '{place.Title}' has the title '{document.Title}', and this Grafana allows a title only once in "
                    + "a folder. Rename one of them, or choose another -Folder.",
                target: document.Uid);
        }
        if (response is { Status: 412, StatusWord: "plugin-dashboard" }
            || (response.Status == 400 && response.Says("provisioned")))
        {
            return new TokenDashboardException(
                ErrorCode.GrafanaDashboardManaged,
                $"Grafana would not save the dashboard '{document.Title}' (uid '{document.Uid}'), because something else manages it: "
                    + $"{response.Words}. Change it there, or publish under another uid.",
                target: document.Uid);
        }
        return response.Status is 409 or 412
            ? new TokenDashboardException(
                ErrorCode.GrafanaVersionConflict,
                $"The dashboard '{document.Title}' (uid '{document.Uid}') was changed by someone else while it was being published: "
                    + $"{response.Words}. Nothing was written. Run the command again to see what it is now.",
                target: document.Uid)
            : response.Failure(
                $"save the dashboard '{document.Title}'",
                $"dashboards:create and dashboards:write (role Editor, or Edit on the folder '{place.Title}')");
    }
}
