namespace TokenDashboard.Grafana.Http;

/// <summary>A server that responded as Grafana and accepted the sign-in. The version is null if hidden. The organization is 0 and null if unknown.</summary>
internal sealed record GrafanaServer(string? Version, long OrgId, string? OrgName)
{
    /// <summary>The major version. If the server hides it, the newest known version, because newer servers differ less.</summary>
    internal int Major => int.TryParse(Version?.Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out int major) ? major : 13;
    /// <summary>Whether it is older than version 9: folders, data sources and versions of dashboards have numbers, and there are no alert rules.</summary>
    internal bool IsOld => Major < 9;

    /// <summary>Checks the server and the account before anything is written.</summary>
    /// <exception cref="TokenDashboardException">The server is not Grafana, is failing, or rejected the account.</exception>
    internal static GrafanaServer Probe(GrafanaClient client, int? organization, Action<string> verbose)
    {
        GrafanaResponse response = client.Get("api/health");
        JsonObject health = response.AsObject();
        (string? database, string? version) = (health.String("database"), health.String("version"));
        if (database is null && version is null)
        {
            throw response.IsNoAnswer || response.Status == 403
                ? response.Failure("read the server's health", "no permission, but a proxy can restrict it")
                : client.Error(
                    ErrorCode.GrafanaNotJson,
                    $"{client.Url} responded to GET /api/health with status {response.Status} and JSON that is not from Grafana. Check that -Url is Grafana's own "
                        + "address with its sub-path.");
        }
        if (!response.IsSuccess)
        {
            throw client.Error(
                ErrorCode.GrafanaRequestFailed,
                $"Grafana at {client.Url} is running, but reports that its own database is {database ?? "failing"}. See the server's log.");
        }
        verbose($"Grafana {version ?? "(version hidden)"} responds at {client.Url}.");

        response = client.Get("api/org");
        // An account with few permissions may be able to publish without permission to see the name of its organization.
        JsonObject? known = response.Status == 403 ? null : response.OrThrow("sign in", "a valid token or credential").AsObject();
        (long id, string? name) = known is null ? (organization ?? 0, null) : (known.Whole("id") ?? 0, known.String("name"));
        if (organization is { } wanted && id != wanted)
        {
            throw client.Error(
                ErrorCode.GrafanaForbidden,
                $"The account works in organization {id} ('{name}') of Grafana at {client.Url}, not in {wanted}. A token belongs to one "
                    + $"organization. Create a token in organization {wanted}, or omit -OrgId.");
        }
        verbose($"Signed in to organization {id} ('{name}').");
        return new GrafanaServer(version, id, name);
    }
}
