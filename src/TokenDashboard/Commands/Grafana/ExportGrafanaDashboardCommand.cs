using System.Management.Automation;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Publishing;
using TokenDashboard.Parameters;

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
    private const string TitleSet = "Title";
    private const string FileSet = "File";

    private GrafanaExporter? _exporter;
    private bool _prepared;

    /// <summary>The uids of dashboards; wildcards are allowed.</summary>
    [Parameter(ParameterSetName = UidSet, Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Uid { get; set; } = [];

    /// <summary>The titles of dashboards; wildcards are allowed.</summary>
    [Parameter(ParameterSetName = TitleSet, Mandatory = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Title { get; set; } = [];

    /// <summary>The files dashboards were published from, to take over what was changed in Grafana; wildcards are allowed.</summary>
    [Parameter(ParameterSetName = FileSet, Mandatory = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] File { get; set; } = [];

    /// <summary>A version of the history instead of the present one.</summary>
    [Parameter(ParameterSetName = UidSet, ValueFromPipelineByPropertyName = true)]
    [ValidateRange(1, long.MaxValue)]
    public long Version { get; set; }

    /// <summary>Tags; a dashboard must have all of them.</summary>
    [Parameter(ParameterSetName = TagSet, Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string[] Tag { get; set; } = [];

    /// <summary>The title of a folder; nested ones with slashes. What is in folders below it is meant, too.</summary>
    [Parameter(ParameterSetName = TagSet)]
    [Parameter(ParameterSetName = TitleSet)]
    [Parameter(ParameterSetName = FolderSet, Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string? Folder { get; set; }

    /// <summary>Every dashboard the account may read.</summary>
    [Parameter(ParameterSetName = AllSet, Mandatory = true)]
    public SwitchParameter All { get; set; }

    /// <summary>The folder to write files into; without it dashboards are given as objects.</summary>
    [Parameter(ParameterSetName = UidSet)]
    [Parameter(ParameterSetName = TitleSet)]
    [Parameter(ParameterSetName = TagSet)]
    [Parameter(ParameterSetName = FolderSet)]
    [Parameter(ParameterSetName = AllSet)]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    private protected override void Process()
    {
        _prepared = false;
        _exporter ??= new GrafanaExporter(Server, Callbacks, Cancellation);
        _exporter.Prepare();
        if (ParameterSetName == FileSet)
        {
            _prepared = true;
            foreach (string path in File)
            {
                Guard(() =>
                {
                    foreach (string file in ResolveFiles(path, ErrorCode.DashboardNotFound))
                    {
                        Guard(() => TakeOver(file));
                    }
                });
            }
            return;
        }
        IReadOnlyList<string> uids = Find(_exporter);
        _prepared = true;
        if (uids.Count == 0)
        {
            throw new TokenDashboardException(
                ErrorCode.DashboardNotFound, "No dashboard this account may read matches. Check -Uid, -Title, -Tag and -Folder; the case of tags and folders matters.", target: Folder);
        }
        foreach (string uid in uids)
        {
            Guard(() => Export(uid, Version == 0 ? null : Version));
        }
    }

    private IReadOnlyList<string> Find(GrafanaExporter exporter)
    {
        if (ParameterSetName == UidSet && !Uid.Any(WildcardPattern.ContainsWildcardCharacters))
        {
            return Uid;
        }
        WildcardPattern[] wanted = [.. (ParameterSetName == UidSet ? Uid : Title).Select(text =>
            new WildcardPattern(text, ParameterSetName == UidSet ? WildcardOptions.CultureInvariant : WildcardOptions.CultureInvariant | WildcardOptions.IgnoreCase))];
        return exporter.Find(
            Tag,
            Folder,
            wanted.Length == 0 ? null : (uid, title) => wanted.Any(pattern => pattern.IsMatch(ParameterSetName == UidSet ? uid : title)));
    }

    private void TakeOver(string file)
    {
        if (_exporter!.TakeOver(DashboardFiles.Read(file), file) is { } result)
        {
            WriteObject(result);
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
