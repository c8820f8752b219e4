using TokenDashboard.Grafana.Http;

namespace TokenDashboard.Grafana.Api;

/// <summary>Chooses the interface of a server by what it serves, never by its version.</summary>
internal static class DashboardApis
{
    /// <summary>The interface that was asked for, else the classic one, else the one under /apis if a server has no classic one.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.GrafanaApiMissing"/>, or any of the Grafana codes.</exception>
    internal static IDashboardApi Choose(GrafanaClient client, GrafanaConnection connection, GrafanaServer server, Action<string> verbose)
    {
        var groups = new ApiGroups(client, server, connection.Api == GrafanaApi.Resource);
        var legacy = new LegacyApi(client, server, groups);
        // A list that every classic interface has, however few dashboards there are.
        if (connection.Api == GrafanaApi.Legacy || (connection.Api == GrafanaApi.Auto && client.Find("api/dashboards/tags") is not null))
        {
            return legacy;
        }
        ServedGroup? dashboards = groups.Find(ApiGroups.Dashboard);
        ServedGroup? folders = groups.Find(ApiGroups.Folder);
        if (dashboards?.One is not { } dashboardVersion || folders?.One is not { } folderVersion)
        {
            if (connection.Api == GrafanaApi.Auto)
            {
                // It is not certain that the classic one is gone; its answers will show it.
                return legacy;
            }
            throw client.Error(
                ErrorCode.GrafanaApiMissing,
                $"-Api Resource needs version 1 of {ApiGroups.Dashboard} and {ApiGroups.Folder}. Grafana at {client.Url} serves this account "
                    + $"{Describe(ApiGroups.Dashboard, dashboards)} and {Describe(ApiGroups.Folder, folders)}. Omit -Api to use the classic interface.");
        }
        var api = new ResourceApi(client, groups, dashboardVersion, folderVersion, legacy);
        verbose($"Dashboards and folders are read and written through {api.Name}.");
        return api;
    }

    private static string Describe(string group, ServedGroup? served) => served is null ? $"no {group}" : $"{group} in {string.Join(", ", served.Versions)}";
}
