using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace TokenDashboard.Testing;

/// <content>Dashboards: the classic API of each major version. FakeGrafana.md lists the source of each response.</content>
internal sealed partial class FakeGrafana
{
    private const int NewestClassicSchema = 42;

    private Answer ReadDashboard(string uid)
    {
        if (!Dashboards.TryGetValue(uid, out Dashboard? dashboard))
            return Answer.Message(404, "Dashboard not found");
        if (dashboard.IsSchemaV2)
            return Answer.Message(406, $"dashboard api version not supported, use /apis/dashboard.grafana.app/v2/namespaces/default/dashboards/{uid} instead");
        JsonObject content = Major >= 12 ? (JsonObject)AsUnstructured(dashboard.Content)! : (JsonObject)dashboard.Content.DeepClone();
        if (MigratesOnRead)
            content["schemaVersion"] = NewestClassicSchema;
        content["id"] = dashboard.Id;
        content["uid"] = uid;
        content["version"] = dashboard.Version;
        Folder? folder = Folders.Find(folder => folder.Uid == dashboard.FolderUid);
        var answer = new JsonObject
        {
            ["meta"] = new JsonObject
            {
                ["type"] = "db",
                ["slug"] = "slug",
                ["url"] = $"{SubPath}/d/{uid}/slug",
                ["version"] = dashboard.Version,
                ["updated"] = "2026-03-04T05:06:07Z",
                ["updatedBy"] = dashboard.History[^1].Author,
                ["folderId"] = folder is null ? 0 : IdOf(folder),
                ["folderTitle"] = folder?.Title ?? "General",
                ["folderUrl"] = folder is null ? "" : $"{SubPath}/dashboards/f/{folder.Uid}/slug",
                ["provisioned"] = dashboard.ProvisionedFrom is not null,
                ["provisionedExternalId"] = dashboard.ProvisionedFrom ?? "",
            },
            ["dashboard"] = content,
        };
        if (Major >= 9)
            answer["meta"]!["folderUid"] = dashboard.FolderUid;
        return Answer.Json(200, answer);
    }

    /// <summary>The routes of a dashboard's versions: by id until version 12, and by uid from version 9.</summary>
    private Answer RouteVersions(string by, string key, string[] rest, IQueryCollection query)
    {
        if (by == "uid" ? Major < 9 : Major >= 13)
            return Answer.Message(404, "Not found");
        string? uid = by == "uid" ? key : Dashboards.FirstOrDefault(pair => pair.Value.Id.ToString(System.Globalization.CultureInfo.InvariantCulture) == key).Key;
        if (uid is null || !Dashboards.TryGetValue(uid, out Dashboard? dashboard))
            return Major == 9 ? Answer.Message(400, "failed to get dashboard by UID") : Answer.Message(404, "Dashboard not found");
        if (Forbidden.Contains("dashboards"))
            return Answer.Message(403, "Access denied to this dashboard");
        return rest is [var number] ? ReadVersion(dashboard, number) : ReadVersions(uid, dashboard, query);
    }

    private Answer ReadVersions(string uid, Dashboard dashboard, IQueryCollection query)
    {
        int limit = int.TryParse(query["limit"], out int most) && most > 0 ? most : 1000;
        _ = int.TryParse(query["start"], out int start);
        HistoryEntry[] kept = [.. dashboard.Kept.Reverse().Skip(start).Take(limit)];
        if (kept.Length == 0)
            return Answer.Message(404, $"No versions found for dashboardId {dashboard.Id}");
        var list = new JsonArray([.. kept.Select(entry => (JsonNode)new JsonObject
        {
            ["id"] = entry.Version, ["uid"] = uid, ["version"] = entry.Version, ["parentVersion"] = entry.Version - 1, ["restoredFrom"] = entry.RestoredFrom,
            ["created"] = "2026-03-04T05:06:07Z", ["createdBy"] = entry.Author,
            // The list replaces the stored messages of first and restored versions.
            ["message"] = entry.Version == 1 ? "Initial save" : entry.RestoredFrom > 0 ? $"Restored from version {entry.RestoredFrom}" : entry.Message,
        })]);
        bool wrapped = Major >= 12 || Version.StartsWith("11.6", StringComparison.Ordinal);
        return Answer.Json(200, wrapped ? new JsonObject { ["continueToken"] = "", ["versions"] = list } : list);
    }

