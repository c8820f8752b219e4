using System.Management.Automation;
using TokenDashboard.Completion;
using TokenDashboard.Dashboards;

namespace TokenDashboard.Commands;

/// <summary>Makes Grafana dashboards, as objects for Publish-GrafanaDashboard or as files.</summary>
[Cmdlet(VerbsCommon.New, "GrafanaDashboard", DefaultParameterSetName = ObjectSet, SupportsShouldProcess = true)]
[OutputType(typeof(DashboardDocument), ParameterSetName = [ObjectSet])]
[OutputType(typeof(FileInfo), ParameterSetName = [FileSet])]
public sealed class NewGrafanaDashboardCommand : TokenCmdlet
{
    private const string ObjectSet = "Object";
    private const string FileSet = "File";

    private readonly HashSet<string> _made = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The dashboards to make; wildcards are allowed. Without it, all.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(DashboardNameCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Name { get; set; } = ["*"];

    /// <summary>
    /// Writes a file instead of an object: a path that ends in .json is the file, any other is the folder. An unchanged file is
    /// not touched.
    /// </summary>
    [Parameter(ParameterSetName = FileSet, Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>The uid in place of the dashboard's own: 1 to 40 letters, digits, hyphens and underscores.</summary>
    [Parameter]
    [ValidatePattern(DashboardDocument.UidPattern)]
    public string? Uid { get; set; }

    /// <summary>The title in place of the dashboard's own.</summary>
    [Parameter]
    [ValidatePattern(@"\S")]
    public string? Title { get; set; }

    /// <summary>Makes the form for Grafana's import page, which asks for the data source.</summary>
    [Parameter]
    public SwitchParameter ForSharing { get; set; }

    /// <summary>Returns the files, also those that held the dashboard already.</summary>
    [Parameter(ParameterSetName = FileSet)]
    public SwitchParameter PassThru { get; set; }

    /// <summary>An unknown name is one error among other dashboards; a folder that cannot be written takes none of them.</summary>
    private protected override bool IsTerminating(TokenDashboardException exception) => exception.Code != ErrorCode.DashboardNotFound;

    private protected override void Process()
    {
        foreach (string name in Name)
        {
            Guard(() => Make(name));
        }
    }

    private void Make(string name)
    {
        if (!WildcardPattern.ContainsWildcardCharacters(name))
        {
            Write(DashboardCatalog.Create(name, Uid, Title, ForSharing));
            return;
        }
        var pattern = new WildcardPattern(name, WildcardOptions.IgnoreCase);
        string[] matches = [.. DashboardCatalog.Names.Where(pattern.IsMatch)];
        RefuseShared(matches);
        foreach (string match in matches)
        {
            Write(DashboardCatalog.Create(match, Uid, Title, ForSharing));
        }
    }

    /// <summary>A uid, a title or a file is for one dashboard.</summary>
    private void RefuseShared(string[] names)
    {
        if (names.Length > 1 && (Uid is not null || Title is not null || IsFile(Path)))
        {
            throw new TokenDashboardException(
                ErrorCode.DashboardInvalid,
                $"The dashboards {string.Join(", ", names.Order())} cannot have the same uid, title or file. "
                + "Give one -Name with -Uid, with -Title, or with a -Path that ends in .json; give a folder for several.",
                target: names[^1]);
        }
    }

    private void Write(DashboardDocument document)
    {
        if (!_made.Add(document.Name))
        {
            return;
        }
        RefuseShared([.. _made]);
        if (ParameterSetName == ObjectSet)
        {
            WriteObject(WithShortDisplay(document));
            return;
        }
        string path = ResolvePath(Path);
        string file = IsFile(path)
            ? path
            : System.IO.Path.Combine(path, DashboardCatalog.FileName(document.Name));
        if (ShouldProcess(file, $"Write the dashboard '{document.Title}'"))
        {
            WriteVerbose(AtomicFile.WriteIfChanged(file, document.Json) ? $"Wrote {file}." : $"{file} holds the dashboard already.");
            if (PassThru)
            {
                WriteObject(new FileInfo(file));
            }
        }
    }

    private static bool IsFile(string path) => path.EndsWith(".json", StringComparison.OrdinalIgnoreCase);

    // Among objects of other types PowerShell lists every property, and the JSON has a thousand lines.
    private static PSObject WithShortDisplay(DashboardDocument document)
    {
        var output = PSObject.AsPSObject(document);
        var shown = new PSPropertySet(
            "DefaultDisplayPropertySet",
            [nameof(document.Name), nameof(document.Uid), nameof(document.Title), nameof(document.Panels)]);
        output.Members.Add(new PSMemberSet("PSStandardMembers", [shown]));
        return output;
    }
}
