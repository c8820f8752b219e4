using TokenDashboard.Grafana.Emulation;

namespace TokenDashboard.Grafana.Proof;

/// <summary>A column of a query's result.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">What the plugin takes it for.</param>
public sealed record DashboardQueryColumn(string Name, ColumnType Type)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({Type})";
}
