namespace TokenDashboard.Grafana.Results;

/// <summary>The kinds of things publishing takes care of.</summary>
public enum GrafanaPublishKind
{
    /// <summary>A folder on a server.</summary>
    Folder,

    /// <summary>A data source on a server.</summary>
    DataSource,

    /// <summary>A dashboard on a server.</summary>
    Dashboard,

    /// <summary>An alert rule on a server.</summary>
    AlertRule,

    /// <summary>A file of Grafana's file provisioning.</summary>
    ProvisioningFile,
}
