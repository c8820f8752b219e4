using System.Text.Json.Nodes;

namespace TokenDashboard.Grafana.Model.Panels;

/// <summary>
/// Coloured cells over time. The data is finished cells: the first column is the time and named as a time column, ascending by the same
/// step, and every further column is a number and a row of cells under its name, the lowest first. With
/// <see cref="SqliteQuery.SeriesByLabel"/> each label is such a row instead. A cell ends at its time and reaches back to the time before
/// it, so a bucket is given by its end, and there must be two times at least. Grafana does not count anything itself here.
/// </summary>
public sealed record HeatmapPanel : DataPanel
{
    /// <summary>Grafana's names of colours for <see cref="Scheme"/>.</summary>
    public static IReadOnlyList<string> Schemes { get; } =
    [
        "Blues", "Greens", "Greys", "Oranges", "Purples", "Reds", "BrBG", "PiYG", "PRGn", "PuOr", "RdBu", "RdGy", "RdYlBu", "RdYlGn", "Spectral",
        "Turbo", "Viridis", "Inferno", "Magma", "Plasma", "Cividis", "Warm", "Cool", "BuGn", "BuPu", "GnBu", "OrRd", "PuBuGn", "PuBu",
        "PuRd", "RdPu", "YlGnBu", "YlGn", "YlOrBr", "YlOrRd", "Rainbow", "Sinebow",
    ];

    /// <summary>What a cell's value is called when the mouse rests on it.</summary>
    public string ValueName { get; init; } = "Value";

    /// <summary>Grafana's name of the colours, one of <see cref="Schemes"/>.</summary>
    public string Scheme { get; init; } = "Blues";

    /// <summary>Whether the first row of cells is at the top.</summary>
    public bool FirstRowOnTop { get; init; }

    internal override string Type => "heatmap";

    internal override string TypeName => "Heatmap";

    internal override JsonObject WriteOptions() => new()
    {
        ["calculate"] = false,
        ["rowsFrame"] = new JsonObject { ["value"] = ValueName, ["layout"] = "auto" },
        ["color"] = new JsonObject
        {
            ["mode"] = "scheme",
            ["scheme"] = Scheme,
            ["fill"] = "dark-orange",
            ["scale"] = "exponential",
            ["exponent"] = 0.5,
            ["steps"] = 64,
            ["reverse"] = false,
        },
        ["cellGap"] = 1,
        // A cell's unit stands here and not among the field options.
        ["cellValues"] = CellValues(),
        ["showValue"] = "never",
        ["yAxis"] = new JsonObject { ["axisPlacement"] = "left", ["reverse"] = FirstRowOnTop },
        ["legend"] = new JsonObject { ["show"] = true },
        ["tooltip"] = new JsonObject { ["mode"] = "single", ["yHistogram"] = false, ["showColorScale"] = false },
        ["exemplars"] = new JsonObject { ["color"] = "rgba(255,0,255,0.7)" },
    };

    internal override JsonObject WriteCustomField() => new() { ["scaleDistribution"] = new JsonObject { ["type"] = "linear" } };

    private JsonObject CellValues()
    {
        var values = new JsonObject();
        if (Field.Unit is { } unit)
        {
            values["unit"] = unit;
        }
        if (Field.Decimals is { } decimals)
        {
            values["decimals"] = decimals;
        }
        return values;
    }
}
