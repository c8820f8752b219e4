using TokenDashboard.Grafana.Http;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Results;

namespace TokenDashboard.Grafana.DataSources;

/// <summary>A data source, as dashboards refer to it.</summary>
internal sealed record DataSourceIdentity(string Uid, string Name, DataSourcePlugin Plugin)
{
    /// <summary>The requested data source, by its uid or its database.</summary>
    internal static DataSourceIdentity Of(GrafanaPublishOptions options, DataSourcePlugin? reads = null)
    {
        DataSourcePlugin plugin = reads ?? (options.Database is null && options.DataSourceUid == DataSourcePlugin.ClickHouse.DefaultUid
            ? DataSourcePlugin.ClickHouse
            : DataSourceSettings.PluginOf(options.Database));
        return new DataSourceIdentity(options.DataSourceUid ?? plugin.DefaultUid, options.DataSourceName ?? plugin.DefaultName, plugin);
    }
}

internal sealed class GrafanaDataSources(GrafanaClient client, GrafanaServer server, PublishCallbacks callbacks)
{
    private const string Permission = "datasources:read, datasources:create and datasources:write (role Admin)";

    internal const string ListPath = "api/datasources";

    /// <summary>Finds, creates or corrects the data source.</summary>
    /// <returns>The result; null if the user declined, or the account cannot read the data source.</returns>
    /// <exception cref="TokenDashboardException">
    /// <see cref="ErrorCode.GrafanaPluginMissing"/>, <see cref="ErrorCode.GrafanaDataSourceMissing"/>,
    /// <see cref="ErrorCode.GrafanaDataSourceConflict"/>, <see cref="ErrorCode.GrafanaForbidden"/>.
    /// </exception>
    internal GrafanaPublishResult? Ensure(GrafanaPublishOptions options, out DataSourceIdentity identity, DataSourcePlugin? reads = null)
    {
        identity = DataSourceIdentity.Of(options, reads);
        string uid = identity.Uid;
        // The server can repeat it in an error, or in the message of the plugin.
        if (options.DataSourceCredential is { } credential)
            client.Mask(credential.Password);
        // If nothing else determines the plugin, the type of an existing data source does.
        GrafanaResponse? seen = reads is null && options.Database is null ? client.Get(ByUid(uid)) : null;
        if (seen is { IsSuccess: true } && DataSourcePlugin.Find(seen.AsObject().String("type")) is { } found)
            identity = identity with { Plugin = found };
        new PluginInstallation(client, server, callbacks, identity.Plugin).Require(options.InstallPlugin);
        if (options.Database is { } database)
            DataSourceSettings.PathWarnings(database).Concat(StoreWarnings.Of(database)).ToList().ForEach(callbacks.Warning);
        GrafanaResponse response = seen ?? client.Get(ByUid(uid));
        if (response.Status == 403 && options.Database is null)
        {
            // An Editor can use a data source in a dashboard without permission to see its settings.
            WarnOfUnread(uid);
            return null;
        }
        if (response.Status == 404)
            return Create(options, identity, hasDatabaseParameter: reads is not null);
        JsonObject stored = response.OrThrow($"read the data source '{uid}'", Permission).AsObject();
        identity = identity with { Name = stored.String("name") ?? identity.Name };
        return stored.String("type") is var type && type == identity.Plugin.Id ? Correct(stored, options, identity)
            : throw Conflict($"The data source '{identity.Name}' (uid '{uid}') is of type '{type}', not {identity.Plugin.Id}. Use another uid.");
    }

    /// <summary>
    /// Whether the server has a data source of the plugin with this uid. If the account cannot read data sources, or a proxy does not let the uid through,
    /// it is assumed to exist.
    /// </summary>
    internal bool Has(string uid, DataSourcePlugin plugin)
    {
        // Grafana's name of its default data source.
        if (uid == "default")
            return true;
        GrafanaResponse? response = null;
        try
        {
            response = client.Get(ByUid(uid));
        }
        catch (TokenDashboardException exception) when (exception.Code == ErrorCode.GrafanaNotJson)
        {
            callbacks.Verbose(exception.Message);
        }
        if (response is null or { Status: 403 })
        {
            WarnOfUnread(uid);
            return true;
        }
        return response.Status != 404 && response.OrThrow($"read the data source '{uid}'", Permission).AsObject().String("type") == plugin.Id;
    }

    internal static DataSourceItem[] All(GrafanaClient client) => All(client.Get(ListPath));

    internal static DataSourceItem[] All(GrafanaResponse response) =>
    [
        .. response.OrThrow("list data sources", GrafanaPermission.ReadDataSources).AsList()
            .Select(item => new DataSourceItem(item.String("uid"), item.String("name"), item.String("type"))),
    ];

