namespace TokenDashboard.Grafana.Proof;

/// <summary>What a query of a dashboard is for.</summary>
public enum DashboardQueryKind
{
    /// <summary>A panel.</summary>
    Panel,

    /// <summary>The options of a variable.</summary>
    Variable,

    /// <summary>Annotations.</summary>
    Annotation,
}
