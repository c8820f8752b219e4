using System.Text.Json.Nodes;
using TokenDashboard.Grafana.Model.Fields;

namespace TokenDashboard.Grafana.Model.Panels;

/// <summary>Numbers on dials, which <see cref="FieldOptions.Min"/>, <see cref="FieldOptions.Max"/> and thresholds draw.</summary>
public sealed record GaugePanel : DataPanel
{
    /// <summary>Whether each row has a dial, named by its text column. Otherwise the columns of the only row have, by their names.</summary>
    public bool EveryRow { get; init; }

    internal override string Type => "gauge";

    internal override string TypeName => "Gauge";

    internal override JsonObject WriteOptions() => new()
    {
        ["reduceOptions"] = ReduceOptions(EveryRow),
        ["orientation"] = "auto",
        ["showThresholdLabels"] = false,
        ["showThresholdMarkers"] = true,
        ["sizing"] = "auto",
        ["minVizWidth"] = 75,
        ["minVizHeight"] = 75,
    };
}
