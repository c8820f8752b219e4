using TokenDashboard.Engines;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Parsing;
using TokenDashboard.Grafana.Queries;
using TokenDashboard.Input;
using TokenDashboard.Pricing;

namespace TokenDashboard.Grafana.Definitions;

/// <summary>
/// Reads dashboards from definitions: keys with values, from a hash table or a JSON object. If there is an error, no dashboard is created, so any
/// value can replace a wrong value.
/// </summary>
internal static partial class DashboardDefinition
{
    internal const int LongestSql = 100_000;
    private const int LongestTitle = 5000;

    /// <summary>Reads definitions from JSON text: an object, or a list of objects. Comments and trailing commas are allowed.</summary>
    public static IReadOnlyList<IReadOnlyDictionary<string, object?>> Parse(string json, string source) =>
        DefinitionJson.Parse(json, source, ErrorCode.DashboardDefinitionInvalid, "one dashboard");

    /// <summary>
    /// Reads a dashboard, or reports all errors of its definition. Keys are not case-sensitive. Values are texts, numbers, booleans, lists of values, and
    /// names with values. Null and an empty string are treated as missing. The plugin runs the queries, by default the plugin for SQLite. The currency of the
    /// prices in the store is for panels of the catalog. The first time zone is the default, and UTC is always included.
    /// </summary>
    public static DashboardDefinitionResult Read(
        IEnumerable<KeyValuePair<string, object?>> definition, string? uid = null, string? title = null, DataSourcePlugin? plugin = null, string currency = Money.UsDollar,
        params IReadOnlyList<TimeZoneInfo> timeZones)
    {
        IPanelEngine engine = PanelEngines.Of(plugin ?? DataSourcePlugin.Sqlite);
        definition = [.. definition];
        if (IsDashboard(definition))
        {
            return new DashboardDefinitionResult(null, "", [new DefinitionFault(
                "", "is already a Grafana dashboard. Use it with Test-GrafanaDashboard or Publish-GrafanaDashboard. To change it, change its JSON or open it in Grafana")]);
        }
        var read = new DefinitionFields(definition, DefinitionKeys.Dashboard);
        string? baseName = read.Word("base", DashboardCatalog.Names);
        string? givenTitle = read.Text("title", LongestTitle, required: title is null && !read.Has("base"));
        string? ownTitle = title ?? givenTitle;
        string? ownUid = uid ?? read.Checked("uid", 40, DashboardDocument.IsUid, DashboardDocument.UidForm);
        Dashboard start = baseName is null
            ? new Dashboard { Uid = ownUid ?? UidOf(ownTitle ?? ""), Title = ownTitle ?? "", Description = "", Variables = [], Sections = [] }
            : DashboardCatalog.Define(baseName, ownUid, ownTitle, timeZones, engine.Plugin, currency);
        var panels = new DefinedPanels(start.Sections, engine.Plugin);
        DashboardSection[] sections = Sections(read, start, panels);
        var variables = new DefinedVariables(read, start.Variables, engine, TimeZones.WithUtc(timeZones));
        DashboardAnnotation[] annotations = [.. read.Definitions("annotations", DefinitionKeys.Annotation).Select(fields => Annotation(fields) with { Plugin = engine.Plugin })];
        Dashboard dashboard = start with
        {
            Description = read.Text("description", LongestTitle) ?? start.Description,
            Tags = read.Has("tags") ? read.Texts("tags") : start.Tags,
            From = Time(read, "from", end: false) ?? start.From,
            To = Time(read, "to", end: true) ?? start.To,
            Refresh = read.Checked("refresh", 20, RefreshPattern().IsMatch, "a length of time such as 30s, 5m, 1h or 1d") ?? start.Refresh,
            Links = [.. start.Links, .. read.Definitions("links", DefinitionKeys.Link).Select(Link)],
            Annotations = [.. start.Annotations, .. annotations],
            Sections = [.. start.Sections, .. sections],
            Variables = variables.Complete(
            [
                .. sections.SelectMany(section => section.Panels).OfType<DataPanel>().SelectMany(panel => panel.Queries).Select(query => query.Sql),
                .. sections.SelectMany(section => section.Panels).OfType<TextPanel>().Select(panel => panel.Content),
                .. annotations.Select(annotation => annotation.Sql),
                .. panels.Repeats.Select(repeat => "${" + repeat.Variable + "}"),
            ]),
        };
        CheckRepeats(read, dashboard, panels);
        CheckRelations(read, dashboard, panels, variables);
        if (read.Faults.Count == 0)
            read.Faults.AddRange(variables.Unused(dashboard));
        return new DashboardDefinitionResult(read.Faults.Count == 0 ? dashboard : null, baseName ?? "", read.Faults) { OwnTitle = givenTitle ?? baseName ?? "" };
    }

    // Keys that every dashboard written by Grafana has, or that its envelope has.
    private static bool IsDashboard(IEnumerable<KeyValuePair<string, object?>> fields) => fields.Any(field =>
        field.Key is "schemaVersion" or "__inputs" or "dashboard" or "spec" or "elements"
        || (field.Key == "panels" && DefinitionFields.Items(field.Value ?? "").OfType<IEnumerable<KeyValuePair<string, object?>>>()
            .Any(panel => panel.Any(key => key.Key is "gridPos" or "targets"))));

