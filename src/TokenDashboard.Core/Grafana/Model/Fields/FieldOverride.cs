using System.Text.Json.Nodes;

namespace TokenDashboard.Grafana.Model.Fields;

/// <summary>An exception for some columns of a panel.</summary>
/// <param name="Columns">Which columns.</param>
public sealed record FieldOverride(FieldMatcher Columns)
{
    /// <summary>An exception for one column.</summary>
    /// <param name="columnName">The column's name in the result.</param>
    public FieldOverride(string columnName)
        : this(FieldMatcher.ByName(columnName))
    {
    }

    /// <summary>What differs.</summary>
    public FieldOptions Field { get; init; } = new();

    /// <summary>What differs in a table's column.</summary>
    public TableColumn Column { get; init; } = new();

    internal JsonObject Write() => new()
    {
        ["matcher"] = new JsonObject { ["id"] = Columns.Id, ["options"] = Columns.Options },
        ["properties"] = new JsonArray([
            .. Field.Write().Select(pair => new JsonObject { ["id"] = pair.Key, ["value"] = pair.Value }),
            .. Column.Write().Select(pair => new JsonObject { ["id"] = "custom." + pair.Key, ["value"] = pair.Value }),
        ]),
    };
}
