using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace TokenDashboard.Testing;

/// <content>The state of the server, and the routes that read and change it.</content>
internal sealed partial class FakeGrafana
{
    private const string Plugin = "frser-sqlite-datasource";
    private const string NewestPlugin = "4.0.3";

    private int _counter;
    private int _organisation = 1;

    internal List<Folder> Folders { get; } = [];

    internal List<JsonObject> DataSources { get; } = [];

    internal Dictionary<string, Dashboard> Dashboards { get; } = [];

    internal HashSet<string> Plugins { get; } = [Plugin];

    internal string PluginVersion { get; set; } = NewestPlugin;

    /// <summary>The error of every query; null if queries succeed.</summary>
    internal string? QueryProblem { get; set; }

    /// <summary>The status of a failed query, which differs between versions.</summary>
    internal int QueryProblemStatus { get; set; } = 400;

    /// <summary>The plugin's error for a database path; null if it can read the database.</summary>
    internal Func<string, string?> PathProblem { get; set; } = _ => null;

    /// <summary>Returns dashboards in the newest classic schema, like servers that migrate on read.</summary>
    internal bool MigratesOnRead { get; set; }

    /// <summary>Saves a new version without our message, like a user in the dashboard editor.</summary>
    internal void EditInBrowser(string uid, Action<JsonObject> change, string message = "")
    {
        lock (_lock)
        {
            Dashboard dashboard = Dashboards[uid];
            var content = (JsonObject)dashboard.Content.DeepClone();
            change(content);
            dashboard.Save(content, message, "alice");
        }
    }

    /// <summary>Restores an old version, like a user in the list of versions.</summary>
    internal void RestoreInBrowser(string uid, long version)
    {
        lock (_lock)
        {
            Dashboard dashboard = Dashboards[uid];
            dashboard.Save((JsonObject)dashboard.History[(int)version - 1].Content!.DeepClone(), $"Restored from version {version}", "alice", version);
        }
    }

    /// <summary>Deletes a dashboard like a user. The newest versions keep it in the trash.</summary>
    internal void DeleteInBrowser(string uid)
    {
        lock (_lock)
        {
            Dashboards.Remove(uid, out Dashboard? dashboard);
            if (Major >= 13)
                Trash[uid] = dashboard!;
        }
    }

    /// <summary>Deleted dashboards by uid.</summary>
    internal Dictionary<string, Dashboard> Trash { get; } = [];

    /// <summary>The state of the server as text, for comparisons and for <see cref="Restore"/>.</summary>
    internal string Snapshot() => new JsonObject
    {
        ["counter"] = _counter,
        ["plugins"] = new JsonArray([.. Plugins.Select(plugin => (JsonNode)plugin)]),
        ["folders"] = new JsonArray([.. Folders.Select(folder => (JsonNode)new JsonArray(folder.Uid, folder.Title, folder.ParentUid))]),
        ["dataSources"] = new JsonArray([.. DataSources.Select(source => source.DeepClone())]),
        ["dashboards"] = new JsonObject(Dashboards.Select(pair => KeyValuePair.Create<string, JsonNode?>(pair.Key, new JsonObject
        {
            ["id"] = pair.Value.Id,
            ["folder"] = pair.Value.FolderUid,
            ["history"] = new JsonArray([.. pair.Value.History.Select(entry => (JsonNode)new JsonArray(entry.Message, entry.Author, entry.Content?.DeepClone()))]),
        }))),
        ["rules"] = new JsonArray([.. AlertRules.Values.Select(rule => rule.DeepClone())]),
        ["intervals"] = new JsonObject(RuleIntervals.Select(pair => KeyValuePair.Create<string, JsonNode?>(pair.Key, pair.Value))),
    }.ToJsonString();

