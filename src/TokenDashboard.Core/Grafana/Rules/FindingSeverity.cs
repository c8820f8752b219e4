namespace TokenDashboard.Grafana.Rules;

/// <summary>How grave a fault of a dashboard is, from the least.</summary>
public enum FindingSeverity
{
    /// <summary>Nothing wrong; worth knowing.</summary>
    Information,

    /// <summary>The dashboard works here and now, and misleads or breaks elsewhere or later.</summary>
    Warning,

    /// <summary>Something is not shown, or shown wrong.</summary>
    Error,
}
