using TokenDashboard.Grafana.Parsing;

namespace TokenDashboard.Grafana.Rules;

/// <summary>A rule that dashboards are held to.</summary>
/// <param name="Id">Its name, which stays the same.</param>
/// <param name="Severity">How grave a breach is.</param>
/// <param name="Breach">When it is broken.</param>
/// <param name="Advice">What to do then.</param>
public sealed record DashboardRule(string Id, FindingSeverity Severity, string Breach, string Advice)
{
    private const int LongestMessage = 1000;

    internal DashboardFinding Find(ReadDashboard dashboard, string problem, ReadPanel? panel = null, string refId = "") => new()
    {
        Severity = Severity,
        Rule = Id,
        Dashboard = dashboard.Document.Title,
        DashboardUid = dashboard.Document.Uid,
        PanelId = panel?.Id,
        Panel = panel?.Label ?? "",
        RefId = refId,
        Message = Cut(problem),
        Advice = Advice,
    };

    /// <summary>A message of a length that can be shown: it may hold text of the dashboard.</summary>
    internal static string Cut(string problem) => problem.Length > LongestMessage ? problem[..LongestMessage] + "…" : problem;
}
