using System.Text.Json.Nodes;

namespace TokenDashboard.Dashboards;

/// <summary>What every panel has; the derived types add what one kind of picture needs.</summary>
public abstract record Panel
{
    // The set of panel types is Grafana's, so nothing outside this assembly can add one.
    private protected Panel()
    {
    }

    /// <summary>
    /// The panel's number, unique in its dashboard. Links and alerts refer to it, so it stays with the panel when the order changes.
    /// Numbers from 1000 on are taken by rows.
    /// </summary>
    public required int Id { get; init; }

    /// <summary>The title.</summary>
    public required string Title { get; init; }

    /// <summary>What the panel shows, in a sentence.</summary>
    public required string Description { get; init; }

    /// <summary>The width in columns, 1 to 24.</summary>
    public required int Width { get; init; }

    /// <summary>The height in rows of about 30 pixels, at least 1.</summary>
    public required int Height { get; init; }

    /// <summary>Where the data comes from.</summary>
    public required SqliteQuery Query { get; init; }

    /// <summary>How values are shown.</summary>
    public required FieldOptions Field { get; init; }

    /// <summary>Exceptions to <see cref="Field"/> for single columns; the later one wins.</summary>
    public IReadOnlyList<FieldOverride> Overrides { get; init; } = [];

    /// <summary>Grafana's name of the panel type.</summary>
    internal abstract string Type { get; }

    /// <summary>Grafana's display name of the panel type.</summary>
    internal abstract string TypeName { get; }

    /// <summary>The panel type's own options.</summary>
    internal abstract JsonObject WriteOptions();

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
