using TokenDashboard.Grafana.Parsing;

namespace TokenDashboard.Grafana.Rules;

/// <summary>Rules about the dashboard as a whole, its data sources, and its links.</summary>
internal static partial class SettingRules
{
    internal static IEnumerable<DashboardFinding> Check(ReadDashboard dashboard)
    {
        // By default, a dashboard can be edited.
        if (dashboard.Root.Child("editable") is null || dashboard.Root.Flag("editable"))
            yield return DashboardRules.Editable.Find(dashboard, "The dashboard can be edited in Grafana.");
        if (TimeRangeProblem(dashboard.Root.Child("time")) is { } range)
            yield return DashboardRules.TimeRange.Find(dashboard, range);
        if (DataSourceVariableProblem(dashboard) is { } problem)
            yield return DashboardRules.DataSourceVariable.Find(dashboard, problem);
        // Outside mixed panels, the panel's data source is used, and that of its queries is ignored.
        IEnumerable<(ReadPanel? Panel, string Name, IEnumerable<JsonNode?> Sources)> users =
        [
            .. dashboard.Panels.Where(panel => panel.Targets.Count > 0).Select(panel => (
                (ReadPanel?)panel, "", dashboard.PluginOf(panel.Json["datasource"]) is var plugin && (plugin is null || plugin == dashboard.Plugin.Id)
                    ? [panel.Json["datasource"]]
                    : panel.Targets.Select(target => target.Json["datasource"]))),
            .. dashboard.Variables.Where(dashboard.UsesPlugin).Select(variable => ((ReadPanel?)null, variable.Name, (IEnumerable<JsonNode?>)[variable.Json["datasource"]])),
            .. dashboard.Annotations.Select(annotation => ((ReadPanel?)null, annotation.Text("name"), (IEnumerable<JsonNode?>)[annotation["datasource"]])),
        ];
        foreach ((ReadPanel? panel, string name, IEnumerable<JsonNode?> sources) in users)
        {
            if (sources.Select(source => HardCoded(dashboard, source)).FirstOrDefault(uid => uid is not null) is { } uid)
                yield return DashboardRules.HardCodedDataSource.Find(dashboard, $"The data source is {uid}.", panel, name: name);
        }
    }

    private static string? TimeRangeProblem(JsonNode? time)
    {
        (string from, string to) = (time.Text("from"), time.Text("to"));
        DateTimeOffset now = DateTimeOffset.UtcNow;
        DateTimeOffset? begin = TimeWindow.Parse(from, now, TimeZoneInfo.Utc, end: false), end = TimeWindow.Parse(to, now, TimeZoneInfo.Utc, end: true);
        string? unread = begin is null && from.Length > 0 ? from : end is null && to.Length > 0 ? to : null;
        return unread is not null ? $"Grafana cannot parse the time '{unread}'."
            : begin >= end ? $"The time range from '{from}' to '{to}' ends before it begins."
            : null;
    }

    private static string? DataSourceVariableProblem(ReadDashboard dashboard) =>
        dashboard.Variables.Where(variable => variable.Type == "datasource" && variable.Query == dashboard.Plugin.Id).ToArray() switch
        {
            [] => dashboard.Panels.Any(panel => panel.Targets.Count > 0) ? "There is no data source variable." : null,
            [var variable] when variable.Name != "datasource" && variable.Name != $"{dashboard.Plugin.Id}_datasource" => $"The data source variable is named '{variable.Name}'.",
            [var variable] when variable.Json.Text("label") != "Data source" => $"The data source variable has the label '{variable.Json.Text("label")}'.",
            _ => null,
        };

    private static string? HardCoded(ReadDashboard dashboard, JsonNode? source)
    {
        string uid = source is JsonValue value ? value.AsText() : source.Text("uid");
        return uid.Length == 0 ? "the server's default data source"
            : VariableUse.FirstName(uid) is { } name && (dashboard.Variable(name)?.Type == "datasource" || dashboard.Inputs.ContainsKey(name)) ? null
            : $"'{uid}'";
    }

    /// <summary>Checks links to dashboards. Links of a single dashboard are not checked.</summary>
    internal static IEnumerable<DashboardFinding> CheckLinks(ReadDashboard dashboard, IReadOnlyCollection<string> uids)
    {
        IEnumerable<(ReadPanel? Panel, string Url)> links = uids.Count < 2 ? [] :
        [
            .. dashboard.Root.Objects("links").Select(link => ((ReadPanel?)null, link.Text("url"))),
            .. dashboard.Panels.SelectMany(panel => Links(panel).Select(link => ((ReadPanel?)panel, link.Text("url")))),
        ];
        foreach ((ReadPanel? panel, string url) in links)
        {
            if (DashboardUrl().Match(url) is { Success: true } match && !uids.Contains(match.Groups["uid"].Value))
                yield return DashboardRules.LinkUnknown.Find(dashboard, $"A link leads to the uid '{match.Groups["uid"].Value}'.", panel);
        }
    }

    private static IEnumerable<JsonObject> Links(ReadPanel panel) =>
    [
        .. panel.Json.Objects("links"),
        .. panel.Defaults.Objects("links"),
        .. panel.Overridden("links").SelectMany(property => property.Objects("value")),
    ];

    // Addresses of other servers, and uids from variables, cannot be checked.
    [GeneratedRegex(@"^/?d/(?<uid>[A-Za-z0-9_-]+)(?=[/?#]|$)")] private static partial Regex DashboardUrl();
}
