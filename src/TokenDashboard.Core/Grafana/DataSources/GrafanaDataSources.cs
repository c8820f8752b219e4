using System.Text.Json.Nodes;
using TokenDashboard.Grafana.Http;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Results;

namespace TokenDashboard.Grafana.DataSources;

/// <summary>A data source as dashboards refer to it.</summary>
internal sealed record DataSourceIdentity(string Uid, string Name);

/// <summary>Makes sure of the SQLite data source: plugin, settings and health.</summary>
internal sealed class GrafanaDataSources(GrafanaClient client, GrafanaServer server, PublishCallbacks callbacks)
{
    private const string Permission = "datasources:read, datasources:create and datasources:write (role Admin)";

    private const string Plugin = SqliteDataSource.PluginId;

    /// <summary>Finds, makes or corrects the data source.</summary>
    /// <param name="options">Its uid, name and database.</param>
    /// <param name="identity">What dashboards shall refer to.</param>
    /// <returns>What was done, or null where nothing was, because it was not to be made or the account may not look.</returns>
    /// <exception cref="TokenDashboardException">
    /// <see cref="ErrorCode.GrafanaPluginMissing"/>, <see cref="ErrorCode.GrafanaDataSourceMissing"/>,
    /// <see cref="ErrorCode.GrafanaDataSourceConflict"/>, <see cref="ErrorCode.GrafanaForbidden"/>.
    /// </exception>
    internal GrafanaPublishResult? Ensure(GrafanaPublishOptions options, out DataSourceIdentity identity)
    {
        new PluginInstallation(client, server, callbacks).Require(options.InstallPlugin);
        foreach (string warning in options.Database is null ? [] : SqliteDataSource.PathWarnings(options.Database).Concat(StoreWarnings.Of(options.Database)))
        {
            callbacks.Warning(warning);
        }
        string uid = options.DataSourceUid ?? SqliteDataSource.DefaultUid;
        identity = new DataSourceIdentity(uid, options.DataSourceName ?? SqliteDataSource.DefaultName);
        GrafanaResponse response = client.Get(ByUid(uid));
        if (response.Status == 403 && options.Database is null)
        {
            // An Editor may use a data source in a dashboard without being allowed to see its settings.
            WarnOfUnread(uid);
            return null;
        }
        if (response.Status == 404)
        {
            return Create(options, identity);
        }
        JsonObject stored = response.OrThrow($"read the data source '{uid}'", Permission).AsObject();
        string? type = GrafanaResponse.TextOf(stored, "type");
        identity = identity with { Name = GrafanaResponse.TextOf(stored, "name") ?? identity.Name };
        if (type != Plugin)
        {
            throw Conflict(
                $"The data source '{identity.Name}' (uid '{uid}') is of type '{type}', not {Plugin}. Give the uid of "
                    + "another one.");
        }
        return Correct(stored, options, identity);
    }

    /// <summary>Whether the server has a SQLite data source with that uid. An account that may not look is told so, and taken at the dashboard's word.</summary>
    internal bool Has(string uid)
    {
        // What Grafana calls its default one, whichever that is.
        if (uid == "default")
        {
            return true;
        }
        GrafanaResponse response = client.Get(ByUid(uid));
        if (response.Status == 403)
        {
            WarnOfUnread(uid);
            return true;
        }
        return response.Status != 404 && GrafanaResponse.TextOf(response.OrThrow($"read the data source '{uid}'", Permission).AsObject(), "type") == Plugin;
    }

