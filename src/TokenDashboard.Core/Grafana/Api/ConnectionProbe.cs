using TokenDashboard.Grafana.Http;

namespace TokenDashboard.Grafana.Api;

/// <summary>Tests a connection.</summary>
public static class ConnectionProbe
{
    /// <summary>Asks the server for its health, its version and what the account may do.</summary>
    /// <returns>The connection with the answers.</returns>
    /// <exception cref="TokenDashboardException">The server cannot be reached, is not Grafana, or refuses the account.</exception>
    public static GrafanaConnection Probe(this GrafanaConnection connection, PublishCallbacks callbacks, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(callbacks);
        using var client = new GrafanaClient(connection, callbacks, cancellation);
        GrafanaServer server = GrafanaServer.Probe(client, connection.OrgId, callbacks.Verbose);
        if (server.IsOld)
        {
            callbacks.Warning($"Grafana {server.Version} at {connection.Url} is older than version 9. Alert rules and newer panels need version 9 or later.");
        }
        string api = DashboardApis.Choose(client, connection, server, callbacks.Verbose).Name;
        GrafanaResponse? response = client.FindOptional("api/access-control/user/permissions");
        // Servers without role-based access control, and accounts with few permissions, do not say.
        HashSet<string>? granted = response is { IsSuccess: true, IsArray: false } ? [.. response.AsObject().Select(field => field.Key)] : null;
        return connection with
        {
            Version = server.Version,
            OrgId = server.OrgId is > 0 and <= int.MaxValue ? (int)server.OrgId : connection.OrgId,
            OrgName = server.OrgName,
            ApiPath = api,
            CanPublish = granted?.IsSupersetOf(["dashboards:create", "dashboards:write"]),
            CanSetDataSource = granted?.IsSupersetOf(["datasources:create", "datasources:write"]),
        };
    }
}
