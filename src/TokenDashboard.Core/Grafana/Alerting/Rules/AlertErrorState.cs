namespace TokenDashboard.Grafana.Alerting.Rules;

/// <summary>What an alert rule becomes when its query fails.</summary>
public enum AlertErrorState
{
    /// <summary>An alert of its own, named DatasourceError.</summary>
    Error,

    /// <summary>Normal.</summary>
    OK,

    /// <summary>Alerting.</summary>
    Alerting,

    /// <summary>What it was. Grafana 11 and later.</summary>
    KeepLast,
}