    private GrafanaPublishResult? Create(GrafanaPublishOptions options, DataSourceIdentity identity, bool hasDatabaseParameter)
    {
        DataSourceItem[] all = All(client);
        if (all.Any(item => item.Uid == identity.Uid) && CreatedMeanwhile(identity) is { } listed)
            return Correct(listed, options, identity);
        if (options.Database is null)
        {
            string others = string.Join(", ", all.Where(item => item.Type == identity.Plugin.Id).Select(item => $"'{item.Name}' (uid '{item.Uid}')"));
            throw new TokenDashboardException(
                ErrorCode.GrafanaDataSourceMissing,
                $"Grafana at {client.Url} has no data source with the uid '{identity.Uid}'. Create it with Set-GrafanaDataSource"
                    + (hasDatabaseParameter ? ", or use -Database with the store's path as the Grafana server sees it" : "")
                    + (others.Length == 0 ? "." : $", or use an existing one with -DataSourceUid: {others}."),
                target: identity.Uid);
        }
        if (all.FirstOrDefault(item => string.Equals(item.Name, identity.Name, StringComparison.OrdinalIgnoreCase)) is { } sameName)
        {
            throw Conflict(
                $"A data source named '{sameName.Name}' exists with the uid '{sameName.Uid}' (type {sameName.Type}). Use that uid, or another name.");
        }
        if (!callbacks.ShouldProcess($"Data source '{identity.Name}' on {client.Url} for {options.Database}", "Create"))
            return null;
        var body = new JsonObject
        {
            ["name"] = identity.Name, ["uid"] = identity.Uid, ["type"] = identity.Plugin.Id, ["access"] = "proxy", ["isDefault"] = false,
            ["jsonData"] = DataSourceSettings.Of(options.Database, options.DataSourceCredential?.UserName),
        };
        AddPassword(body, options);
        GrafanaResponse? response = client.Write(HttpMethod.Post, ListPath, body, () => Holds(identity.Uid, body));
        if (response is { IsConflict: true })
        {
            return CreatedMeanwhile(identity) is { } made
                ? Correct(made, options, identity)
                : throw Conflict(
                    $"Grafana did not create the data source '{identity.Name}': {response.Words}. Another run may have created it. Run the command again.");
        }
        response?.OrThrow($"create the data source '{identity.Name}'", Permission);
        callbacks.Verbose($"Created the data source '{identity.Name}' for {options.Database}.");
        return Result(identity, GrafanaPublishAction.Created, Health(identity));
    }

    private JsonObject? Stored(string uid) => client.Get(ByUid(uid)) is { IsSuccess: true } response ? response.AsObject() : null;

    private JsonObject? CreatedMeanwhile(DataSourceIdentity identity) => Stored(identity.Uid) is { } made && made.String("type") == identity.Plugin.Id ? made : null;

    private GrafanaPublishResult? Correct(JsonObject stored, GrafanaPublishOptions options, DataSourceIdentity identity)
    {
        identity = identity with { Name = stored.String("name") ?? identity.Name };
        JsonObject settings = stored["jsonData"] as JsonObject ?? [];
        bool changed = options.Database is not null && DataSourceSettings.Correct(settings, DataSourceSettings.Of(options.Database, options.DataSourceCredential?.UserName));
        // Whether the stored password is the same is unknown.
        changed |= options.DataSourceCredential is not null;
        string name = options.DataSourceName ?? identity.Name;
        changed |= name != identity.Name;
        if (!changed)
        {
            callbacks.Verbose($"The data source '{identity.Name}' is up to date.");
            return Result(identity, GrafanaPublishAction.Unchanged, Health(identity));
        }
        if (stored.Flag("readOnly"))
        {
            throw Conflict(
                $"The data source '{identity.Name}' (uid '{identity.Uid}') is provisioned from a file on the server, with different settings. Change that file, or use "
                    + "the uid of another data source. Publish-GrafanaDashboard uses it unchanged without -Database and -DataSourceName.");
        }
        string database = options.Database is null ? "" : $" for {options.Database}";
        if (!callbacks.ShouldProcess($"Data source '{identity.Name}' on {client.Url}{database}", "Update"))
            return null;
        if (settings.Parent is null)
            stored["jsonData"] = settings;
        stored["name"] = name;
        // The server sets these. Secrets that are not sent are kept.
        foreach (string field in (string[])["id", "orgId", "typeLogoUrl", "typeName", "readOnly", "secureJsonFields", "accessControl", "apiVersion"])
            stored.Remove(field);
        AddPassword(stored, options);
        GrafanaResponse? response = client.Write(HttpMethod.Put, PathOf(identity.Uid), stored, () => Holds(identity.Uid, stored));
        bool elsewhere = response is { IsConflict: true } && Holds(identity.Uid, stored);
        if (response is { IsConflict: true } && !elsewhere)
            throw Conflict($"Grafana did not change the data source '{identity.Name}': {response.Words}. Another run may have changed it. Run the command again.");
        if (!elsewhere)
            response?.OrThrow($"change the data source '{identity.Name}'", Permission);
        callbacks.Verbose($"Corrected the data source '{name}'{(elsewhere ? " by another run" : "")}.");
        identity = identity with { Name = name };
        return Result(identity, elsewhere ? GrafanaPublishAction.Unchanged : GrafanaPublishAction.Updated, Health(identity));
    }

