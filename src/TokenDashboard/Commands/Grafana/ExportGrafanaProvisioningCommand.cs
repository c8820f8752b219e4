using TokenDashboard.Grafana.Alerting;

namespace TokenDashboard.Commands;

/// <summary>Writes dashboards, their data source and alert rules as files for Grafana's file provisioning.</summary>
[Cmdlet(VerbsData.Export, "GrafanaProvisioning", SupportsShouldProcess = true, DefaultParameterSetName = ObjectSet, HelpUri = TokenCmdlet.HelpFolder + "Export-GrafanaProvisioning.md")]
[OutputType(typeof(GrafanaPublishResult))]
public sealed class ExportGrafanaProvisioningCommand : DashboardCmdlet
{
    private const string AlertRuleSet = "AlertRule";

    private ProvisioningWriter? _dashboards;
    private AlertProvisioningWriter? _rules;

    /// <summary>The folder to write, which Grafana reads as its provisioning folder.</summary>
    [Parameter(Mandatory = true, Position = 0), ValidateNotNullOrEmpty] public string ProvisioningPath { get; set; } = "";

    /// <summary>A dashboard, as New-GrafanaDashboard returns it. Without InputObject, Path and AlertRule, all dashboards of this module are written.</summary>
    [Parameter(ParameterSetName = ObjectSet, ValueFromPipeline = true), ValidateNotNull, DashboardTransformation]
    public DashboardDocument? InputObject { get; set; }

    /// <summary>Dashboard files. Wildcards are permitted.</summary>
    [Parameter(ParameterSetName = PathSet, Mandatory = true, Position = 1, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("FullName", "PSPath"), ValidateNotNullOrEmpty, SupportsWildcards, PipedTextTransformation(IsPath = true)]
    public string[] Path { get; set; } = [];

    /// <summary>Definitions of alert rules: hash tables, objects, or the paths of JSON files. Wildcards are permitted.</summary>
    [Parameter(ParameterSetName = AlertRuleSet, Mandatory = true), ValidateNotNullOrEmpty, SupportsWildcards]
    public PSObject[] AlertRule { get; set; } = [];

    /// <summary>The engine that the alert rules query.</summary>
    [Parameter(ParameterSetName = AlertRuleSet), ChoiceTransformation]
    public DashboardEngine Engine { get; set; }

    /// <summary>The store's path as the Grafana server sees it, or the address of ClickHouse.</summary>
    [Parameter(ParameterSetName = ObjectSet, Mandatory = true), Parameter(ParameterSetName = PathSet, Mandatory = true), ValidateNotNullOrEmpty]
    public string Database { get; set; } = "";

    /// <summary>The folder ProvisioningPath as the Grafana server sees it, if the path differs, for example in a container.</summary>
    [Parameter(ParameterSetName = ObjectSet), Parameter(ParameterSetName = PathSet), ValidateNotNullOrEmpty]
    public string? GrafanaPath { get; set; }

    /// <summary>The title of the folder in Grafana. For alert rules, the folder of rules that specify none.</summary>
    [Parameter, ValidateNotNullOrEmpty, ValidatePattern(@"\S"), ArgumentCompleter(typeof(ServerCompleter))]
    public string? Folder { get; set; }

    /// <summary>The uid of the folder.</summary>
    [Parameter(ParameterSetName = ObjectSet), Parameter(ParameterSetName = PathSet), ValidatePattern(DashboardDocument.UidPattern)]
    [ArgumentCompleter(typeof(ServerCompleter))]
    public string? FolderUid { get; set; }

    /// <summary>The name of the data source.</summary>
    [Parameter(ParameterSetName = ObjectSet), Parameter(ParameterSetName = PathSet), ValidateNotNullOrEmpty]
    public string? DataSourceName { get; set; }

    /// <summary>The uid of the data source.</summary>
    [Parameter, ValidatePattern(DashboardDocument.UidPattern), ArgumentCompleter(typeof(ServerCompleter))]
    public string? DataSourceUid { get; set; }

    /// <summary>The uid of a data source for all references to its plugin, or a hashtable that maps references in dashboards to the uid of a data source.</summary>
    [Parameter(ParameterSetName = ObjectSet), Parameter(ParameterSetName = PathSet), ValidateNotNull]
    public DataSourceMap? DataSource { get; set; }

    /// <summary>The organization in Grafana.</summary>
    [Parameter, ValidateRange(1, int.MaxValue)] public int OrgId { get; set; } = 1;

    /// <summary>Removes items that an earlier run wrote and this run does not: dashboard files, or the alert rules from Grafana.</summary>
    [Parameter] public SwitchParameter Prune { get; set; }

    /// <summary>Adds each dashboard to its result, in the property Dashboard.</summary>
    [Parameter(ParameterSetName = ObjectSet), Parameter(ParameterSetName = PathSet)]
    public SwitchParameter PassThru { get; set; }

    private protected override void Process()
    {
        if (ParameterSetName == AlertRuleSet)
        {
            EachRule(AlertRule, rule => WriteAny((_rules ??= new AlertProvisioningWriter(Options(), Callbacks)).Write(rule)));
            return;
        }
        EachDashboard(InputObject, Path, Database, document => WriteAll((_dashboards ??= new ProvisioningWriter(Options(), Callbacks)).Write(document)
            .Select(result => PassThru && result.Uid == document.Uid ? result with { Dashboard = document } : result)));
    }

    private protected override void Finish()
    {
        if (!Failed)
        {
            // An unreadable input may refer to them.
            _dashboards?.Finish();
        }
        if (Prune && Failed)
            WriteWarning("Nothing was pruned because of errors: the files of an item that could not be read may still be needed.");
        else if (Prune)
            WriteAll((_dashboards?.Prune() ?? []).Concat(_rules?.Prune() ?? []));
        _dashboards?.WarnOfSameTitles();
    }

    private ProvisioningOptions Options() => new(ResolvePath(ProvisioningPath), GrafanaPath, OrgId, Engine)
    {
        Folder = Folder, FolderUid = FolderUid, Database = TelemetryStores.PathOrAddressOf(Database), DataSourceName = DataSourceName, DataSourceUid = DataSourceUid,
        DataSources = Sources(DataSource, DataSourceUid),
    };
}