    /// <summary>Restores a state that <see cref="Snapshot"/> returned.</summary>
    internal void Restore(string saved)
    {
        JsonNode state = JsonNode.Parse(saved)!;
        lock (_lock)
        {
            Plugins.Clear();
            Folders.Clear();
            DataSources.Clear();
            Dashboards.Clear();
            AlertRules.Clear();
            RuleIntervals.Clear();
            _counter = (int)state["counter"]!;
            Plugins.UnionWith(state["plugins"]!.AsArray().Select(plugin => (string)plugin!));
            Folders.AddRange(state["folders"]!.AsArray().Select(folder => new Folder((string)folder![0]!, (string)folder[1]!, (string)folder[2]!)));
            DataSources.AddRange(state["dataSources"]!.AsArray().Select(source => (JsonObject)source!.DeepClone()));
            foreach ((string uid, JsonNode? stored) in state["dashboards"]!.AsObject())
            {
                var dashboard = new Dashboard((int)stored!["id"]!) { FolderUid = (string)stored["folder"]! };
                foreach (JsonNode? entry in stored["history"]!.AsArray())
                    dashboard.Save((JsonObject)entry![2]!.DeepClone(), (string)entry[0]!, (string)entry[1]!);
                Dashboards.Add(uid, dashboard);
            }
            foreach (JsonNode? rule in state["rules"]!.AsArray())
                AlertRules.Add((string)rule!["uid"]!, (JsonObject)rule.DeepClone());
            foreach ((string uid, JsonNode? interval) in state["intervals"]!.AsObject())
                RuleIntervals.Add(uid, (long)interval!);
        }
    }

    private Answer Route(string method, string[] parts, IQueryCollection query, JsonObject? body, bool fresh) => (method, parts) switch
    {
        (_, ["api", "dashboards" or "folders" or "search", ..]) when LegacyGone is { } status => Answer.Message(status, "Not found"),
        ("GET", ["api", "org"]) =>
            Forbidden.Contains("org") ? NoPermission("orgs:read") : Answer.Json(200, new JsonObject { ["id"] = _organisation, ["name"] = _organisation == 1 ? "Main Org." : "Second Org." }),
        ("GET", ["api", "access-control", "user", "permissions"]) when Major >= 9 => Answer.Json(200, Permissions()),
        ("GET", ["api", "plugins", var id, "settings"]) => Plugins.Contains(id)
            ? Answer.Json(200, new JsonObject { ["id"] = id, ["type"] = "datasource", ["info"] = new JsonObject { ["version"] = PluginVersion } })
            : Answer.Message(404, "Plugin not found, no installed plugin with that id"),
        ("POST", ["api", "plugins", var id, "install"]) => InstallPlugin(id),
        ("POST", ["api", "ds", "query"]) => Query(body!, fresh),
        ("GET", ["api", "folders"]) => ListFolders(query),
        ("GET", ["api", "folders", var uid]) => Folders.Find(folder => folder.Uid == uid) is { } found
            ? Answer.Json(200, found.ToJson(Major, IdOf(found)))
            : Answer.Message(404, "folder not found", "not-found"),
        ("POST", ["api", "folders"]) => CreateFolder(body!),
        (_, ["api", "datasources", ..]) => RouteDataSource(method, parts[2..], body, fresh),
        ("GET", ["api", "dashboards", "uid", var uid]) => ReadDashboard(uid),
        ("GET", ["api", "dashboards", ("uid" or "id") and var by, var key, "versions", .. var rest]) => RouteVersions(by, key, rest, query),
        ("GET", ["api", "dashboards", "tags"]) => Answer.Json(200, new JsonArray()),
        ("GET", ["api", "search"]) => Search(query),
        ("POST", ["api", "dashboards", "db"]) => SaveDashboard(body!),
        ("GET", ["api", "frontend", "settings"]) => Answer.Json(200, FrontendSettings()),
        (_, ["apis", ..]) => RouteResource(method, parts, query, body),
        _ => Answer.Message(404, "Not found"),
    };

    /// <summary>The settings that every account can read.</summary>
    private JsonObject FrontendSettings()
    {
        var settings = new JsonObject
        {
            ["datasources"] = new JsonObject(DataSources.Select(source => KeyValuePair.Create<string, JsonNode?>(
                source["name"]!.GetValue<string>(), new JsonObject { ["uid"] = source["uid"]!.DeepClone(), ["type"] = source["type"]!.DeepClone() }))),
        };
        if (Major >= 12)
            settings["namespace"] = Namespace;
        return settings;
    }

    private Answer InstallPlugin(string id)
    {
        if (Forbidden.Contains("plugins"))
            return NoPermission("plugins:install");
        if (!Plugins.Add(id) && PluginVersion == NewestPlugin)
            return Answer.Message(409, "Plugin already installed");
        PluginVersion = NewestPlugin;
        return Answer.Json(200, new JsonObject());
    }

