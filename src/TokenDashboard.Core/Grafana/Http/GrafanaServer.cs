using System.Globalization;

namespace TokenDashboard.Grafana.Http;

/// <summary>A server that answered as Grafana and accepted the sign-in.</summary>
/// <param name="Version">Its version; null where the server hides it.</param>
/// <param name="OrgId">The organisation the account works in; 0 where the account may not know.</param>
/// <param name="OrgName">That organisation's name; null where the account may not know.</param>
internal sealed record GrafanaServer(string? Version, long OrgId, string? OrgName)
{
    /// <summary>The major version; the newest known one where the server hides it, since newer servers differ less among themselves.</summary>
    internal int Major => int.TryParse(Version?.Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out int major) ? major : 13;

    /// <summary>Whether it is from before version 9, where folders, data sources and versions of dashboards go by numbers, and alert rules cannot be published.</summary>
    internal bool IsOld => Major < 9;

    /// <summary>Asks the server what it is and whether the account is known, before anything is written.</summary>
    /// <exception cref="TokenDashboardException">It is not Grafana, is failing, or refused the account.</exception>
    internal static GrafanaServer Probe(GrafanaClient client, int? organisation, Action<string> verbose)
    {
        GrafanaResponse response = client.Get("api/health");
        HealthAnswer health = response.As(GrafanaJson.Default.HealthAnswer);
        if (health.Database is null && health.Version is null)
        {
            if (response.IsNoAnswer || response.Status == 403)
            {
                throw response.Failure("ask for the server's health", "no permission; a proxy may guard it");
            }
            throw new TokenDashboardException(
                ErrorCode.GrafanaNotJson,
                $"{client.Url} answered GET /api/health with status {response.Status} and JSON, but not as Grafana does. Check that "
                    + "-Url is Grafana's own address with its sub-path.",
                target: client.Url);
        }
        if (!response.IsSuccess)
        {
            throw new TokenDashboardException(
                ErrorCode.GrafanaRequestFailed,
                $"Grafana at {client.Url} runs, but says that its own database is {health.Database ?? "failing"}. See the server's log.",
                target: client.Url);
        }
        verbose($"Grafana {health.Version ?? "(version hidden)"} answers at {client.Url}.");

        response = client.Get("api/org");
        // A narrowly made account may publish without being allowed to see its organisation's name.
        OrganisationAnswer known = response.Status == 403
            ? new OrganisationAnswer(organisation ?? 0, null)
            : response.OrThrow("sign in", "a valid token or credential").As(GrafanaJson.Default.OrganisationAnswer);
        if (organisation is { } wanted && known.Id != wanted)
        {
            throw new TokenDashboardException(
                ErrorCode.GrafanaForbidden,
                $"The account works in organisation {known.Id} ('{known.Name}') of Grafana at {client.Url}, not in {wanted}. A token "
                    + $"belongs to one organisation: make one in organisation {wanted}, or leave -OrgId out.",
                target: client.Url);
        }
        verbose($"Signed in to organisation {known.Id} ('{known.Name}').");
        return new GrafanaServer(health.Version, known.Id, known.Name);
    }
}
