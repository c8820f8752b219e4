namespace TokenDashboard.Grafana;

/// <summary>
/// Tells which dashboards another tool keeps, such as Terraform or a Git repository. Servers from version 12 note that beside the
/// dashboard; the classic API neither shows it nor, in early 12 versions, respects it.
/// </summary>
internal sealed class DashboardOwners(GrafanaClient client, GrafanaServer server)
{
    private const string Group = "apis/dashboard.grafana.app";

    private string? _version;

    /// <summary>A phrase that names the owner; null where the dashboard has none or the server cannot tell.</summary>
    internal string? Describe(string uid)
    {
        if (server.Major < 12)
        {
            return null;
        }
        _version ??= client.Get(Group) is { IsSuccess: true } group ? group.As(GrafanaJson.Default.ApiGroup).PreferredVersion?.Version ?? "" : "";
        if (_version.Length == 0)
        {
            return null;
        }
        string space = server.OrgId <= 1 ? "default" : $"org-{server.OrgId}";
        GrafanaResponse response = client.Get($"{Group}/{_version}/namespaces/{space}/dashboards/{uid}");
        Dictionary<string, string>? notes = response.IsSuccess ? response.As(GrafanaJson.Default.ApiObject).Metadata?.Annotations : null;
        return notes is not null && notes.TryGetValue("grafana.app/managedBy", out string? kind) && kind.Length > 0
            ? $"is managed by {kind}" + (notes.TryGetValue("grafana.app/managerId", out string? id) ? $" '{id}'" : "")
            : null;
    }
}
