using System.Text.Json.Nodes;
using TokenDashboard.Grafana.Model.Fields;

namespace TokenDashboard.Grafana.Model.Panels;

/// <summary>Values over time.</summary>
public sealed record TimeSeriesPanel : DataPanel
{
    /// <summary>Whether values are drawn as bars that begin at their time, as suits sums of a bucket, or as lines.</summary>
    public bool Bars { get; init; }

    /// <summary>Whether series stand on top of one another.</summary>
    public bool Stacked { get; init; }

    /// <summary>Whether stacked series are drawn as parts of a hundred percent.</summary>
    public bool Percent { get; init; }

    /// <summary>How opaque the area of a series is, 0 to 100.</summary>
    public int FillOpacity { get; init; }

    /// <summary>The legend.</summary>
    public Legend Legend { get; init; } = Legend.Hidden;

    internal override string Type => "timeseries";

    internal override string TypeName => "Time series";

    internal override JsonObject WriteOptions() => new()
    {
        ["legend"] = Legend.Write(),
        ["tooltip"] = Tooltip("multi", "desc"),
    };

    internal override JsonObject WriteCustomField() => new()
    {
        ["drawStyle"] = Bars ? "bars" : "line",
        ["lineInterpolation"] = "linear",
        ["lineWidth"] = 1,
        ["fillOpacity"] = FillOpacity,
        ["gradientMode"] = "none",
        ["showPoints"] = "never",
        ["barAlignment"] = Bars ? 1 : 0,
        ["stacking"] = new JsonObject { ["mode"] = Percent ? "percent" : Stacked ? "normal" : "none", ["group"] = "A" },
    };
}
