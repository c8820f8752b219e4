using TokenDashboard.Grafana.Http;

namespace TokenDashboard.Grafana.Api;

/// <summary>
/// The dashboards and folders of a server through the classic API under /api, which Grafana 9 to 13 serve. Before version 9, versions and folders
/// are identified by numbers.
/// </summary>
internal class DashboardApi(GrafanaClient client, GrafanaServer server, ApiGroups groups)
{
    private const int PageSize = 1000;
    /// <summary>A server that ignores paging must not cause an endless loop.</summary>
    private const int MaxPages = 100;

    private protected GrafanaClient Client => client;
    private protected ApiGroups Groups => groups;
    /// <summary>The display name of the API: "/api", or the path of the group and version under /apis.</summary>
    internal virtual string Name => "/api";
    internal virtual bool HasNestedFolders => server.Major >= 11;

    internal virtual StoredDashboard? Read(string uid) =>
        StoredDashboard.Read(client, $"api/dashboards/uid/{Uri.EscapeDataString(uid)}", uid, response => StoredDashboard.OfLegacy(uid, response));

    /// <summary>Reads the newest versions in the history of a dashboard. The history is empty if the server returns none.</summary>
    internal virtual PublishHistory History(StoredDashboard stored, int limit = PublishHistory.Depth)
    {
        GrafanaResponse response = client.Get($"{Versions(stored)}?limit={limit}&start=0");
        if (response.Status == 404)
            return PublishHistory.None;
        response.OrThrow($"read the history of the dashboard '{stored.Uid}'", GrafanaPermission.WriteDashboards);
        // Grafana 11.6 and later wrap the list.
        IEnumerable<JsonObject> versions = response.IsArray ? response.AsList()
            : response.AsObject()["versions"] is JsonArray list ? list.OfType<JsonObject>() : throw response.Unexpected();
        return new PublishHistory(versions.Select(version =>
        {
            long number = version.Whole("version") ?? 0;
            // In the list, the message of a first version is always "Initial save". Only the version itself contains its own message.
            JsonObject? single = version.Whole("parentVersion") == 0 && GetVersion(stored, number) is { Status: not 406 } found ? found.AsObject() : null;
            return new VersionAnswer(number, (single ?? version).String("message"), version.String("createdBy"), version.Time("created"));
        }));
    }

    internal virtual JsonObject? ReadVersion(StoredDashboard stored, long version)
    {
        if (GetVersion(stored, version) is not { } response)
            return null;
        if (response.Status == 406)
            throw StoredDashboard.OfNewerSchema(stored.Uid, response.Words).Unsupported("read");
        return response.AsObject()["data"] is JsonObject content && content["title"] is not null ? content : throw response.Unexpected();
    }

    /// <summary>A version, or the rejection of a version in the newer schema; null for none.</summary>
    private GrafanaResponse? GetVersion(StoredDashboard stored, long version)
    {
        GrafanaResponse response = client.Get(string.Create(CultureInfo.InvariantCulture, $"{Versions(stored)}/{version}"));
        // Up to version 12, a missing version is a server error.
        return response.Status == 404 || (response.Status == 500 && response.Words.Contains("not found", StringComparison.OrdinalIgnoreCase)) ? null
            : response.Status == 406 ? response
            : response.OrThrow($"read version {version} of the dashboard '{stored.Uid}'", GrafanaPermission.WriteDashboards);
    }

    private string Versions(StoredDashboard stored) => server.IsOld && stored.Id > 0
        ? string.Create(CultureInfo.InvariantCulture, $"api/dashboards/id/{stored.Id}/versions")
        : $"api/dashboards/uid/{Uri.EscapeDataString(stored.Uid)}/versions";

    /// <summary>
    /// A phrase with the tool that manages a dashboard; null if there is none, or the server does not report it. The classic API does not show owners, and
    /// early versions of 12 ignore them. The other API shows them.
    /// </summary>
    internal virtual string? Owner(StoredDashboard stored)
    {
        if (stored.ProvisionedFrom is { } file)
            return $"is provisioned from the file '{file}' on the server";
        if (groups.Find(ApiGroups.Dashboard) is not { Newest: { } version })
            return null;
        GrafanaResponse response = client.Get($"{groups.PathOf(ApiGroups.Dashboard, version, "dashboards")}/{Uri.EscapeDataString(stored.Uid)}");
        // An account without permission cannot read it. A failing server must not be treated as a server without owners.
        return response.Status is 403 or 404
            ? null
            : new ApiObject(response.OrThrow($"see what manages the dashboard '{stored.Uid}'", GrafanaPermission.ReadDashboards).AsObject()).Owner;
    }

