using System.Text.Json.Nodes;
using TokenDashboard.Grafana.Model.Fields;

namespace TokenDashboard.Grafana.Model.Panels;

/// <summary>What every panel has; the derived types add what one kind of picture needs.</summary>
public abstract record Panel
{
    // The set of panel types is Grafana's, so nothing outside this assembly can add one.
    private protected Panel()
    {
    }

    /// <summary>
    /// The panel's number, unique in its dashboard, from 1 to 999; null makes one of the title. Links and alerts refer to it, so it stays
    /// with the panel when the order changes or others are added.
    /// </summary>
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

    /// <summary>Grafana's name of the panel type.</summary>
    internal abstract string Type { get; }

    /// <summary>Grafana's display name of the panel type.</summary>
    internal abstract string TypeName { get; }

    /// <summary>The panel type's own options.</summary>
    internal abstract JsonObject WriteOptions();
}
