namespace TokenDashboard.Grafana.Http;

/// <summary>What an account must be allowed to do, with the role that usually may, for messages.</summary>
internal static class GrafanaPermission
{
    internal const string ReadDashboards = "dashboards:read (role Viewer)";
    internal const string WriteDashboards = "dashboards:write (role Editor, or Edit on its folder)";
    internal const string ReadFolders = "folders:read (role Viewer)";
    internal const string ReadDataSources = "datasources:read (role Admin)";
    internal const string QueryDataSources = "datasources:query (role Viewer)";
    internal const string ReadAlerts = "alert.provisioning:read (role Admin)";
    internal const string WriteAlerts = "alert.provisioning:write (role Admin)";
}
