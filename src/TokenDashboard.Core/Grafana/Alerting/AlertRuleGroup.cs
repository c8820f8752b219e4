using System.Text.Json.Nodes;
using TokenDashboard.Grafana.Alerting.Rules;
using TokenDashboard.Grafana.Http;

namespace TokenDashboard.Grafana.Alerting;

/// <summary>A rule group, which holds the interval of all its rules.</summary>
internal sealed class AlertRuleGroup
{
    private readonly GrafanaClient _client;
    private readonly string _name;
    private readonly string _path;

    private AlertRuleGroup(GrafanaClient client, string name, string path, JsonObject? json)
    {
        _client = client;
        _name = name;
        _path = path;
        Json = json;
    }

    private JsonObject? Json { get; }

    /// <summary>How often it is evaluated; null where there is no such group.</summary>
    internal TimeSpan? Interval => Json?["interval"] is JsonValue value && value.TryGetValue(out long seconds) ? TimeSpan.FromSeconds(seconds) : null;

    private JsonObject[] Rules => [.. (Json?["rules"] as JsonArray ?? []).OfType<JsonObject>()];

    internal static AlertRuleGroup Read(GrafanaClient client, string folderUid, string name)
    {
        string path = $"api/v1/provisioning/folder/{Uri.EscapeDataString(folderUid)}/rule-groups/{Uri.EscapeDataString(name)}";
        JsonObject? json = client.Find(path)?.OrThrow($"read the rule group '{name}'", AlertRulePublisher.ReadPermission).AsObject();
        return new AlertRuleGroup(client, name, path, json);
    }

    /// <summary>Why its interval may not be changed; null if it may.</summary>
    internal TokenDashboardException? Obstacle(AlertRule rule, bool force)
    {
        if (Interval is null || Interval == rule.Interval)
        {
            return null;
        }
        string interval = AlertLength.Format(Interval.Value);
        string wanted = AlertLength.Format(rule.Interval);
        string[] owners = [.. Rules.Select(StoredAlertRule.ProvenanceOf).Distinct()];
        if (owners.Length > 1 || owners.Any(owner => owner is not ("" or "api")))
        {
            return new TokenDashboardException(
                ErrorCode.GrafanaAlertRuleManaged,
                $"The rule group '{_name}' is evaluated every {interval}, not every {wanted} as '{rule.Name}' wants, and holds rules that something "
                    + "else manages, so its interval stays. Give the rule another Group, or the Interval of that one.",
                target: rule.Uid);
        }
        string[] others = [.. Rules.Where(other => !AlertRuleContent.IsMarked(other)).Select(other => $"'{GrafanaResponse.TextOf(other, "title")}'")];
        return others.Length == 0 || force
            ? null
            : new TokenDashboardException(
                ErrorCode.GrafanaVersionConflict,
                $"The rule group '{_name}' is evaluated every {interval}, not every {wanted} as '{rule.Name}' wants, and holds rules of others: "
                    + $"{string.Join(", ", others)}. Give the rule another Group, or -Force to change the interval of all.",
                target: rule.Uid);
    }

    /// <summary>Changes the interval. The API takes only whole groups, so the rules go back as they were read.</summary>
    internal void Change(TimeSpan interval)
    {
        var body = (JsonObject)(Json ?? throw new InvalidOperationException("The group was not found.")).DeepClone();
        body["interval"] = AlertRuleContent.WholeSeconds(interval);
        bool editable = !Rules.Any(rule => StoredAlertRule.ProvenanceOf(rule) == "api");
        string folderUid = GrafanaResponse.TextOf(body, "folderUid") ?? "";
        GrafanaResponse? response = _client.Write(HttpMethod.Put, _path, body, () => Read(_client, folderUid, _name).Interval == interval, editable);
        if (response?.Status is 409 or 412 && Read(_client, folderUid, _name).Interval == interval)
        {
            return;
        }
        if (response?.Status is 409 or 412)
        {
            throw new TokenDashboardException(
                ErrorCode.GrafanaVersionConflict,
                $"Grafana would not change the interval of the rule group '{_name}': {response.Words}. Someone may have changed it just now; run the command again.",
                target: _name);
        }
        response?.OrThrow($"change the interval of the rule group '{_name}'", AlertRulePublisher.WritePermission);
    }
}
