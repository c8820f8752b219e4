namespace TokenDashboard.Grafana.Model;

/// <summary>
/// Values over time: lines, or bars that begin at their time, as for totals of a bucket. Stacked series can be shown as percentages. FillOpacity,
/// 0 to 100, is the opacity of the area of a series.
/// </summary>
public sealed record TimeSeriesPanel(
    PanelFrame Frame, DataSourceQuery Query, FieldOptions Field, bool Bars = false, bool Stacked = false, bool Percent = false, int FillOpacity = 0)
    : DataPanel("timeseries", "Time series", Frame, Query, Field)
{
    /// <summary>The legend.</summary>
    public Legend Legend { get; init; } = Legend.Hidden;

    internal override JsonObject WriteOptions() => new() { ["legend"] = Legend.Write(), ["tooltip"] = Tooltip("multi", "desc") };

    internal override JsonObject WriteCustomField() => new()
    {
        // The border of a bar of 0 would be a line.
        ["drawStyle"] = Bars ? "bars" : "line", ["lineInterpolation"] = "linear", ["lineWidth"] = Bars ? 0 : 1, ["fillOpacity"] = FillOpacity,
        ["gradientMode"] = "none", ["showPoints"] = "never", ["barAlignment"] = Bars ? 1 : 0, ["barWidthFactor"] = Bars ? 0.9 : 0.6,
        ["stacking"] = new JsonObject { ["mode"] = Percent ? "percent" : Stacked ? "normal" : "none", ["group"] = "A" },
    };
}

/// <summary>Vertical bars for named categories from a text column. The legend is useful for several bars per category.</summary>
public sealed record BarChartPanel(PanelFrame Frame, DataSourceQuery Query, FieldOptions Field, string CategoryColumn) : DataPanel("barchart", "Bar chart", Frame, Query, Field)
{
    /// <summary>The legend.</summary>
    public Legend Legend { get; init; } = Legend.Hidden;

    internal override JsonObject WriteOptions() => new()
    {
        ["xField"] = CategoryColumn,
        ["orientation"] = "vertical", ["xTickLabelRotation"] = 0, ["xTickLabelMaxLength"] = 20, ["xTickLabelSpacing"] = 0, ["stacking"] = "none",
        ["showValue"] = "never", ["barWidth"] = 0.9, ["groupWidth"] = 0.7, ["fullHighlight"] = false,
        ["legend"] = Legend.Write(), ["tooltip"] = Tooltip("single", "none"),
    };

    internal override JsonObject WriteCustomField() =>
        new() { ["lineWidth"] = 1, ["fillOpacity"] = 80, ["gradientMode"] = "none", ["axisPlacement"] = "auto" };
}

/// <summary>
/// Colored cells over time. The result contains the finished cells. The first column is the time, is listed as a time column, and ascends in
/// equal steps. Every further column contains numbers and is a row of cells with the column's name, the lowest first. With
/// <see cref="DataSourceQuery.SeriesByLabel"/>, each label is such a row instead. A cell ends at its time and starts at the previous time,
/// so the time of a bucket is its end, and at least two times are required. Grafana computes nothing. ValueName is shown in tooltips.
/// </summary>
public sealed record HeatmapPanel(
    PanelFrame Frame, DataSourceQuery Query, FieldOptions Field, string ValueName = "Value", string Scheme = "Blues", bool FirstRowOnTop = false)
    : DataPanel("heatmap", "Heatmap", Frame, Query, Field)
{
    /// <summary>Grafana's names of the color schemes.</summary>
    public static IReadOnlyList<string> Schemes { get; } =
    [
        "Blues", "Greens", "Greys", "Oranges", "Purples", "Reds", "BrBG", "PiYG", "PRGn", "PuOr", "RdBu", "RdGy", "RdYlBu", "RdYlGn", "Spectral",
        "Turbo", "Viridis", "Inferno", "Magma", "Plasma", "Cividis", "Warm", "Cool", "BuGn", "BuPu", "GnBu", "OrRd", "PuBuGn", "PuBu",
        "PuRd", "RdPu", "YlGnBu", "YlGn", "YlOrBr", "YlOrRd", "Rainbow", "Sinebow",
    ];

    internal override JsonObject WriteOptions() => new()
    {
        ["calculate"] = false,
        ["rowsFrame"] = new JsonObject { ["value"] = ValueName, ["layout"] = "auto" },
        ["color"] = new JsonObject
        {
            ["mode"] = "scheme", ["scheme"] = Scheme, ["fill"] = "dark-orange", ["scale"] = "exponential", ["exponent"] = 0.5, ["steps"] = 64, ["reverse"] = false,
        },
        ["cellGap"] = 1,
        // The unit of cells is here and not in the field options.
        ["cellValues"] = Json.Of(("unit", GrafanaVersions.Unit(Field.Unit)), ("decimals", Field.Decimals)),
        ["showValue"] = "never",
        ["yAxis"] = new JsonObject { ["axisPlacement"] = "left", ["reverse"] = FirstRowOnTop },
        ["legend"] = new JsonObject { ["show"] = true },
        ["tooltip"] = new JsonObject { ["mode"] = "single", ["yHistogram"] = false, ["showColorScale"] = false },
        ["exemplars"] = new JsonObject { ["color"] = "rgba(255,0,255,0.7)" },
    };

    internal override JsonObject WriteCustomField() => new() { ["scaleDistribution"] = new JsonObject { ["type"] = "linear" } };
}
