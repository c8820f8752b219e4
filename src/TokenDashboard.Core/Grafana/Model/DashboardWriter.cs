namespace TokenDashboard.Grafana.Model;

/// <summary>Converts a <see cref="Dashboard"/> to the classic JSON of Grafana 9 to 13, with keys always in the same order.</summary>
internal static class DashboardWriter
{
    private const int HiddenControl = 2;

    internal static JsonObject Write(Dashboard dashboard)
    {
        Check(dashboard);
        return new JsonObject
        {
            ["id"] = null,
            ["uid"] = dashboard.Uid,
            ["title"] = dashboard.Title,
            ["description"] = dashboard.Description,
            ["tags"] = Json.List(dashboard.Tags),
            ["timezone"] = "browser",
            // Dashboards created by code are changed in code.
            ["editable"] = false,
            ["graphTooltip"] = 1,
            ["time"] = new JsonObject { ["from"] = dashboard.From, ["to"] = dashboard.To },
            // Without rollups, every refresh reads the table, so refresh intervals in seconds are not offered.
            ["timepicker"] = new JsonObject { ["refresh_intervals"] = new JsonArray("1m", "5m", "15m", "30m", "1h", "2h", "1d") },
            ["refresh"] = dashboard.Refresh,
            ["schemaVersion"] = GrafanaVersions.Schema,
            ["links"] = Json.List(dashboard.Links, link => link.Write()),
            ["annotations"] = new JsonObject { ["list"] = new JsonArray([BuiltInAnnotations(), .. dashboard.Annotations.Select(annotation => annotation.Write())]) },
            ["templating"] = new JsonObject { ["list"] = Json.List(dashboard.Variables, WriteVariable) },
            ["panels"] = new JsonArray([.. WritePanels(PanelNumbers.Complete(dashboard.Sections))]),
        };
    }

    /// <summary>
    /// The format of a dashboard's JSON for Grafana's import page, which prompts for the items in <c>__inputs</c>. Its <c>${DS_SQLITE}</c> or
    /// <c>${DS_CLICKHOUSE}</c> occurs only in the value of the data source variable. A dashboard that is put on a server in any other way therefore uses
    /// the first data source of its plugin.
    /// </summary>
    internal static JsonObject WriteForSharing(Dashboard dashboard)
    {
        JsonObject root = Write(dashboard);
        DataSourcePlugin plugin = dashboard.Plugin;
        string input = "${" + plugin.InputName + "}";
        root.Insert(0, "__inputs", new JsonArray(new JsonObject
        {
            ["name"] = plugin.InputName, ["label"] = plugin.Name, ["description"] = "The data source that reads Observicia's store.",
            ["type"] = "datasource", ["pluginId"] = plugin.Id, ["pluginName"] = plugin.Name,
        }));
        root.Insert(1, "__elements", new JsonObject());
        root.Insert(2, "__requires", new JsonArray([.. Requirements(dashboard)]));
        JsonNode variable = root["templating"]!["list"]!.AsArray().First(item => (string?)item!["type"] == "datasource")!;
        variable["current"] = new JsonObject { ["selected"] = true, ["text"] = input, ["value"] = input };
        return root;
    }

    private static IEnumerable<JsonObject> Requirements(Dashboard dashboard)
    {
        yield return Requirement("grafana", "grafana", "Grafana", dashboard.Plugin.OldestGrafana.ToString());
        yield return Requirement("datasource", dashboard.Plugin.Id, dashboard.Plugin.Name, dashboard.Plugin.Oldest.ToString());
        foreach (Panel panel in dashboard.Sections.SelectMany(section => section.Panels)
            .DistinctBy(panel => panel.Type).OrderBy(panel => panel.Type, StringComparer.Ordinal))
        {
            yield return Requirement("panel", panel.Type, panel.TypeName, "");
        }
    }

    private static JsonObject Requirement(string type, string id, string name, string version) =>
        new() { ["type"] = type, ["id"] = id, ["name"] = name, ["version"] = version };

    private static JsonObject WriteVariable(DashboardVariable variable) => Json.Of(
    [
        ("name", variable.Name), ("label", variable.Label), ("description", variable.Description), ("type", variable.Type),
        ("hide", variable.Hidden ? HiddenControl : 0),
        // Values that cannot be selected are not stored in addresses.
        ("skipUrlSync", variable.Hidden),
        .. variable.Write().Select(field => (field.Key, field.Value?.DeepClone())),
    ]);

    private static IEnumerable<JsonObject> WritePanels(IReadOnlyList<DashboardSection> sections)
    {
        int top = 0;
        foreach (DashboardSection section in sections)
        {
            bool hasRow = section.Title.Length > 0;
            int rowTop = top;
            IEnumerable<JsonObject> panels = DashboardLayout.Flow(section.Panels, hasRow ? rowTop + 1 : rowTop, out top).Select(WritePanel);
            if (hasRow)
            {
                // The panels of a closed row are inside it and need no space. Those of an open row follow it.
                yield return Json.Of(
                    ("id", section.Id), ("type", "row"), ("title", section.Title), ("collapsed", section.Collapsed),
                    ("gridPos", WritePlace(new DashboardLayout.Place(0, rowTop, DashboardLayout.Columns, 1))),
                    ("panels", new JsonArray([.. section.Collapsed ? panels : []])), ("repeat", section.Repeat.Length > 0 ? section.Repeat : null));
                if (section.Collapsed)
                {
                    top = rowTop + 1;
                    continue;
                }
            }
            foreach (JsonObject panel in panels)
                yield return panel;
        }
    }

