namespace TokenDashboard.Grafana.Model;

/// <summary>The common properties of panels of all types.</summary>
/// <param name="Id">The number for links and alerts, unique in its dashboard, from 1 to 999. Null derives a number from the title.</param>
/// <param name="Title">The title.</param>
/// <param name="Description">The contents of the panel, in a sentence.</param>
/// <param name="Width">The width in columns, 1 to 24.</param>
/// <param name="Height">The height in rows of about 30 pixels, at least 1.</param>
public sealed record PanelFrame(int? Id, string Title, string Description, int Width, int Height);

/// <summary>A panel, with Grafana's id and name of its type. The derived types add what one type needs.</summary>
public abstract record Panel(string Type, string TypeName, PanelFrame Frame)
{
    /// <summary>The variable for whose values the panel is repeated; null for no repetition.</summary>
    public PanelRepeat? Repeat { get; init; }
    /// <summary>Links in the panel's corner.</summary>
    public IReadOnlyList<DataLink> Links { get; init; } = [];

    internal abstract JsonObject WriteOptions();
}

/// <summary>Shows a panel once for each selected value of a variable. In the panel, the variable has only that value.</summary>
/// <param name="Variable">The name of a variable with several values.</param>
/// <param name="Vertical">Whether the panels are arranged vertically. Otherwise, they share the width of the dashboard.</param>
/// <param name="MaxPerRow">The maximum number of panels side by side: 2, 3, 4, 6, 8, 12 or 24.</param>
public sealed record PanelRepeat(string Variable, bool Vertical = false, int MaxPerRow = 4);

/// <summary>Text in Markdown. It has no query. Variables in the text are replaced.</summary>
public sealed record TextPanel(PanelFrame Frame, string Content) : Panel("text", "Text", Frame)
{
    internal override JsonObject WriteOptions() => new() { ["mode"] = "markdown", ["content"] = Content };
}

/// <summary>A panel that shows the results of queries. Grafana names the first query A, and further queries B, C and so on, at most 26.</summary>
public abstract record DataPanel(string Type, string TypeName, PanelFrame Frame, DataSourceQuery Query, FieldOptions Field) : Panel(Type, TypeName, Frame)
{
    /// <summary>Further queries.</summary>
    public IReadOnlyList<DataSourceQuery> MoreQueries { get; init; } = [];
    internal IReadOnlyList<DataSourceQuery> Queries => [Query, .. MoreQueries];
    /// <summary>How the browser transforms the results before it draws them, in this order.</summary>
    public IReadOnlyList<Transformation> Transformations { get; init; } = [];
    /// <summary>Exceptions for single columns. The last one applies.</summary>
    public IReadOnlyList<FieldOverride> Overrides { get; init; } = [];

    /// <summary>The field options that only the panel type has; null for none.</summary>
    internal virtual JsonObject? WriteCustomField() => null;

    /// <summary>Exceptions that the panel type requires before those of the definition.</summary>
    internal virtual IEnumerable<FieldOverride> ImpliedOverrides => [];

    /// <summary>Text without conversion. With a unit of numbers, Grafana shows a name that consists of digits as a number.</summary>
    private protected static FieldOverride TextAsStored { get; } = new(FieldMatcher.ByType(FieldType.Text)) { Field = new FieldOptions { Unit = Units.Text } };

    /// <summary>How a panel of single values finds them: each row of the result, or the columns of the only row.</summary>
    private protected static JsonObject ReduceOptions(bool everyRow) => new() { ["values"] = everyRow, ["calcs"] = new JsonArray("lastNotNull"), ["fields"] = "" };

    private protected static JsonObject Tooltip(string mode, string sort) => new() { ["mode"] = mode, ["sort"] = sort };
}

/// <summary>How the browser transforms a panel's results before it draws them. SQL can do the same and differs less between versions of Grafana.</summary>
/// <param name="Id">Grafana's id of the transformation.</param>
/// <param name="Options">The options of the transformation.</param>
public sealed record Transformation(string Id, JsonObject Options)
{
    internal JsonObject Write() => new() { ["id"] = Id, ["options"] = Options.DeepClone() };
}
