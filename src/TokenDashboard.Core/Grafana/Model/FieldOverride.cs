namespace TokenDashboard.Grafana.Model;

/// <summary>An exception for some columns of a panel.</summary>
public sealed record FieldOverride(FieldMatcher Columns)
{
    /// <summary>An exception for the column with a name.</summary>
    public FieldOverride(string columnName) : this(FieldMatcher.ByName(columnName))
    {
    }

    /// <summary>The different field options.</summary>
    public FieldOptions Field { get; init; } = new();
    /// <summary>The different options of a table column.</summary>
    public TableColumn Column { get; init; } = new();

    internal JsonObject Write() => new()
    {
        ["matcher"] = new JsonObject { ["id"] = Columns.Id, ["options"] = Columns.Options },
        ["properties"] = Json.List(
            Field.Write().Concat(Column.Write().Select(property => (Name: $"custom.{property.Name}", property.Value))).Where(property => property.Value is not null),
            property => new JsonObject { ["id"] = property.Name, ["value"] = property.Value }),
    };
}

/// <summary>The columns to which a <see cref="FieldOverride"/> applies.</summary>
public sealed record FieldMatcher(string Id, string Options)
{
    /// <summary>Every column. Unlike the panel's own options, it does not apply to a panel without data.</summary>
    public static FieldMatcher Every { get; } = ByPattern("/.*/");

    /// <summary>The column with a displayed name.</summary>
    public static FieldMatcher ByName(string name) => new("byName", name);

    /// <summary>Columns whose names match a JavaScript pattern, such as <c>/^Total/</c>.</summary>
    public static FieldMatcher ByPattern(string pattern) => new("byRegexp", pattern);

    /// <summary>Columns of a type.</summary>
    public static FieldMatcher ByType(FieldType type) => new("byType", type switch { FieldType.Text => "string", FieldType.Time => "time", _ => "number" });

    /// <summary>Columns of a query, by its letter.</summary>
    public static FieldMatcher ByQuery(string letter) => new("byFrameRefID", letter);
}

/// <summary>The type of a column. The supported data sources have no other types.</summary>
public enum FieldType
{
    /// <summary>Numbers.</summary>
    Number,
    /// <summary>Text.</summary>
    Text,
    /// <summary>Times.</summary>
    Time,
}

/// <summary>The display of a column in a table panel. Widths are in pixels. A column without a width shares the remaining width, at least Grafana's 150.</summary>
public sealed record TableColumn(int? Width = null, int? MinWidth = null, TableCell? Cell = null)
{
    /// <summary>The properties with Grafana's names; null for properties that are not set.</summary>
    internal IEnumerable<(string Name, JsonNode? Value)> Write() =>
        [("width", Width), ("minWidth", MinWidth), .. Cell is { } cell ? GrafanaVersions.TableCells(cell) : []];
}

/// <summary>What a table cell shows in addition to its text.</summary>
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
