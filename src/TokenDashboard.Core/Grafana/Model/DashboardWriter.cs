using System.Text.Json.Nodes;
using TokenDashboard.Grafana.Model.Fields;
using TokenDashboard.Grafana.Model.Panels;
using TokenDashboard.Grafana.Model.Variables;

namespace TokenDashboard.Grafana.Model;

/// <summary>Turns a <see cref="Dashboard"/> into the classic JSON of Grafana 9 to 13, with keys always in the same order.</summary>
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
            ["tags"] = new JsonArray([.. dashboard.Tags.Select(tag => (JsonNode)tag)]),
            ["timezone"] = "browser",
            // What is made by code is changed in code.
            ["editable"] = false,
            ["graphTooltip"] = 1,
            ["time"] = new JsonObject { ["from"] = dashboard.From, ["to"] = dashboard.To },
            // Without sums every refresh reads the table, so nobody can choose seconds.
            ["timepicker"] = new JsonObject { ["refresh_intervals"] = new JsonArray("1m", "5m", "15m", "30m", "1h", "2h", "1d") },
            ["refresh"] = dashboard.Refresh,
            ["schemaVersion"] = GrafanaVersions.Schema,
            ["links"] = new JsonArray([.. dashboard.Links.Select(link => link.Write())]),
            ["annotations"] = new JsonObject { ["list"] = new JsonArray([BuiltInAnnotations(), .. dashboard.Annotations.Select(annotation => annotation.Write())]) },
            ["templating"] = new JsonObject { ["list"] = new JsonArray([.. dashboard.Variables.Select(WriteVariable)]) },
            ["panels"] = new JsonArray([.. WritePanels(PanelNumbers.Complete(dashboard.Sections))]),
        };
    }

    private static JsonObject WriteVariable(DashboardVariable variable)
    {
        var json = new JsonObject
        {
            ["name"] = variable.Name,
            ["label"] = variable.Label,
            ["description"] = variable.Description,
            ["type"] = variable.Type,
            ["hide"] = variable.Hidden ? HiddenControl : 0,
            // What nobody can choose is not for addresses to remember.
            ["skipUrlSync"] = variable.Hidden,
        };
        variable.WriteTo(json);
        return json;
    }

    private static IEnumerable<JsonObject> WritePanels(IReadOnlyList<DashboardSection> sections)
    {
        int top = 0;
        foreach (DashboardSection section in sections)
        {
            bool hasRow = section.Title.Length > 0;
            int rowTop = top;
            int panelTop = hasRow ? rowTop + 1 : rowTop;
            IEnumerable<JsonObject> panels = DashboardLayout.Flow(section.Panels, panelTop, out top).Select(WritePanel);
            if (hasRow)
            {
                // The panels of a closed row stand inside it and take no room; those of an open row follow it.
                bool collapsed = section.Collapsed;
                var row = new JsonObject
                {
                    ["id"] = section.Id,
                    ["type"] = "row",
                    ["title"] = section.Title,
                    ["collapsed"] = collapsed,
                    ["gridPos"] = WritePlace(new DashboardLayout.Place(0, rowTop, DashboardLayout.Columns, 1)),
                    ["panels"] = collapsed ? new JsonArray([.. panels]) : new JsonArray(),
                };
                if (section.Repeat.Length > 0)
                {
                    row["repeat"] = section.Repeat;
                }
                yield return row;
                if (collapsed)
                {
                    top = rowTop + 1;
                    continue;
                }
            }
            foreach (JsonObject panel in panels)
            {
                yield return panel;
            }
        }
    }

    private static JsonObject WritePanel((Panel Panel, DashboardLayout.Place Place) placed)
    {
        Panel panel = placed.Panel;
        var json = new JsonObject
        {
            ["id"] = panel.Id,
            ["type"] = panel.Type,
            ["title"] = panel.Title,
            ["description"] = panel.Description,
            ["gridPos"] = WritePlace(placed.Place),
        };
        if (panel.Repeat is { } repeat)
        {
            json["repeat"] = repeat.Variable;
            json["repeatDirection"] = repeat.Vertical ? "v" : "h";
            json["maxPerRow"] = repeat.MaxPerRow;
        }
        if (panel.Links.Count > 0)
        {
            json["links"] = new JsonArray([.. panel.Links.Select(link => link.Write())]);
        }
        if (panel is DataPanel data)
        {
            WriteData(data, json);
        }
        json["options"] = panel.WriteOptions();
        return json;
    }

    private static void WriteData(DataPanel panel, JsonObject json)
    {
        json["datasource"] = DataSourceVariable.Reference;
        json["targets"] = new JsonArray([.. panel.Queries.Select((query, index) => query.Write(((char)('A' + index)).ToString()))]);
        if (panel.Transformations.Count > 0)
        {
            json["transformations"] = new JsonArray([.. panel.Transformations.Select(transformation => transformation.Write())]);
        }
        var defaults = new JsonObject(panel.Field.Write());
        if (panel.WriteCustomField() is { } custom)
        {
            defaults["custom"] = custom;
        }
        json["fieldConfig"] = new JsonObject
        {
            ["defaults"] = defaults,
            ["overrides"] = new JsonArray([.. panel.ImpliedOverrides.Concat(panel.Overrides).Select(exception => exception.Write())]),
        };
    }

    private static JsonObject WritePlace(DashboardLayout.Place place) =>
        new() { ["h"] = place.Height, ["w"] = place.Width, ["x"] = place.X, ["y"] = place.Y };

    private static JsonObject BuiltInAnnotations() => new()
    {
        ["builtIn"] = 1,
        ["datasource"] = new JsonObject { ["type"] = "grafana", ["uid"] = "-- Grafana --" },
        ["enable"] = true,
        ["hide"] = true,
        ["iconColor"] = "rgba(0, 211, 255, 1)",
        ["name"] = "Annotations & Alerts",
        ["type"] = "dashboard",
    };

    private static void Check(Dashboard dashboard)
    {
        if (dashboard.Uid.Length is 0 or > 40 || !dashboard.Uid.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_'))
        {
            throw Invalid(
                $"The uid '{dashboard.Uid}' is not one Grafana accepts: give 1 to 40 letters, digits, hyphens and underscores.",
                dashboard.Uid);
        }
        if (string.IsNullOrWhiteSpace(dashboard.Title))
        {
            throw Invalid("The dashboard has no title. Give one.", dashboard.Uid);
        }
        if (!dashboard.Variables.OfType<DataSourceVariable>().Any())
        {
            throw Invalid($"The dashboard '{dashboard.Title}' has no data source variable, which panels read from. Add one.", dashboard.Title);
        }
        if (FirstRepeated(dashboard.Variables.Select(variable => variable.Name)) is { } name)
        {
            throw Invalid($"Two variables of the dashboard '{dashboard.Title}' are named '{name}'. Give each its own name.", name);
        }
        CheckPanels(dashboard);
    }

    private static void CheckPanels(Dashboard dashboard)
    {
        Panel[] panels = [.. dashboard.Sections.SelectMany(section => section.Panels)];
        IEnumerable<int?> numbers = panels.Select(panel => panel.Id).Concat(dashboard.Sections.Select(section => section.Id));
        if (FirstRepeated(numbers.Where(number => number is not null)) is { } id)
        {
            throw Invalid($"Two panels of the dashboard '{dashboard.Title}' have the number {id}. Give each its own.", id);
        }
        if (panels.FirstOrDefault(panel => panel.Id is < 1 or >= PanelNumbers.FirstRow) is { Id: { } outside } panel)
        {
            throw Invalid($"The panel '{panel.Title}' has the number {outside}. Give one from 1 to {PanelNumbers.FirstRow - 1}.", outside);
        }
        if (dashboard.Sections.FirstOrDefault(section => section.Id is < PanelNumbers.FirstRow or >= PanelNumbers.FirstMade) is { Id: { } row } section)
        {
            throw Invalid($"The row '{section.Title}' has the number {row}. Give one from {PanelNumbers.FirstRow} to {PanelNumbers.FirstMade - 1}.", row);
        }
        if (panels.OfType<DataPanel>().FirstOrDefault(panel => panel.Queries.Count > 26) is { } crowded)
        {
            throw Invalid($"The panel '{crowded.Title}' has {crowded.Queries.Count} queries. Give at most 26.", crowded.Title);
        }
        IEnumerable<string> repeats = panels.Where(panel => panel.Repeat is not null).Select(panel => panel.Repeat!.Variable)
            .Concat(dashboard.Sections.Select(section => section.Repeat).Where(name => name.Length > 0));
        if (repeats.FirstOrDefault(name => dashboard.Variables.All(variable => variable.Name != name)) is { } unknown)
        {
            throw Invalid($"A panel or row is repeated for the variable '{unknown}', which the dashboard does not have. Add it.", unknown);
        }
        if (dashboard.Sections.FirstOrDefault(section => section.Title.Length == 0 && (section.Collapsed || section.Repeat.Length > 0)) is not null)
        {
            throw Invalid($"A section of the dashboard '{dashboard.Title}' is closed or repeated and has no title. Give it one.", dashboard.Title);
        }
    }

    private static object? FirstRepeated<T>(IEnumerable<T> values) =>
        values.GroupBy(value => value).Where(group => group.Count() > 1).Select(group => (object?)group.Key).FirstOrDefault();

    private static TokenDashboardException Invalid(string message, object target) =>
        new(ErrorCode.DashboardInvalid, message, target: target);
}
