using TokenDashboard.Grafana.Rules;

namespace TokenDashboard.Grafana.Proof;

/// <summary>What testing a dashboard gave.</summary>
/// <param name="Findings">The faults, the gravest first.</param>
/// <param name="Queries">The queries that were run, in the dashboard's order.</param>
public sealed record DashboardTestResult(IReadOnlyList<DashboardFinding> Findings, IReadOnlyList<DashboardQueryResult> Queries);
