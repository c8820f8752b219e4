namespace TokenDashboard.Grafana.Model;

/// <summary>What panels of all types have. The id is 1 to 999, or null for one derived from the title; the width 1 to 24 columns; a row is about 30 pixels high.</summary>
internal sealed record PanelFrame(int? Id, string Title, string Description, int Width, int Height);

/// <summary>A panel, with Grafana's id and name of its type; the derived types add what one type needs.</summary>
internal abstract record Panel(string Type, string TypeName, PanelFrame Frame)
{
    /// <summary>For which values of a variable the panel is repeated; null for once.</summary>
    internal PanelRepeat? Repeat { get; init; }
    /// <summary>Links in the panel's corner.</summary>
    internal IReadOnlyList<DataLink> Links { get; init; } = [];

    internal abstract JsonObject WriteOptions();
}

/// <summary>Shows a panel once for each chosen value of a variable, below one another, or side by side, at most 2, 3, 4, 6, 8, 12 or 24 in a row.</summary>
internal sealed record PanelRepeat(string Variable, bool Vertical = false, int MaxPerRow = 4);

/// <summary>Text in Markdown. It has no query; variables in the text are replaced.</summary>
internal sealed record TextPanel(PanelFrame Frame, string Content) : Panel("text", "Text", Frame)
{
    internal override JsonObject WriteOptions() => new() { ["mode"] = "markdown", ["content"] = Content };
}

/// <summary>A panel that shows the results of queries. Grafana names the query A, and further ones B, C and so on, at most 26 in all.</summary>
internal abstract record DataPanel(string Type, string TypeName, PanelFrame Frame, DataSourceQuery Query, FieldOptions Field) : Panel(Type, TypeName, Frame)
{
    internal IReadOnlyList<DataSourceQuery> MoreQueries { get; init; } = [];
    internal IReadOnlyList<DataSourceQuery> Queries => [Query, .. MoreQueries];
    /// <summary>What the browser does with the results before it draws them, in this order.</summary>
    internal IReadOnlyList<Transformation> Transformations { get; init; } = [];
    /// <summary>Exceptions for single columns; the later one wins.</summary>
    internal IReadOnlyList<FieldOverride> Overrides { get; init; } = [];

    /// <summary>The panel type's own part of the field options; null for none.</summary>
    internal virtual JsonObject? WriteCustomField() => null;

    /// <summary>Exceptions the panel type needs before those of the definition.</summary>
    internal virtual IEnumerable<FieldOverride> ImpliedOverrides => [];

    /// <summary>How a panel of single values finds them: each row of the result, or the only row's columns.</summary>
    private protected static JsonObject ReduceOptions(bool everyRow) => new() { ["values"] = everyRow, ["calcs"] = new JsonArray("lastNotNull"), ["fields"] = "" };

    private protected static JsonObject Tooltip(string mode, string sort) => new() { ["mode"] = mode, ["sort"] = sort };
}

/// <summary>What the browser does with results before it draws them, by Grafana's id and options. SQL differs less between versions of Grafana.</summary>
internal sealed record Transformation(string Id, JsonObject Options)
{
    internal JsonObject Write() => new() { ["id"] = Id, ["options"] = Options.DeepClone() };
}
