using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace TokenDashboard.Testing;

/// <content>The API under /apis of versions 12 and 13, for the same dashboards and folders.</content>
internal sealed partial class FakeGrafana
{
    private const string Group = "dashboard.grafana.app";
    private const string FolderGroup = "folder.grafana.app";

    /// <summary>The status of the removed classic routes for dashboards, folders and search; null if they are served.</summary>
    internal int? LegacyGone { get; set; }

    /// <summary>The name of the organization in paths.</summary>
    internal string Namespace { get; set; } = "default";

    /// <summary>The versions of the API groups; empty if the server lacks them.</summary>
    internal List<string> ApiVersions => _apiVersions ??= Major switch { >= 13 => ["v1", "v1beta1", "v2", "v2beta1"], 12 => ["v1beta1", "v2alpha1"], _ => [] };

    private List<string>? _apiVersions;

    private Answer RouteResource(string method, string[] parts, IQueryCollection query, JsonObject? body)
    {
        if (parts is ["apis", Group or FolderGroup] && ApiVersions.Count > 0)
        {
            return Answer.Json(200, new JsonObject
            {
                ["kind"] = "APIGroup",
                ["name"] = parts[1],
                ["versions"] = new JsonArray([.. ApiVersions.Select(version => (JsonNode)GroupVersion(parts[1], version))]),
                ["preferredVersion"] = GroupVersion(parts[1], ApiVersions[0]),
            });
        }
        if (parts is not ["apis", _, var wanted, "namespaces", var organisation, _, ..] || !ApiVersions.Contains(wanted) || organisation != Namespace)
            return Answer.Message(404, "Not found");
        string groupVersion = $"{parts[1]}/{wanted}";
        return (method, parts[1], parts[5..]) switch
        {
            ("GET", Group, ["dashboards"]) when query["labelSelector"] == "grafana.app/get-history=true" => ListHistory(query, groupVersion),
            ("GET", Group, ["dashboards"]) when query["labelSelector"] == "grafana.app/get-trash=true" => ListTrash(query, groupVersion),
            ("GET", Group, ["dashboards"]) => Page(query, [.. Dashboards.Select(pair => DashboardResource(pair.Key, pair.Value, groupVersion))]),
            ("GET", Group, ["dashboards", var uid]) => Dashboards.TryGetValue(uid, out Dashboard? found)
                ? Answer.Json(200, DashboardResource(uid, found, groupVersion))
                : Answer.Kubernetes(404, $"dashboards.{Group} \"{uid}\" not found", "NotFound"),
            ("POST", Group, ["dashboards"]) => SaveResource(null, body!, groupVersion),
            ("PUT", Group, ["dashboards", var uid]) => SaveResource(uid, body!, groupVersion),
            ("GET", FolderGroup, ["folders"]) => Page(query, [.. Folders.Select(folder => FolderResource(folder, groupVersion))]),
            ("GET", FolderGroup, ["folders", var uid]) => Folders.Find(folder => folder.Uid == uid) is { } folder
                ? Answer.Json(200, FolderResource(folder, groupVersion))
                : Answer.Kubernetes(404, $"folders.{FolderGroup} \"{uid}\" not found", "NotFound"),
            ("POST", FolderGroup, ["folders"]) => CreateFolderResource(body!, groupVersion),
            _ => Answer.Kubernetes(405, "the server does not allow this method on the requested resource", "MethodNotAllowed"),
        };
    }

    private static JsonObject GroupVersion(string group, string version) => new() { ["groupVersion"] = $"{group}/{version}", ["version"] = version };

    private JsonObject DashboardResource(string uid, Dashboard dashboard, string groupVersion)
    {
        var spec = (JsonObject)AsUnstructured(dashboard.Content)!;
        foreach (string field in (string[])["id", "uid", "version"])
            spec.Remove(field);
        JsonObject metadata = dashboard.Metadata(uid);
        metadata["namespace"] = Namespace;
        metadata["creationTimestamp"] = "2026-03-04T05:06:07Z";
        var resource = new JsonObject { ["kind"] = "Dashboard", ["apiVersion"] = groupVersion, ["metadata"] = metadata, ["spec"] = spec };
        resource["status"] = dashboard.IsSchemaV2
            ? new JsonObject { ["conversion"] = new JsonObject { ["failed"] = false, ["storedVersion"] = "v2" } }
            : new JsonObject();
        return resource;
    }