    private GrafanaPublishResult? Create(GrafanaPublishOptions options, DataSourceIdentity identity)
    {
        DataSourceItem[] all = client.Get("api/datasources").OrThrow("list data sources", Permission).As(GrafanaJson.Default.DataSourceItemArray);
        if (all.Any(item => item.Uid == identity.Uid) && MadeMeanwhile(identity) is { } listed)
        {
            return Correct(listed, options, identity with { Name = GrafanaResponse.TextOf(listed, "name") ?? identity.Name });
        }
        if (options.Database is null)
        {
            string others = string.Join(", ", all.Where(item => item.Type == Plugin).Select(item => $"'{item.Name}' (uid '{item.Uid}')"));
            throw new TokenDashboardException(
                ErrorCode.GrafanaDataSourceMissing,
                $"Grafana at {client.Url} has no data source with the uid '{identity.Uid}'. Set-GrafanaDataSource makes it; give "
                    + "-Database with the store's path as the Grafana server sees it"
                    + (others.Length == 0 ? "." : $"; or use an existing one with -DataSourceUid: {others}."),
                target: identity.Uid);
        }
        if (all.FirstOrDefault(item => string.Equals(item.Name, identity.Name, StringComparison.OrdinalIgnoreCase)) is { } sameName)
        {
            throw Conflict(
                $"A data source named '{sameName.Name}' exists with the uid '{sameName.Uid}' (type {sameName.Type}). Give "
                    + "that uid to use it, or another name for a new one.");
        }
        if (!callbacks.ShouldProcess($"Data source '{identity.Name}' on {client.Url} for {options.Database}", "Create"))
        {
            return null;
        }
        var settings = new JsonObject();
        foreach ((string name, object value) in SqliteDataSource.Settings(options.Database))
        {
            settings[name] = JsonValue.Create(value);
        }
        var body = new JsonObject
        {
            ["name"] = identity.Name,
            ["uid"] = identity.Uid,
            ["type"] = Plugin,
            ["access"] = "proxy",
            ["isDefault"] = false,
            ["jsonData"] = settings,
        };
        GrafanaResponse? response = client.Write(HttpMethod.Post, "api/datasources", body, () => Holds(identity.Uid, body));
        if (response?.Status is 409 or 412 && MadeMeanwhile(identity) is { } made)
        {
            return Correct(made, options, identity with { Name = GrafanaResponse.TextOf(made, "name") ?? identity.Name });
        }
        if (response?.Status is 409 or 412)
        {
            throw Conflict(
                $"Grafana would not make the data source '{identity.Name}': {response.Words}. Someone may have made it just now; run "
                    + "the command again.");
        }
        response?.OrThrow($"make the data source '{identity.Name}'", Permission);
        callbacks.Verbose($"Made the data source '{identity.Name}' for {options.Database}.");
        return Result(identity, GrafanaPublishAction.Created, Health(identity));
    }

    /// <summary>What someone else made between looking and making, to be used like any other that is there; null for nothing that fits.</summary>
    private JsonObject? MadeMeanwhile(DataSourceIdentity identity) =>
        client.Get(ByUid(identity.Uid)) is { IsSuccess: true } response && GrafanaResponse.TextOf(response.AsObject(), "type") == Plugin ? response.AsObject() : null;

    private GrafanaPublishResult? Correct(JsonObject stored, GrafanaPublishOptions options, DataSourceIdentity identity)
    {
        bool readOnly = stored["readOnly"] is JsonValue flag && flag.TryGetValue(out bool set) && set;
        JsonObject settings = stored["jsonData"] as JsonObject ?? [];
        bool changed = options.Database is not null && SqliteDataSource.Correct(settings, options.Database);
        string name = options.DataSourceName ?? identity.Name;
        changed |= name != identity.Name;
        if (!changed)
        {
            callbacks.Verbose($"The data source '{identity.Name}' is as it should be.");
            return Result(identity, GrafanaPublishAction.Unchanged, Health(identity));
        }
        if (readOnly)
        {
            throw Conflict(
                $"The data source '{identity.Name}' (uid '{identity.Uid}') is provisioned from a file on the server and differs from "
                    + "what was asked for. Change that file, or give the uid of another one. Publish-GrafanaDashboard uses it as it is "
                    + "without -Database and -DataSourceName.");
        }
        string database = options.Database is null ? "" : $" for {options.Database}";
        if (!callbacks.ShouldProcess($"Data source '{identity.Name}' on {client.Url}{database}", "Update"))
        {
            return null;
        }
        if (settings.Parent is null)
        {
            stored["jsonData"] = settings;
        }
        stored["name"] = name;
        // Of the server's making; secrets that are not sent are kept.
        foreach (string field in (string[])["id", "orgId", "typeLogoUrl", "typeName", "readOnly", "secureJsonFields", "accessControl", "apiVersion"])
        {
            stored.Remove(field);
        }
        GrafanaResponse? response = client.Write(HttpMethod.Put, PathOf(identity.Uid), stored, () => Holds(identity.Uid, stored));
        if (response?.Status is 409 or 412 && Holds(identity.Uid, stored))
        {
            callbacks.Verbose($"The data source '{name}' was corrected by another run just now.");
            identity = identity with { Name = name };
            return Result(identity, GrafanaPublishAction.Unchanged, Health(identity));
        }
        if (response?.Status is 409 or 412)
        {
            throw Conflict(
                $"Grafana would not change the data source '{identity.Name}': {response.Words}. Someone may have changed it just now; "
                    + "run the command again.");
        }
        response?.OrThrow($"change the data source '{identity.Name}'", Permission);
        callbacks.Verbose($"Corrected the data source '{name}'.");
        identity = identity with { Name = name };
        return Result(identity, GrafanaPublishAction.Updated, Health(identity));
    }

    /// <summary>Whether the server has the name and settings of what was sent.</summary>
    private bool Holds(string uid, JsonObject sent) =>
        client.Get(ByUid(uid)) is { IsSuccess: true } response
        && GrafanaResponse.TextOf(response.AsObject(), "name") == GrafanaResponse.TextOf(sent, "name")
        && JsonNode.DeepEquals(response.AsObject()["jsonData"], sent["jsonData"]);