    private Answer Query(JsonObject body, bool fresh)
    {
        JsonNode query = body["queries"]![0]!;
        if (Major < 9 && query["datasourceId"] is null)
            return Answer.Message(400, "Query missing data source ID");
        JsonObject? source = DataSources.Find(each => Major < 9
            ? each["id"]!.GetValue<int>() == query["datasourceId"]!.GetValue<int>()
            : each["uid"]!.GetValue<string>() == query["datasource"]!["uid"]!.GetValue<string>());
        if (source is null)
            return Major < 9 ? Answer.Message(400, "Invalid data source ID") : Answer.Message(404, "Data source not found");
        string path = Cached(source, fresh)["jsonData"]?["path"]?.GetValue<string>() ?? "";
        string? problem = (query["queryText"] ?? query["rawSql"])!.GetValue<string>().Contains("COUNT(", StringComparison.OrdinalIgnoreCase) ? QueryProblem ?? PathProblem(path) : "no such query";
        JsonObject result = problem is not null ? new JsonObject { ["status"] = 500, ["error"] = problem }
            // Arrow, which the module does not read.
            : Major < 9 ? new JsonObject { ["refId"] = "A", ["series"] = null, ["tables"] = null, ["dataframes"] = new JsonArray("QVJST1cx") }
            : new JsonObject { ["status"] = 200, ["frames"] = new JsonArray(new JsonObject { ["data"] = new JsonObject { ["values"] = new JsonArray(new JsonArray(18810)) } }) };
        return Answer.Json(problem is null ? 200 : QueryProblemStatus, new JsonObject { ["results"] = new JsonObject { ["A"] = result } });
    }

    /// <summary>The data source that the plugin sees: for five seconds the cached one, unless the request bypasses the cache.</summary>
    private JsonObject Cached(JsonObject source, bool fresh)
    {
        string uid = source["uid"]!.GetValue<string>();
        if (fresh || !_cached.TryGetValue(uid, out (long Time, JsonObject Source) entry) || Environment.TickCount64 - entry.Time > 5000)
            _cached[uid] = entry = (Environment.TickCount64, (JsonObject)source.DeepClone());
        return entry.Source;
    }

    private readonly Dictionary<string, (long Time, JsonObject Source)> _cached = [];

    private JsonObject Permissions()
    {
        var granted = new JsonObject { ["dashboards:read"] = new JsonArray("dashboards:*") };
        foreach (string kind in (string[])["dashboards", "datasources"])
        {
            if (!Forbidden.Contains(kind))
            {
                granted[$"{kind}:create"] = new JsonArray("folders:*");
                granted[$"{kind}:write"] = new JsonArray($"{kind}:*");
            }
        }
        return granted;
    }

    private Answer ListFolders(IQueryCollection query)
    {
        int limit = int.Parse(query["limit"].ToString(), System.Globalization.CultureInfo.InvariantCulture);
        int page = int.Parse(query["page"].ToString(), System.Globalization.CultureInfo.InvariantCulture);
        // Before version 11, parentUid is ignored and every folder is listed. Before version 9, page is ignored too.
        string parent = Major >= 11 ? query["parentUid"].ToString() : "";
        page = Major < 9 ? 1 : page;
        return Answer.Json(200, new JsonArray([.. Folders.Where(folder => Major < 11 || folder.ParentUid == parent)
            .Skip((page - 1) * limit).Take(limit).Select(folder => (JsonNode)folder.ToJson(Major, IdOf(folder)))]));
    }

    private Answer CreateFolder(JsonObject body)
    {
        if (Forbidden.Contains("folders"))
            return NoPermission("folders:create");
        string title = body["title"]!.GetValue<string>();
        string parent = body["parentUid"]?.GetValue<string>() ?? "";
        if (Major < 9 && Dashboards.Any(pair => pair.Value.FolderUid.Length == 0 && pair.Value.Title == title))
            return Answer.Message(400, "Folder name cannot be the same as one of its dashboards");
        if (Major <= 10 && Folders.Any(folder => folder.Title == title && folder.Uid != (string?)body["uid"]))
        {
            return Major < 9
                ? Answer.Message(400, "a folder or dashboard in the general folder with the same name already exists")
                : Answer.Message(409, "a folder with the same name already exists in the current location");
        }
        if (body["uid"] is { } wanted && Folders.Any(folder => folder.Uid == wanted.GetValue<string>()))
            return Answer.Message(Major >= 13 ? 409 : 412, "a folder with that uid already exists", "version-mismatch");
        var made = new Folder(body["uid"]?.GetValue<string>() ?? $"f{++_counter}", title, parent);
        Folders.Add(made);
        return Answer.Json(200, made.ToJson(Major, IdOf(made)));
    }

