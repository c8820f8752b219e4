using TokenDashboard.Grafana.Alerting.Rules;
using TokenDashboard.Grafana.Http;

namespace TokenDashboard.Grafana.Alerting;

internal static class StoredAlertRule
{
    internal static string PathOf(string uid) => $"api/v1/provisioning/alert-rules/{Uri.EscapeDataString(uid)}";

    internal static JsonObject? Read(GrafanaClient client, string uid) =>
        client.Find(PathOf(uid))?.OrThrow($"read the alert rule '{uid}'", GrafanaPermission.ReadAlerts).AsObject();

    /// <summary>The tool that manages a rule: empty for none, "api", "file" or another tool.</summary>
    internal static string ProvenanceOf(JsonObject rule) => rule.String("provenance") ?? "";
}

/// <summary>A rule group. All its rules have the group's interval.</summary>
internal sealed class AlertRuleGroup(GrafanaClient client, string folderUid, string name)
{
    private readonly string _path = $"api/v1/provisioning/folder/{Uri.EscapeDataString(folderUid)}/rule-groups/{Uri.EscapeDataString(name)}";
    private JsonObject? _json;

    /// <summary>The evaluation interval; null if the group does not exist.</summary>
    internal TimeSpan? Interval => _json.Whole("interval") is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
    internal bool Has(string uid) => Rules.Any(rule => rule.String("uid") == uid);
    private JsonObject[] Rules => [.. _json.Objects("rules")];

    internal AlertRuleGroup Read()
    {
        _json = client.Find(_path)?.OrThrow($"read the rule group '{name}'", GrafanaPermission.ReadAlerts).AsObject();
        return this;
    }

    /// <summary>The reason why the interval must not be changed; null if it can be changed.</summary>
    internal TokenDashboardException? Obstacle(AlertRule rule, bool force)
    {
        if (Interval is null || Interval == rule.Interval)
            return null;
        string interval = AlertLength.Format(Interval.Value);
        string wanted = AlertLength.Format(rule.Interval);
        string group = $"The rule group '{name}' has the interval {interval}, but '{rule.Name}' requires {wanted}, and the group contains rules";
        string[] owners = [.. Rules.Select(StoredAlertRule.ProvenanceOf).Distinct()];
        if (owners.Length > 1 || owners.Any(owner => owner is not ("" or "api")))
        {
            return new TokenDashboardException(
                ErrorCode.GrafanaAlertRuleManaged, $"{group} that another tool manages. Use another Group for the rule, or the interval of this group.",
                target: rule.Uid);
        }
        string[] others = [.. Rules.Where(other => !AlertRuleContent.IsMarked(other)).Select(other => $"'{other.String("title")}'")];
        return others.Length == 0 || force ? null : new TokenDashboardException(
            ErrorCode.GrafanaVersionConflict,
            $"{group} that TokenDashboard did not publish: {string.Join(", ", others)}. Use another Group for the rule, or -Force to change the interval of all.",
            target: rule.Uid);
    }

    /// <summary>Sets the interval of all rules of the group to that of a rule. The rules are not sent, so rules that were added meanwhile are kept.</summary>
    internal void Change(AlertRule rule)
    {
        var body = new JsonObject { ["title"] = name, ["folderUid"] = folderUid, ["interval"] = (long)rule.Interval.TotalSeconds };
        // If the group already shows the interval, only a rule that was moved to it has another interval. Whether that changed is not visible.
        bool shown = Interval == rule.Interval;
        bool IsDone() => !shown && Read().Interval == rule.Interval;
        bool editable = !Rules.Any(each => (!shown || each.String("uid") == rule.Uid) && StoredAlertRule.ProvenanceOf(each) == "api");
        GrafanaResponse? response = client.Write(HttpMethod.Put, _path, body, IsDone, editable);
        if (response is { IsConflict: true } && !IsDone())
        {
            throw new TokenDashboardException(
                ErrorCode.GrafanaVersionConflict,
                $"Grafana did not change the interval of the rule group '{name}': {response.Words}. Another run may have changed it. Run the command again.",
                target: name);
        }
        if (response is { IsConflict: false })
            response.OrThrow($"change the interval of the rule group '{name}'", GrafanaPermission.WriteAlerts);
    }
}
