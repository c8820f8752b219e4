using TokenDashboard.Grafana.Parsing;

namespace TokenDashboard.Grafana.Rules;

/// <summary>A problem of a dashboard, or, as <see cref="Proof.DashboardQueryResult"/>, the result of one of its queries.</summary>
public record DashboardFinding
{
    /// <summary>How severe it is.</summary>
    public required FindingSeverity Severity { get; init; }
    /// <summary>The id of the rule, one of <see cref="DashboardRules.All"/>; <c>query-result</c> for the result of a query.</summary>
    public required string Rule { get; init; }
    /// <summary>The dashboard's title.</summary>
    public required string Dashboard { get; init; }
    /// <summary>The dashboard's uid; the empty string if it has none.</summary>
    public required string DashboardUid { get; init; }
    /// <summary>The panel's number; null for a variable, an annotation or the dashboard.</summary>
    public int? PanelId { get; init; }
    /// <summary>The title of the panel, or the name of the variable, annotation or row; the empty string for the dashboard as a whole.</summary>
    public string Panel { get; init; } = "";
    /// <summary>The letter of the query; the empty string for a variable, or if no query is meant.</summary>
    public string RefId { get; init; } = "";
    /// <summary>What is wrong, or what the query returned.</summary>
    public required string Message { get; init; }
    /// <summary>What to do; the empty string for nothing.</summary>
    public string Advice { get; init; } = "";

    /// <inheritdoc/>
    public sealed override string ToString() => $"{Severity} {Rule}: {(Panel.Length > 0 ? Panel + ": " : "")}{Message} {Advice}";
}

/// <summary>How severe a finding about a dashboard is, from the least.</summary>
public enum FindingSeverity : long
{
    /// <summary>A query that ran without a problem.</summary>
    Passed,
    /// <summary>Nothing wrong; worth knowing.</summary>
    Information,
    /// <summary>The dashboard works here and now, and misleads or breaks elsewhere or later.</summary>
    Warning,
    /// <summary>Something is not shown, or shown wrong.</summary>
    Error,
}

/// <summary>A rule for dashboards.</summary>
/// <param name="Id">Its id, which does not change.</param>
/// <param name="Severity">How severe a breach is.</param>
/// <param name="Breach">When it is broken.</param>
/// <param name="Advice">How to fix it.</param>
public sealed record DashboardRule(string Id, FindingSeverity Severity, string Breach, string Advice)
{
    private const int LongestMessage = 1000;

    /// <summary>A finding about a panel, or about what has the name; about the dashboard without either.</summary>
    internal DashboardFinding Find(ReadDashboard dashboard, string problem, ReadPanel? panel = null, string refId = "", string name = "") => new()
    {
        Severity = Severity, Rule = Id, Dashboard = dashboard.Document.Title, DashboardUid = dashboard.Document.Uid, PanelId = panel?.Id,
        Panel = panel?.Label ?? name, RefId = refId, Message = Cut(problem), Advice = Advice,
    };

    /// <summary>A finding about a query.</summary>
    internal static DashboardFinding Find(ReadDashboard dashboard, ReadQuery query, (DashboardRule Rule, string Problem) found) =>
        found.Rule.Find(dashboard, found.Problem, query.Panel, query.Target.RefId, query.Name);

    /// <summary>A message of a length that can be shown: it may contain text of the dashboard.</summary>
    internal static string Cut(string problem) => problem.Length > LongestMessage ? problem[..LongestMessage] + "…" : problem;
}
