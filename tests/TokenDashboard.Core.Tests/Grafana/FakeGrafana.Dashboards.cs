using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace TokenDashboard.Testing;

/// <content>Dashboards: the classic API over each major version's storage.</content>
internal sealed partial class FakeGrafana
{
    private const int NewestClassicSchema = 42;

    private Answer ReadDashboard(string uid)
    {
        if (!Dashboards.TryGetValue(uid, out Dashboard? dashboard))
        {
            return Answer.Message(404, "Dashboard not found");
        }
        if (dashboard.IsSchemaV2)
        {
            return Answer.Message(406, $"dashboard api version not supported, use /apis/dashboard.grafana.app/v2/namespaces/default/dashboards/{uid} instead");
        }
        JsonObject content = Major >= 12 ? (JsonObject)AsUnstructured(dashboard.Content)! : (JsonObject)dashboard.Content.DeepClone();
        if (MigratesOnRead)
        {
            content["schemaVersion"] = NewestClassicSchema;
        }
        content["id"] = dashboard.Id;
        content["uid"] = uid;
        content["version"] = dashboard.Version;
        Folder? folder = Folders.Find(folder => folder.Uid == dashboard.FolderUid);
        return Answer.Json(200, new JsonObject
        {
            ["meta"] = new JsonObject
            {
                ["type"] = "db",
                ["slug"] = "slug",
                ["url"] = $"{SubPath}/d/{uid}/slug",
                ["version"] = dashboard.Version,
                ["updated"] = "2026-03-04T05:06:07Z",
                ["updatedBy"] = dashboard.History[^1].Author,
                ["folderUid"] = dashboard.FolderUid,
                ["folderTitle"] = folder?.Title ?? "General",
                ["provisioned"] = dashboard.ProvisionedFrom is not null,
                ["provisionedExternalId"] = dashboard.ProvisionedFrom ?? "",
            },
            ["dashboard"] = content,
        });
    }

    private Answer ReadVersions(string uid)
    {
        if (!Dashboards.TryGetValue(uid, out Dashboard? dashboard))
        {
            return Answer.Message(404, "Dashboard not found");
        }
        var list = new JsonArray([.. dashboard.History.Reverse<HistoryEntry>().Take(20).Select(entry => (JsonNode)new JsonObject
        {
            ["id"] = entry.Version, ["uid"] = uid, ["version"] = entry.Version, ["parentVersion"] = entry.Version - 1, ["restoredFrom"] = 0,
            ["created"] = "2026-03-04T05:06:07Z", ["createdBy"] = entry.Author, ["message"] = entry.Message,
        })]);
        bool wrapped = Major >= 12 || Version.StartsWith("11.6", StringComparison.Ordinal);
        return Answer.Json(200, wrapped ? new JsonObject { ["continueToken"] = "", ["versions"] = list } : list);
    }

