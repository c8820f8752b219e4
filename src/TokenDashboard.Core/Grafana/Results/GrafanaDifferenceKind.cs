namespace TokenDashboard.Grafana.Results;

/// <summary>What a difference is, seen from the left side.</summary>
public enum GrafanaDifferenceKind
{
    /// <summary>Both sides have it, with other values.</summary>
    Changed,

    /// <summary>Only the right side has it.</summary>
    Added,

    /// <summary>Only the left side has it.</summary>
    Removed,
}
