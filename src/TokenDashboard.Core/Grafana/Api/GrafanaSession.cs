using TokenDashboard.Grafana.Http;

namespace TokenDashboard.Grafana.Api;

/// <summary>A session with one Grafana server. Health and account are read on first use.</summary>
/// <exception cref="TokenDashboardException"><see cref="ErrorCode.GrafanaSignInInvalid"/> or <see cref="ErrorCode.GrafanaCertificateInvalid"/>.</exception>
internal class GrafanaSession(GrafanaConnection connection, PublishCallbacks callbacks, CancellationToken cancellation) : IDisposable
{
    private protected PublishCallbacks Callbacks => callbacks;
    private protected GrafanaClient Client { get; } = new(connection, callbacks, cancellation);
    private protected GrafanaServer Server => field ??= GrafanaServer.Probe(Client, connection.OrgId, Callbacks.Verbose);
    private protected DashboardApi Api => field ??= ChooseApi();
    private protected GrafanaFolders Folders => field ??= new GrafanaFolders(Client, Server, Api, Callbacks);

    /// <summary>Reads the health, the account and the APIs of the server.</summary>
    public void Connect() => _ = Folders;

    /// <summary>The connection with the server's version, and the permissions of the account.</summary>
    public GrafanaConnection Probe()
    {
        if (Server.IsOld)
            Callbacks.Warning($"Grafana {Server.Version} at {Client.Url} is older than version 9. Alert rules and newer panels need version 9 or later.");
        string api = Api.Name;
        GrafanaResponse? response = Client.FindOptional("api/access-control/user/permissions");
        // Servers without role-based access control do not return permissions, and other servers do not return them for some accounts.
        HashSet<string>? granted = response is { IsSuccess: true, IsArray: false } ? [.. response.AsObject().Select(field => field.Key)] : null;
        return connection with
        {
            Version = Server.Version, OrgId = Server.OrgId is > 0 and <= int.MaxValue ? (int)Server.OrgId : connection.OrgId,
            OrgName = Server.OrgName, ApiPath = api, CanPublish = granted?.IsSupersetOf(["dashboards:create", "dashboards:write"]),
            CanSetDataSource = granted?.IsSupersetOf(["datasources:create", "datasources:write"]),
        };
    }

    public void Dispose()
    {
        Client.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The requested API, or the classic API, or the API under /apis if a server has no classic one. The server's version is ignored.</summary>
    private DashboardApi ChooseApi()
    {
        var groups = new ApiGroups(Client, Server, connection.Api == GrafanaApi.Resource);
        var classic = new DashboardApi(Client, Server, groups);
        // Every classic API has this list, even without dashboards.
        if (connection.Api == GrafanaApi.Legacy || (connection.Api == GrafanaApi.Auto && Client.Find("api/dashboards/tags") is not null))
            return classic;
        ServedGroup? dashboards = groups.Find(ApiGroups.Dashboard);
        ServedGroup? folders = groups.Find(ApiGroups.Folder);
        if (dashboards?.One is { } dashboardVersion && folders?.One is { } folderVersion)
        {
            var api = new ResourceApi(Client, Server, groups, dashboardVersion, folderVersion);
            Callbacks.Verbose($"Dashboards and folders are read and written through {api.Name}.");
            return api;
        }
        static string Describe(string group, ServedGroup? served) => served is null ? $"no {group}" : $"{group} in {string.Join(", ", served.Versions)}";

        // The classic API may still exist. Its responses will show this.
        return connection.Api == GrafanaApi.Auto ? classic : throw Client.Error(
            ErrorCode.GrafanaApiMissing,
            $"-Api Resource requires version 1 of {ApiGroups.Dashboard} and {ApiGroups.Folder}. Grafana at {Client.Url} serves this account "
                + $"{Describe(ApiGroups.Dashboard, dashboards)} and {Describe(ApiGroups.Folder, folders)}. Omit -Api to use the classic API.");
    }
}
