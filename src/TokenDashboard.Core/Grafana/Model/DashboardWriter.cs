namespace TokenDashboard.Grafana.Model;

/// <summary>Turns a <see cref="Dashboard"/> into the classic JSON of Grafana 9 to 13, with keys always in the same order.</summary>
internal static class DashboardWriter
{
    private const int HiddenControl = 2;

    internal static JsonObject Write(Dashboard dashboard) => new()
    {
        ["id"] = null,
        ["uid"] = dashboard.Uid,
        ["title"] = dashboard.Title,
        ["description"] = dashboard.Description,
        ["tags"] = Json.List(dashboard.Tags),
        ["timezone"] = "browser",
        // What code creates is changed in code.
        ["editable"] = false,
        ["graphTooltip"] = 1,
        ["time"] = new JsonObject { ["from"] = dashboard.From, ["to"] = dashboard.To },
        // Without rollups every refresh reads the table, so seconds are not offered.
        ["timepicker"] = new JsonObject { ["refresh_intervals"] = new JsonArray("1m", "5m", "15m", "30m", "1h", "2h", "1d") },
        ["refresh"] = dashboard.Refresh,
        ["schemaVersion"] = GrafanaVersions.Schema,
        ["links"] = Json.List(dashboard.Links, link => link.Write()),
        ["annotations"] = new JsonObject { ["list"] = new JsonArray([BuiltInAnnotations(), .. dashboard.Annotations.Select(annotation => annotation.Write())]) },
        ["templating"] = new JsonObject { ["list"] = Json.List(dashboard.Variables, WriteVariable) },
        ["panels"] = new JsonArray([.. WritePanels(PanelNumbers.Complete(dashboard.Sections))]),
    };

    /// <summary>
    /// The form of a dashboard's JSON for Grafana's import page, which prompts for the items in <c>__inputs</c>. Its <c>${DS_SQLITE}</c> or
    /// <c>${DS_CLICKHOUSE}</c> is only in the value of the data source variable, so that a dashboard put on a server in any other way falls back to the
    /// first data source of its plugin.
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
        yield return Requirement("datasource", dashboard.Plugin.Id, dashboard.Plugin.Name, "4.0.0");
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
        // What cannot be chosen is not for addresses to remember.
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
                // The panels of a closed row are inside it and need no space; those of an open row follow it.
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
}
