using System.Security.Cryptography;
using System.Text;
using TokenDashboard.Grafana.Http;
using TokenDashboard.Grafana.Results;

namespace TokenDashboard.Grafana.Api;

/// <summary>A folder as the place of a dashboard.</summary>
/// <param name="Uid">Its uid; the empty string for the root; null where it was to be made and was not.</param>
/// <param name="Title">Its title.</param>
internal sealed record FolderPlace(string? Uid, string Title)
{
    /// <summary>What Grafana calls the place of dashboards that are in no folder.</summary>
    internal const string RootTitle = "Dashboards";

    /// <summary>Whether a title means the place outside every folder: up to version 10 Grafana shows it under this name and lets no folder have it.</summary>
    internal static bool IsRoot(string title) => title.Trim().Equals("General", StringComparison.OrdinalIgnoreCase);

    /// <summary>The place outside every folder.</summary>
    internal static FolderPlace Root { get; } = new("", RootTitle);
}

/// <summary>Finds and makes folders.</summary>
internal sealed class GrafanaFolders(GrafanaClient client, GrafanaServer server, IDashboardApi api, PublishCallbacks callbacks)
{
    /// <summary>Grafana itself allows a tenth of it.</summary>
    private const int MaxDepth = 64;

    private readonly Dictionary<string, IReadOnlyList<string>> _titles = [];

    /// <summary>The folder the last call of <see cref="Ensure"/> ended at.</summary>
    internal FolderPlace Place { get; private set; } = FolderPlace.Root;

