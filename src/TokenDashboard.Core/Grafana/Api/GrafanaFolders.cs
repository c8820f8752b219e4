using TokenDashboard.Grafana.Http;
using TokenDashboard.Grafana.Model;

namespace TokenDashboard.Grafana.Api;

/// <summary>A folder as the location of a dashboard. The uid is the empty string for the root, and null if a new folder was not created.</summary>
internal sealed record FolderPlace(string? Uid, string Title)
{
    /// <summary>Grafana's name for the location of dashboards that are not in a folder.</summary>
    internal const string RootTitle = "Dashboards";

    /// <summary>Whether a title means the location outside every folder, which Grafana up to version 10 shows under this name.</summary>
    internal static bool IsRoot(string title) => title.Trim().Equals("General", StringComparison.OrdinalIgnoreCase);

    internal static FolderPlace Root { get; } = new("", RootTitle);

    /// <summary>The location that a server reports. Grafana returns the root as nothing, or as "general".</summary>
    internal static FolderPlace Of(string? uid, string? title) => uid is null or "" or "general" ? Root : new FolderPlace(uid, title ?? uid);

    internal TokenDashboardException NotCreated(string thing) => new(
        ErrorCode.GrafanaFolderConflict, $"The {thing} cannot be saved in the folder '{Title}', because the folder was not created.", target: Title);
}

internal sealed class GrafanaFolders(GrafanaClient client, GrafanaServer server, DashboardApi api, PublishCallbacks callbacks)
{
    /// <summary>Grafana itself allows a tenth of this depth.</summary>
    private const int MaxDepth = 64;
    /// <summary>The maximum number of folders with the same title that this module created and users renamed.</summary>
    private const int MaxRenamed = 16;

    private readonly Dictionary<string, IReadOnlyList<string>> _titles = [];

    /// <summary>The result of the last call of <see cref="Ensure"/>.</summary>
    internal FolderPlace Place { get; private set; } = FolderPlace.Root;

