namespace TokenDashboard.Grafana.Model.Fields;

/// <summary>Where a legend stands.</summary>
public enum LegendPlacement
{
    /// <summary>Nowhere.</summary>
    Hidden,

    /// <summary>Below the chart.</summary>
    Bottom,

    /// <summary>To the right of the chart.</summary>
    Right,
}
