using TokenDashboard.Grafana.DataSources;

namespace TokenDashboard.Commands;

/// <summary>Creates or corrects the data source of a Grafana server.</summary>
[Cmdlet(VerbsCommon.Set, "GrafanaDataSource", SupportsShouldProcess = true, HelpUri = TokenCmdlet.HelpFolder + "Set-GrafanaDataSource.md")]
[OutputType(typeof(GrafanaPublishResult))]
public sealed class SetGrafanaDataSourceCommand : GrafanaCmdlet
{
    /// <summary>The store's path as the Grafana server sees it, or the address of ClickHouse, as in clickhouse://host:8123/database.</summary>
    [Parameter(Mandatory = true, Position = 0), ValidateNotNullOrEmpty] public string Database { get; set; } = "";

    /// <summary>The credential of a ClickHouse user with read-only access. Without it, an existing data source keeps its user and password.</summary>
    [Parameter, Credential] public PSCredential? DataSourceCredential { get; set; }

    /// <summary>The data source's name. By default, a new one is named TokenDashboard or TokenDashboard ClickHouse, and an existing one keeps its name.</summary>
    [Parameter, ValidateNotNullOrEmpty] public string? Name { get; set; }

    /// <summary>The data source's uid. The default is tokendashboard-sqlite or tokendashboard-clickhouse.</summary>
    [Parameter, ValidatePattern(DashboardDocument.UidPattern), ArgumentCompleter(typeof(DataSourceUidCompleter))]
    public string? Uid { get; set; }

    /// <summary>Installs the plugin through Grafana if it is missing.</summary>
    [Parameter] public SwitchParameter InstallPlugin { get; set; }

    private protected override void Process()
    {
        GrafanaDataSourceService service = Keep(new GrafanaDataSourceService(Server, Callbacks, Cancellation));
        var options = new GrafanaPublishOptions(
            Database: TelemetryStores.PathOrAddressOf(Database), DataSourceName: Name, DataSourceUid: Uid, InstallPlugin: InstallPlugin,
            DataSourceCredential: DataSourceCredential?.GetNetworkCredential());
        WriteAny(service.Set(options));
    }
}
