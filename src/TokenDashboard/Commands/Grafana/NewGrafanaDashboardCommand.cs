using TokenDashboard.Grafana.Definitions;
using TokenDashboard.Input;

namespace TokenDashboard.Commands;

/// <summary>Creates Grafana dashboards as objects or files.</summary>
[Cmdlet(VerbsCommon.New, "GrafanaDashboard", DefaultParameterSetName = NameSet, SupportsShouldProcess = true, HelpUri = TokenCmdlet.HelpFolder + "New-GrafanaDashboard.md")]
[OutputType(typeof(DashboardDocument), typeof(FileInfo))]
public sealed class NewGrafanaDashboardCommand : TokenCmdlet
{
    private const string NameSet = "Name";
    private const string DefinitionSet = "Definition";

    private readonly HashSet<string> _created = new(StringComparer.OrdinalIgnoreCase);
    // A uid, a title or a file applies to one dashboard only. The number of dashboards is known after the last input.
    private readonly List<(DashboardDocument Document, string FileName, string OwnName)> _waiting = [];

    /// <summary>The names of dashboards in the catalog. Wildcards are permitted. The default is all dashboards.</summary>
    [Parameter(ParameterSetName = NameSet, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(DashboardNameCompleter)), ValidateNotNullOrEmpty, SupportsWildcards, DashboardNameTransformation]
    public string[] Name { get; set; } = ["*"];

    /// <summary>Definitions of dashboards: hash tables, objects, JSON text, or paths of JSON files.</summary>
    [Parameter(ParameterSetName = DefinitionSet, Mandatory = true, ValueFromPipeline = true), ValidateNotNullOrEmpty, SupportsWildcards]
    public PSObject[] Definition { get; set; } = [];

    /// <summary>
    /// Writes files instead of returning objects. A path that ends in .json is the file, any other path is the folder. A new folder with a
    /// dot in its name needs a slash at the end. An unchanged file is not written.
    /// </summary>
    [Parameter, ValidateNotNullOrEmpty] public string? Path { get; set; }

    /// <summary>The uid of the dashboard, which replaces its default: 1 to 40 letters, digits, hyphens and underscores.</summary>
    [Parameter, ValidatePattern(DashboardDocument.UidPattern)] public string? Uid { get; set; }

    /// <summary>The title of the dashboard, which replaces its default.</summary>
    [Parameter, ValidatePattern(@"\S")] public string? Title { get; set; }

    /// <summary>
    /// The time zones in which the panels can show days, weekdays and hours, by their IANA or Windows names. The first is the default, and UTC
    /// is always included.
    /// </summary>
    [Parameter, ArgumentCompleter(typeof(TimeZoneCompleter)), TimeZoneTransformation, ValidateNotNullOrEmpty]
    public TimeZoneInfo[] TimeZone { get; set; } = [];

    /// <summary>The code of the currency of the prices in the store, such as EUR, for panels that show cost.</summary>
    [Parameter, ArgumentCompleter(typeof(CurrencyCompleter)), ValidatePattern(Money.CodePattern)]
    public string Currency { get; set; } = Money.UsDollar;

    /// <summary>The engine that the dashboards query. By default, the engine of Database, or Sqlite without one.</summary>
    [Parameter, ChoiceTransformation] public DashboardEngine? Engine { get; set; }

    /// <summary>The store that the dashboards are for, which determines the engine: a path, or the address of ClickHouse.</summary>
    [Parameter, ValidateNotNullOrEmpty] public string? Database { get; set; }

    /// <summary>Creates the format for Grafana's import page, which prompts for the data source.</summary>
    [Parameter] public SwitchParameter ForSharing { get; set; }

    /// <summary>With Path, replaces a file that is not this dashboard.</summary>
    [Parameter] public SwitchParameter Force { get; set; }

    /// <summary>With Path, returns the files, including those that were not written.</summary>
    [Parameter] public SwitchParameter PassThru { get; set; }

    /// <summary>An unknown name or an invalid definition is one error record. A folder that cannot be written ends the command.</summary>
    private protected override bool IsTerminating(TokenDashboardException exception) => exception.Code is not
        (ErrorCode.DashboardNotFound or ErrorCode.DashboardDefinitionInvalid or ErrorCode.DashboardDefinitionNotFound);

    private protected override void Process()
    {
        foreach (string name in ParameterSetName == NameSet ? Name : [])
            Guard(() => Create(name));
        if (Definition is [{ BaseObject: string first }, _, ..] && first.Trim() is ['{' or '[', .., not ('}' or ']')] or "{" or "[")
        {
            throw new TokenDashboardException(
                ErrorCode.DashboardDefinitionInvalid, "The definition is JSON split into separate lines. Use the path of its file, or Get-Content -Raw.");
        }
        foreach (PSObject definition in Definition)
            Guard(() => Create(definition));
    }

    private protected override void Finish()
    {
        if (_waiting.Count > 1)
        {
            throw new TokenDashboardException(
                ErrorCode.DashboardInvalid,
                $"The dashboards {string.Join(", ", _waiting.Select(waiting => waiting.OwnName))} cannot have the same uid, title or file. "
                + "Use -Uid, -Title, or a -Path that ends in .json with one dashboard only. For several dashboards, use a folder.",
                target: _waiting[^1].OwnName);
        }
        foreach ((DashboardDocument document, string fileName, _) in _waiting)
            Write(document, fileName);
    }

