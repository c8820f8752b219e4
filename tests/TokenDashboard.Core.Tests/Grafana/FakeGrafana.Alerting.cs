using System.Text.Json.Nodes;

namespace TokenDashboard.Testing;

/// <content>Alert rules: the provisioning API. Versions 9 to 13 differ only in the statuses of errors and in the form of the returned rules.</content>
internal sealed partial class FakeGrafana
{
    private const string Taken = "a conflicting alert rule is found: rule title under the same organisation and folder should be unique";

    /// <summary>Alert rules by uid, as stored.</summary>
    internal Dictionary<string, JsonObject> AlertRules { get; } = [];

    /// <summary>The evaluation interval of each rule in seconds, by uid. Grafana stores it with the rule, not with the group.</summary>
    internal Dictionary<string, long> RuleIntervals { get; } = [];

    /// <summary>Whether a request contained dryRun. The alerting API ignores it and writes.</summary>
    internal bool DryRunAsked { get; private set; }

    /// <summary>Whether unified alerting is enabled. Versions 9 and 10 can disable it.</summary>
    internal bool UnifiedAlerting { get; set; } = true;

    /// <summary>Changes a rule like a user in Grafana.</summary>
    internal void EditRule(string uid, Action<JsonObject> change)
    {
        lock (_lock)
        {
            change(AlertRules[uid]);
        }
    }

    private Answer RouteAlerting(string method, string[] parts, Microsoft.AspNetCore.Http.HttpRequest request, JsonObject? body)
    {
        if (Major < 9 || !UnifiedAlerting)
            return Answer.Message(404, "Not found");
        DryRunAsked |= request.QueryString.ToString().Contains("dryRun", StringComparison.OrdinalIgnoreCase);
        if (Forbidden.Contains("alerting") && method != "GET")
            return NoPermission("alert.provisioning:write");
        bool editable = request.Headers["X-Disable-Provenance"] == "true";
        switch (method, parts)
        {
            case ("GET", ["policies"]):
                return Answer.Json(200, new JsonObject { ["receiver"] = "grafana-default-email" });
            case ("GET", ["alert-rules", var uid]):
                return AlertRules.TryGetValue(uid, out JsonObject? found) ? Answer.Json(200, AsRead(found)) : new Answer(404, "", "application/json");
            case ("POST", ["alert-rules"]):
                string made = body!["uid"]!.GetValue<string>();
                return !AlertRules.ContainsKey(made) ? SaveRule(made, body, editable, 201)
                    : Major < 10 ? Answer.Message(500, Taken) : Answer.Message(409, $"conflicting alert rule found [rule_uid: '{made}']: rule UID under the same organisation should be unique");
            case ("PUT", ["alert-rules", var uid]):
                return AlertRules.ContainsKey(uid) ? SaveRule(uid, body!, editable, 200) : new Answer(404, "", "application/json");
            case ("GET", ["folder", var folder, "rule-groups", var name]):
                return RulesOf(folder, name) is { Length: > 0 } rules
                    ? Answer.Json(200, new JsonObject
                    {
                        ["title"] = name, ["folderUid"] = folder, ["interval"] = RuleIntervals[UidOf(rules[0])], ["rules"] = new JsonArray([.. rules.Select(AsRead)]),
                    })
                    : new Answer(404, "", "application/json");
            case ("PUT", ["folder", var folder, "rule-groups", var name]):
                // Without rules in the request, only the interval changes, and only in rules with a different interval.
                string[]? sent = (body!["rules"] as JsonArray)?.Select(rule => rule!["uid"]!.GetValue<string>()).ToArray();
                long interval = body["interval"]!.GetValue<long>();
                foreach (JsonObject rule in RulesOf(folder, name).Where(rule => sent?.Contains(UidOf(rule)) == false || RuleIntervals[UidOf(rule)] != interval))
                {
                    if (rule["provenance"]!.GetValue<string>() != (editable ? "" : "api"))
                        return Answer.Message(403, "cannot change provenance");
                    if (sent?.Contains(UidOf(rule)) == false)
                        AlertRules.Remove(UidOf(rule));
                    else
                        RuleIntervals[UidOf(rule)] = interval;
                }
                return Answer.Json(200, body.DeepClone());
            default:
                return Answer.Message(404, "Not found");
        }
    }

    /// <summary>The evaluation interval of a group in seconds, which is that of its first rule.</summary>
    internal long IntervalOf(string folder, string group) => RuleIntervals[UidOf(RulesOf(folder, group)[0])];

    private static string UidOf(JsonObject rule) => rule["uid"]!.GetValue<string>();

    private JsonObject[] RulesOf(string folder, string group) =>
        [.. AlertRules.Values.Where(rule => rule["folderUID"]!.GetValue<string>() == folder && rule["ruleGroup"]!.GetValue<string>() == group)];

    private Answer SaveRule(string uid, JsonObject body, bool editable, int status)
    {
        string folder = body["folderUID"]!.GetValue<string>();
        if (Folders.TrueForAll(each => each.Uid != folder))
            return Answer.Message(400, "folder does not exist");
        string title = body["title"]!.GetValue<string>();
        if (AlertRules.Values.Any(rule => rule["uid"]!.GetValue<string>() != uid && rule["folderUID"]!.GetValue<string>() == folder && rule["title"]!.GetValue<string>() == title))
            return Answer.Message(Major < 10 ? 500 : 400, Taken);
        string before = AlertRules.TryGetValue(uid, out JsonObject? stored) ? stored["provenance"]!.GetValue<string>() : "";
        if (stored is not null && before != (editable ? "" : "api"))
            return Answer.Message(403, $"cannot change provenance from '{before}'");
        var rule = (JsonObject)body.DeepClone();
        rule["id"] = 1;
        rule["orgID"] = 1;
        rule["provenance"] = editable ? "" : "api";
        rule["updated"] = "2026-03-04T05:06:07Z";
        rule["isPaused"] = body["isPaused"]?.DeepClone() ?? false;
        // A new rule gets the interval of its group. A rule that moves keeps its own.
        RuleIntervals.TryAdd(uid, RulesOf(folder, rule["ruleGroup"]!.GetValue<string>()) is [var first, ..] ? RuleIntervals[UidOf(first)] : 60);
        AlertRules[uid] = rule;
        return Answer.Json(status, AsRead(rule));
    }

    /// <summary>Returns a rule as the server sends it. Newer versions add fields; older versions write durations with all units.</summary>
    private JsonObject AsRead(JsonObject stored)
    {
        var rule = (JsonObject)stored.DeepClone();
        if (Major < 11 && rule["for"]!.GetValue<string>() is var length && length.EndsWith('m'))
            rule["for"] = length + "0s";
        if (Major >= 12)
        {
            rule["keep_firing_for"] ??= "0s";
            rule["notification_settings"] ??= null;
            rule = (JsonObject)AsUnstructured(rule)!;
        }
        foreach (JsonNode? step in rule["data"]!.AsArray())
            step!["model"]!["hide"] = false;
        return rule;
    }
}
