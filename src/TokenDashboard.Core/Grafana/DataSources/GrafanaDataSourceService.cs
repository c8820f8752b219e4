using TokenDashboard.Engines;
using TokenDashboard.Grafana.Api;
using TokenDashboard.Grafana.Http;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Queries;
using TokenDashboard.Grafana.Results;

namespace TokenDashboard.Grafana.DataSources;

/// <summary>Sets and checks the data source of one Grafana server.</summary>
internal sealed class GrafanaDataSourceService(GrafanaConnection connection, PublishCallbacks callbacks, CancellationToken cancellation)
    : GrafanaSession(connection, callbacks, cancellation)
{
    private GrafanaDataSources Sources => new(Client, Server, Callbacks);

    /// <summary>Creates or corrects the data source, and keeps its other settings. Returns null if the user declines.</summary>
    public GrafanaPublishResult? Set(GrafanaPublishOptions options) => Sources.Ensure(options, out _);

    public DataSourceItem[] List() => GrafanaDataSources.All(Client);

    /// <summary>Checks plugin, settings and health, and counts the requests with a query like that of a panel.</summary>
    public GrafanaDataSourceReport Test(string uid)
    {
        GrafanaResponse response = Client.Get(GrafanaDataSources.ByUid(uid));
        DataSourcePlugin type = (response.IsSuccess ? DataSourcePlugin.Find(response.AsObject().String("type")) : null)
            ?? (uid == DataSourcePlugin.ClickHouse.DefaultUid ? DataSourcePlugin.ClickHouse : DataSourcePlugin.Sqlite);
        var plugin = new PluginInstallation(Client, Server, Callbacks, type);
        string? version = plugin.Find();
        var problems = new List<string>();
        string? name = null, database = null;
        if (version is null)
            problems.Add($"The plugin {type.Id} is not installed. {plugin.InstallCommand}");
        else if (plugin.Outdated(version) is { } outdated)
            problems.Add(outdated);

        if (response.Status == 404)
            problems.Add($"There is no data source with the uid '{uid}'. Create it with Set-GrafanaDataSource.");
        else if (response.Status == 403)
            Callbacks.Warning($"This account cannot read the settings of the data source, so they were not checked. Reading them requires {GrafanaPermission.ReadDataSources}.");
        else
            (name, database) = CheckSettings(response.OrThrow($"read the data source '{uid}'", GrafanaPermission.ReadDataSources).AsObject(), problems, type);
        long? requests = version is null || response.Status == 404 ? null : Query(uid, problems, type);
        return new GrafanaDataSourceReport { Uid = uid, Name = name, Database = database, PluginVersion = version, Requests = requests, Problems = new(problems) };
    }

    private static (string? Name, string? Database) CheckSettings(JsonObject stored, List<string> problems, DataSourcePlugin plugin)
    {
        string? type = stored.String("type");
        JsonObject settings = stored["jsonData"] as JsonObject ?? [];
        string? database = DataSourceSettings.DatabaseOf(plugin, settings);
        if (type != plugin.Id)
        {
            problems.Add($"The data source is of type '{type}', not {string.Join(" or ", DataSourcePlugin.All.Select(known => known.Id))}.");
        }
        else if (string.IsNullOrEmpty(database))
        {
            problems.Add("The data source has no database. Set it with Set-GrafanaDataSource -Database.");
        }
        else if (plugin == DataSourcePlugin.Sqlite)
        {
            problems.AddRange(DataSourceSettings.PathWarnings(database).Concat(StoreWarnings.Of(database)));
            if (settings.String("pathPrefix") != DataSourceSettings.PathPrefix || settings.String("pathOptions") != DataSourceSettings.PathOptions)
            {
                problems.Add(
                    $"The data source does not open the store with '{DataSourceSettings.PathOptions}', which waits for a writer and forbids writing. "
                        + $"Correct it with Set-GrafanaDataSource -Database '{database}'.");
            }
        }
        return (stored.String("name"), database);
    }

    /// <summary>A database that can be opened may not be a telemetry store, and a healthy one may be locked. Only a query shows it.</summary>
    private long? Query(string uid, List<string> problems, DataSourcePlugin plugin)
    {
        (bool? healthy, string words, string advice) = Sources.AskHealth(uid, plugin);
        if (healthy is false)
        {
            problems.Add($"Grafana cannot open the database: {words}. {advice}");
            return null;
        }
        Callbacks.Verbose($"Health of the data source '{uid}': {words}");
        IPanelEngine engine = PanelEngines.Of(plugin);
        JsonObject query = engine.CountQuery.Write("A");
        query["datasource"] = new JsonObject { ["uid"] = uid, ["type"] = plugin.Id };
        (query["intervalMs"], query["maxDataPoints"]) = (60000, 100);
        if (Server.IsOld && Sources.NumberOf(uid) is { } number)
            query["datasourceId"] = number;
        GrafanaResponse response = Client.Ask("api/ds/query", new JsonObject { ["from"] = "now-1h", ["to"] = "now", ["queries"] = new JsonArray(query) });
        if (response.Status == 403)
        {
            Callbacks.Warning($"This account cannot query the data source, so the query was not checked. Querying requires {GrafanaPermission.QueryDataSources}.");
            return null;
        }
        if (response.IsNoAnswer)
            throw response.Failure($"query the data source '{uid}'", GrafanaPermission.QueryDataSources);
        // The error of a failed query is in the body, and the status differs from version to version.
        JsonNode? result = response.AsObject().Child("results").Child("A");
        JsonNode? values = First(result.Child("frames")).Child("data").Child("values");
        if (response.IsSuccess && First(First(values)) is JsonValue count && count.TryGetValue(out double requests))
            return (long)requests;
        string? error = result.String("error");
        if (response.IsSuccess && string.IsNullOrEmpty(error) && result.Child("dataframes") is JsonArray)
        {
            Callbacks.Verbose("The query succeeded. Grafana before version 9 returns the result in a binary format, which is not read.");
            return null;
        }
        string cause = !string.IsNullOrEmpty(error) ? response.Shown(error)
            : response.Words.Length > 0 ? response.Words
            : response.IsSuccess ? "the response has no count" : $"status {response.Status}";
        problems.Add(
            $"Grafana's query of the requests failed: {cause}. The database must be {(plugin == DataSourcePlugin.Sqlite ? "an Observicia store" : "one that Sync-TokenStore sends to")}; "
                + "check the database with Get-TokenStore.");
        return null;
    }

    private static JsonNode? First(JsonNode? node) => node is JsonArray { Count: > 0 } items ? items[0] : null;
}
