namespace TokenDashboard.Grafana.Model;

/// <summary>
/// Values over time: lines, or bars that begin at their time, as for totals of a bucket. Stacked series can be parts of a hundred percent. FillOpacity,
/// 0 to 100, is how opaque the area of a series is.
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
        ["drawStyle"] = Bars ? "bars" : "line", ["lineInterpolation"] = "linear", ["lineWidth"] = 1, ["fillOpacity"] = FillOpacity,
        ["gradientMode"] = "none", ["showPoints"] = "never", ["barAlignment"] = Bars ? 1 : 0,
        ["stacking"] = new JsonObject { ["mode"] = Percent ? "percent" : Stacked ? "normal" : "none", ["group"] = "A" },
    };
}

/// <summary>Vertical bars over named categories; a text column names them. The legend is for several bars in a category.</summary>
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
/// Colored cells over time. The result contains the finished cells: the first column is the time and named as a time column, ascending by the
/// same step, and every further column is a number and a row of cells under its name, the lowest first. With
/// <see cref="DataSourceQuery.SeriesByLabel"/> each label is such a row instead. A cell ends at its time and reaches back to the time before
/// it, so a bucket is given by its end, and there must be at least two times. Grafana does not compute anything here. ValueName is in tooltips.
/// </summary>
public sealed record HeatmapPanel(
    PanelFrame Frame, DataSourceQuery Query, FieldOptions Field, string ValueName = "Value", string Scheme = "Blues", bool FirstRowOnTop = false)
    : DataPanel("heatmap", "Heatmap", Frame, Query, Field)
{
    /// <summary>Grafana's names of colors for the scheme.</summary>
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
        // A cell's unit is here and not among the field options.
        ["cellValues"] = Json.Of(("unit", Field.Unit), ("decimals", Field.Decimals)),
        ["showValue"] = "never",
        ["yAxis"] = new JsonObject { ["axisPlacement"] = "left", ["reverse"] = FirstRowOnTop },
        ["legend"] = new JsonObject { ["show"] = true },
        ["tooltip"] = new JsonObject { ["mode"] = "single", ["yHistogram"] = false, ["showColorScale"] = false },
        ["exemplars"] = new JsonObject { ["color"] = "rgba(255,0,255,0.7)" },
    };

    internal override JsonObject WriteCustomField() => new() { ["scaleDistribution"] = new JsonObject { ["type"] = "linear" } };
}
