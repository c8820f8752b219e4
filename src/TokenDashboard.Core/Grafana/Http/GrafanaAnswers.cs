using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace TokenDashboard.Grafana.Http;

// The parts of Grafana's responses that are read. Everything can be missing: versions differ, and proxies can respond.

/// <summary>GET /api/health.</summary>
internal sealed record HealthAnswer(string? Database, string? Version);
/// <summary>GET /api/org.</summary>
internal sealed record OrganizationAnswer(long Id, string? Name);
/// <summary>A folder, alone or in a list.</summary>
internal sealed record FolderAnswer(string? Uid, string? Title, string? ParentUid, long Id = 0);
/// <summary>GET /api/plugins/:id/settings.</summary>
internal sealed record PluginAnswer(PluginInfo? Info);
internal sealed record PluginInfo(string? Version);

internal sealed record DataSourceItem(string? Uid, string? Name, string? Type);
/// <summary>GET /api/datasources/uid/:uid/health, also as the body of its failure.</summary>
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
    /// <summary>Whether the list shows other words than were stored: those of a first version are always "Initial save".</summary>
    internal bool HidesMessage => ParentVersion == 0;
}

/// <summary>A dashboard's history as Grafana 11.6 and later wrap it.</summary>
internal sealed record VersionPage(VersionAnswer[]? Versions);
/// <summary>GET /api/dashboards/uid/:uid/versions/:version.</summary>
internal sealed record VersionContent(long Version, string? Message, JsonObject? Data);
/// <summary>GET /api/search.</summary>
internal sealed record SearchHit(string? Uid, string? Title, string? FolderUid, string? FolderTitle, string[]? Tags = null);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(HealthAnswer)), JsonSerializable(typeof(OrganizationAnswer)), JsonSerializable(typeof(FolderAnswer))]
[JsonSerializable(typeof(FolderAnswer[])), JsonSerializable(typeof(PluginAnswer)), JsonSerializable(typeof(DataSourceItem[]))]
[JsonSerializable(typeof(DataSourceHealth)), JsonSerializable(typeof(DashboardAnswer)), JsonSerializable(typeof(SaveAnswer))]
[JsonSerializable(typeof(VersionAnswer[])), JsonSerializable(typeof(VersionPage)), JsonSerializable(typeof(VersionContent))]
[JsonSerializable(typeof(SearchHit[])), JsonSerializable(typeof(ApiGroup)), JsonSerializable(typeof(ApiObject)), JsonSerializable(typeof(ApiList))]
internal sealed partial class GrafanaJson : JsonSerializerContext;