    /// <summary>
    /// Finds or creates a folder, after its parents. A title or a uid is required. Before a folder is created, <paramref name="isNeeded"/> is called.
    /// </summary>
    /// <exception cref="TokenDashboardException">
    /// <see cref="ErrorCode.GrafanaFolderConflict"/>: two folders have the title, or the uid does not exist and there is no title.
    /// </exception>
    internal IEnumerable<GrafanaPublishResult> Ensure(string? titles, string? uid, Func<bool>? isNeeded = null)
    {
        if (uid is not null && api.Folder(uid) is { } existing)
        {
            callbacks.Verbose($"Folder '{existing.Title}' has the uid '{uid}'.");
            Place = new FolderPlace(existing.Uid ?? uid, existing.Title ?? uid);
            yield return Result(Place, GrafanaPublishAction.Unchanged);
            yield break;
        }
        string[] path = (titles ?? "").Split('/', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (path.Length == 0)
        {
            throw Conflict(uid is not null
                ? $"No folder has the uid '{uid}'. To create the folder, use -Folder with its title."
                : $"'{titles}' is not the title of a folder. Specify a title, or General for no folder.");
        }
        if (path.Length == 1 && FolderPlace.IsRoot(path[0]))
            path = [];
        if (path.Length > 1 && !api.HasNestedFolders)
            throw Conflict($"Grafana {server.Version} does not support nested folders. '{titles}' requires version 11 or later. Specify a single title without a slash.");
        Place = FolderPlace.Root;
        for (int level = 0; level < path.Length; level++)
        {
            GrafanaPublishAction action = GrafanaPublishAction.Unchanged;
            FolderPlace? folder = Place.Uid is null ? null : ByTitle(path[level], Place.Uid);
            if (folder is null && isNeeded?.Invoke() != false)
                folder = Create(path[level], Place, level == path.Length - 1 ? uid : null, out action);
            if (folder is not null)
                yield return Result(folder, action);
            Place = folder ?? new FolderPlace(null, path[level]);
        }
    }

    /// <summary>The titles from the outermost folder to this folder; none for the root.</summary>
    internal IReadOnlyList<string> Titles(FolderPlace place, int depth = 0)
    {
        if (place.Uid is not { Length: > 0 } uid)
            return [];
        if (depth == MaxDepth)
            throw client.Error(
                ErrorCode.GrafanaNotJson,
                $"{client.Url} reports more than {MaxDepth} nested folders around '{place.Title}', so it is not Grafana. Check that -Url is Grafana's own address.");
        if (!_titles.TryGetValue(uid, out IReadOnlyList<string>? titles))
        {
            // Folders that contain each other end here.
            _titles[uid] = [];
            FolderAnswer? folder = api.Folder(uid, required: false);
            _titles[uid] = titles = [.. Titles(FolderPlace.Of(folder?.ParentUid, null), depth + 1), folder?.Title ?? place.Title];
        }
        return titles;
    }

    private FolderPlace? ByTitle(string title, string parentUid)
    {
        // A server without paging returns the same folders again.
        List<FolderAnswer> matches = [.. api.Folders(parentUid).Where(folder => folder.Title == title && folder.Uid is not null).DistinctBy(folder => folder.Uid)];
        if (matches.Count > 1)
        {
            string uids = string.Join(", ", matches.Select(folder => folder.Uid));
            throw Conflict($"{matches.Count} folders have the title '{title}': {uids}. Select one with -FolderUid.");
        }
        callbacks.Verbose(matches.Count == 0 ? $"There is no folder '{title}'." : $"Folder '{title}' has the uid '{matches[0].Uid}'.");
        return matches.Count == 0 ? null : new FolderPlace(matches[0].Uid!, title);
    }

    /// <summary>Creates a folder, or finds the folder that another run has just created.</summary>
    private FolderPlace? Create(string title, FolderPlace parent, string? uid, out GrafanaPublishAction action)
    {
        action = GrafanaPublishAction.Created;
        if (!callbacks.ShouldProcess($"Folder '{title}' on {client.Url}", "Create"))
            return null;
        if (parent.Uid is null)
            throw Conflict($"The folder '{title}' cannot be created, because its parent '{parent.Title}' was not created.");
        // Newer servers accept duplicate titles, so two concurrent runs could create two folders. A uid, however, is unique.
        string wanted = uid ?? UidOf($"{parent.Uid}/{title}");
        FolderPlace? found = null;
        // On some servers, lists are updated later than the folder itself.
        bool IsThere() => (found = api.Folder(wanted, required: false) is { Uid: { } known } folder && folder.Title == title && (folder.ParentUid ?? "") == parent.Uid
            ? new FolderPlace(known, title)
            : ByTitle(title, parent.Uid)) is not null;
        GrafanaResponse? response;
        for (int renamed = 0; ; renamed++)
        {
            response = api.CreateFolder(title, wanted, parent.Uid, IsThere);
            // Before version 9, a duplicate title is a bad request.
            if (response?.Status is 400 or 409 or 412 && IsThere())
            {
                action = GrafanaPublishAction.Unchanged;
                return found;
            }
            if (response is not { IsConflict: true } || uid is not null || renamed == MaxRenamed || api.Folder(wanted, required: false) is null)
                break;
            // A folder that this module created, and that was renamed or moved since, has this uid. Every run uses the same next uid.
            wanted = UidOf($"{parent.Uid}/{title}/{wanted}");
        }
        if (response is null)
            return found;
        if (response.IsConflict)
            throw Conflict($"Grafana did not create the folder '{title}': {response.Words}. Another run may have created it. Run the command again.");
        response.OrThrow($"create the folder '{title}'", "folders:create (role Editor)");
        string created = api.FolderIn(response).Uid ?? throw response.Unexpected();
        callbacks.Verbose($"Created the folder '{title}' with the uid '{created}'.");
        return new FolderPlace(created, title);
    }

    private static string UidOf(string path) => $"td-{DashboardContent.Fingerprint(path)}";

    private GrafanaPublishResult Result(FolderPlace place, GrafanaPublishAction action) =>
        new(GrafanaPublishKind.Folder, place.Title, action, place.Uid, new Uri(client.Url, $"dashboards/f/{place.Uid}"));

    private TokenDashboardException Conflict(string message) => client.Error(ErrorCode.GrafanaFolderConflict, message);
}