    private Answer SaveDashboard(JsonObject body)
    {
        if (Forbidden.Contains("dashboards"))
        {
            return NoPermission("dashboards:write");
        }
        var content = (JsonObject)body["dashboard"]!.DeepClone();
        string uid = content["uid"]!.GetValue<string>();
        string folderUid = body["folderUid"]?.GetValue<string>() ?? "";
        string message = body["message"]?.GetValue<string>() ?? "";
        bool overwrite = body["overwrite"]?.GetValue<bool>() ?? false;
        if (content["id"] is not null)
        {
            return Answer.Message(404, "Dashboard not found", "not-found");
        }
        if (string.IsNullOrWhiteSpace((string?)content["title"]))
        {
            return Answer.Message(400, "Dashboard title cannot be empty", "empty-name");
        }
        if (!System.Text.RegularExpressions.Regex.IsMatch(uid, "^[a-zA-Z0-9_-]{1,40}$"))
        {
            return Answer.Message(400, "uid contains illegal characters or is too long");
        }
        if (message.Length > 500)
        {
            return Answer.Message(400, "message too long, max 500 characters");
        }
        if (folderUid.Length > 0 && Folders.TrueForAll(folder => folder.Uid != folderUid))
        {
            return Answer.Message(400, "folder not found");
        }
        long? version = content["version"]?.GetValue<long>();
        content.Remove("id");
        content.Remove("version");
        if (Dashboards.TryGetValue(uid, out Dashboard? existing))
        {
            if (existing.ProvisionedFrom is not null || (Major >= 13 && existing.ManagedBy is not null))
            {
                return Answer.Message(400, "Cannot save provisioned dashboard");
            }
            if (!overwrite && version != existing.Version)
            {
                return Major >= 13
                    ? Answer.Message(409, "Dashboard already exists. Use overwrite flag to update.")
                    : Answer.Message(412, "The dashboard has been changed by someone else", "version-mismatch");
            }
        }
        if (Major < 12 && Dashboards.Any(other => other.Key != uid && other.Value.FolderUid == folderUid && other.Value.Title == content["title"]!.GetValue<string>()))
        {
            return Answer.Message(412, "A dashboard with the same name in the folder already exists", "name-exists");
        }
        if (existing is null)
        {
            existing = new Dashboard(++_counter);
            Dashboards.Add(uid, existing);
        }
        existing.FolderUid = folderUid;
        // A save without the owner's note takes the dashboard from its owner, which is what early 12 versions let happen.
        existing.ManagedBy = null;
        existing.Save(content, message, "sa-publisher");
        return Answer.Json(200, new JsonObject
        {
            ["status"] = "success", ["id"] = existing.Id, ["uid"] = uid, ["slug"] = "slug", ["url"] = $"{SubPath}/d/{uid}/slug",
            ["version"] = existing.Version, ["folderUid"] = folderUid,
        });
    }

    /// <summary>From version 12 on numbers have been through floating point.</summary>
    private static JsonNode? AsUnstructured(JsonNode? node) => node switch
    {
        JsonObject fields => new JsonObject(fields.Select(field => KeyValuePair.Create(field.Key, AsUnstructured(field.Value)))),
        JsonArray items => new JsonArray([.. items.Select(AsUnstructured)]),
        JsonValue value when value.GetValueKind() == System.Text.Json.JsonValueKind.Number => JsonValue.Create(double.Parse(value.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture)),
        _ => node?.DeepClone(),
    };

    private Answer ReadVersion(string uid, string version) =>
        Dashboards.TryGetValue(uid, out Dashboard? dashboard)
        && dashboard.History.Find(entry => entry.Version.ToString(System.Globalization.CultureInfo.InvariantCulture) == version) is { Content: not null } found
            ? Answer.Json(200, new JsonObject { ["id"] = found.Version, ["version"] = found.Version, ["message"] = found.Message, ["data"] = found.Content.DeepClone() })
            : Answer.Message(404, "Dashboard version not found");

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
                ["folderTitle"] = Folders.Find(folder => folder.Uid == pair.Value.FolderUid)?.Title,
            })]));
    }

    internal sealed record HistoryEntry(long Version, string Message, string Author, JsonObject? Content = null);

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

        /// <summary>Another number than the version, which nobody may guess.</summary>
        internal string ResourceVersion => $"{17 * Version + id}0";

        internal string Title => Content["title"]!.GetValue<string>();

        internal void Save(JsonObject content, string message, string author)
        {
            Content = content;
            IsSchemaV2 = false;
            History.Add(new HistoryEntry(Version + 1, message, author, content));
        }

        internal JsonObject Metadata(string uid)
        {
            var annotations = new JsonObject { ["grafana.app/updatedBy"] = History[^1].Author, ["grafana.app/updatedTimestamp"] = "2026-03-04T05:06:07Z" };
            if (FolderUid.Length > 0)
            {
                annotations["grafana.app/folder"] = FolderUid;
            }
            if (ManagedBy is not null)
            {
                annotations["grafana.app/managedBy"] = ManagedBy;
                annotations["grafana.app/managerId"] = "ops";
            }
            return new JsonObject { ["name"] = uid, ["resourceVersion"] = ResourceVersion, ["generation"] = Version, ["annotations"] = annotations };
        }
    }
}