    private Answer SaveResource(string? uid, JsonObject body, string groupVersion)
    {
        if (Forbidden.Contains("dashboards"))
            return Answer.Kubernetes(403, $"dashboards.{Group} is forbidden: no permission", "Forbidden");
        var metadata = (JsonObject)body["metadata"]!;
        string name = metadata["name"]!.GetValue<string>();
        if (body["apiVersion"]!.GetValue<string>() != groupVersion || body["kind"]!.GetValue<string>() != "Dashboard" || (uid is not null && uid != name))
            return Answer.Kubernetes(400, "the object does not match the request", "BadRequest");
        string Note(string key) => metadata["annotations"]?[key]?.GetValue<string>() ?? "";
        string folderUid = Note("grafana.app/folder");
        if (folderUid.Length > 0 && Folders.TrueForAll(folder => folder.Uid != folderUid))
            return Answer.Kubernetes(404, $"folders.{FolderGroup} \"{folderUid}\" not found", "NotFound");
        if (Note("grafana.app/message").Length > 500)
            return Answer.Kubernetes(400, "message too long, max 500 characters", "BadRequest");
        Dashboards.TryGetValue(name, out Dashboard? existing);
        string? read = metadata["resourceVersion"]?.GetValue<string>();
        if (uid is null && existing is not null)
            return Answer.Kubernetes(409, $"dashboards.{Group} \"{name}\" already exists", "AlreadyExists");
        if (uid is not null && existing is null)
            return Answer.Kubernetes(404, $"dashboards.{Group} \"{name}\" not found", "NotFound");
        if (existing?.ManagedBy is not null)
            return Answer.Kubernetes(403, "this resource is managed by something else", "Forbidden");
        if (existing is not null && read is null)
            return Answer.Kubernetes(422, "metadata.resourceVersion: must be specified for an update", "Invalid");
        if (existing is not null && read != existing.ResourceVersion)
            return Answer.Kubernetes(409, $"Operation cannot be fulfilled on dashboards.{Group} \"{name}\": requested RV {read} does not match current RV {existing.ResourceVersion}", "Conflict");
        if (existing is null)
        {
            existing = new Dashboard(++_counter);
            Dashboards.Add(name, existing);
        }
        var content = (JsonObject)body["spec"]!.DeepClone();
        content["uid"] = name;
        existing.FolderUid = folderUid;
        existing.Save(content, Note("grafana.app/message"), "sa-publisher");
        return Answer.Json(uid is null ? 201 : 200, DashboardResource(name, existing, groupVersion));
    }

    private Answer ListHistory(IQueryCollection query, string groupVersion)
    {
        string uid = query["fieldSelector"].ToString()["metadata.name=".Length..];
        if (!Dashboards.TryGetValue(uid, out Dashboard? dashboard))
            return Answer.Kubernetes(404, $"dashboards.{Group} \"{uid}\" not found", "NotFound");
        return Page(query, [.. dashboard.History.Reverse<HistoryEntry>().Select(entry => new JsonObject
        {
            ["apiVersion"] = groupVersion,
            ["metadata"] = new JsonObject
            {
                ["name"] = uid,
                ["generation"] = entry.Version,
                ["annotations"] = new JsonObject { ["grafana.app/message"] = entry.Message, ["grafana.app/updatedBy"] = entry.Author },
            },
            ["spec"] = entry.Content?.DeepClone() ?? new JsonObject(),
        })]);
    }

    /// <summary>Deleted dashboards, with a special generation and the user who deleted them.</summary>
    private Answer ListTrash(IQueryCollection query, string groupVersion)
    {
        string field = query["fieldSelector"].ToString();
        return Page(query, [.. Trash.Where(pair => field.Length == 0 || field == $"metadata.name={pair.Key}").Select(pair =>
        {
            JsonObject resource = DashboardResource(pair.Key, pair.Value, groupVersion);
            resource["metadata"]!["generation"] = -999;
            resource["metadata"]!["annotations"]!["grafana.app/updatedBy"] = "alice";
            resource["metadata"]!["deletionTimestamp"] = "2026-03-05T05:06:07Z";
            return resource;
        })]);
    }

    private Answer CreateFolderResource(JsonObject body, string groupVersion)
    {
        if (Forbidden.Contains("folders"))
            return Answer.Kubernetes(403, $"folders.{FolderGroup} is forbidden: no permission", "Forbidden");
        JsonNode metadata = body["metadata"]!;
        string uid = metadata["name"]?.GetValue<string>() ?? $"{metadata["generateName"]!.GetValue<string>()}{++_counter}";
        string parent = metadata["annotations"]?["grafana.app/folder"]?.GetValue<string>() ?? "";
        if (Folders.Exists(folder => folder.Uid == uid))
            return Answer.Kubernetes(409, $"folders.{FolderGroup} \"{uid}\" already exists", "AlreadyExists");
        if (parent.Length > 0 && Folders.TrueForAll(folder => folder.Uid != parent))
            return Answer.Kubernetes(400, "folder not found", "BadRequest");
        var made = new Folder(uid, body["spec"]!["title"]!.GetValue<string>(), parent);
        Folders.Add(made);
        return Answer.Json(201, FolderResource(made, groupVersion));
    }

    private JsonObject FolderResource(Folder folder, string groupVersion)
    {
        var metadata = new JsonObject { ["name"] = folder.Uid, ["namespace"] = Namespace, ["generation"] = 1 };
        if (folder.ParentUid.Length > 0)
            metadata["annotations"] = new JsonObject { ["grafana.app/folder"] = folder.ParentUid };
        return new JsonObject { ["kind"] = "Folder", ["apiVersion"] = groupVersion, ["metadata"] = metadata, ["spec"] = new JsonObject { ["title"] = folder.Title } };
    }

    private static Answer Page(IQueryCollection query, IReadOnlyList<JsonObject> all)
    {
        int limit = int.Parse(query["limit"].ToString(), CultureInfo.InvariantCulture);
        int start = query["continue"].ToString() is { Length: > 0 } token ? int.Parse(token, CultureInfo.InvariantCulture) : 0;
        var metadata = new JsonObject();
        if (start + limit < all.Count)
            metadata["continue"] = (start + limit).ToString(CultureInfo.InvariantCulture);
        return Answer.Json(200, new JsonObject { ["metadata"] = metadata, ["items"] = new JsonArray([.. all.Skip(start).Take(limit)]) });
    }
}
