using System.Text.Json.Nodes;
using TokenDashboard.Grafana.Model.Fields;

namespace TokenDashboard.Grafana.Model.Panels;

/// <summary>Upright bars over named categories.</summary>
public sealed record BarChartPanel : DataPanel
{
    /// <summary>The text column that names the bars.</summary>
    public required string CategoryColumn { get; init; }

    /// <summary>The legend, for several bars in a category.</summary>
    public Legend Legend { get; init; } = Legend.Hidden;

    internal override string Type => "barchart";

    internal override string TypeName => "Bar chart";

    internal override JsonObject WriteOptions() => new()
    {
        ["xField"] = CategoryColumn,
        ["orientation"] = "vertical",
        ["xTickLabelRotation"] = 0,
        ["xTickLabelMaxLength"] = 20,
        ["xTickLabelSpacing"] = 0,
        ["stacking"] = "none",
        ["showValue"] = "never",
        ["barWidth"] = 0.9,
        ["groupWidth"] = 0.7,
        ["fullHighlight"] = false,
        ["legend"] = Legend.Write(),
        ["tooltip"] = Tooltip("single", "none"),
    };

    internal override JsonObject WriteCustomField() => new()
    {
        ["lineWidth"] = 1,
        ["fillOpacity"] = 80,
        ["gradientMode"] = "none",
        ["axisPlacement"] = "auto",
    };
}