    /// <summary>
    /// Creates or replaces a dashboard whose JSON has a uid, only if the server still has the version that was read. The method takes over the JSON. Like
    /// <see cref="CreateFolder"/>, it returns the response, or null if <paramref name="isDone"/> found that an attempt without a response succeeded.
    /// </summary>
    internal virtual GrafanaResponse? Save(JsonObject dashboard, FolderPlace folder, StoredDashboard? stored, string message, Func<bool> isDone)
    {
        if (stored is not null)
            dashboard["version"] = stored.Version;
        // Never with overwrite, so that only the version that was read and checked is replaced.
        var body = new JsonObject { ["dashboard"] = dashboard, ["folderUid"] = folder.Uid, ["message"] = message, ["overwrite"] = false };
        if (server.IsOld)
            body["folderId"] = folder.Uid is { Length: > 0 } uid ? Folder(uid)?.Id ?? 0 : 0;
        return client.Write(HttpMethod.Post, "api/dashboards/db", body, isDone);
    }

    /// <summary>
    /// A phrase with the user who deleted a missing dashboard; null if it was not deleted, or the server does not report it. The classic API does
    /// not list deleted dashboards. The other API lists them for some time, if the server has it.
    /// </summary>
    internal virtual string? Deleted(string uid) => groups.Find(ApiGroups.Dashboard)?.Newest is { } version ? groups.Deleted(version, uid) : null;

    internal virtual long SavedVersion(GrafanaResponse response) => response.AsObject().Whole("version") ?? 0;

    /// <summary>The dashboards that have all tags; without tags, all dashboards.</summary>
    internal virtual IEnumerable<SearchHit> Search(IReadOnlyCollection<string> tags)
    {
        string query = string.Concat(tags.Select(tag => $"&tag={Uri.EscapeDataString(tag)}"));
        return Pages($"api/search?type=dash-db{query}", "list dashboards", GrafanaPermission.ReadDashboards)
            .Select(hit => new SearchHit(hit.String("uid"), hit.String("title"), hit.String("folderUid"), hit.String("folderTitle"), hit.Texts("tags")));
    }

    /// <summary>Reads a folder; null if it does not exist. Unless it is required, also null if the account can read a dashboard but not its folder.</summary>
    internal FolderAnswer? Folder(string uid, bool required = true) =>
        client.Find($"{FolderPath}/{Uri.EscapeDataString(uid)}") is { } response && (required || response.Status != 403)
            ? FolderIn(response.OrThrow($"read the folder '{uid}'", GrafanaPermission.ReadFolders))
            : null;

    private protected virtual string FolderPath => "api/folders";

    /// <summary>The folders directly in a folder, or outside every folder for the empty string.</summary>
    internal virtual IEnumerable<FolderAnswer> Folders(string parentUid) =>
        Pages($"api/folders?parentUid={Uri.EscapeDataString(parentUid)}", "list folders", GrafanaPermission.ReadFolders).Select(FolderAnswer.Of);

    /// <summary>Creates a folder in another one, or outside every folder for an empty parent.</summary>
    internal virtual GrafanaResponse? CreateFolder(string title, string uid, string parentUid, Func<bool> isDone)
    {
        JsonObject body = Json.Of(("title", title), ("uid", uid), ("parentUid", parentUid.Length > 0 ? parentUid : null));
        return client.Write(HttpMethod.Post, "api/folders", body, isDone);
    }

    internal virtual FolderAnswer FolderIn(GrafanaResponse response) => FolderAnswer.Of(response.AsObject());

    private IEnumerable<JsonObject> Pages(string path, string purpose, string permission)
    {
        for (int page = 1, count = PageSize; count == PageSize && page <= MaxPages; page++)
        {
            IReadOnlyList<JsonObject> items = client.Get(string.Create(CultureInfo.InvariantCulture, $"{path}&limit={PageSize}&page={page}")).OrThrow(purpose, permission).AsList();
            count = items.Count;
            foreach (JsonObject item in items)
                yield return item;
        }
    }
}
