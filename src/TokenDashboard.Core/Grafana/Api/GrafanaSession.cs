using TokenDashboard.Grafana.Http;

namespace TokenDashboard.Grafana.Api;

/// <summary>Work on one Grafana server. The server is asked who it is when something of it is first needed.</summary>
public class GrafanaSession : IDisposable
{
    private readonly GrafanaConnection _connection;

    /// <summary>Prepares for a server without connecting to it.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.GrafanaSignInInvalid"/> or <see cref="ErrorCode.GrafanaCertificateInvalid"/>.</exception>
    public GrafanaSession(GrafanaConnection connection, PublishCallbacks callbacks, CancellationToken cancellation)
    {
        _connection = connection;
        Callbacks = callbacks;
        Client = new GrafanaClient(connection, callbacks, cancellation);
    }

    private protected PublishCallbacks Callbacks { get; }
    private protected GrafanaClient Client { get; }
    private protected GrafanaServer Server => field ??= GrafanaServer.Probe(Client, _connection.OrgId, Callbacks.Verbose);
    private protected IDashboardApi Api => field ??= ChooseApi();
    private protected GrafanaFolders Folders => field ??= new GrafanaFolders(Client, Server, Api, Callbacks);

    /// <summary>Asks the server who it is and which interfaces it has.</summary>
    /// <exception cref="TokenDashboardException">Any of the Grafana codes.</exception>
    public void Connect() => _ = Folders;

    /// <summary>Asks the server for its health, its version and what the account may do.</summary>
    /// <returns>The connection with the answers.</returns>
    /// <exception cref="TokenDashboardException">The server cannot be reached, is not Grafana, or refuses the account.</exception>
    public GrafanaConnection Probe()
    {
        if (Server.IsOld)
            Callbacks.Warning($"Grafana {Server.Version} at {Client.Url} is older than version 9. Alert rules and newer panels need version 9 or later.");
        string api = Api.Name;
        GrafanaResponse? response = Client.FindOptional("api/access-control/user/permissions");
        // Servers without role-based access control, and accounts with few permissions, do not say.
        HashSet<string>? granted = response is { IsSuccess: true, IsArray: false } ? [.. response.AsObject().Select(field => field.Key)] : null;
        return _connection with
        {
            Version = Server.Version, OrgId = Server.OrgId is > 0 and <= int.MaxValue ? (int)Server.OrgId : _connection.OrgId,
            OrgName = Server.OrgName, ApiPath = api, CanPublish = granted?.IsSupersetOf(["dashboards:create", "dashboards:write"]),
            CanSetDataSource = granted?.IsSupersetOf(["datasources:create", "datasources:write"]),
        };
    }

    /// <summary>Closes the connections.</summary>
    public void Dispose()
    {
        Client.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The interface that was asked for, else the classic one, else the one under /apis if a server has no classic one: what it serves counts, not its version.</summary>
    private IDashboardApi ChooseApi()
    {
        var groups = new ApiGroups(Client, Server, _connection.Api == GrafanaApi.Resource);
        var legacy = new LegacyApi(Client, Server, groups);
        // A list that every classic interface has, however few dashboards there are.
        if (_connection.Api == GrafanaApi.Legacy || (_connection.Api == GrafanaApi.Auto && Client.Find("api/dashboards/tags") is not null))
            return legacy;
        ServedGroup? dashboards = groups.Find(ApiGroups.Dashboard);
        ServedGroup? folders = groups.Find(ApiGroups.Folder);
        if (dashboards?.One is { } dashboardVersion && folders?.One is { } folderVersion)
        {
            var api = new ResourceApi(Client, groups, dashboardVersion, folderVersion, legacy);
            Callbacks.Verbose($"Dashboards and folders are read and written through {api.Name}.");
            return api;
        }
        static string Describe(string group, ServedGroup? served) => served is null ? $"no {group}" : $"{group} in {string.Join(", ", served.Versions)}";

        // It is not certain that the classic one is gone; its answers will show it.
        return _connection.Api == GrafanaApi.Auto ? legacy : throw Client.Error(
            ErrorCode.GrafanaApiMissing,
            $"-Api Resource needs version 1 of {ApiGroups.Dashboard} and {ApiGroups.Folder}. Grafana at {Client.Url} serves this account "
                + $"{Describe(ApiGroups.Dashboard, dashboards)} and {Describe(ApiGroups.Folder, folders)}. Omit -Api to use the classic interface.");
    }
}
