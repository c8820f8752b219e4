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

    /// <summary>The dashboard's uid; the empty string where it has none.</summary>
    public required string DashboardUid { get; init; }

    /// <summary>The panel's number; null for a variable, an annotation or the dashboard.</summary>
    public int? PanelId { get; init; }

    /// <summary>The title of the panel, or the name of the variable, annotation or row; the empty string for the dashboard as a whole.</summary>
    public string Panel { get; init; } = "";

    /// <summary>The letter of the query; the empty string for a variable and where no query is meant.</summary>
    public string RefId { get; init; } = "";

    /// <summary>What is wrong, or what the query gave.</summary>
    public required string Message { get; init; }

    /// <summary>What to do; the empty string for nothing.</summary>
    public string Advice { get; init; } = "";

    /// <inheritdoc/>
    public sealed override string ToString() => $"{Severity} {Rule}: {(Panel.Length > 0 ? Panel + ": " : "")}{Message} {Advice}";
}