    private Answer RouteDataSource(string method, string[] parts, JsonObject? body, bool fresh)
    {
        if (Forbidden.Contains("datasources") && parts is not [.., "health"])
            return Major < 9 ? Answer.Message(403, "Permission denied") : NoPermission("datasources:read");
        if (parts is [var number, .. var rest] && int.TryParse(number, out int id) && DataSources.Find(source => source["id"]!.GetValue<int>() == id) is { } counted)
        {
            // Routes by id exist until version 12, but only for changes and health.
            return Major >= 13 || method == "GET" && rest is not ["health"]
                ? Answer.Message(404, "Not found")
                : RouteDataSource(method, ["uid", counted["uid"]!.GetValue<string>(), .. rest], body, fresh, true);
        }
        return RouteDataSource(method, parts, body, fresh, false);
    }

    private Answer RouteDataSource(string method, string[] parts, JsonObject? body, bool fresh, bool counted)
    {
        JsonObject? Find(string uid) => DataSources.Find(source => source["uid"]!.GetValue<string>() == uid);
        if (Major < 9 && !counted && (method, parts) is ("PUT", _) or ("GET", ["uid", _, "health"]))
            return Answer.Message(404, "Not found");
        switch (method, parts)
        {
            case ("GET", []):
                return Answer.Json(200, new JsonArray([.. DataSources.Select(source => source.DeepClone())]));
            case ("POST", []):
                if (Major >= 12 && !System.Text.RegularExpressions.Regex.IsMatch((string)body!["uid"]!, "^[a-zA-Z0-9_-]{1,40}$"))
                    return Answer.Message(400, "invalid format of UID");
                if (DataSources.Any(source => source["name"]!.GetValue<string>() == body!["name"]!.GetValue<string>() || source["uid"]!.GetValue<string>() == body["uid"]!.GetValue<string>()))
                    return Answer.Message(409, "data source with the same name already exists");
                body!["id"] = ++_counter;
                body["version"] = 1;
                body["readOnly"] = false;
                DataSources.Add(body);
                return Answer.Json(200, new JsonObject { ["id"] = _counter, ["message"] = "Datasource added", ["name"] = body["name"]!.DeepClone(), ["datasource"] = body.DeepClone() });
            case ("GET", ["uid", var uid]):
                return Find(uid) is { } found ? Answer.Json(200, found.DeepClone()) : Answer.Message(404, "Data source not found");
            case ("PUT", ["uid", var uid]):
                if (Find(uid) is not { } stored)
                    return Answer.Message(404, "Data source not found");
                if (stored["readOnly"]!.GetValue<bool>())
                    return Answer.Message(403, "Cannot update read-only data source");
                if (body!["version"]?.GetValue<int>() != stored["version"]!.GetValue<int>())
                    return Answer.Message(409, "Datasource has already been updated by someone else. Please reload and try again");
                body["id"] = stored["id"]!.DeepClone();
                body["version"] = stored["version"]!.GetValue<int>() + 1;
                body["readOnly"] = false;
                DataSources[DataSources.IndexOf(stored)] = body;
                return Answer.Json(200, new JsonObject { ["message"] = "Datasource updated", ["datasource"] = body.DeepClone() });
            case ("GET", ["uid", var uid, "health"]):
                if (Find(uid) is not { } asked)
                    return Answer.Message(500, "Unable to load datasource metadata");
                string? problem = PathProblem(Cached(asked, fresh)["jsonData"]?["path"]?.GetValue<string>() ?? "");
                return problem is null
                    ? Answer.Json(200, new JsonObject { ["status"] = "OK", ["message"] = "Data source is working" })
                    : Answer.Json(Major < 9 ? 503 : 400, new JsonObject { ["status"] = "ERROR", ["message"] = problem });
            default:
                return Answer.Message(404, "Not found");
        }
    }

    private static Answer NoPermission(string permission) =>
        Answer.Message(403, $"You'll need additional permissions to perform this action. Permissions needed: {permission}");

    internal sealed record Folder(string Uid, string Title, string ParentUid = "")
    {
        internal JsonObject ToJson(int major, int id)
        {
            var json = new JsonObject { ["id"] = id, ["uid"] = Uid, ["title"] = Title };
            if (major >= 11 && ParentUid.Length > 0)
                json["parentUid"] = ParentUid;
            return json;
        }
    }
}