    private static void AddPassword(JsonObject body, GrafanaPublishOptions options)
    {
        if (options.DataSourceCredential is { } credential)
            body["secureJsonData"] = new JsonObject { ["password"] = credential.Password };
    }

    private bool Holds(string uid, JsonObject sent) =>
        Stored(uid) is { } stored && stored.String("name") == sent.String("name") && JsonNode.DeepEquals(stored["jsonData"], sent["jsonData"]);

    /// <summary>An account that cannot read data sources can still see which ones exist, as every browser can.</summary>
    private void WarnOfUnread(string uid)
    {
        JsonObject? known = client.FindOptional("api/frontend/settings") is { IsSuccess: true, IsArray: false } settings ? settings.AsObject()["datasources"] as JsonObject : null;
        if (known is null)
        {
            callbacks.Verbose($"This account cannot read data sources, so it is unknown whether '{uid}' exists. Reading them requires {GrafanaPermission.ReadDataSources}.");
        }
        else if (!known.Any(source => source.Value.String("uid") == uid))
        {
            callbacks.Warning($"Grafana at {client.Url} shows this account no data source with the uid '{uid}'. Panels that query it stay empty. Create it with "
                + "Set-GrafanaDataSource.");
        }
    }

    /// <summary>Lets the plugin open the database. A failure is a warning, because the store may be created later.</summary>
    private string Health(DataSourceIdentity identity)
    {
        (bool? healthy, string words, string advice) = AskHealth(identity.Uid, identity.Plugin);
        if (healthy is true)
            callbacks.Verbose($"The data source '{identity.Name}' is healthy: {words}");
        else if (healthy is false)
            callbacks.Warning($"Grafana cannot read the data source '{identity.Name}': {words}. {advice}");
        return words;
    }

    /// <summary>The plugin's message about opening the database, and advice. The result is unknown without permission or support of the server.</summary>
    internal (bool? Healthy, string Words, string Advice) AskHealth(string uid, DataSourcePlugin plugin)
    {
        GrafanaResponse response = client.Get(PathOf(uid) + "/health");
        if (response.Status == 403)
            return (null, "Not checked: this account cannot query the data source.", "");
        JsonObject health = response.AsObject();
        (string? status, string? message) = (health.String("status"), health.String("message"));
        string words = (message is null ? response.Words : response.Shown(message)).TrimEnd('.');
        if (status is not null || response.IsSuccess)
            return (response.IsSuccess && status is "OK" or null, words, Advice(message ?? words, plugin));
        if (response.IsNoAnswer)
            throw response.Failure($"check the health of the data source '{uid}'", GrafanaPermission.QueryDataSources);
        // This is Grafana's text, not the plugin's, and does not describe the database.
        return response.Status == 404
            ? (null, $"Not checked: this Grafana cannot check the health of the data source ({words}).", "")
            : (false, words, "Grafana could not contact the plugin. See the server's log.");
    }

    /// <summary>The path of a data source for changes and health. Servers before version 9 use its number.</summary>
    internal string PathOf(string uid) => server.IsOld && NumberOf(uid) is { } number
        ? string.Create(CultureInfo.InvariantCulture, $"api/datasources/{number}")
        : ByUid(uid);

    internal long? NumberOf(string uid) => Stored(uid).Whole("id");

    internal static string Advice(string words, DataSourcePlugin plugin)
    {
        if (plugin == DataSourcePlugin.ClickHouse)
            return "The Grafana server itself connects to ClickHouse. Check the host, the port of ClickHouse's HTTP interface, the user and the password. docs/fleets.md lists the grants of a reader.";
        bool Mentions(string part) => words.Contains(part, StringComparison.OrdinalIgnoreCase);
        return Mentions("readonly database") || Mentions("1544")
            ? "The store is in WAL mode, and Grafana has no write access to its folder, which SQLite needs for the -shm file. Grant write permission on "
                + "that folder to Grafana's account, or change the journal mode with Optimize-TokenStore -JournalMode Delete."
            : Mentions("not a database")
            ? "The file at that path is not a SQLite database, or it is encrypted or damaged. Check a store with Test-TokenStore."
            : Mentions("block list") || Mentions("blocked") || Mentions("not allowed")
            ? "The plugin rejects paths that contain certain words. Rename the file or folder, or change block_list in Grafana's configuration."
            : "The path must be valid on the Grafana server. In a container, use the path of the mount. A service with PrivateTmp or ProtectHome "
                + "cannot access /tmp or /home. Grafana's account needs read access to the file.";
    }

    private GrafanaPublishResult Result(DataSourceIdentity identity, GrafanaPublishAction action, string health) => new(
        GrafanaPublishKind.DataSource, identity.Name, action, identity.Uid,
        new Uri(client.Url, (server.Major < 10 ? "datasources/edit/" : "connections/datasources/edit/") + identity.Uid), Message: health);

    internal static string ByUid(string uid) => $"api/datasources/uid/{Uri.EscapeDataString(uid)}";

    private TokenDashboardException Conflict(string message) => client.Error(ErrorCode.GrafanaDataSourceConflict, message);
}
