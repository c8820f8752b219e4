using System.Text.Json.Nodes;

namespace TokenDashboard.Grafana.Model.Panels;

/// <summary>Large numbers: one for each column of the only row, or for each row.</summary>
public sealed record StatPanel : DataPanel
{
    /// <summary>Whether each row is a number, named by its text column. Otherwise the columns of the only row are, by their names.</summary>
    public bool EveryRow { get; init; }

    /// <summary>Whether the colour of a value is behind it; otherwise it is that of the digits.</summary>
    public bool ColoredBackground { get; init; }

    internal override string Type => "stat";

    internal override string TypeName => "Stat";

    internal override JsonObject WriteOptions() => new()
    {
        ["reduceOptions"] = ReduceOptions(EveryRow),
        ["orientation"] = "auto",
        ["textMode"] = "value_and_name",
        ["wideLayout"] = false,
        ["colorMode"] = ColoredBackground ? "background" : "value",
        ["graphMode"] = "none",
        ["justifyMode"] = "center",
        ["showPercentChange"] = false,
        ["percentChangeColorMode"] = "standard",
    };
}
