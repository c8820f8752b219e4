namespace TokenDashboard.Grafana.Alerting.Rules;

/// <summary>What an alert rule watches.</summary>
public enum AlertKind
{
    /// <summary>More tokens in the window than the limit.</summary>
    Tokens,

    /// <summary>More requests with a negative policy verdict in the window than the limit.</summary>
    PolicyFailures,

    /// <summary>A 95th percentile of the durations in the window, in milliseconds, above the limit.</summary>
    P95Duration,

    /// <summary>No request in the window.</summary>
    NoTelemetry,
}
