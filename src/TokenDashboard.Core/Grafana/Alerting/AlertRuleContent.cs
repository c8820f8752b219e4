using TokenDashboard.Engines;
using TokenDashboard.Grafana.Alerting.Rules;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Publishing;

namespace TokenDashboard.Grafana.Alerting;

/// <summary>
/// An alert rule in the format of Grafana's provisioning API. Of a stored rule, only the fields that are sent are compared. Additions of Grafana or
/// its users (a contact point, a pause, a link to a panel) are kept.
/// </summary>
internal static class AlertRuleContent
{
    /// <summary>
    /// The annotation with the fingerprint of the fields that were sent, without the folder. Grafana does not show names in double underscores in notifications.
    /// An edit in Grafana does not change the annotation, so it no longer matches the other fields.
    /// </summary>
    internal const string MarkName = "__tokendashboard__";

    /// <summary>The fields that the API and provisioning files have in common.</summary>
    internal static JsonObject Fields(AlertRule rule, DataSourcePlugin plugin, string dataSourceUid) => new()
    {
        ["uid"] = rule.Uid,
        ["title"] = rule.Name,
        ["condition"] = "C",
        ["data"] = Data(rule, plugin, dataSourceUid),
        ["noDataState"] = rule.NoDataState,
        ["execErrState"] = rule.ErrorState,
        ["for"] = AlertLength.Format(rule.For),
        ["annotations"] = Texts(rule.Annotations),
        ["labels"] = Texts(rule.Labels),
    };

    internal static JsonObject Of(AlertRule rule, DataSourcePlugin plugin, string dataSourceUid, string folderUid)
    {
        JsonObject body = Fields(rule, plugin, dataSourceUid);
        (body["folderUID"], body["ruleGroup"]) = (folderUid, rule.Group);
        body["annotations"]![MarkName] = Fingerprint(body, body);
        if (rule.Paused is { } paused)
            body["isPaused"] = paused;
        return body;
    }

    /// <summary>The query, the reduction of its values, and the limit.</summary>
    private static JsonArray Data(AlertRule rule, DataSourcePlugin plugin, string dataSourceUid)
    {
        JsonObject Step(string id, string source, string type, long seconds, JsonObject model)
        {
            model["refId"] = id;
            model["datasource"] = new JsonObject { ["type"] = type, ["uid"] = source };
            model["intervalMs"] = 1000;
            model["maxDataPoints"] = 43200;
            return new JsonObject
            {
                ["refId"] = id,
                ["queryType"] = model["queryType"]?.DeepClone() ?? "",
                ["relativeTimeRange"] = new JsonObject { ["from"] = seconds, ["to"] = 0 },
                ["datasourceUid"] = source,
                ["model"] = model,
            };
        }

        bool absent = rule.Kind == AlertKind.NoTelemetry;
        return new JsonArray(
            Step("A", dataSourceUid, plugin.Id, (long)rule.Window.TotalSeconds, PanelEngines.Of(plugin).Write(rule).Write("A")),
            Step("B", DataSourcePlugin.Expression, DataSourcePlugin.Expression, 0, new JsonObject { ["type"] = "reduce", ["expression"] = "A", ["reducer"] = "last" }),
            Step("C", DataSourcePlugin.Expression, DataSourcePlugin.Expression, 0, new JsonObject
            {
                ["type"] = "threshold",
                ["expression"] = "B",
                ["conditions"] = new JsonArray(new JsonObject
                {
                    ["evaluator"] = new JsonObject { ["type"] = absent ? "lt" : "gt", ["params"] = new JsonArray(absent ? 1 : rule.Limit) },
                }),
            }));
    }

    /// <summary>Whether a stored rule is up to date, with or without the mark.</summary>
    internal static bool Holds(JsonObject stored, JsonObject wanted) =>
        Projection(stored, wanted) == Projection(wanted, wanted)
        && (wanted["isPaused"] is not { } paused || JsonNode.DeepEquals(stored["isPaused"] ?? false, paused))
        && Annotations(wanted).All(own => own.Key == MarkName || !IsPrivate(own.Key) || stored.Child("annotations").String(own.Key) == own.Value.AsString());

    /// <summary>Whether a stored rule is unchanged since the last run, so that overwriting it loses no change.</summary>
    internal static bool IsAsPublished(JsonObject stored, JsonObject wanted) =>
        stored.Child("annotations").String(MarkName) == Fingerprint(stored, wanted);

