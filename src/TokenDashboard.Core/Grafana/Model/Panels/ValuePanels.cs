using System.Text.Json.Nodes;
using TokenDashboard.Grafana.Model.Fields;

namespace TokenDashboard.Grafana.Model.Panels;

/// <summary>Large numbers: one for each column of the only row, or for each row.</summary>
/// <param name="EveryRow">Whether each row is a number, named by its text column. Otherwise the columns of the only row are, by their names.</param>
/// <param name="ColoredBackground">Whether the background has the color of the value; otherwise the digits have it.</param>
public sealed record StatPanel(bool EveryRow = false, bool ColoredBackground = false) : DataPanel("stat", "Stat")
{
    internal override JsonObject WriteOptions() => new()
    {
        ["reduceOptions"] = ReduceOptions(EveryRow),
        ["orientation"] = "auto", ["textMode"] = "value_and_name", ["wideLayout"] = false, ["colorMode"] = ColoredBackground ? "background" : "value",
        ["graphMode"] = "none", ["justifyMode"] = "center", ["showPercentChange"] = false, ["percentChangeColorMode"] = "standard",
    };
}

/// <summary>Numbers on dials, drawn from <see cref="FieldOptions.Min"/> to <see cref="FieldOptions.Max"/> with thresholds.</summary>
/// <param name="EveryRow">Whether each row has a dial, named by its text column. Otherwise the columns of the only row have, by their names.</param>
public sealed record GaugePanel(bool EveryRow = false) : DataPanel("gauge", "Gauge")
{
    internal override JsonObject WriteOptions() => new()
    {
        ["reduceOptions"] = ReduceOptions(EveryRow),
        ["orientation"] = "auto", ["showThresholdLabels"] = false, ["showThresholdMarkers"] = true, ["sizing"] = "auto", ["minVizWidth"] = 75, ["minVizHeight"] = 75,
    };
}

/// <summary>A horizontal bar with name and value for each row, named by its text column. Grafana shows at most 25 rows.</summary>
public sealed record BarGaugePanel() : DataPanel("bargauge", "Bar gauge")
{
    internal override JsonObject WriteOptions() => new()
    {
        ["reduceOptions"] = ReduceOptions(everyRow: true),
        ["orientation"] = "horizontal", ["displayMode"] = "basic", ["valueMode"] = "text", ["namePlacement"] = "auto",
        // Without sizes few rows have giant names that leave no room for bars. Grafana measures names at the left in a size of its own, 12 or
        // more, so larger ones would be cut.
        ["text"] = new JsonObject { ["titleSize"] = 12, ["valueSize"] = 16 },
        ["showUnfilled"] = false, ["sizing"] = "auto", ["minVizWidth"] = 8, ["minVizHeight"] = 16, ["maxVizHeight"] = 300,
        ["legend"] = Legend.Hidden.Write(),
    };
}

/// <summary>A slice for each row, with name, value and percentage, named by its text column. Grafana shows at most 25 rows.</summary>
public sealed record PieChartPanel() : DataPanel("piechart", "Pie chart")
{
    internal override JsonObject WriteOptions() => new()
    {
        // Without a slice for each row Grafana adds the column up and draws one slice of 100 percent.
        ["reduceOptions"] = ReduceOptions(everyRow: true),
        ["orientation"] = "auto", ["pieType"] = "donut", ["displayLabels"] = new JsonArray("name", "percent"),
        ["legend"] = new JsonObject
        {
            ["showLegend"] = true, ["displayMode"] = "table", ["placement"] = "bottom", ["calcs"] = new JsonArray(), ["values"] = new JsonArray("value", "percent"),
        },
        ["tooltip"] = Tooltip("single", "none"),
    };
}
