using System.Text.Json.Nodes;

namespace TokenDashboard.Dashboards;

/// <summary>An exception for one column of a panel.</summary>
/// <param name="ColumnName">The column's name in the result, or <see cref="EveryColumn"/>.</param>
public sealed record FieldOverride(string ColumnName)
{
    /// <summary>Stands for every column. Unlike the panel's own options it does not reach a panel without any data.</summary>
    public const string EveryColumn = "/.*/";

    /// <summary>What differs.</summary>
    public FieldOptions Field { get; init; } = new();

    /// <summary>What differs in a table's column.</summary>
    public TableColumn Column { get; init; } = new();

    internal JsonObject Write() => new()
    {
        ["matcher"] = new JsonObject { ["id"] = ColumnName == EveryColumn ? "byRegexp" : "byName", ["options"] = ColumnName },
        ["properties"] = new JsonArray([
            .. Field.Write().Select(pair => new JsonObject { ["id"] = pair.Key, ["value"] = pair.Value }),
            .. Column.Write().Select(pair => new JsonObject { ["id"] = "custom." + pair.Key, ["value"] = pair.Value }),
        ]),
    };
}
