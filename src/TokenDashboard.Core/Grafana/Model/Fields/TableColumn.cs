using System.Text.Json.Nodes;

namespace TokenDashboard.Grafana.Model.Fields;

/// <summary>How a column of a table panel looks.</summary>
public sealed record TableColumn
{
    /// <summary>The width in pixels, or null to share what is left.</summary>
    public int? Width { get; init; }

    /// <summary>The smallest width in pixels, or null for Grafana's 150.</summary>
    public int? MinWidth { get; init; }

    /// <summary>What the cells show beside their text, or null for nothing, or what the panel says of all its columns.</summary>
    public TableCell? Cell { get; init; }

    /// <summary>The properties that are set, under Grafana's names.</summary>
    internal IEnumerable<KeyValuePair<string, JsonNode?>> Write()
    {
        if (Width is { } width)
        {
            yield return new("width", width);
        }
        if (MinWidth is { } minWidth)
        {
            yield return new("minWidth", minWidth);
        }
        if (Cell is { } cell)
        {
            foreach (KeyValuePair<string, JsonNode?> look in GrafanaVersions.TableCells(cell))
            {
                yield return look;
            }
        }
    }
}
