using System.Text.Json.Nodes;

namespace TokenDashboard.Grafana.Model.Fields;

/// <summary>An exception for some columns of a panel.</summary>
/// <param name="Columns">Which columns.</param>
public sealed record FieldOverride(FieldMatcher Columns)
{
    /// <summary>An exception for one column.</summary>
    /// <param name="columnName">The column's name in the result.</param>
    public FieldOverride(string columnName) : this(FieldMatcher.ByName(columnName))
    {
    }

    /// <summary>What differs.</summary>
    public FieldOptions Field { get; init; } = new();
    /// <summary>What differs in a table's column.</summary>
    public TableColumn Column { get; init; } = new();

    internal JsonObject Write() => new()
    {
        ["matcher"] = new JsonObject { ["id"] = Columns.Id, ["options"] = Columns.Options },
        ["properties"] = Json.List(
            Field.Write().Concat(Column.Write().Select(property => (Name: $"custom.{property.Name}", property.Value))).Where(property => property.Value is not null),
            property => new JsonObject { ["id"] = property.Name, ["value"] = property.Value }),
    };
}

/// <summary>Which columns a <see cref="FieldOverride"/> is for.</summary>
public sealed record FieldMatcher
{
    private FieldMatcher(string id, string options) => (Id, Options) = (id, options);

    /// <summary>Every column. Unlike the panel's own options it does not reach a panel without any data.</summary>
    public static FieldMatcher Every { get; } = ByPattern("/.*/");
    internal string Id { get; }
    internal string Options { get; }

    /// <summary>The column of a name, as it is shown.</summary>
    public static FieldMatcher ByName(string name) => new("byName", name);

    /// <summary>Columns whose names match a JavaScript pattern, such as <c>/^Total/</c>.</summary>
    public static FieldMatcher ByPattern(string pattern) => new("byRegexp", pattern);

    /// <summary>Columns of a type.</summary>
    public static FieldMatcher ByType(FieldType type) => new("byType", type switch { FieldType.Text => "string", FieldType.Time => "time", _ => "number" });

    /// <summary>Columns of a query, by its letter.</summary>
    public static FieldMatcher ByQuery(string letter) => new("byFrameRefID", letter);
}

/// <summary>What a column contains. The SQLite data source knows no other types.</summary>
public enum FieldType
{
    /// <summary>Numbers.</summary>
    Number,
    /// <summary>Text.</summary>
    Text,
    /// <summary>Times.</summary>
    Time,
}
