using System.Text.Json.Nodes;

namespace TokenDashboard.Dashboards;

/// <summary>One number on a dial, which <see cref="FieldOptions.Min"/>, <see cref="FieldOptions.Max"/> and thresholds draw.</summary>
public sealed record GaugePanel : DataPanel
{
    internal override string Type => "gauge";

    internal override string TypeName => "Gauge";

    internal override JsonObject WriteOptions() => new()
    {
        ["reduceOptions"] = ReduceOptions(everyRow: false),
        ["orientation"] = "auto",
        ["showThresholdLabels"] = false,
        ["showThresholdMarkers"] = true,
        ["sizing"] = "auto",
        ["minVizWidth"] = 75,
        ["minVizHeight"] = 75,
    };
}
