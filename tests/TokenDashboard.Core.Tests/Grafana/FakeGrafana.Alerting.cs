using System.Text.Json.Nodes;

namespace TokenDashboard.Testing;

/// <content>Alert rules: the provisioning API, which is the same from version 9 to 13 but for how it writes what it stored.</content>
internal sealed partial class FakeGrafana
{
    /// <summary>Alert rules by uid, as stored.</summary>
    internal Dictionary<string, JsonObject> AlertRules { get; } = [];

    /// <summary>The seconds between evaluations, by folder uid and group.</summary>
    internal Dictionary<(string FolderUid, string Group), long> Intervals { get; } = [];

    /// <summary>Whether a request asked for a dry run, which alerting carries out for real.</summary>
    internal bool DryRunAsked { get; private set; }

    /// <summary>Whether the server has alert rules of its own; version 9 and 10 may have them turned off.</summary>
    internal bool UnifiedAlerting { get; set; } = true;

    /// <summary>Changes a rule as a person does in Grafana.</summary>
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
                return AlertRules.ContainsKey(made) ? Answer.Message(409, "conflicting alert rule found") : SaveRule(made, body, editable, 201);
            case ("PUT", ["alert-rules", var uid]):
                return AlertRules.ContainsKey(uid) ? SaveRule(uid, body!, editable, 200) : new Answer(404, "", "application/json");
            case ("GET", ["folder", var folder, "rule-groups", var name]):
                return RulesOf(folder, name) is { Length: > 0 } rules
                    ? Answer.Json(200, new JsonObject
                    {
                        ["title"] = name, ["folderUid"] = folder, ["interval"] = Intervals[(folder, name)], ["rules"] = new JsonArray([.. rules.Select(AsRead)]),
                    })
                    : new Answer(404, "", "application/json");
            case ("PUT", ["folder", var folder, "rule-groups", var name]):
                string[] sent = [.. body!["rules"]!.AsArray().Select(rule => rule!["uid"]!.GetValue<string>())];
                foreach (JsonObject rule in RulesOf(folder, name))
                {
                    string uid = rule["uid"]!.GetValue<string>();
                    if (rule["provenance"]!.GetValue<string>() != (editable ? "" : "api"))
                        return Answer.Message(403, "cannot change provenance");
                    if (!sent.Contains(uid))
                        AlertRules.Remove(uid);
                }
                Intervals[(folder, name)] = body["interval"]!.GetValue<long>();
                return Answer.Json(200, body.DeepClone());
            default:
                return Answer.Message(404, "Not found");
        }
    }

    private JsonObject[] RulesOf(string folder, string group) =>
        [.. AlertRules.Values.Where(rule => rule["folderUID"]!.GetValue<string>() == folder && rule["ruleGroup"]!.GetValue<string>() == group)];

    private Answer SaveRule(string uid, JsonObject body, bool editable, int status)
    {
        string folder = body["folderUID"]!.GetValue<string>();
        if (Folders.TrueForAll(each => each.Uid != folder))
            return Answer.Message(400, "folder does not exist");
        string title = body["title"]!.GetValue<string>();
        if (AlertRules.Values.Any(rule => rule["uid"]!.GetValue<string>() != uid && rule["folderUID"]!.GetValue<string>() == folder && rule["title"]!.GetValue<string>() == title))
            return Answer.Message(409, "a conflicting alert rule is found: rule title under the same organisation and folder should be unique");
        string before = AlertRules.TryGetValue(uid, out JsonObject? stored) ? stored["provenance"]!.GetValue<string>() : "";
        if (stored is not null && before != (editable ? "" : "api"))
            return Answer.Message(403, $"cannot change provenance from '{before}'");
        var rule = (JsonObject)body.DeepClone();
        rule["id"] = 1;
        rule["orgID"] = 1;
        rule["provenance"] = editable ? "" : "api";
        rule["updated"] = "2026-03-04T05:06:07Z";
        rule["isPaused"] = body["isPaused"]?.DeepClone() ?? false;
        AlertRules[uid] = rule;
        Intervals.TryAdd((folder, rule["ruleGroup"]!.GetValue<string>()), 60);
        return Answer.Json(status, AsRead(rule));
    }

    /// <summary>Every version adds fields of its own; older ones write lengths with all their units.</summary>
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
