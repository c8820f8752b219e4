namespace TokenDashboard.Grafana.Alerting.Rules;

/// <summary>What an alert rule becomes when its query has no result.</summary>
public enum AlertNoDataState
{
    /// <summary>Normal.</summary>
    OK,

    /// <summary>An alert of its own, named DatasourceNoData.</summary>
    NoData,

    /// <summary>Alerting.</summary>
    Alerting,

    /// <summary>What it was. Grafana 11 and later.</summary>
    KeepLast,
}
