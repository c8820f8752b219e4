using System.Text.Json.Nodes;
using TokenDashboard.Grafana.Model.Fields;

namespace TokenDashboard.Grafana.Model.Panels;

/// <summary>What every panel has; the derived types add what one type of panel needs.</summary>
public abstract record Panel
{
    // Grafana defines the panel types, so nothing outside this assembly can add one.
    private protected Panel(string type, string typeName) => (Type, TypeName) = (type, typeName);

    /// <summary>The panel's number for links and alerts, unique in its dashboard, from 1 to 999; null derives one from the title.</summary>
    public int? Id { get; init; }
    /// <summary>The title.</summary>
    public virtual string Title { get; init; } = "";
    /// <summary>What the panel shows, in a sentence.</summary>
    public virtual string Description { get; init; } = "";
    /// <summary>The width in columns, 1 to 24.</summary>
    public required int Width { get; init; }
    /// <summary>The height in rows of about 30 pixels, at least 1.</summary>
    public required int Height { get; init; }
    /// <summary>For which values of a variable the panel is repeated; null for once.</summary>
    public PanelRepeat? Repeat { get; init; }
    /// <summary>Links in the panel's corner.</summary>
    public IReadOnlyList<DataLink> Links { get; init; } = [];
    /// <summary>Grafana's id of the panel type.</summary>
    internal string Type { get; }
    /// <summary>Grafana's display name of the panel type.</summary>
    internal string TypeName { get; }

    internal abstract JsonObject WriteOptions();
}

/// <summary>Shows a panel once for each chosen value of a variable, which has that one value in the panel.</summary>
/// <param name="Variable">The name of a variable of several values.</param>
/// <param name="Vertical">Whether the panels are below one another. Otherwise they share the width of the dashboard.</param>
/// <param name="MaxPerRow">How many panels are side by side at most: 2, 3, 4, 6, 8, 12 or 24.</param>
public sealed record PanelRepeat(string Variable, bool Vertical = false, int MaxPerRow = 4);

/// <summary>Text in Markdown. It has no query; variables in the text are replaced.</summary>
public sealed record TextPanel() : Panel("text", "Text")
{
    /// <summary>The text.</summary>
    public required string Content { get; init; }

    internal override JsonObject WriteOptions() => new() { ["mode"] = "markdown", ["content"] = Content };
}

/// <summary>A panel that shows the results of queries.</summary>
public abstract record DataPanel : Panel
{
    private protected DataPanel(string type, string typeName) : base(type, typeName)
    {
    }

    /// <inheritdoc/>
    public override required string Title { get; init; }
    /// <inheritdoc/>
    public override required string Description { get; init; }
    /// <summary>Where the data comes from. Grafana names this query A.</summary>
    public required DataSourceQuery Query { get; init; }
    /// <summary>Further queries, which Grafana names B, C and so on; at most 25.</summary>
    public IReadOnlyList<DataSourceQuery> MoreQueries { get; init; } = [];
    /// <summary>What the browser does with the results before it draws them, in this order.</summary>
    public IReadOnlyList<Transformation> Transformations { get; init; } = [];
    /// <summary>How values are shown.</summary>
    public required FieldOptions Field { get; init; }
    /// <summary>Exceptions to <see cref="Field"/> for single columns; the later one wins.</summary>
    public IReadOnlyList<FieldOverride> Overrides { get; init; } = [];
    internal IReadOnlyList<DataSourceQuery> Queries => [Query, .. MoreQueries];

    /// <summary>The panel type's own part of the field options; null for none.</summary>
    internal virtual JsonObject? WriteCustomField() => null;

    /// <summary>Exceptions the panel type needs before those of the definition.</summary>
    internal virtual IEnumerable<FieldOverride> ImpliedOverrides => [];

    /// <summary>How a panel of single values finds them: each row of the result, or the only row's columns.</summary>
    private protected static JsonObject ReduceOptions(bool everyRow) => new() { ["values"] = everyRow, ["calcs"] = new JsonArray("lastNotNull"), ["fields"] = "" };

    private protected static JsonObject Tooltip(string mode, string sort) => new() { ["mode"] = mode, ["sort"] = sort };
}
