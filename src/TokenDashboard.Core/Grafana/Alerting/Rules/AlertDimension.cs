namespace TokenDashboard.Grafana.Alerting.Rules;

/// <summary>For what a limit holds: each value is an alert of its own.</summary>
public enum AlertDimension
{
    /// <summary>For all requests together.</summary>
    Total,

    /// <summary>For each user.</summary>
    User,

    /// <summary>For each model.</summary>
    Model,

    /// <summary>For each provider.</summary>
    Provider,
}
