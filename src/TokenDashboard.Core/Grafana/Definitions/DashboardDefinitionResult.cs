using TokenDashboard.Grafana.Model;
using TokenDashboard.Input;

namespace TokenDashboard.Grafana.Definitions;

/// <summary>What came of a definition.</summary>
/// <param name="Dashboard">The dashboard; null where there are faults.</param>
/// <param name="BaseName">The name of the dashboard of the catalogue that was added to; the empty string where there is none.</param>
/// <param name="Faults">Everything that is wrong with the definition, in the order it was read.</param>
public sealed record DashboardDefinitionResult(Dashboard? Dashboard, string BaseName, IReadOnlyList<DefinitionFault> Faults)
{
    /// <summary>The dashboard as JSON, under the name of the dashboard that was added to.</summary>
    /// <param name="forSharing"><inheritdoc cref="Model.Dashboard.ToDocument" path="/param[@name='forSharing']"/></param>
    /// <exception cref="InvalidOperationException">There are faults.</exception>
    public DashboardDocument ToDocument(bool forSharing = false) =>
        (Dashboard ?? throw new InvalidOperationException("A definition with faults makes no dashboard.")).ToDocument(forSharing).Named(BaseName);
}
