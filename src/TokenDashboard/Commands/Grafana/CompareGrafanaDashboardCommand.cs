namespace TokenDashboard.Commands;

/// <summary>Compares dashboards with those on a Grafana server, or dashboards between two servers or two versions.</summary>
[Cmdlet(VerbsData.Compare, "GrafanaDashboard", DefaultParameterSetName = ObjectSet, HelpUri = TokenCmdlet.HelpFolder + "Compare-GrafanaDashboard.md")]
[OutputType(typeof(GrafanaDashboardDifference))]
public sealed class CompareGrafanaDashboardCommand : GrafanaCmdlet
{
    private const string ServersSet = "Servers";
    private const string VersionsSet = "Versions";

    private GrafanaExporter? _otherServer;

    /// <summary>Dashboards to compare with the dashboards of the same uid on the server.</summary>
    [Parameter(ParameterSetName = ObjectSet, Mandatory = true, ValueFromPipeline = true), DashboardTransformation]
    public DashboardDocument? InputObject { get; set; }

    /// <summary>Dashboard files to compare with the dashboards of the same uid on the server. Wildcards are permitted.</summary>
    [Parameter(ParameterSetName = PathSet, Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("FullName", "PSPath"), ValidateNotNullOrEmpty, SupportsWildcards, PipedTextTransformation(IsPath = true)]
    public string[] Path { get; set; } = [];

    /// <summary>The uids of dashboards on the server.</summary>
    [Parameter(ParameterSetName = ServersSet, Mandatory = true), Parameter(ParameterSetName = VersionsSet, Mandatory = true), ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ServerCompleter))]
    public string[] Uid { get; set; } = [];

    /// <summary>The server on the right side of the comparison.</summary>
    [Parameter(ParameterSetName = ServersSet, Mandatory = true), ArgumentCompleter(typeof(ConnectionCompleter)), ValidateNotNull]
    public ConnectionReference? WithConnection { get; set; }

    /// <summary>The version on the left side of the comparison.</summary>
    [Parameter(ParameterSetName = VersionsSet, Mandatory = true), ValidateRange(1, long.MaxValue)]
    public long Version { get; set; }

    /// <summary>The version on the right side of the comparison. The default is the current version.</summary>
    [Parameter(ParameterSetName = VersionsSet), ValidateRange(1, long.MaxValue)] public long WithVersion { get; set; }

    private protected override void Process()
    {
        if (WithConnection is not null)
            _otherServer ??= Connect(WithConnection.Resolve());
        if (Uid.Length == 0)
            EachDashboard(InputObject, Path, null, document => Compare(document, () => OfServer(document)));
        foreach (string uid in Uid)
        {
            Guard(() => Compare(
                Exporter.Read(uid, Version == 0 ? null : Version),
                () => _otherServer?.Read(uid) ?? Exporter.Read(uid, WithVersion == 0 ? null : WithVersion)));
        }
    }

    private DashboardDocument OfServer(DashboardDocument document) => document.Uid.Length > 0
        ? Exporter.Read(document.Uid)
        : throw new TokenDashboardException(
            ErrorCode.DashboardInvalid, $"The dashboard '{document.Title}' has no uid, so it cannot be found on the server. Give it the uid of the dashboard on the server.");

    private void Compare(DashboardDocument left, Func<DashboardDocument> right)
    {
        IReadOnlyList<GrafanaDashboardDifference> differences = DashboardComparison.Compare(left, right());
        WriteVerbose($"The dashboard '{left.Title}' has {differences.Count} differences.");
        WriteObject(differences, enumerateCollection: true);
    }
}
