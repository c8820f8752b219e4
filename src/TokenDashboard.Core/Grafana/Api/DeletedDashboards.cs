using TokenDashboard.Grafana.Http;

namespace TokenDashboard.Grafana.Api;

/// <summary>The dashboards that a server keeps for a while after they were deleted.</summary>
/// <param name="client">Asks the server.</param>
/// <param name="dashboards">The path of the dashboards under /apis.</param>
internal sealed class DeletedDashboards(GrafanaClient client, string dashboards)
{
    private bool? _any;

    /// <summary>A phrase that says who deleted a dashboard; null if it was not deleted, or the server does not tell.</summary>
    internal string? Find(string uid)
    {
        // Most servers have nothing there, so a run over many dashboards asks once.
        _any ??= Page("").Length > 0;
        return _any.Value && Array.Find(Page($"&fieldSelector={Uri.EscapeDataString($"metadata.name={uid}")}"), item => item.Uid == uid) is { } found
            ? $"was deleted in Grafana{found.SavedBy}"
            : null;
    }

    // A server that does not know the selector may give dashboards that are there.
    private ApiObject[] Page(string selector) =>
        client.FindOptional($"{dashboards}?labelSelector={Uri.EscapeDataString("grafana.app/get-trash=true")}{selector}&limit=1") is { IsArray: false } response
            ? [.. (response.As(GrafanaJson.Default.ApiList).Items ?? []).Where(item => item.IsDeleted)]
            : [];
}