    private Answer SaveDashboard(JsonObject body)
    {
        if (Forbidden.Contains("dashboards"))
            return NoPermission("dashboards:write");
        var content = (JsonObject)body["dashboard"]!.DeepClone();
        string uid = content["uid"]!.GetValue<string>();
        string folderUid = body["folderUid"]?.GetValue<string>() ?? "";
        if (Major < 9)
        {
            // These versions read only folderId and ignore folderUid.
            long folderId = body["folderId"]?.GetValue<long>() ?? 0;
            Folder? folder = folderId == 0 ? null : Folders.Find(each => IdOf(each) == folderId);
            if (folderId != 0 && folder is null)
                return Answer.Message(404, "Folder not found");
            folderUid = folder?.Uid ?? "";
        }
        string message = body["message"]?.GetValue<string>() ?? "";
        bool overwrite = body["overwrite"]?.GetValue<bool>() ?? false;
        if (content["id"] is not null)
            return Answer.Message(404, "Dashboard not found", "not-found");
        if (string.IsNullOrWhiteSpace((string?)content["title"]))
            return Major < 9 ? Answer.Message(400, "Dashboard title cannot be empty") : Answer.Message(400, "Dashboard title cannot be empty", "empty-name");
        if (!System.Text.RegularExpressions.Regex.IsMatch(uid, "^[a-zA-Z0-9_-]{1,40}$"))
            return Answer.Message(400, "uid contains illegal characters or is too long");
        if (message.Length > 500)
            return Answer.Message(400, "message too long, max 500 characters");
        if (folderUid.Length > 0 && Folders.TrueForAll(folder => folder.Uid != folderUid))
            return Answer.Message(400, "folder not found");
        long? version = content["version"]?.GetValue<long>();
        content.Remove("id");
        content.Remove("version");
        if (Dashboards.TryGetValue(uid, out Dashboard? existing))
        {
            if (existing.ProvisionedFrom is not null || (Major >= 13 && existing.ManagedBy is not null))
                return Answer.Message(400, "Cannot save provisioned dashboard");
            if (!overwrite && version != existing.Version)
            {
                return Major >= 13
                    ? Answer.Message(409, "Dashboard already exists. Use overwrite flag to update.")
                    : Answer.Message(412, "The dashboard has been changed by someone else", "version-mismatch");
            }
        }
        if (Major < 10 && folderUid.Length == 0 && existing is null && Folders.Exists(each => each.Title == content["title"]!.GetValue<string>()))
            return Answer.Message(400, "Dashboard name cannot be the same as folder");
        if (Major < 12 && Dashboards.Any(other => other.Key != uid && other.Value.FolderUid == folderUid && other.Value.Title == content["title"]!.GetValue<string>()))
            return Answer.Message(412, "A dashboard with the same name in the folder already exists", "name-exists");
        if (existing is null)
        {
            existing = new Dashboard(++_counter);
            Dashboards.Add(uid, existing);
        }
        existing.FolderUid = folderUid;
        // Early versions of Grafana 12 accept this request, which removes the owner of the dashboard.
        existing.ManagedBy = null;
        existing.Save(content, message, "sa-publisher");
        var answer = new JsonObject
        {
            ["status"] = "success", ["id"] = existing.Id, ["uid"] = uid, ["slug"] = "slug", ["url"] = $"{SubPath}/d/{uid}/slug", ["version"] = existing.Version,
        };
        if (Major >= 9)
            answer["folderUid"] = folderUid;
        return Answer.Json(200, answer);
    }

    /// <summary>From version 12, numbers are converted to floating point.</summary>
    private static JsonNode? AsUnstructured(JsonNode? node) => node switch
    {
        JsonObject fields => new JsonObject(fields.Select(field => KeyValuePair.Create(field.Key, AsUnstructured(field.Value)))),
        JsonArray items => new JsonArray([.. items.Select(AsUnstructured)]),
        JsonValue value when value.GetValueKind() == System.Text.Json.JsonValueKind.Number => JsonValue.Create(double.Parse(value.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture)),
        _ => node?.DeepClone(),
    };

