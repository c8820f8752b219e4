using System.Text.Json.Nodes;
using TokenDashboard.Grafana.Model.Fields;

namespace TokenDashboard.Grafana.Model.Panels;

/// <summary>A panel that shows what queries give.</summary>
public abstract record DataPanel : Panel
{
    private protected DataPanel()
    {
    }

    /// <inheritdoc/>
    public override required string Title { get; init; }

    /// <inheritdoc/>
    public override required string Description { get; init; }

    /// <summary>Where the data comes from. Grafana names this query A.</summary>
    public required SqliteQuery Query { get; init; }

    /// <summary>Further queries, which Grafana names B, C and so on; at most 25.</summary>
    public IReadOnlyList<SqliteQuery> MoreQueries { get; init; } = [];

    /// <summary>What the browser makes of the results before it draws them, in this order.</summary>
    public IReadOnlyList<Transformation> Transformations { get; init; } = [];

    /// <summary>How values are shown.</summary>
    public required FieldOptions Field { get; init; }

    /// <summary>Exceptions to <see cref="Field"/> for single columns; the later one wins.</summary>
    public IReadOnlyList<FieldOverride> Overrides { get; init; } = [];

    /// <summary>All queries, in the order of their letters.</summary>
    internal IReadOnlyList<SqliteQuery> Queries => [Query, .. MoreQueries];

    /// <summary>The panel type's own part of the field options, or null where it has none.</summary>
    internal virtual JsonObject? WriteCustomField() => null;

    /// <summary>Exceptions the panel type needs before those of the definition.</summary>
    internal virtual IEnumerable<FieldOverride> ImpliedOverrides => [];

    /// <summary>How a panel of single values finds them: each row of the result, or the only row's columns.</summary>
    private protected static JsonObject ReduceOptions(bool everyRow) => new()
    {
        ["values"] = everyRow,
        ["calcs"] = new JsonArray("lastNotNull"),
        ["fields"] = "",
    };

    private protected static JsonObject Tooltip(string mode, string sort) => new() { ["mode"] = mode, ["sort"] = sort };
}