    private static DashboardSection[] Sections(DefinitionFields read, Dashboard start, DefinedPanels panels)
    {
        var sections = new List<DashboardSection>();
        if (read.Has("panels"))
        {
            // After the panels of another dashboard, a row separates these panels from that dashboard's last row.
            sections.Add(new DashboardSection { Title = start.Sections.Count > 0 ? "More" : "", Panels = [.. panels.Of(read)] });
        }
        foreach (DefinitionFields fields in read.Definitions("sections", DefinitionKeys.Section))
        {
            string title = fields.Text("title", LongestTitle, required: start.Sections.Count > 0) ?? "";
            bool collapsed = fields.Flag("collapsed") ?? false;
            string repeat = panels.RepeatOf(fields, "repeat") ?? "";
            if (!fields.Has("title") && (collapsed || repeat.Length > 0))
                fields.Fault("title", "is missing; a collapsed or repeated section has a row, which requires a title");
            sections.Add(new DashboardSection
            {
                Title = title, Collapsed = collapsed, Repeat = repeat, Id = panels.Number(fields, PanelNumbers.FirstRow, PanelNumbers.FirstMade - 1),
                Panels = [.. panels.Of(fields)],
            });
        }
        return [.. sections];
    }

    private static DashboardAnnotation Annotation(DefinitionFields fields) => new(
        fields.Text("name", 100, required: true) ?? "", fields.Text("sql", LongestSql, required: true) ?? "", DefinedField.Color(fields, "color") ?? "blue",
        fields.Flag("enabled") ?? true);

    private static DashboardLink Link(DefinitionFields fields)
    {
        string? title = fields.Text("title", 200, required: true), url = fields.Text("url", 2000), tag = fields.Text("tag", 100);
        if (url is null == tag is null)
            fields.Fault("url", "or tag is required, but not both; a tag creates a menu of all dashboards with this tag");
        return new DashboardLink(title ?? "", url ?? "", fields.Text("tooltip", 500) ?? "", tag ?? "");
    }

    private static string? Time(DefinitionFields read, string name, bool end) => read.Checked(
        name, 100, text => TimeWindow.Parse(text, DateTimeOffset.UnixEpoch, TimeZoneInfo.Utc, end) is not null,
        "a time as Grafana writes it, such as now, now-7d, now/d or 2026-03-04T00:00:00Z");

    /// <summary>A uid derived from a title: its letters and digits, and a hash of the title if it has other characters.</summary>
    private static string UidOf(string title)
    {
        string words = string.Join('-', Words().Matches(title.ToLowerInvariant()).Select(match => match.Value));
        return words.Length is > 0 and <= 40 && title.All(char.IsAscii)
            ? words
            : $"{words[..Math.Min(words.Length, 31)]}-{DashboardContent.Fingerprint(title)[..8]}".TrimStart('-');
    }

    private static void CheckRepeats(DefinitionFields read, Dashboard dashboard, DefinedPanels panels)
    {
        string[] names = [.. dashboard.Variables.OfType<QueryVariable>().Where(variable => variable.Multiple).Select(variable => variable.Name)];
        read.Faults.AddRange(panels.Repeats.Where(repeat => !names.Contains(repeat.Variable)).Select(repeat => new DefinitionFault(
            repeat.Path, $"is '{repeat.Variable}', which is not a variable with several values; such variables are {(names.Length > 0 ? string.Join(", ", names) : "none")}")));
    }

    // Other variables can be added to the dashboard later.
    private static void CheckRelations(DefinitionFields fields, Dashboard dashboard, DefinedPanels panels, DefinedVariables variables)
    {
        HashSet<string> known = [.. dashboard.Variables.Select(variable => variable.Name)];
        foreach ((string path, string sql) in panels.Queries)
        {
            IEnumerable<string> read = VariableUse.In(sql).Where(use => use.Format == "raw" && !use.IsBuiltIn).Select(use => use.Name).Concat(SqlText.RelationsIn(SqlText.Blank(sql)));
            foreach (string name in read.Distinct().Where(name => !known.Contains(name)))
            {
                string meant = Spelling.Nearest(name, variables.Relations) is { } nearest ? $" (did you mean ${{{nearest}:raw}}?)" : "";
                fields.Faults.Add(new DefinitionFault(path, $"reads '{name}', which is not a variable of the dashboard{meant}"));
            }
        }
    }

    [GeneratedRegex("[a-z0-9]+")] private static partial Regex Words();
    [GeneratedRegex("^[1-9][0-9]{0,5}(ms|s|m|h|d|w)$")] private static partial Regex RefreshPattern();
}

/// <summary>The dashboard, or all errors of its definition, in the order in which they were read. The base is a name of the catalog, or empty.</summary>
internal sealed record DashboardDefinitionResult(Dashboard? Dashboard, string BaseName, IReadOnlyList<DefinitionFault> Faults)
{
    /// <summary>The title in the definition, or the name of the base; may be empty.</summary>
    public string OwnTitle { get; init; } = "";

    /// <summary>The dashboard as JSON, with the name of the base dashboard; null if there are errors.</summary>
    public DashboardDocument? ToDocument(bool forSharing = false) => Dashboard?.ToDocument(forSharing).Named(BaseName);
}