    private bool IsForOne => Uid is not null || Title is not null || DashboardFile.IsFile(Path ?? "");

    private DataSourcePlugin Plugin => DataSourcePlugin.Of(Engine, Database is null ? null : TelemetryStores.PathOrAddressOf(Database));

    private void Create(string name)
    {
        if (DefinitionInput.IsContent(name))
            throw new TokenDashboardException(ErrorCode.DashboardNotFound, "The value is JSON, but the name of a dashboard is expected. Use -Definition.");
        if (DashboardFile.IsFile(name))
        {
            throw new TokenDashboardException(
                ErrorCode.DashboardNotFound, $"There is no dashboard named '{name}'. Use -Definition for a file with definitions.", target: name);
        }
        string[] matches = [name];
        if (WildcardPattern.ContainsWildcardCharacters(name))
            matches = [.. DashboardCatalog.Names.Where(new WildcardPattern(name, WildcardOptions.IgnoreCase).IsMatch)];
        foreach (DashboardDocument document in matches.Select(match => DashboardCatalog.Create(match, Uid, Title, ForSharing, TimeZone, Plugin, Currency)))
        {
            if (_created.Add(document.Name))
                WriteOrWait(document, DashboardCatalog.FileName(document.Name), document.Name);
        }
    }

    private void Create(PSObject definition)
    {
        if (definition.BaseObject is DashboardDocument)
            throw new TokenDashboardException(ErrorCode.DashboardDefinitionInvalid, DashboardNameTransformationAttribute.IsDashboard);
        if (definition.BaseObject is string blank && string.IsNullOrWhiteSpace(blank))
            throw new TokenDashboardException(ErrorCode.DashboardDefinitionInvalid, "The definition is an empty string. Use a hash table, JSON, or the path of a file.");
        if (definition.BaseObject is string text && text.TrimStart() is ['{' or '[', ..])
        {
            CreateAll(DashboardDefinition.Parse(text, "The text"), "");
        }
        else if (DefinitionInput.PathOf(definition) is { } path)
        {
            EachFile([path], ErrorCode.DashboardDefinitionNotFound, file =>
                CreateAll(DashboardDefinition.Parse(DefinitionInput.ReadText(file, ErrorCode.DashboardDefinitionInvalid), file), file));
        }
        // Definitions have no key Name, so an object with this property selects a dashboard of the catalog.
        else if (definition.BaseObject is not IDictionary && definition.Properties["Name"]?.Value is { } name)
            Create(name.ToString() ?? "");
        else
            CreateAll([DefinitionInput.Fields(definition)], "");
    }

    private void CreateAll(IEnumerable<IEnumerable<KeyValuePair<string, object?>>> definitions, string source)
    {
        foreach (IEnumerable<KeyValuePair<string, object?>> fields in definitions)
        {
            DashboardDefinitionResult result = DashboardDefinition.Read(fields, Uid, Title, Plugin, Currency, TimeZone);
            foreach (DefinitionFault fault in result.Faults)
            {
                WriteError(new TokenDashboardException(
                    ErrorCode.DashboardDefinitionInvalid, $"{(source.Length > 0 ? $"'{source}': " : "")}{fault}.", target: fault.Path).ToErrorRecord());
            }
            if (result.ToDocument(ForSharing) is { } dashboard)
            {
                if (!IsForOne && !_created.Add(dashboard.Uid))
                {
                    throw new TokenDashboardException(
                        ErrorCode.DashboardDefinitionInvalid,
                        $"{(source.Length > 0 ? $"'{source}': " : "")}uid is '{dashboard.Uid}', which another of these dashboards also has. Give each dashboard its own uid.",
                        target: "uid");
                }
                WriteOrWait(dashboard, FileName.Of(dashboard.Uid) + ".json", result.OwnTitle.Length > 0 ? $"'{result.OwnTitle}'" : "without a title");
            }
        }
    }

    private void WriteOrWait(DashboardDocument document, string fileName, string ownName)
    {
        if (IsForOne)
            _waiting.Add((document, fileName, ownName));
        else
            Write(document, fileName);
    }

    private void Write(DashboardDocument document, string fileName)
    {
        if (Path is null)
        {
            WriteObject(WithShortDisplay(document));
            return;
        }
        string path = ResolvePath(Path), file = DashboardFile.PathOf(path, fileName);
        if (!Force)
            DashboardFile.ThrowIfOther(file, document.Uid);
        if (ShouldProcess(file, $"Write the dashboard '{document.Title}'"))
        {
            WriteVerbose(DashboardFile.Write(path, file, document.Json) ? $"Wrote {file}." : $"{file} is up to date.");
            if (PassThru)
                WriteObject(new FileInfo(file));
        }
    }

    // For objects whose type differs from that of the first, PowerShell lists every property, and the JSON has about a thousand lines.
    private static PSObject WithShortDisplay(DashboardDocument document)
    {
        var output = PSObject.AsPSObject(document);
        string[] names = [nameof(document.Name), nameof(document.Uid), nameof(document.Title), nameof(document.Panels)];
        var shown = new PSPropertySet("DefaultDisplayPropertySet", names);
        output.Members.Add(new PSMemberSet("PSStandardMembers", [shown]));
        return output;
    }
}