    private static Answer ReadVersion(Dashboard dashboard, string version) =>
        dashboard.Kept.FirstOrDefault(entry => entry.Version.ToString(System.Globalization.CultureInfo.InvariantCulture) == version) is { Content: not null } found
            ? Answer.Json(200, new JsonObject
            {
                ["id"] = found.Version, ["version"] = found.Version, ["parentVersion"] = found.Version - 1, ["message"] = found.Message, ["createdBy"] = found.Author,
                ["created"] = "2026-03-04T05:06:07Z", ["data"] = found.Content.DeepClone(),
            })
            : Answer.Message(500, $"Dashboard version {version} not found for dashboardId {dashboard.Id}");

    /// <summary>The numeric id of a folder, which old versions use.</summary>
    private int IdOf(Folder folder) => 1000 + Folders.IndexOf(folder);

    private Answer Search(IQueryCollection query)
    {
        string[] tags = [.. query["tag"].Select(tag => tag!)];
        int limit = int.Parse(query["limit"].ToString(), System.Globalization.CultureInfo.InvariantCulture);
        int page = int.Parse(query["page"].ToString(), System.Globalization.CultureInfo.InvariantCulture);
        return Answer.Json(200, new JsonArray([.. Dashboards
            .Where(pair => tags.All(tag => (pair.Value.Content["tags"] as JsonArray ?? []).Any(own => own!.GetValue<string>() == tag)))
            .Skip((page - 1) * limit).Take(limit)
            .Select(pair => (JsonNode)new JsonObject
            {
                ["uid"] = pair.Key, ["title"] = pair.Value.Title, ["type"] = "dash-db", ["folderUid"] = pair.Value.FolderUid,
                ["folderTitle"] = Folders.Find(folder => folder.Uid == pair.Value.FolderUid)?.Title, ["tags"] = pair.Value.Content["tags"]?.DeepClone(),
            })]));
    }

    internal sealed record HistoryEntry(long Version, string Message, string Author, JsonObject? Content = null, long RestoredFrom = 0);

    internal sealed class Dashboard(int id)
    {
        internal int Id => id;

        internal JsonObject Content { get; private set; } = [];

        internal string FolderUid { get; set; } = "";

        internal string? ProvisionedFrom { get; set; }

        internal string? ManagedBy { get; set; }

        internal bool IsSchemaV2 { get; set; }

        internal List<HistoryEntry> History { get; } = [];

        internal long Version => History.Count;

        /// <summary>The number of versions that the server keeps.</summary>
        internal int Keeps { get; set; } = 20;

        /// <summary>The versions that the server still has, oldest first.</summary>
        internal IEnumerable<HistoryEntry> Kept => History.TakeLast(Keeps);

        /// <summary>Differs from the version, so that clients cannot derive it.</summary>
        internal string ResourceVersion => $"{17 * Version + id}0";

        internal string Title => Content["title"]!.GetValue<string>();

        internal void Save(JsonObject content, string message, string author, long restoredFrom = 0)
        {
            Content = content;
            IsSchemaV2 = false;
            History.Add(new HistoryEntry(Version + 1, message, author, content, restoredFrom));
        }

        internal JsonObject Metadata(string uid)
        {
            var annotations = new JsonObject { ["grafana.app/updatedBy"] = History[^1].Author, ["grafana.app/updatedTimestamp"] = "2026-03-04T05:06:07Z" };
            if (FolderUid.Length > 0)
                annotations["grafana.app/folder"] = FolderUid;
            if (ManagedBy is not null)
            {
                annotations["grafana.app/managedBy"] = ManagedBy;
                annotations["grafana.app/managerId"] = "ops";
            }
            return new JsonObject { ["name"] = uid, ["resourceVersion"] = ResourceVersion, ["generation"] = Version, ["annotations"] = annotations };
        }
    }
}
