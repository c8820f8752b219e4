using System.Text.Json.Serialization;

namespace TokenDashboard.Grafana.Http;

// The parts of Grafana's responses that are read. All values can be missing, because versions differ, and proxies can respond.

/// <summary>GET /api/health.</summary>
internal sealed record HealthAnswer(string? Database, string? Version);
/// <summary>GET /api/org.</summary>
internal sealed record OrganizationAnswer(long Id, string? Name);
/// <summary>A folder, alone or in a list.</summary>
internal sealed record FolderAnswer(string? Uid, string? Title, string? ParentUid, long Id = 0);
/// <summary>GET /api/plugins/:id/settings.</summary>
internal sealed record PluginAnswer(JsonObject? Info);

internal sealed record DataSourceItem(string? Uid, string? Name, string? Type);
/// <summary>GET /api/datasources/uid/:uid/health, also as the body of an error.</summary>
internal sealed record DataSourceHealth(string? Status, string? Message);
/// <summary>GET /api/dashboards/uid/:uid.</summary>
internal sealed record DashboardAnswer(JsonObject? Dashboard, DashboardMeta? Meta);

internal sealed record DashboardMeta(
    string? FolderUid, string? FolderUrl, string? FolderTitle, long Version, string? UpdatedBy, DateTimeOffset Updated, bool Provisioned,
    string? ProvisionedExternalId, string? ApiVersion);

/// <summary>POST /api/dashboards/db.</summary>
internal sealed record SaveAnswer(string? Uid, long Version, string? Status);

internal sealed record VersionAnswer(long Version, string? Message, long? ParentVersion = null, string? CreatedBy = null, DateTimeOffset? Created = null)
{
    /// <summary>Whether the list shows another message than the stored one. The message of a first version is always "Initial save".</summary>
    internal bool HidesMessage => ParentVersion == 0;
}

/// <summary>A dashboard's history as Grafana 11.6 and later wrap it.</summary>
internal sealed record VersionPage(VersionAnswer[]? Versions);
/// <summary>GET /api/dashboards/uid/:uid/versions/:version.</summary>
internal sealed record VersionContent(long Version, string? Message, JsonObject? Data);
/// <summary>GET /api/search.</summary>
internal sealed record SearchHit(string? Uid, string? Title, string? FolderUid, string? FolderTitle, string[]? Tags = null);

// The parts of responses under /apis that are read, in the format of the Kubernetes API. All values can be missing.

/// <summary>GET /apis/:group.</summary>
internal sealed record ApiGroup(ApiGroupVersion[]? Versions, ApiGroupVersion? PreferredVersion);
internal sealed record ApiGroupVersion(string? Version);
internal sealed record ApiList(ApiObject[]? Items, JsonObject? Metadata);

internal sealed record ApiObject(string? ApiVersion, JsonObject? Metadata, JsonObject? Spec, JsonObject? Status)
{
    internal const string FolderNote = "grafana.app/folder";
    internal const string MessageNote = "grafana.app/message";

    /// <summary>The uid in Grafana, which is not the uid of the metadata.</summary>
    internal string Uid => Metadata.String("name") ?? "";
    /// <summary>The version, counted from 1. It increases when content or folder change. Objects in the trash have a negative version.</summary>
    internal long Generation => Metadata.Whole("generation") ?? 0;
    internal string? Title => Spec.String("title");
    /// <summary>The uid of its folder; empty for none.</summary>
    internal string Folder => Note(FolderNote) is { } folder and not "general" ? folder : "";

    /// <summary>The version of the group in which it is stored, if that has the newer schema; null for the classic schema.</summary>
    internal string? NewerSchema =>
        new[] { Status.Child("conversion").String("storedVersion"), ApiVersion?[(ApiVersion.LastIndexOf('/') + 1)..] }.FirstOrDefault(IsNewerSchema);

    internal string? Owner => Note("grafana.app/managedBy") is { Length: > 0 } kind
        ? $"is managed by {kind}" + (Note("grafana.app/managerId") is { } id ? $" '{id}'" : "")
        : null;

    internal bool IsDeleted => Metadata.String("deletionTimestamp") is { Length: > 0 } || Generation < 0;
    internal string? SavedByName => Note("grafana.app/updatedBy") ?? Note("grafana.app/createdBy");

    internal DateTimeOffset? SavedAt => DateTimeOffset.TryParse(
        Note("grafana.app/updatedTimestamp") ?? Metadata.String("creationTimestamp"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal,
        out DateTimeOffset time) ? time : null;

    /// <summary>The user who saved it last, and the time, for messages.</summary>
    internal string SavedBy => SavedByName is { Length: > 0 } name ? $" by '{name}'" + (SavedAt is { } time ? On(time) : "") : "";

    internal string? Note(string name) => Metadata.Child("annotations").String(name);

    internal static bool IsNewerSchema(string? version) => version is ['v', >= '2' and <= '9', ..];

    internal static string On(DateTimeOffset time) => string.Create(CultureInfo.InvariantCulture, $" on {time.UtcDateTime:yyyy-MM-dd HH:mm} UTC");
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(HealthAnswer)), JsonSerializable(typeof(OrganizationAnswer)), JsonSerializable(typeof(FolderAnswer))]
[JsonSerializable(typeof(FolderAnswer[])), JsonSerializable(typeof(PluginAnswer)), JsonSerializable(typeof(DataSourceItem[]))]
[JsonSerializable(typeof(DataSourceHealth)), JsonSerializable(typeof(DashboardAnswer)), JsonSerializable(typeof(SaveAnswer))]
[JsonSerializable(typeof(VersionAnswer[])), JsonSerializable(typeof(VersionPage)), JsonSerializable(typeof(VersionContent))]
[JsonSerializable(typeof(SearchHit[])), JsonSerializable(typeof(ApiGroup)), JsonSerializable(typeof(ApiObject)), JsonSerializable(typeof(ApiList))]
internal sealed partial class GrafanaJson : JsonSerializerContext;
