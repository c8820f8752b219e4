namespace TokenDashboard.Commands;

/// <summary>Exports dashboards from a Grafana server as objects or files.</summary>
[Cmdlet(VerbsData.Export, "GrafanaDashboard", SupportsShouldProcess = true, DefaultParameterSetName = UidSet, HelpUri = TokenCmdlet.HelpFolder + "Export-GrafanaDashboard.md")]
[OutputType(typeof(GrafanaExportResult), typeof(DashboardDocument))]
public sealed class ExportGrafanaDashboardCommand : GrafanaCmdlet
{
    private const string UidSet = "Uid";
    private const string TagSet = "Tag";
    private const string FolderSet = "Folder";
    private const string AllSet = "All";
    private const string TitleSet = "Title";
    private const string FileSet = "File";

    /// <summary>The uids of dashboards. Wildcards are permitted.</summary>
    [Parameter(ParameterSetName = UidSet, Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty, SupportsWildcards, ArgumentCompleter(typeof(ServerCompleter)), PipedTextTransformation]
    public string[] Uid { get; set; } = [];

    /// <summary>The titles of dashboards. Wildcards are permitted.</summary>
    [Parameter(ParameterSetName = TitleSet, Mandatory = true), ValidateNotNullOrEmpty, SupportsWildcards, ArgumentCompleter(typeof(ServerCompleter))]
    public string[] Title { get; set; } = [];

    /// <summary>The files that dashboards were published from. Changes made in Grafana are written into them. Wildcards are permitted.</summary>
    [Parameter(ParameterSetName = FileSet, Mandatory = true), ValidateNotNullOrEmpty, SupportsWildcards]
    public string[] File { get; set; } = [];

    /// <summary>An older version from the dashboard's history, instead of the current version.</summary>
    [Parameter(ParameterSetName = UidSet, ValueFromPipelineByPropertyName = true), VersionRange]
    public long? Version { get; set; }

    /// <summary>The kind of a piped result of Publish-GrafanaDashboard, bound by property name. Only dashboards are exported.</summary>
    [Parameter(ParameterSetName = UidSet, ValueFromPipelineByPropertyName = true, DontShow = true)]
    public string? Kind { get; set; }

    /// <summary>Tags. A dashboard must have all of them.</summary>
    [Parameter(ParameterSetName = TagSet, Mandatory = true), ValidateNotNullOrEmpty, ArgumentCompleter(typeof(ServerCompleter))]
    public string[] Tag { get; set; } = [];

    /// <summary>The title of a folder, with slashes for nested folders. Dashboards in its subfolders are included.</summary>
    [Parameter(ParameterSetName = TagSet), Parameter(ParameterSetName = TitleSet), Parameter(ParameterSetName = FolderSet, Mandatory = true)]
    [ValidateNotNullOrEmpty, ArgumentCompleter(typeof(ServerCompleter))]
    public string? Folder { get; set; }

    /// <summary>Exports every dashboard that the account may read.</summary>
    [Parameter(ParameterSetName = AllSet, Mandatory = true)] public SwitchParameter All { get; set; }

    /// <summary>The folder for the files. Without it, dashboards are returned as objects.</summary>
    [Parameter(ParameterSetName = UidSet), Parameter(ParameterSetName = TitleSet), Parameter(ParameterSetName = TagSet)]
    [Parameter(ParameterSetName = FolderSet), Parameter(ParameterSetName = AllSet), ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    private protected override void Process()
    {
        if (!IsDashboard(Kind))
            return;
        GrafanaExporter exporter = Exporter;
        if (ParameterSetName == FileSet)
        {
            foreach (string path in File)
                EachFile([path], ErrorCode.DashboardNotFound, file => WriteAny(exporter.TakeOver(ReadDashboard(file), file, isNamed: file == ResolvePath(path))));
            return;
        }
        IReadOnlyList<string> uids = [];
        Require(() => uids = Find(exporter));
        if (uids.Count == 0)
        {
            throw new TokenDashboardException(
                ErrorCode.DashboardNotFound, "No dashboard matches among those that this account can read. Check -Uid, -Title, -Tag and -Folder. Tags and folders are case-sensitive.", target: Folder);
        }
        foreach (string uid in uids)
            Guard(() => WriteAny(Path is null ? exporter.Read(uid, Version) : exporter.Save(uid, Version, ResolvePath(Path))));
        string[] outdated = All && Path is not null ? [.. exporter.Outdated(ResolvePath(Path), uids.ToHashSet())] : [];
        if (outdated.Length > 0)
        {
            WriteWarning($"'{Path}' contains files of dashboards that are missing on the server or are in another folder there: {string.Join(", ", outdated)}. The files "
                + "were not changed. Remove those that are no longer needed. Otherwise, publishing the folder publishes them too.");
        }
    }

    private IReadOnlyList<string> Find(GrafanaExporter exporter)
    {
        if (ParameterSetName == UidSet && !Uid.Any(WildcardPattern.ContainsWildcardCharacters))
            return Uid;
        WildcardPattern[] wanted = [.. (ParameterSetName == UidSet ? Uid : Title).Select(text =>
            new WildcardPattern(text, ParameterSetName == UidSet ? WildcardOptions.CultureInvariant : WildcardOptions.CultureInvariant | WildcardOptions.IgnoreCase))];
        return exporter.Find(
            Tag, Folder, wanted.Length == 0 ? null : (uid, title) => wanted.Any(pattern => pattern.IsMatch(ParameterSetName == UidSet ? uid : title)));
    }
}
