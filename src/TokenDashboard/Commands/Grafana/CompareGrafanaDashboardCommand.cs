using System.Management.Automation;
using TokenDashboard.Completion;
using TokenDashboard.Grafana.Http;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Publishing;
using TokenDashboard.Grafana.Results;
using TokenDashboard.Parameters;

namespace TokenDashboard.Commands;

/// <summary>Tells how a dashboard here differs from the server's, or how it differs between two servers or two versions.</summary>
[Cmdlet(VerbsData.Compare, "GrafanaDashboard", DefaultParameterSetName = ObjectSet, HelpUri = HelpPage.Folder + "Compare-GrafanaDashboard.md")]
[OutputType(typeof(GrafanaDashboardDifference))]
public sealed class CompareGrafanaDashboardCommand : GrafanaCmdlet
{
    private const string ObjectSet = "Object";
    private const string PathSet = "Path";
    private const string ServersSet = "Servers";
    private const string VersionsSet = "Versions";

    private GrafanaExporter? _server;
    private GrafanaExporter? _otherServer;
    private bool _prepared;

    /// <summary>Dashboards to compare with the server's of the same uid.</summary>
    [Parameter(ParameterSetName = ObjectSet, Mandatory = true, ValueFromPipeline = true)]
    public DashboardDocument? InputObject { get; set; }

    /// <summary>Dashboard files to compare with the server's of the same uid; wildcards are allowed.</summary>
    [Parameter(ParameterSetName = PathSet, Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("FullName", "PSPath")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <summary>The uids of dashboards on the server.</summary>
    [Parameter(ParameterSetName = ServersSet, Mandatory = true)]
    [Parameter(ParameterSetName = VersionsSet, Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string[] Uid { get; set; } = [];

    /// <summary>The server on the right side.</summary>
    [Parameter(ParameterSetName = ServersSet, Mandatory = true)]
    [ArgumentCompleter(typeof(ConnectionCompleter))]
    [ValidateNotNull]
    public ConnectionReference? WithConnection { get; set; }

    /// <summary>The version on the left side.</summary>
    [Parameter(ParameterSetName = VersionsSet, Mandatory = true)]
    [ValidateRange(1, long.MaxValue)]
    public long Version { get; set; }

    /// <summary>The version on the right side; default: the present one.</summary>
    [Parameter(ParameterSetName = VersionsSet)]
    [ValidateRange(1, long.MaxValue)]
    public long WithVersion { get; set; }

    private protected override void Process()
    {
        _prepared = false;
        _server ??= Connect(Server);
        if (WithConnection is not null)
        {
            _otherServer ??= Connect(WithConnection.Resolve());
        }
        _prepared = true;
        if (InputObject is not null)
        {
            Compare(InputObject, () => OfServer(InputObject));
        }
        foreach (string path in Path)
        {
            Guard(() =>
            {
                foreach (string file in ResolveFiles(path, ErrorCode.DashboardNotFound))
                {
                    Guard(() =>
                    {
                        DashboardDocument document = DashboardFiles.Read(file);
                        Compare(document, () => OfServer(document));
                    });
                }
            });
        }
        foreach (string uid in Uid)
        {
            Guard(() => Compare(
                _server.Read(uid, Version == 0 ? null : Version),
                () => _otherServer?.Read(uid) ?? _server.Read(uid, WithVersion == 0 ? null : WithVersion)));
        }
    }

    private GrafanaExporter Connect(GrafanaConnection connection)
    {
        var exporter = new GrafanaExporter(connection, Callbacks, Cancellation);
        exporter.Prepare();
        return exporter;
    }

    private DashboardDocument OfServer(DashboardDocument document) => document.Uid.Length > 0
        ? _server!.Read(document.Uid)
        : throw new TokenDashboardException(
            ErrorCode.DashboardInvalid, $"The dashboard '{document.Title}' has no uid, so nothing says which one of the server to compare it with.");

    private void Compare(DashboardDocument left, Func<DashboardDocument> right)
    {
        IReadOnlyList<GrafanaDashboardDifference> differences = DashboardComparison.Compare(left, right());
        WriteVerbose($"The dashboard '{left.Title}' has {differences.Count} differences.");
        WriteObject(differences, enumerateCollection: true);
    }

    /// <summary>One dashboard's trouble is one error record; a server that gives none of them ends the command.</summary>
    private protected override bool IsTerminating(TokenDashboardException exception) => !_prepared || exception.Code.EndsEverything();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _server?.Dispose();
            _otherServer?.Dispose();
        }
        base.Dispose(disposing);
    }
}
