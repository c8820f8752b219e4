using System.Management.Automation;
using TokenDashboard.Engines;
using TokenDashboard.Completion;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Publishing;
using TokenDashboard.Grafana.Results;

namespace TokenDashboard.Commands;

/// <summary>Publishes dashboards to a Grafana server.</summary>
[Cmdlet(VerbsData.Publish, "GrafanaDashboard", SupportsShouldProcess = true, DefaultParameterSetName = ObjectSet, HelpUri = HelpPage.Folder + "Publish-GrafanaDashboard.md")]
[OutputType(typeof(GrafanaPublishResult))]
public sealed class PublishGrafanaDashboardCommand : PublishCmdlet
{
    private const string ObjectSet = "Object";
    private const string PathSet = "Path";

    private GrafanaPublisher? _publisher;

    /// <summary>A dashboard, as New-GrafanaDashboard returns it. Without InputObject and Path, all dashboards of this module are published.</summary>
    [Parameter(ParameterSetName = ObjectSet, ValueFromPipeline = true)]
    public DashboardDocument? InputObject { get; set; }

    /// <summary>Dashboard files. Wildcards are permitted.</summary>
    [Parameter(ParameterSetName = PathSet, Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("FullName", "PSPath")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <summary>The store's path as the Grafana server sees it, or the address of ClickHouse. Without it, an existing data source is used unchanged.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Database { get; set; }

    /// <summary>The title of the folder in Grafana, with slashes for nested folders. Without it, a dashboard stays where it is.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ValidatePattern(@"\S")]
    [ArgumentCompleter(typeof(ServerCompleter))]
    public string? Folder { get; set; }

    /// <summary>The uid of the folder.</summary>
    [Parameter]
    [ValidatePattern(DashboardDocument.UidPattern)]
    [ArgumentCompleter(typeof(ServerCompleter))]
    public string? FolderUid { get; set; }

    /// <summary>The name of the data source. A new one is named TokenDashboard or TokenDashboard ClickHouse by default.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ServerCompleter))]
    public string? DataSourceName { get; set; }

    /// <summary>The uid of the data source. The default is tokendashboard-sqlite or tokendashboard-clickhouse, unless a dashboard is set to another one of the server.</summary>
    [Parameter]
    [ValidatePattern(DashboardDocument.UidPattern)]
    [ArgumentCompleter(typeof(ServerCompleter))]
    public string? DataSourceUid { get; set; }

    /// <summary>An existing data source for all references to its plugin, or a hashtable from what a dashboard has to an existing data source.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ServerCompleter))]
    [ValidateNotNull]
    public DataSourceMap? DataSource { get; set; }

    /// <summary>The message in the dashboard's history in Grafana.</summary>
    [Parameter]
    [ValidateLength(1, 400)]
    public string? Message { get; set; }

    /// <summary>The folder for backups of what is overwritten in Grafana.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? BackupPath { get; set; }

    /// <summary>Overwrites changes made in Grafana.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Reports a dashboard that is not on the server instead of creating it.</summary>
    [Parameter]
    public SwitchParameter UpdateOnly { get; set; }

    /// <summary>Returns each dashboard in the property Dashboard of its result.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Process() => EachDashboard(InputObject, Path, Database, document =>
    {
        var item = new GrafanaPublishResult
        {
            Kind = GrafanaPublishKind.Dashboard, Name = document.Title, Action = GrafanaPublishAction.Skipped, Uid = document.Uid,
        };
        Publish(
            WithDashboard(item, document),
            () => (_publisher ??= Keep(new GrafanaPublisher(Server, Options(), Callbacks, Cancellation))).Prepare(document),
            () => _publisher!.Publish(document).Select(result => WithDashboard(result, document)));
    });

    private protected override void Finish()
    {
        base.Finish();
        // What could not be read may be what refers to them.
        if (!Failed)
        {
            _publisher?.Finish();
        }
    }

    private GrafanaPublishResult WithDashboard(GrafanaPublishResult result, DashboardDocument document) =>
        PassThru && result.Uid == document.Uid ? result with { Dashboard = document } : result;

    /// <summary>A folder that accepts no dashboard ends the command, too.</summary>
    private protected override bool EndsCommand(TokenDashboardException exception) =>
        exception.Code == ErrorCode.GrafanaFolderConflict || base.EndsCommand(exception);

    private GrafanaPublishOptions Options() => new()
    {
        DataSources = Sources(DataSource, DataSourceUid),
        Folder = Folder,
        FolderUid = FolderUid,
        Database = Database is null ? null : TelemetryStores.PathOrAddressOf(Database),
        DataSourceName = DataSourceName,
        DataSourceUid = DataSourceUid,
        Message = Message,
        BackupPath = BackupPath is null ? null : ResolvePath(BackupPath),
        Force = Force,
        UpdateOnly = UpdateOnly,
    };
}
