namespace TokenDashboard.Grafana.Rules;

/// <summary>How severe a finding about a dashboard is, from the least.</summary>
public enum FindingSeverity
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
