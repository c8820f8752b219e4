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
        ["namePlacement"] = "auto",
        // Without sizes few rows have giant names that leave no room for bars. Grafana measures names at the left in a size of its own, 12 or
        // more, so larger ones would be cut.
        ["text"] = new JsonObject { ["titleSize"] = 12, ["valueSize"] = 16 },
        ["showUnfilled"] = false,
        ["sizing"] = "auto",
        ["minVizWidth"] = 8,
        ["minVizHeight"] = 16,
        ["maxVizHeight"] = 300,
        ["legend"] = Legend.Hidden.Write(),
    };
}