    /// <summary>Makes sure of a folder, its parents first.</summary>
    /// <exception cref="TokenDashboardException">
    /// <see cref="ErrorCode.GrafanaFolderConflict"/>: two folders of that title, or no such uid and no title;
    /// <see cref="ErrorCode.GrafanaForbidden"/>.
    /// </exception>
    internal IEnumerable<GrafanaPublishResult> Ensure(string? titles, string? uid)
    {
        if (uid is not null && ByUid(uid) is { } existing)
        {
            Place = existing;
            yield return Result(existing, GrafanaPublishAction.Unchanged);
            yield break;
        }
        string[] path = (titles ?? "").Split('/', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (uid is not null && path.Length == 0)
        {
            throw Conflict($"No folder has the uid '{uid}'. Give -Folder as well, with the title it shall have.");
        }
        if (titles is not null && path.Length == 0)
        {
            throw Conflict($"'{titles}' names no folder. Give its title, or General for the place outside every folder.");
        }
        if (path.Length == 1 && FolderPlace.IsRoot(path[0]))
        {
            path = [];
        }
        if (path.Length > 1 && !api.HasNestedFolders)
        {
            throw Conflict(
                $"Grafana {server.Version} has no folders in folders: '{titles}' needs version 11 or later. Give one title without a "
                    + "slash.");
        }
        FolderPlace parent = FolderPlace.Root;
        for (int level = 0; level < path.Length; level++)
        {
            FolderPlace? found = parent.Uid is null ? null : ByTitle(path[level], parent.Uid);
            if (found is not null)
            {
                yield return Result(found, GrafanaPublishAction.Unchanged);
                parent = found;
                continue;
            }
            FolderPlace? made = Create(path[level], parent, level == path.Length - 1 ? uid : null, out GrafanaPublishAction action);
            if (made is not null)
            {
                yield return Result(made, action);
            }
            parent = made ?? new FolderPlace(null, path[level]);
        }
        Place = parent;
    }

    /// <summary>The titles from the outermost folder to this one; none for the root.</summary>
    internal IReadOnlyList<string> Titles(FolderPlace place)
    {
        IReadOnlyList<string> above = [];
        var below = new Stack<(string Uid, string Title)>();
        for ((string? uid, string title) = (place.Uid, place.Title); uid is { Length: > 0 };)
        {
            if (_titles.TryGetValue(uid, out IReadOnlyList<string>? known))
            {
                above = known;
                break;
            }
            if (below.Count == MaxDepth)
            {
                throw new TokenDashboardException(
                    ErrorCode.GrafanaNotJson,
                    $"{client.Url} names more than {MaxDepth} folders around the folder '{place.Title}', each in the next, so it is not Grafana. Check that -Url is Grafana's own address.",
                    target: client.Url);
            }
            if (below.Any(folder => folder.Uid == uid))
            {
                break;
            }
            FolderAnswer? folder = Readable(uid);
            below.Push((uid, folder?.Title ?? title));
            (uid, title) = (folder?.ParentUid, folder?.ParentUid ?? "");
        }
        while (below.TryPop(out (string Uid, string Title) folder))
        {
            _titles[folder.Uid] = above = [.. above, folder.Title];
        }
        return above;
    }

    /// <summary>A folder; null for none, and for one that the account may not see though it may read a dashboard in it.</summary>
    private FolderAnswer? Readable(string uid)
    {
        try
        {
            return api.Folder(uid);
        }
        catch (TokenDashboardException exception) when (exception.Code == ErrorCode.GrafanaForbidden)
        {
            return null;
        }
    }

    private FolderPlace? ByUid(string uid)
    {
        if (api.Folder(uid) is not { } folder)
        {
            return null;
        }
        callbacks.Verbose($"Folder '{folder.Title}' has the uid '{uid}'.");
        return new FolderPlace(folder.Uid ?? uid, folder.Title ?? uid);
    }

    private FolderPlace? ByTitle(string title, string parentUid)
    {
        // A server without pages gives the same ones again.
        List<FolderAnswer> matches = [.. api.Folders(parentUid).Where(folder => folder.Title == title && folder.Uid is not null).DistinctBy(folder => folder.Uid)];
        if (matches.Count > 1)
        {
            string uids = string.Join(", ", matches.Select(folder => folder.Uid));
            throw Conflict($"{matches.Count} folders have the title '{title}': {uids}. Say which with -FolderUid.");
        }
        callbacks.Verbose(matches.Count == 0 ? $"There is no folder '{title}'." : $"Folder '{title}' has the uid '{matches[0].Uid}'.");
        return matches.Count == 0 ? null : new FolderPlace(matches[0].Uid!, title);
    }

    /// <summary>Makes a folder, or finds the one that someone else made meanwhile.</summary>
    private FolderPlace? Create(string title, FolderPlace parent, string? uid, out GrafanaPublishAction action)
    {
        action = GrafanaPublishAction.Created;
        if (!callbacks.ShouldProcess($"Folder '{title}' on {client.Url}", "Create"))
        {
            return null;
        }
        if (parent.Uid is null)
        {
            throw Conflict($"The folder '{title}' cannot be made, because its parent '{parent.Title}' was not.");
        }
        // Newer servers take a title twice, so two that publish at once would make two folders. Of one uid there is only one.
        string wanted = uid ?? OwnUid(title, parent.Uid);
        FolderPlace? found = null;
        // Lists lag behind on some servers; a folder's own address does not.
        bool IsThere() => (found = Matching(Readable(wanted), title, parent.Uid) ?? ByTitle(title, parent.Uid)) is not null;
        GrafanaResponse? response = api.CreateFolder(title, wanted, parent.Uid, IsThere);
        // Before version 9 a title that is taken is a bad request.
        if (response?.Status is 400 or 409 or 412 && IsThere())
        {
            action = GrafanaPublishAction.Unchanged;
            return found;
        }
        if (response?.Status is 409 or 412 && uid is null && Readable(wanted) is not null)
        {
            // A folder made from here that was given another title or place since has the uid.
            response = api.CreateFolder(title, null, parent.Uid, IsThere);
        }
        if (response is null)
        {
            return found;
        }
        if (response.Status is 409 or 412)
        {
            throw Conflict(
                $"Grafana would not make the folder '{title}': {response.Words}. Someone may have made it just now; run the command "
                    + "again.");
        }
        response.OrThrow($"make the folder '{title}'", "folders:create (role Editor)");
        string made = api.CreatedFolder(response).Uid ?? throw response.Unexpected();
        callbacks.Verbose($"Made the folder '{title}' with the uid '{made}'.");
        return new FolderPlace(made, title);
    }

    /// <summary>A folder as a place, where it has that title and parent; null otherwise.</summary>
    private static FolderPlace? Matching(FolderAnswer? folder, string title, string parentUid) =>
        folder is { Uid: { } uid } && folder.Title == title && (folder.ParentUid ?? "") == parentUid ? new FolderPlace(uid, title) : null;

    private static string OwnUid(string title, string parentUid) =>
        "td-" + Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{parentUid}/{title}")), 0, 8).ToLowerInvariant();

    private GrafanaPublishResult Result(FolderPlace place, GrafanaPublishAction action) => new()
    {
        Kind = GrafanaPublishKind.Folder,
        Name = place.Title,
        Action = action,
        Uid = place.Uid,
        Url = new Uri(client.Url, $"dashboards/f/{place.Uid}"),
    };

    private TokenDashboardException Conflict(string message) => new(ErrorCode.GrafanaFolderConflict, message, target: client.Url);
}