    /// <summary>The uid of the data source that a rule queries.</summary>
    internal static string? SourceOf(JsonObject rule) => rule.Objects("data").FirstOrDefault().String("datasourceUid");

    /// <summary>The differences between a stored rule, the right side, and the rule to publish.</summary>
    internal static IReadOnlyList<GrafanaDashboardDifference> Changes(JsonObject stored, JsonObject wanted) =>
        DashboardComparison.Compare(Projected(wanted, wanted), Projected(stored, wanted), wanted.String("uid") ?? "");

    internal static bool IsMarked(JsonObject stored) => stored.Child("annotations").String(MarkName) is not null;

    /// <summary>The stored rule, with the fields that are sent.</summary>
    internal static JsonObject LaidOver(JsonObject stored, JsonObject wanted)
    {
        var merged = (JsonObject)stored.DeepClone();
        foreach (string field in (string[])["id", "updated", "provenance"])
            merged.Remove(field);
        foreach ((string name, JsonNode? value) in wanted)
            merged[name] = value?.DeepClone();
        var annotations = (JsonObject)merged["annotations"]!;
        foreach ((string name, JsonNode? value) in Annotations(stored).Where(old => IsPrivate(old.Key) && !annotations.ContainsKey(old.Key)))
            annotations[name] = value;
        return merged;
    }

    /// <summary>The folder is not included, so a rule that was moved in Grafana is otherwise unchanged.</summary>
    private static string Fingerprint(JsonObject rule, JsonObject shape)
    {
        JsonObject fields = Projected(rule, shape);
        fields.Remove("folderUID");
        return DashboardContent.Fingerprint(DashboardContent.Normalise(fields));
    }

    private static string Projection(JsonObject rule, JsonObject shape) => DashboardContent.Normalise(Projected(rule, shape));

    /// <summary>The fields that are sent, in one form. Pausing is not included, because it is left to Grafana's users.</summary>
    private static JsonObject Projected(JsonObject rule, JsonObject shape)
    {
        var fields = new JsonObject();
        foreach ((string name, JsonNode? form) in shape.Where(field => field.Key != "isPaused"))
        {
            fields[name] = name switch
            {
                "for" => Seconds(rule["for"]),
                "labels" => new JsonObject(Copies(rule["labels"])),
                "annotations" => new JsonObject(Annotations(rule).Where(annotation => !IsPrivate(annotation.Key))),
                _ => Part(rule[name], form),
            };
        }
        return fields;
    }

    private static JsonNode? Part(JsonNode? node, JsonNode? shape) => (node, shape) switch
    {
        (JsonObject fields, JsonObject form) => new JsonObject(form.Select(field => KeyValuePair.Create(field.Key, Part(fields[field.Key], field.Value)))),
        (JsonArray items, JsonArray forms) => new JsonArray([.. items.Select((item, index) => Part(item, index < forms.Count ? forms[index] : null))]),
        _ => node?.DeepClone(),
    };

    private static IEnumerable<KeyValuePair<string, JsonNode?>> Copies(JsonNode? node) =>
        (node as JsonObject ?? []).Select(field => KeyValuePair.Create(field.Key, field.Value?.DeepClone()));

    private static IEnumerable<KeyValuePair<string, JsonNode?>> Annotations(JsonObject rule) => Copies(rule["annotations"]);

    private static bool IsPrivate(string annotation) => annotation.StartsWith("__", StringComparison.Ordinal);

    /// <summary>Servers write a length of time as 5m, 5m0s or nanoseconds.</summary>
    private static JsonNode? Seconds(JsonNode? length) => length switch
    {
        JsonValue value when value.TryGetValue(out string? text) => AlertLength.Parse(text) is { } span ? JsonValue.Create(span.TotalSeconds) : value.DeepClone(),
        JsonValue value when value.TryGetValue(out long nanoseconds) => JsonValue.Create(nanoseconds / 1e9),
        _ => JsonValue.Create(0),
    };

    private static JsonObject Texts(IReadOnlyDictionary<string, string> texts) =>
        Json.Map(texts.OrderBy(pair => pair.Key, StringComparer.Ordinal), pair => pair.Key, pair => pair.Value);
}
