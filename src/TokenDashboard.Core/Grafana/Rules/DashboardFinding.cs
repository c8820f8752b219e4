namespace TokenDashboard.Grafana.Rules;

/// <summary>A fault of a dashboard.</summary>
public sealed record DashboardFinding
{
    /// <summary>How grave it is.</summary>
    public required FindingSeverity Severity { get; init; }

    /// <summary>The id of the rule, one of <see cref="DashboardRules.All"/>.</summary>
    public required string Rule { get; init; }

    /// <summary>The dashboard's title.</summary>
    public required string Dashboard { get; init; }

    /// <summary>The dashboard's uid; the empty string where it has none.</summary>
    public required string DashboardUid { get; init; }

    /// <summary>The panel's number, or null where the fault is not a panel's.</summary>
    public int? PanelId { get; init; }

    /// <summary>The title of the panel, or the name of the variable, annotation or row; the empty string for the dashboard as a whole.</summary>
    public string Panel { get; init; } = "";

    /// <summary>The letter of the query; the empty string where the fault is not a query's.</summary>
    public string RefId { get; init; } = "";

    /// <summary>What is wrong.</summary>
    public required string Message { get; init; }

    /// <summary>What to do.</summary>
    public required string Advice { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Severity} {Rule}: {(Panel.Length > 0 ? Panel + ": " : "")}{Message} {Advice}";
}
