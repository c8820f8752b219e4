using System.Text.Json.Nodes;
using TokenDashboard.Grafana.Model.Fields;

namespace TokenDashboard.Grafana.Model.Panels;

/// <summary>A table that sorts by a click on a column's heading.</summary>
public sealed record TablePanel() : DataPanel("table", "Table")
{
    /// <summary>Whether the table is split into pages of the panel's height.</summary>
    public bool Paginated { get; init; }

    /// <summary>How all columns look unless <see cref="DataPanel.Overrides"/> say otherwise.</summary>
    public TableColumn Column { get; init; } = new();

    /// <summary>The text of cells without a value; the text of <see cref="FieldOptions.NoValue"/> is for a table without rows.</summary>
    public string EmptyCell { get; init; } = "-";

    internal override IEnumerable<FieldOverride> ImpliedOverrides =>
        [new FieldOverride(FieldMatcher.Every) { Field = new FieldOptions { NoValue = EmptyCell } }];

    internal override JsonObject WriteOptions() =>
        new() { ["frameIndex"] = 0, ["showHeader"] = true, ["cellHeight"] = "sm", ["footer"] = GrafanaVersions.TableFooter(Paginated) };

    internal override JsonObject WriteCustomField() => Json.Of([("align", "auto"), ("inspect", false), .. Column.Write()]);
}
