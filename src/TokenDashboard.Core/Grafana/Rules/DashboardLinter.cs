using TokenDashboard.Grafana.Parsing;

namespace TokenDashboard.Grafana.Rules;

/// <summary>Checks dashboards against the rules that need no database.</summary>
internal static class DashboardLinter
{
    /// <param name="dashboard">The dashboard.</param>
    /// <param name="uids">The uids of all dashboards given together, which links may lead to.</param>
    internal static IEnumerable<DashboardFinding> Check(ReadDashboard dashboard, IReadOnlyCollection<string> uids) =>
    [
        .. SettingRules.Check(dashboard), .. PanelRules.Check(dashboard), .. LayoutRules.Check(dashboard), .. QueryRules.Check(dashboard),
        .. VariableRules.Check(dashboard), .. DisplayRules.Check(dashboard), .. LinkRules.Check(dashboard, uids),
    ];

    /// <summary>A finding about a query.</summary>
    internal static DashboardFinding Find(this ReadQuery query, ReadDashboard dashboard, (DashboardRule Rule, string Problem) found) =>
        found.Rule.Find(dashboard, found.Problem, query.Panel, query.Target.RefId, query.Name);
}
