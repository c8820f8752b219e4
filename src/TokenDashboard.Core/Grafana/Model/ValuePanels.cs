namespace TokenDashboard.Grafana.Model;

/// <summary>Large numbers: the columns of the only row with their names, or each row, named by its text column. Digits or the background are colored.</summary>
public sealed record StatPanel(PanelFrame Frame, DataSourceQuery Query, FieldOptions Field, bool EveryRow = false, bool ColoredBackground = false)
    : DataPanel("stat", "Stat", Frame, Query, Field)
{
    internal override IEnumerable<FieldOverride> ImpliedOverrides => [TextAsStored];

    internal override JsonObject WriteOptions() => new()
    {
        ["reduceOptions"] = ReduceOptions(EveryRow),
        ["orientation"] = "auto", ["textMode"] = "value_and_name", ["wideLayout"] = false, ["colorMode"] = ColoredBackground ? "background" : "value",
        ["graphMode"] = "none", ["justifyMode"] = "center", ["showPercentChange"] = false, ["percentChangeColorMode"] = "standard",
    };
}

/// <summary>Dials with numbers as in a <see cref="StatPanel"/>, drawn from <see cref="FieldOptions.Min"/> to <see cref="FieldOptions.Max"/> with thresholds.</summary>
public sealed record GaugePanel(PanelFrame Frame, DataSourceQuery Query, FieldOptions Field, bool EveryRow = false) : DataPanel("gauge", "Gauge", Frame, Query, Field)
{
    internal override IEnumerable<FieldOverride> ImpliedOverrides => [TextAsStored];

    internal override JsonObject WriteOptions() => new()
    {
        ["reduceOptions"] = ReduceOptions(EveryRow),
        ["orientation"] = "auto", ["showThresholdLabels"] = false, ["showThresholdMarkers"] = true, ["sizing"] = "auto", ["minVizWidth"] = 75, ["minVizHeight"] = 75,
    };
}

/// <summary>A horizontal bar with name and value for each row, named by its text column. Grafana shows at most 25 rows.</summary>
public sealed record BarGaugePanel(PanelFrame Frame, DataSourceQuery Query, FieldOptions Field) : DataPanel("bargauge", "Bar gauge", Frame, Query, Field)
{
    internal override IEnumerable<FieldOverride> ImpliedOverrides => [TextAsStored];

    internal override JsonObject WriteOptions() => new()
    {
        ["reduceOptions"] = ReduceOptions(everyRow: true),
        ["orientation"] = "horizontal", ["displayMode"] = "basic", ["valueMode"] = "text", ["namePlacement"] = "auto",
        // Without sizes, a few rows have very large names that leave no room for bars. Grafana measures names at the left in another size, 12 or
        // more, so larger names would be truncated.
        ["text"] = new JsonObject { ["titleSize"] = 12, ["valueSize"] = 16 },
        // With automatic sizes, bars are at least 16 pixels high, so the last of many would be outside the panel.
        ["showUnfilled"] = false, ["sizing"] = "manual", ["minVizWidth"] = 8, ["minVizHeight"] = 10, ["maxVizHeight"] = 300,
        ["legend"] = Legend.Hidden.Write(),
    };
}

/// <summary>A slice for each row, with name, value and percentage, named by its text column. Grafana shows at most 25 rows.</summary>
public sealed record PieChartPanel(PanelFrame Frame, DataSourceQuery Query, FieldOptions Field) : DataPanel("piechart", "Pie chart", Frame, Query, Field)
{
    internal override IEnumerable<FieldOverride> ImpliedOverrides => [TextAsStored];

    internal override JsonObject WriteOptions() => new()
    {
        // Without a slice for each row, Grafana sums up the column and draws one slice of 100 percent.
        ["reduceOptions"] = ReduceOptions(everyRow: true),
        ["orientation"] = "auto", ["pieType"] = "donut", ["displayLabels"] = new JsonArray("name", "percent"),
        ["legend"] = new JsonObject
        {
            ["showLegend"] = true, ["displayMode"] = "table", ["placement"] = "bottom", ["calcs"] = new JsonArray(), ["values"] = new JsonArray("value", "percent"),
        },
        ["tooltip"] = Tooltip("single", "none"),
    };
}

/// <summary>
/// A table that can be sorted by a click on a column header, and is split into pages of the panel's height if it is paginated. EmptyCell is the text of
/// cells without a value. <see cref="FieldOptions.NoValue"/> is the text of a table without rows.
/// </summary>
public sealed record TablePanel(PanelFrame Frame, DataSourceQuery Query, FieldOptions Field, bool Paginated = false, string EmptyCell = "-")
    : DataPanel("table", "Table", Frame, Query, Field)
{
    /// <summary>The display of all columns, unless <see cref="DataPanel.Overrides"/> change it.</summary>
    public TableColumn Column { get; init; } = new();

    internal override IEnumerable<FieldOverride> ImpliedOverrides =>
        [new FieldOverride(FieldMatcher.Every) { Field = new FieldOptions { NoValue = EmptyCell } }, TextAsStored];

    internal override JsonObject WriteOptions() =>
        new() { ["frameIndex"] = 0, ["showHeader"] = true, ["cellHeight"] = "sm", ["footer"] = GrafanaVersions.TableFooter(Paginated) };

    internal override JsonObject WriteCustomField() => Json.Of([("align", "auto"), ("inspect", false), .. Column.Write()]);
}
