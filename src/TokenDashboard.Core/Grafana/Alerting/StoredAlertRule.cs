using System.Text.Json.Nodes;
using TokenDashboard.Grafana.Http;

namespace TokenDashboard.Grafana.Alerting;

/// <summary>An alert rule as the server holds it now.</summary>
/// <param name="Json">All of it.</param>
internal sealed record StoredAlertRule(JsonObject Json)
{
    internal string FolderUid => GrafanaResponse.TextOf(Json, "folderUID") ?? "";

    internal string Provenance => ProvenanceOf(Json);

    internal static string PathOf(string uid) => $"api/v1/provisioning/alert-rules/{Uri.EscapeDataString(uid)}";

    /// <summary>Reads a rule; null where there is none.</summary>
    internal static StoredAlertRule? Read(GrafanaClient client, string uid) =>
        client.Find(PathOf(uid))?.OrThrow($"read the alert rule '{uid}'", AlertRulePublisher.ReadPermission).AsObject() is { } json ? new StoredAlertRule(json) : null;

    /// <summary>What made a rule: nothing that guards it, "api", "file" or another tool.</summary>
    internal static string ProvenanceOf(JsonObject rule) => GrafanaResponse.TextOf(rule, "provenance") ?? "";
}
