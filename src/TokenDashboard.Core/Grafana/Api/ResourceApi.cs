using TokenDashboard.Grafana.Http;

namespace TokenDashboard.Grafana.Api;

/// <summary>Dashboards and folders under /apis, which Grafana serves from version 12 on. A change is sent with the resource version that was read.</summary>
internal sealed class ResourceApi(GrafanaClient client, GrafanaServer server, ApiGroups groups, string dashboardVersion, string folderVersion)
    : DashboardApi(client, server, groups)
{
    /// <summary>A list contains complete dashboards, so this limits the size of a response.</summary>
    private const int PageSize = 100;
    /// <summary>A server that ignores paging must not cause an endless loop.</summary>
    private const int MaxPages = 1000;

    private readonly string _dashboards = groups.PathOf(ApiGroups.Dashboard, dashboardVersion, "dashboards");
    private readonly string _folders = groups.PathOf(ApiGroups.Folder, folderVersion, "folders");
    private readonly Dictionary<string, string> _titles = [];
    private bool? _classicServed;

    internal override string Name => $"/{ApiGroups.Dashboard}/{dashboardVersion}";
    internal override bool HasNestedFolders => true;

    internal override StoredDashboard? Read(string uid) => StoredDashboard.Read(Client, $"{_dashboards}/{Uri.EscapeDataString(uid)}", uid, response =>
    {
        var found = new ApiObject(response.AsObject());
        if (found.Metadata is null || found.Spec is null || found.Generation == 0)
            throw response.Unexpected();
        return found.NewerSchema is { } schema
            ? StoredDashboard.OfNewerSchema(uid, schema)
            : StoredDashboard.OfResource(uid, found, found.Folder.Length == 0 ? FolderPlace.Root : new FolderPlace(found.Folder, TitleOf(found.Folder)));
    });

    /// <summary>Versions that were saved through the classic API are not always listed here. The classic API lists them, if the server has it.</summary>
    internal override PublishHistory History(StoredDashboard stored, int limit = PublishHistory.Depth)
    {
        ApiObject[] versions = ItemsOf(HistoryPage(stored.Uid, null, limit));
        if (versions.Length > 0)
            return new PublishHistory(versions.Select(version => new VersionAnswer(version.Generation, version.Note(ApiObject.MessageNote), version.SavedByName, version.SavedAt)));
        return ClassicServed ? base.History(stored, limit) : PublishHistory.None;
    }

    internal override JsonObject? ReadVersion(StoredDashboard stored, long version)
    {
        if (Pages(next => HistoryPage(stored.Uid, next)).FirstOrDefault(item => item.Generation == version && item.Spec is not null) is { } found)
            return found.NewerSchema is { } schema ? throw StoredDashboard.OfNewerSchema(stored.Uid, schema).Unsupported("read") : found.Spec;
        return ClassicServed ? base.ReadVersion(stored, version) : null;
    }

    internal override string? Owner(StoredDashboard stored) => stored.Resource?.Owner;

    internal override GrafanaResponse? Save(JsonObject dashboard, FolderPlace folder, StoredDashboard? stored, string message, Func<bool> isDone)
    {
        string uid = dashboard["uid"]!.GetValue<string>();
        // The object contains the type and the version, but its content does not.
        foreach (string field in (string[])["id", "uid", "version"])
            dashboard.Remove(field);
        JsonObject metadata = stored?.Resource?.Metadata is { } read ? (JsonObject)read.DeepClone() : new JsonObject { ["name"] = uid };
        metadata.Remove("managedFields");
        if (metadata["annotations"] is not JsonObject notes)
            metadata["annotations"] = notes = [];
        notes[ApiObject.MessageNote] = message;
        notes.Remove(ApiObject.FolderNote);
        if (folder.Uid is { Length: > 0 } folderUid)
            notes[ApiObject.FolderNote] = folderUid;
        JsonObject body = Body(ApiGroups.Dashboard, dashboardVersion, "Dashboard", metadata, dashboard);
        return stored is null
            ? Client.Write(HttpMethod.Post, _dashboards, body, isDone)
            : Client.Write(HttpMethod.Put, $"{_dashboards}/{Uri.EscapeDataString(uid)}", body, isDone);
    }

    internal override long SavedVersion(GrafanaResponse response) =>
        new ApiObject(response.AsObject()).Generation is > 0 and var generation ? generation : throw response.Unexpected();

    internal override string? Deleted(string uid) => Groups.Deleted(dashboardVersion, uid);

    internal override IEnumerable<SearchHit> Search(IReadOnlyCollection<string> tags) => List(_dashboards, "list dashboards", GrafanaPermission.ReadDashboards)
        .Select(found => new SearchHit(found.Uid, found.Title, found.Folder, null, found.Spec.Texts("tags")))
        .Where(hit => hit.Uid is { Length: > 0 } && tags.All(hit.Tags.Contains));

    private protected override string FolderPath => _folders;

    internal override IEnumerable<FolderAnswer> Folders(string parentUid) =>
        List(_folders, "list folders", GrafanaPermission.ReadFolders).Where(found => found.Folder == parentUid).Select(Folder);

    internal override GrafanaResponse? CreateFolder(string title, string uid, string parentUid, Func<bool> isDone)
    {
        JsonObject metadata = Json.Of(
            ("name", uid),
            ("annotations", parentUid.Length > 0 ? new JsonObject { [ApiObject.FolderNote] = parentUid } : null));
        return Client.Write(HttpMethod.Post, _folders, Body(ApiGroups.Folder, folderVersion, "Folder", metadata, new JsonObject { ["title"] = title }), isDone);
    }

    internal override FolderAnswer FolderIn(GrafanaResponse response) =>
        new ApiObject(response.AsObject()) is { Uid.Length: > 0 } folder ? Folder(folder) : throw response.Unexpected();

    /// <summary>Requested only if the other API returns no result.</summary>
    private bool ClassicServed => _classicServed ??= Client.Find("api/dashboards/tags") is not null;

    private static FolderAnswer Folder(ApiObject found) => new(found.Uid, found.Title, found.Folder);

    private static JsonObject Body(string group, string version, string kind, JsonObject metadata, JsonObject spec) => new()
    {
        ["apiVersion"] = $"{group["apis/".Length..]}/{version}", ["kind"] = kind, ["metadata"] = metadata, ["spec"] = spec,
    };

    /// <summary>A page of a dashboard's versions, newest first; null if the server keeps or shows none.</summary>
    private JsonObject? HistoryPage(string uid, string? next, int limit = PublishHistory.Depth)
    {
        string selectors = $"labelSelector={Uri.EscapeDataString("grafana.app/get-history=true")}&fieldSelector={Uri.EscapeDataString($"metadata.name={uid}")}";
        GrafanaResponse response = Client.Get($"{_dashboards}?{selectors}&limit={limit}{Continue(next)}");
        return response.Status is 400 or 404 or 405 or 501
            ? null
            : response.OrThrow($"read the history of the dashboard '{uid}'", GrafanaPermission.WriteDashboards).AsObject();
    }

    private IEnumerable<ApiObject> List(string path, string purpose, string permission) => Pages(next =>
    {
        GrafanaResponse response = Client.Get($"{path}?limit={PageSize}{Continue(next)}").OrThrow(purpose, permission);
        return response.AsObject() is var page && page["items"] is JsonArray ? page : throw response.Unexpected();
    });

    private static ApiObject[] ItemsOf(JsonObject? page) => [.. page.Objects("items").Select(item => new ApiObject(item))];

    private static IEnumerable<ApiObject> Pages(Func<string?, JsonObject?> read)
    {
        string? next = null;
        for (int pages = 0; pages == 0 || (next is { Length: > 0 } && pages < MaxPages); pages++)
        {
            JsonObject? page = read(next);
            foreach (ApiObject item in ItemsOf(page))
                yield return item;
            next = page.Child("metadata").String("continue");
        }
    }

    private static string Continue(string? next) => next is { Length: > 0 } ? $"&continue={Uri.EscapeDataString(next)}" : "";

    private string TitleOf(string uid) =>
        _titles.TryGetValue(uid, out string? title) ? title : _titles[uid] = Folder(uid, required: false)?.Title ?? uid;
}
