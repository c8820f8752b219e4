using TokenDashboard.Grafana.Http;

namespace TokenDashboard.Grafana.Api;

/// <summary>The groups that a server serves under /apis, each read at most once. Unless a group is required, a rejected request means that it is not served.</summary>
internal sealed class ApiGroups(GrafanaClient client, GrafanaServer server, bool needed)
{
    internal const string Dashboard = "apis/dashboard.grafana.app";
    internal const string Folder = "apis/folder.grafana.app";

    private readonly Dictionary<string, ServedGroup?> _groups = [];
    private bool? _anyDeleted;

    /// <summary>The part of a path that identifies the organization: <c>default</c>, <c>org-2</c>, or <c>stacks-123</c> in Grafana Cloud.</summary>
    internal string Namespace => field ??=
        client.Find("api/frontend/settings") is { IsSuccess: true, IsArray: false } settings && settings.AsObject().String("namespace") is { Length: > 0 } name
            ? name
            : server.OrgId <= 1 ? "default" : string.Create(CultureInfo.InvariantCulture, $"org-{server.OrgId}");

    /// <summary>The versions of a group; null if the server does not have it, or does not show it to this account.</summary>
    internal ServedGroup? Find(string group)
    {
        if (!_groups.TryGetValue(group, out ServedGroup? served))
        {
            GrafanaResponse? response = needed ? client.Find(group) : client.FindOptional(group);
            if (response is not null && response.Status != 403)
            {
                JsonObject answer = response.OrThrow($"list the versions of {group}", "a valid token or credential").AsObject();
                string? preferred = answer.Child("preferredVersion").String("version");
                string[] versions = [.. answer.Objects("versions").Select(version => version.String("version")).Append(preferred).OfType<string>().Distinct()];
                served = versions.Length == 0 ? throw response.Unexpected() : new ServedGroup(versions, preferred ?? versions[0]);
            }
            _groups[group] = served;
        }
        return served;
    }

    internal string PathOf(string group, string version, string kind) => $"{group}/{version}/namespaces/{Uri.EscapeDataString(Namespace)}/{kind}";

    /// <summary>A phrase with the user who deleted a dashboard, which servers keep for a while; null if it was not deleted, or the server does not report it.</summary>
    internal string? Deleted(string version, string uid)
    {
        // A server that does not support the selector may return existing dashboards.
        ApiObject[] Page(string selector) => client.FindOptional(
            $"{PathOf(Dashboard, version, "dashboards")}?labelSelector={Uri.EscapeDataString("grafana.app/get-trash=true")}{selector}&limit=1") is { IsArray: false } response
                ? [.. response.AsObject().Objects("items").Select(item => new ApiObject(item)).Where(item => item.IsDeleted)]
                : [];

        // Most servers do not have it. The result is cached, so that a run over many dashboards sends one request.
        return (_anyDeleted ??= Page("").Length > 0) && Array.Find(Page($"&fieldSelector={Uri.EscapeDataString($"metadata.name={uid}")}"), item => item.Uid == uid) is { } found
            ? $"was deleted in Grafana{ApiObject.By(found.SavedByName, found.SavedAt)}"
            : null;
    }
}

internal sealed partial record ServedGroup(IReadOnlyList<string> Versions, string Newest)
{
    /// <summary>The version to use: version 1, in its most stable form; null if the server has none. Version 2 of dashboards has another schema.</summary>
    internal string? One => Versions.Where(version => VersionOne().IsMatch(version))
        .MaxBy(version => (version.Length == 2, version.StartsWith("v1beta", StringComparison.Ordinal), version));

    [GeneratedRegex("^v1((alpha|beta)[0-9]+)?$")] private static partial Regex VersionOne();
}
