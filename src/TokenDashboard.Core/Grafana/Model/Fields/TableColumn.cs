using System.Text.Json.Nodes;

namespace TokenDashboard.Grafana.Model.Fields;

/// <summary>How a column of a table panel looks.</summary>
/// <param name="Width">The width in pixels; null shares the remaining width.</param>
/// <param name="MinWidth">The smallest width in pixels; null for Grafana's 150.</param>
/// <param name="Cell">What the cells show beside their text; null for the panel's default, or nothing.</param>
public sealed record TableColumn(int? Width = null, int? MinWidth = null, TableCell? Cell = null)
{
    /// <summary>The properties under Grafana's names; null for those that are not set.</summary>
    internal IEnumerable<(string Name, JsonNode? Value)> Write() =>
        [("width", Width), ("minWidth", MinWidth), .. Cell is { } cell ? GrafanaVersions.TableCells(cell) : []];
}

/// <summary>What a table's cell shows beside its text.</summary>
public enum TableCell
{
    /// <summary>Nothing.</summary>
    Text,
    /// <summary>The text in the color of its value.</summary>
    ColoredText,
    /// <summary>A background in the color of its value.</summary>
    ColoredBackground,
    /// <summary>A bar from the field's minimum to its maximum.</summary>
    Bar,
}
