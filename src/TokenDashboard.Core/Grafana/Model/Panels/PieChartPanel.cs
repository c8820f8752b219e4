using System.Text.Json.Nodes;

namespace TokenDashboard.Grafana.Model.Panels;

/// <summary>A slice for each row, with name, value and percentage; a text column gives the names. Grafana shows at most 25 rows.</summary>
public sealed record PieChartPanel : DataPanel
{
    internal override string Type => "piechart";

    internal override string TypeName => "Pie chart";

    internal override JsonObject WriteOptions() => new()
    {
        // Without a slice for each row Grafana adds the column up and draws one slice of 100 percent.
        ["reduceOptions"] = ReduceOptions(everyRow: true),
        ["orientation"] = "auto",
        ["pieType"] = "donut",
        ["displayLabels"] = new JsonArray("name", "percent"),
        ["legend"] = new JsonObject
        {
            ["showLegend"] = true,
            ["displayMode"] = "table",
            ["placement"] = "bottom",
            ["calcs"] = new JsonArray(),
            ["values"] = new JsonArray("value", "percent"),
        },
        ["tooltip"] = Tooltip("single", "none"),
    };
}
