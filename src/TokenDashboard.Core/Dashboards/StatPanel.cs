using System.Text.Json.Nodes;

namespace TokenDashboard.Dashboards;

/// <summary>Large numbers: one for each column of the only row.</summary>
public sealed record StatPanel : DataPanel
{
    internal override string Type => "stat";

    internal override string TypeName => "Stat";

    internal override JsonObject WriteOptions() => new()
    {
        ["reduceOptions"] = ReduceOptions(everyRow: false),
        ["orientation"] = "auto",
        ["textMode"] = "value_and_name",
        ["wideLayout"] = true,
        ["colorMode"] = "value",
        ["graphMode"] = "none",
        ["justifyMode"] = "center",
        ["showPercentChange"] = false,
        ["percentChangeColorMode"] = "standard",
    };
}
