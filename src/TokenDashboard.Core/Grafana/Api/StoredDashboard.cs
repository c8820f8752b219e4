using TokenDashboard.Grafana.Http;
using TokenDashboard.Grafana.Model;

namespace TokenDashboard.Grafana.Api;

/// <summary>A dashboard on the server, with its content as the server returned it or, if it is stored in the newer schema, the server's message about that.</summary>
internal sealed record StoredDashboard(string Uid, JsonObject? Json, string? NewerSchema = null)
{
    internal string? Content { get; } = Json is null ? null : DashboardContent.Normalise(Json);
    /// <summary>Its version, counted from 1; 0 if unknown.</summary>
    internal long Version { get; private init; }
    /// <summary>The number of the version in old versions of the classic API; 0 if unknown.</summary>
    internal long Id { get; private init; }
    internal FolderPlace Folder { get; private init; } = FolderPlace.Root;
    /// <summary>The user who saved it last, and the time, for messages; empty if unknown.</summary>
    internal string SavedBy { get; private init; } = "";
    internal string? ProvisionedFrom { get; private init; }
    /// <summary>The object from which it was read; null for the classic API.</summary>
    internal ApiObject? Resource { get; private init; }

    internal static StoredDashboard? Read(GrafanaClient client, string path, string uid, Func<GrafanaResponse, StoredDashboard> of) => client.Get(path) switch
    {
        { Status: 404 } => null,
        { Status: 406 } response => OfNewerSchema(uid, response.Words),
        var response => of(response.OrThrow($"read the dashboard '{uid}'", GrafanaPermission.ReadDashboards)),
    };

    internal static StoredDashboard OfLegacy(string uid, GrafanaResponse response)
    {
        JsonObject answer = response.AsObject();
        if (answer["dashboard"] is not JsonObject dashboard || answer["meta"] is not JsonObject meta)
            throw response.Unexpected();
        if (meta.String("apiVersion") is { } version && ApiObject.IsNewerSchema(version))
            return OfNewerSchema(uid, version);
        if (dashboard["elements"] is JsonObject && dashboard["layout"] is JsonObject)
            return OfNewerSchema(uid, "it has elements and a layout");
        return new StoredDashboard(uid, dashboard)
        {
            Id = (long)(dashboard.Number("id") ?? 0), Version = dashboard.Whole("version") ?? meta.Whole("version") ?? 0,
            Folder = FolderPlace.Of(FolderUid(meta), meta.String("folderTitle")),
            SavedBy = ApiObject.By(meta.String("updatedBy"), meta.Time("updated")),
            ProvisionedFrom = meta.String("provisionedExternalId") is { Length: > 0 } file ? file : meta.Flag("provisioned") ? "(unnamed)" : null,
        };
    }

    internal static StoredDashboard OfResource(string uid, ApiObject found, FolderPlace folder)
    {
        JsonObject content = found.Spec!;
        // The object's name is the uid. In the classic API and in files, the content contains it.
        content["uid"] = uid;
        return new StoredDashboard(uid, content) { Version = found.Generation, Folder = folder, SavedBy = ApiObject.By(found.SavedByName, found.SavedAt), Resource = found };
    }

    /// <summary>A dashboard whose classic form would be a lossy copy.</summary>
    internal static StoredDashboard OfNewerSchema(string uid, string words) => new(uid, null, words);

    internal TokenDashboardException Unsupported(string verb) => new(
        ErrorCode.GrafanaSchemaUnsupported,
        $"The dashboard '{Uid}' cannot be {verb} as a classic one, because Grafana stores it in its newer schema ({NewerSchema!.TrimEnd('.')}). Nothing was changed. "
            + (verb == "read" ? "Export it in Grafana." : "Use another uid, or first export it in Grafana and delete it there."),
        target: Uid);

    /// <summary>Before version 9, only the folder's address contains its uid: /dashboards/f/uid/title.</summary>
    private static string? FolderUid(JsonObject meta) =>
        meta.String("folderUid") ?? (meta.String("folderUrl")?.Split("/dashboards/f/") is [_, var rest] ? rest.Split('/')[0] : null);
}
