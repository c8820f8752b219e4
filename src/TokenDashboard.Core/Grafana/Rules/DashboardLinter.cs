using TokenDashboard.Grafana.Parsing;

namespace TokenDashboard.Grafana.Rules;

/// <summary>Holds dashboards to the rules that need no database.</summary>
internal static class DashboardLinter
{
    /// <summary>The faults of a dashboard.</summary>
    /// <param name="dashboard">The dashboard.</param>
    /// <param name="uids">The uids of all dashboards given together, which links may lead to.</param>
    internal static IEnumerable<DashboardFinding> Check(ReadDashboard dashboard, IReadOnlyCollection<string> uids) =>
    [
        .. SettingRules.Check(dashboard),
        .. PanelRules.Check(dashboard),
        .. LayoutRules.Check(dashboard),
        .. QueryRules.Check(dashboard),
        .. VariableRules.Check(dashboard),
        .. DisplayRules.Check(dashboard),
        .. LinkRules.Check(dashboard, uids),
    ];
}
