using TokenDashboard.Grafana.Rules;

namespace TokenDashboard;

/// <summary>A problem of a dashboard or, as <see cref="DashboardQueryResult"/>, the result of one of its queries.</summary>
public record DashboardFinding
{
    /// <summary>The severity.</summary>
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
    /// <summary>The letter of the query; the empty string for a variable, or if the finding is not about a query.</summary>
    public string RefId { get; init; } = "";
    /// <summary>The problem, or the result of the query.</summary>
    public required string Message { get; init; }
    /// <summary>The advice; may be empty.</summary>
    public string Advice { get; init; } = "";

    /// <inheritdoc/>
    public sealed override string ToString() => $"{Severity} {Rule}: {(Panel.Length > 0 ? Panel + ": " : "")}{Message} {Advice}";
}

/// <summary>The severity of a finding, from the lowest.</summary>
public enum FindingSeverity : long
{
    /// <summary>A query that ran without a problem.</summary>
    Passed,
    /// <summary>Not a problem, but useful to know.</summary>
    Information,
    /// <summary>The dashboard works now, but is misleading, or can fail later or on another server.</summary>
    Warning,
    /// <summary>Something is missing or shown incorrectly.</summary>
    Error,
}
