using System.Text.Json.Nodes;
using TokenDashboard.Grafana.Model.Fields;

namespace TokenDashboard.Grafana.Model.Panels;

/// <summary>A table that sorts by a click on a column's heading.</summary>
/// <param name="Paginated">Whether the table is split into pages of the panel's height.</param>
/// <param name="EmptyCell">The text of cells without a value; the text of <see cref="FieldOptions.NoValue"/> is for a table without rows.</param>
public sealed record TablePanel(bool Paginated = false, string EmptyCell = "-") : DataPanel("table", "Table")
{
    /// <summary>The display of all columns, unless <see cref="DataPanel.Overrides"/> say otherwise.</summary>
    public TableColumn Column { get; init; } = new();

    internal override IEnumerable<FieldOverride> ImpliedOverrides =>
        [new FieldOverride(FieldMatcher.Every) { Field = new FieldOptions { NoValue = EmptyCell } }];

    internal override JsonObject WriteOptions() =>
        new() { ["frameIndex"] = 0, ["showHeader"] = true, ["cellHeight"] = "sm", ["footer"] = GrafanaVersions.TableFooter(Paginated) };

    internal override JsonObject WriteCustomField() => Json.Of([("align", "auto"), ("inspect", false), .. Column.Write()]);
}
