using TokenDashboard.Grafana.Parsing;

namespace TokenDashboard.Grafana.Rules;

/// <summary>A rule for dashboards: its id, which does not change, the severity of a violation, the general problem, and its solution.</summary>
internal sealed record DashboardRule(string Id, FindingSeverity Severity, string Violation, string Advice)
{
    private const int LongestMessage = 1000;

    /// <summary>A finding about a panel, about a named item, or about the dashboard.</summary>
    internal DashboardFinding Find(ReadDashboard dashboard, string problem, ReadPanel? panel = null, string refId = "", string name = "") => new()
    {
        Severity = Severity, Rule = Id, Dashboard = dashboard.Document.Title, DashboardUid = dashboard.Document.Uid, PanelId = panel?.Id,
        Panel = panel?.Label ?? name, RefId = refId, Message = Cut(problem), Advice = Advice,
    };

    internal static DashboardFinding Find(ReadDashboard dashboard, ReadQuery query, (DashboardRule Rule, string Problem) found) =>
        found.Rule.Find(dashboard, found.Problem, query.Panel, query.Target.RefId, query.Name);

    /// <summary>A message of limited length, because it can contain text of the dashboard.</summary>
    internal static string Cut(string problem) => problem.Length > LongestMessage ? problem[..LongestMessage] + "…" : problem;
}
