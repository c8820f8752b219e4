using System.Text.Json.Nodes;
using TokenDashboard.Grafana.Model.Fields;

namespace TokenDashboard.Grafana.Model.Panels;

/// <summary>A horizontal bar with name and value for each row; a text column gives the names. Grafana shows at most 25 rows.</summary>
public sealed record BarGaugePanel : DataPanel
{
    internal override string Type => "bargauge";

    internal override string TypeName => "Bar gauge";

    internal override JsonObject WriteOptions() => new()
    {
        ["reduceOptions"] = ReduceOptions(everyRow: true),
        ["orientation"] = "horizontal",
        ["displayMode"] = "basic",
        ["valueMode"] = "text",
        ["namePlacement"] = "left",
        ["showUnfilled"] = false,
        ["sizing"] = "auto",
        ["minVizWidth"] = 8,
        ["minVizHeight"] = 16,
        ["maxVizHeight"] = 300,
        ["legend"] = Legend.Hidden.Write(),
    };
}
