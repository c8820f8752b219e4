namespace TokenDashboard.Commands;

/// <summary>Publishes dashboards to a Grafana server.</summary>
[Cmdlet(VerbsData.Publish, "GrafanaDashboard", SupportsShouldProcess = true, DefaultParameterSetName = ObjectSet, HelpUri = TokenCmdlet.HelpFolder + "Publish-GrafanaDashboard.md")]
[OutputType(typeof(GrafanaPublishResult))]
public sealed class PublishGrafanaDashboardCommand : PublishCmdlet
{
    private GrafanaPublisher? _publisher;

    /// <summary>A dashboard, as New-GrafanaDashboard returns it. Without InputObject and Path, all dashboards of this module are published.</summary>
    [Parameter(ParameterSetName = ObjectSet, ValueFromPipeline = true), ValidateNotNull, DashboardTransformation]
    public DashboardDocument? InputObject { get; set; }

    /// <summary>Dashboard files. Wildcards are permitted.</summary>
    [Parameter(ParameterSetName = PathSet, Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("FullName", "PSPath"), ValidateNotNullOrEmpty, SupportsWildcards, PipedTextTransformation(IsPath = true)]
    public string[] Path { get; set; } = [];

    /// <summary>The store's path as the Grafana server sees it, or the address of ClickHouse. Without it, an existing data source is used unchanged.</summary>
    [Parameter, ValidateNotNullOrEmpty] public string? Database { get; set; }

    /// <summary>An existing data source for all references to its plugin, or a hashtable that maps references in dashboards to existing data sources.</summary>
    [Parameter, ArgumentCompleter(typeof(ServerCompleter)), ValidateNotNull]
    public DataSourceMap? DataSource { get; set; }

    /// <summary>The message in the dashboard's history in Grafana.</summary>
    [Parameter, ValidateLength(1, 400)] public string? Message { get; set; }

    /// <summary>The folder for backups of the dashboards that are overwritten in Grafana.</summary>
    [Parameter, ValidateNotNullOrEmpty] public string? BackupPath { get; set; }

    /// <summary>Reports a dashboard that is not on the server, instead of creating it.</summary>
    [Parameter] public SwitchParameter UpdateOnly { get; set; }

    /// <summary>Adds each dashboard to its result, in the property Dashboard.</summary>
    [Parameter] public SwitchParameter PassThru { get; set; }

    private protected override void Process() => EachDashboard(InputObject, Path, Database, document => Publish(
        WithDashboard(new GrafanaPublishResult(GrafanaPublishKind.Dashboard, document.Title, GrafanaPublishAction.Skipped, document.Uid), document),
        () => (_publisher ??= Keep(new GrafanaPublisher(Server, Options(), Callbacks, Cancellation))).Prepare(document),
        () => _publisher!.Publish(document).Select(result => WithDashboard(result, document)), () => _publisher?.FolderTitle));

    private protected override void Finish()
    {
        base.Finish();
        // An unreadable input may refer to them.
        if (!Failed)
            _publisher?.Finish();
    }

    private GrafanaPublishResult WithDashboard(GrafanaPublishResult result, DashboardDocument document) =>
        PassThru && result.Uid == document.Uid ? result with { Dashboard = document } : result;

    /// <summary>A folder that accepts no dashboard also ends the command.</summary>
    private protected override bool EndsCommand(TokenDashboardException exception) =>
        exception.Code == ErrorCode.GrafanaFolderConflict || base.EndsCommand(exception);

    private GrafanaPublishOptions Options() => new(
        Folder, FolderUid, Database is null ? null : TelemetryStores.PathOrAddressOf(Database), DataSourceName, DataSourceUid, Sources(DataSource, DataSourceUid),
        Message: Message, BackupPath: BackupPath is null ? null : ResolvePath(BackupPath), UpdateOnly: UpdateOnly, Force: Force);
}
