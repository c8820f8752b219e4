using TokenDashboard.Grafana.Model;

namespace TokenDashboard.Grafana.Alerting;

/// <summary>What goes into the alerting files of a folder of Grafana's file provisioning.</summary>
public sealed record AlertProvisioningOptions
{
    /// <summary>The folder's full path here. Grafana reads its subfolder <c>alerting</c>.</summary>
    public required string Path { get; init; }

    /// <summary>The data source's uid: 1 to 40 of A-Z, a-z, 0-9, hyphen and underscore.</summary>
    public string DataSourceUid { get; init; } = SqliteDataSource.DefaultUid;

    /// <summary>The title of the folder of rules that name none.</summary>
    public string Folder { get; init; } = AlertRuleOptions.DefaultFolder;

    /// <summary>The organisation, 1 or more.</summary>
    public int OrgId { get; init; } = 1;
}
