using System.Globalization;
using System.Text.Json.Nodes;

namespace TokenDashboard.Grafana;

/// <summary>A dashboard as the server holds it now.</summary>
internal sealed record StoredDashboard
{
    /// <summary>Its content in canonical form; null where the server holds it in the newer schema and cannot give it as a classic one.</summary>
    internal string? Content { get; private init; }

    /// <summary>Its content as the server gave it; null as <see cref="Content"/>.</summary>
    internal JsonObject? Json { get; private init; }

    /// <summary>Its version, counted from 1; 0 where unknown.</summary>
    internal long Version { get; private init; }

    /// <summary>Where it is.</summary>
    internal FolderPlace Folder { get; private init; } = FolderPlace.Root;

    /// <summary>Who saved it last and when, for messages; empty where unknown.</summary>
    internal string SavedBy { get; private init; } = "";

    /// <summary>The file on the server it is provisioned from; null for none.</summary>
    internal string? ProvisionedFrom { get; private init; }

    /// <summary>Reads a dashboard; null where there is none.</summary>
    internal static StoredDashboard? Read(GrafanaClient client, string uid)
    {
        GrafanaResponse response = client.Get($"api/dashboards/uid/{uid}");
        if (response.Status == 404)
        {
            return null;
        }
        if (response.Status == 406)
        {
            return new StoredDashboard();
        }
        response.OrThrow($"read the dashboard '{uid}'", "dashboards:read (role Viewer)");
        DashboardAnswer answer = response.As(GrafanaJson.Default.DashboardAnswer);
        if (answer is not { Dashboard: { } dashboard, Meta: { } meta })
        {
            throw response.Unexpected();
        }
        long version = dashboard["version"] is JsonValue value && value.TryGetValue(out long counted) ? counted : meta.Version;
        return new StoredDashboard
        {
            Content = DashboardContent.Normalise(dashboard),
            Json = dashboard,
            Version = version,
            // Grafana gives the root as nothing, and in places as "general".
            Folder = meta.FolderUid is null or "" or "general"
                ? FolderPlace.Root
                : new FolderPlace(meta.FolderUid, meta.FolderTitle ?? meta.FolderUid),
            SavedBy = meta.UpdatedBy is { Length: > 0 } name
                ? string.Create(CultureInfo.InvariantCulture, $" by '{name}' on {meta.Updated.UtcDateTime:yyyy-MM-dd HH:mm} UTC")
                : "",
            ProvisionedFrom = meta.ProvisionedExternalId is { Length: > 0 } file ? file : meta.Provisioned ? "(unnamed)" : null,
        };
    }
}
