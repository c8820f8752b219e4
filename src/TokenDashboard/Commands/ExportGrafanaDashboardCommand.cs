using System.Management.Automation;
using TokenDashboard.Dashboards;
using TokenDashboard.Grafana;

namespace TokenDashboard.Commands;

/// <summary>Brings dashboards from a Grafana server here, as objects or files.</summary>
[Cmdlet(VerbsData.Export, "GrafanaDashboard", SupportsShouldProcess = true, DefaultParameterSetName = UidSet, HelpUri = HelpPage.Folder + "Export-GrafanaDashboard.md")]
[OutputType(typeof(GrafanaExportResult), typeof(DashboardDocument))]
public sealed class ExportGrafanaDashboardCommand : GrafanaCmdlet
{
    private const string UidSet = "Uid";
    private const string TagSet = "Tag";
    private const string FolderSet = "Folder";
    private const string AllSet = "All";

    private GrafanaExporter? _exporter;
    private bool _prepared;

    /// <summary>The uids of dashboards.</summary>
    [Parameter(ParameterSetName = UidSet, Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string[] Uid { get; set; } = [];

    /// <summary>A version of the history instead of the present one.</summary>
    [Parameter(ParameterSetName = UidSet)]
    [ValidateRange(1, long.MaxValue)]
    public long Version { get; set; }

    /// <summary>Tags; a dashboard must have all of them.</summary>
    [Parameter(ParameterSetName = TagSet, Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string[] Tag { get; set; } = [];

    /// <summary>The title of a folder; nested ones with slashes. What is in folders below it is meant, too.</summary>
    [Parameter(ParameterSetName = TagSet)]
    [Parameter(ParameterSetName = FolderSet, Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string? Folder { get; set; }

    /// <summary>Every dashboard the account may read.</summary>
    [Parameter(ParameterSetName = AllSet, Mandatory = true)]
    public SwitchParameter All { get; set; }

    /// <summary>The folder to write files into; without it dashboards are given as objects.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    private protected override void Process()
    {
        _prepared = false;
        _exporter ??= new GrafanaExporter(Server, Callbacks, Cancellation);
        _exporter.Prepare();
        IReadOnlyList<string> uids = ParameterSetName == UidSet ? Uid : _exporter.Find(Tag, Folder);
        _prepared = true;
        if (uids.Count == 0)
        {
            throw new TokenDashboardException(
                ErrorCode.DashboardNotFound, "No dashboard this account may read matches. Check -Tag and -Folder; their case matters.", target: Folder);
        }
        foreach (string uid in uids)
        {
            Guard(() => Export(uid, Version == 0 ? null : Version));
        }
    }

    private void Export(string uid, long? version)
    {
        if (Path is null)
        {
            WriteObject(_exporter!.Read(uid, version));
        }
        else if (_exporter!.Save(uid, version, ResolvePath(Path)) is { } result)
        {
            WriteObject(result);
        }
    }

    /// <summary>One dashboard's trouble is one error record; a server that gives none of them ends the command.</summary>
    private protected override bool IsTerminating(TokenDashboardException exception) => !_prepared || exception.Code.EndsEverything();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _exporter?.Dispose();
        }
        base.Dispose(disposing);
    }
}