    private static JsonObject WritePanel((Panel Panel, DashboardLayout.Place Place) placed)
    {
        (Panel panel, DashboardLayout.Place place) = placed;
        return Json.Of(
        [
            ("id", panel.Frame.Id), ("type", panel.Type), ("title", panel.Frame.Title), ("description", panel.Frame.Description), ("gridPos", WritePlace(place)),
            ("repeat", panel.Repeat?.Variable),
            ("repeatDirection", panel.Repeat is { } repeat ? repeat.Vertical ? "v" : "h" : null),
            ("maxPerRow", panel.Repeat?.MaxPerRow),
            ("links", panel.Links.Count > 0 ? Json.List(panel.Links, link => link.Write()) : null),
            .. panel is DataPanel data ? WriteData(data) : [],
            ("options", panel.WriteOptions()),
        ]);
    }

    private static (string Name, JsonNode? Value)[] WriteData(DataPanel panel) =>
    [
        ("datasource", panel.Query.Plugin.Reference),
        ("targets", new JsonArray([.. panel.Queries.Select((query, index) => query.Write(((char)('A' + index)).ToString()))])),
        ("transformations", panel.Transformations.Count > 0 ? Json.List(panel.Transformations, transformation => transformation.Write()) : null),
        ("fieldConfig", new JsonObject
        {
            ["defaults"] = Json.Of([.. panel.Field.Write(), ("custom", panel.WriteCustomField())]),
            ["overrides"] = Json.List(panel.ImpliedOverrides.Concat(panel.Overrides), exception => exception.Write()),
        }),
    ];

    private static JsonObject WritePlace(DashboardLayout.Place place) =>
        new() { ["h"] = place.Height, ["w"] = place.Width, ["x"] = place.X, ["y"] = place.Y };

    private static JsonObject BuiltInAnnotations() => new()
    {
        ["builtIn"] = 1, ["datasource"] = new JsonObject { ["type"] = "grafana", ["uid"] = "-- Grafana --" }, ["enable"] = true, ["hide"] = true,
        ["iconColor"] = "rgba(0, 211, 255, 1)", ["name"] = "Annotations & Alerts", ["type"] = "dashboard",
    };

    private static void Check(Dashboard dashboard)
    {
        Panel[] panels = [.. dashboard.Sections.SelectMany(section => section.Panels)];
        IEnumerable<int?> numbers = panels.Select(panel => panel.Frame.Id).Concat(dashboard.Sections.Select(section => section.Id));
        IEnumerable<string> repeats = panels.Where(panel => panel.Repeat is not null).Select(panel => panel.Repeat!.Variable)
            .Concat(dashboard.Sections.Select(section => section.Repeat).Where(name => name.Length > 0));
        string? problem =
            !DashboardDocument.IsUid(dashboard.Uid)
                ? $"Grafana does not accept the uid '{dashboard.Uid}'. Use {DashboardDocument.UidForm}."
            : string.IsNullOrWhiteSpace(dashboard.Title) ? "The dashboard has no title. Add one."
            : !dashboard.Variables.OfType<DataSourceVariable>().Any()
                ? $"The dashboard '{dashboard.Title}' has no data source variable, which panels read from. Add one."
            : FirstRepeated(dashboard.Variables.Select(variable => variable.Name)) is { } twice
                ? $"Two variables of the dashboard '{dashboard.Title}' are named '{twice}'. Use different names."
            : FirstRepeated(numbers.Where(number => number is not null)) is { } id
                ? $"Two panels of the dashboard '{dashboard.Title}' have the number {id}. Use different numbers."
            : panels.Select(panel => panel.Frame).FirstOrDefault(frame => frame.Id is < 1 or >= PanelNumbers.FirstRow) is { } outside
                ? $"The panel '{outside.Title}' has the number {outside.Id}. Use a number from 1 to {PanelNumbers.FirstRow - 1}."
            : dashboard.Sections.FirstOrDefault(section => section.Id is < PanelNumbers.FirstRow or >= PanelNumbers.FirstMade) is { } row
                ? $"The row '{row.Title}' has the number {row.Id}. Use a number from {PanelNumbers.FirstRow} to {PanelNumbers.FirstMade - 1}."
            : panels.OfType<DataPanel>().FirstOrDefault(panel => panel.Queries.Count > 26) is { } crowded
                ? $"The panel '{crowded.Frame.Title}' has {crowded.Queries.Count} queries. A panel can have at most 26."
            : repeats.FirstOrDefault(name => dashboard.Variables.All(variable => variable.Name != name)) is { } unknown
                ? $"A panel or row is repeated for the variable '{unknown}', which the dashboard does not have. Add the variable."
            : dashboard.Sections.Any(section => section.Title.Length == 0 && (section.Collapsed || section.Repeat.Length > 0))
                ? $"A section of the dashboard '{dashboard.Title}' is collapsed or repeated and has no title. Add one."
            : null;
        if (problem is not null)
            throw new TokenDashboardException(ErrorCode.DashboardInvalid, problem, target: dashboard.Title);
    }

    private static object? FirstRepeated<T>(IEnumerable<T> values) =>
        values.GroupBy(value => value).Where(group => group.Count() > 1).Select(group => (object?)group.Key).FirstOrDefault();
}