    /// <summary>An account that may not read data sources still learns which there are, as the browser of everyone who signs in does.</summary>
    private void WarnOfUnread(string uid)
    {
        JsonObject? known = client.FindOptional("api/frontend/settings") is { IsSuccess: true, IsArray: false } settings ? settings.AsObject()["datasources"] as JsonObject : null;
        if (known is null)
        {
            callbacks.Verbose($"This account may not read data sources, so nothing tells whether '{uid}' exists. It takes datasources:read (role Admin).");
        }
        else if (!known.Any(source => source.Value is JsonObject fields && GrafanaResponse.TextOf(fields, "uid") == uid))
        {
            callbacks.Warning($"Grafana at {client.Url} shows this account no data source with the uid '{uid}'. Panels that read it stay empty until Set-GrafanaDataSource makes it.");
        }
    }

    /// <summary>Has the plugin open the database. A failure is a warning: the dashboard is right, and the store may come later.</summary>
    private string Health(DataSourceIdentity identity)
    {
        (bool? healthy, string words, string advice) = AskHealth(identity.Uid);
        if (healthy is true)
        {
            callbacks.Verbose($"The data source '{identity.Name}' is healthy: {words}");
        }
        else if (healthy is false)
        {
            callbacks.Warning($"Grafana cannot read the data source '{identity.Name}': {words}. {advice}");
        }
        return words;
    }

    /// <summary>What the plugin says when it opens the database, and what to do about it; unknown where the account may not ask, or the server cannot.</summary>
    internal (bool? Healthy, string Words, string Advice) AskHealth(string uid)
    {
        GrafanaResponse response = client.Get(PathOf(uid) + "/health");
        if (response.Status == 403)
        {
            return (null, "Not checked: this account may not query the data source.", "");
        }
        DataSourceHealth health = response.As(GrafanaJson.Default.DataSourceHealth);
        string words = (health.Message is { } message ? response.Shown(message) : response.Words).TrimEnd('.');
        if (health.Status is not null || response.IsSuccess)
        {
            return (response.IsSuccess && health.Status is "OK" or null, words, Advice(health.Message ?? words));
        }
        if (response.IsNoAnswer)
        {
            throw response.Failure($"ask for the health of the data source '{uid}'", "datasources:query (role Viewer)");
        }
        // What follows is Grafana's word, not the plugin's, and says nothing about the database.
        return response.Status == 404
            ? (null, $"Not checked: this Grafana cannot ask the data source for its health ({words}).", "")
            : (false, words, "Grafana could not ask the plugin; the server's log tells why.");
    }

    /// <summary>The path of a data source to change it or ask for its health, for which servers before version 9 go by its number.</summary>
    internal string PathOf(string uid) => server.IsOld && NumberOf(uid) is { } number
        ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"api/datasources/{number}")
        : ByUid(uid);

    /// <summary>A data source's number; null where it is not told.</summary>
    internal long? NumberOf(string uid) =>
        client.Get(ByUid(uid)) is { IsSuccess: true } response && response.AsObject()["id"] is JsonValue value && value.TryGetValue(out long number) ? number : null;

    /// <summary>What to do about a database that the plugin cannot open.</summary>
    internal static string Advice(string words)
    {
        bool Says(string part) => words.Contains(part, StringComparison.OrdinalIgnoreCase);
        if (Says("readonly database") || Says("1544"))
        {
            return "The store is in WAL mode and Grafana may not write its folder, which SQLite needs for the -shm file. Let Grafana's "
                + "account write that folder, or take the store out of WAL mode with Optimize-TokenStore -JournalMode Delete.";
        }
        if (Says("not a database"))
        {
            return "The file at that path is not a SQLite database, or it is encrypted or damaged. Test-TokenStore tells more about a store.";
        }
        if (Says("block list") || Says("blocked") || Says("not allowed"))
        {
            return "The plugin refuses paths with certain words in them. Rename the file or folder, or change block_list in Grafana's "
                + "configuration.";
        }
        return "The path must be the one the Grafana server's own process sees: in a container that of the mount; a service with PrivateTmp "
            + "or ProtectHome sees neither /tmp nor /home. Its account must be allowed to read the file.";
    }

    private GrafanaPublishResult Result(DataSourceIdentity identity, GrafanaPublishAction action, string health) => new()
    {
        Kind = GrafanaPublishKind.DataSource,
        Name = identity.Name,
        Action = action,
        Uid = identity.Uid,
        Url = new Uri(client.Url, (server.Major < 10 ? "datasources/edit/" : "connections/datasources/edit/") + identity.Uid),
        Message = health,
    };

    internal static string ByUid(string uid) => $"api/datasources/uid/{Uri.EscapeDataString(uid)}";

    private TokenDashboardException Conflict(string message) => new(ErrorCode.GrafanaDataSourceConflict, message, target: client.Url);
}
