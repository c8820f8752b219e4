using System.Collections;
using TokenDashboard.Grafana.Catalog;

namespace TokenDashboard.Completion;

/// <summary>Offers the dashboards of the catalog.</summary>
public sealed class DashboardNameCompleter : Completer
{
    private protected override IEnumerable<(string Text, string ToolTip)> Values(string parameterName, IDictionary boundParameters) =>
        DashboardCatalog.Names.Select(name => (name, DashboardCatalog.Create(name).Description));
}
