namespace TokenDashboard.Grafana.Model;

/// <summary>An exception for some columns of a panel.</summary>
internal sealed record FieldOverride(FieldMatcher Columns)
{
    /// <summary>An exception for the column of a name.</summary>
    internal FieldOverride(string columnName) : this(FieldMatcher.ByName(columnName))
    {
    }

    internal FieldOptions Field { get; init; } = new();
    /// <summary>What differs in a table's column.</summary>
    internal TableColumn Column { get; init; } = new();

    internal JsonObject Write() => new()
    {
        ["matcher"] = new JsonObject { ["id"] = Columns.Id, ["options"] = Columns.Options },
        ["properties"] = Json.List(
            Field.Write().Concat(Column.Write().Select(property => (Name: $"custom.{property.Name}", property.Value))).Where(property => property.Value is not null),
            property => new JsonObject { ["id"] = property.Name, ["value"] = property.Value }),
    };
}

/// <summary>Which columns a <see cref="FieldOverride"/> is for.</summary>
internal sealed record FieldMatcher(string Id, string Options)
{
    /// <summary>Every column. Unlike the panel's own options it does not reach a panel without any data.</summary>
    internal static FieldMatcher Every { get; } = ByPattern("/.*/");

    /// <summary>The column of a name, as it is shown.</summary>
    internal static FieldMatcher ByName(string name) => new("byName", name);

    /// <summary>Columns whose names match a JavaScript pattern, such as <c>/^Total/</c>.</summary>
    internal static FieldMatcher ByPattern(string pattern) => new("byRegexp", pattern);

    internal static FieldMatcher ByType(FieldType type) => new("byType", type switch { FieldType.Text => "string", FieldType.Time => "time", _ => "number" });

    /// <summary>Columns of a query, by its letter.</summary>
    internal static FieldMatcher ByQuery(string letter) => new("byFrameRefID", letter);
}

/// <summary>What a column contains. The SQLite data source knows no other types.</summary>
internal enum FieldType
{
    Number,
    Text,
    Time,
}

/// <summary>How a column of a table panel looks. Widths are in pixels; a column without one shares the remaining width, of at least Grafana's 150.</summary>
internal sealed record TableColumn(int? Width = null, int? MinWidth = null, TableCell? Cell = null)
{
    /// <summary>The properties under Grafana's names; null for those that are not set.</summary>
    internal IEnumerable<(string Name, JsonNode? Value)> Write() =>
        [("width", Width), ("minWidth", MinWidth), .. Cell is { } cell ? GrafanaVersions.TableCells(cell) : []];
}

/// <summary>What a table's cell shows: text, text or a background in the color of its value, or a bar from the field's minimum to its maximum.</summary>
internal enum TableCell
{
    Text,
    ColoredText,
    ColoredBackground,
    Bar,
}
