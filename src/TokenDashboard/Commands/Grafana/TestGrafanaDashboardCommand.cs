using TokenDashboard.Grafana.Rules;

namespace TokenDashboard.Commands;

/// <summary>Checks Grafana dashboards against rules and runs their queries.</summary>
[Cmdlet(VerbsDiagnostic.Test, "GrafanaDashboard", DefaultParameterSetName = ObjectSet, HelpUri = TokenCmdlet.HelpFolder + "Test-GrafanaDashboard.md")]
[OutputType(typeof(DashboardFinding), typeof(DashboardQueryResult), typeof(bool))]
public sealed class TestGrafanaDashboardCommand : DashboardCmdlet
{
    private readonly List<DashboardDocument> _documents = [];

    /// <summary>A dashboard, as New-GrafanaDashboard returns it. Without InputObject and Path, all dashboards of this module are tested.</summary>
    [Parameter(ParameterSetName = ObjectSet, ValueFromPipeline = true), ValidateNotNull, DashboardTransformation]
    public DashboardDocument? InputObject { get; set; }

    /// <summary>Dashboard files. Wildcards are permitted.</summary>
    [Parameter(ParameterSetName = PathSet, Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("FullName", "PSPath"), ValidateNotNullOrEmpty, SupportsWildcards, PipedTextTransformation(IsPath = true)]
    public string[] Path { get; set; } = [];

    /// <summary>The SQLite database, or the address of ClickHouse, to run the queries on. The default is the default store, if there is one.</summary>
    [Parameter, ValidateNotNullOrEmpty] public string? Database { get; set; }

    /// <summary>The credential for ClickHouse. The default comes from the environment variables CLICKHOUSE_USER and CLICKHOUSE_PASSWORD.</summary>
    [Parameter, Credential] public PSCredential? Credential { get; set; }

    /// <summary>Runs no queries.</summary>
    [Parameter] public SwitchParameter SkipQuery { get; set; }

    /// <summary>The time limit of a query in seconds. All queries of a dashboard together have ten times this limit.</summary>
    [Parameter, ValidateRange(1, 86400)] public int QueryTimeoutSec { get; set; } = 30;

    /// <summary>The start of the time range. The default comes from the dashboard.</summary>
    [Parameter, Alias("Start"), TimeExpressionTransformation, ArgumentCompleter(typeof(TimeExpressionCompleter))]
    public TimeExpression? Since { get; set; }

    /// <summary>The end of the time range. The default comes from the dashboard.</summary>
    [Parameter, Alias("End"), TimeExpressionTransformation, ArgumentCompleter(typeof(TimeExpressionCompleter))]
    public TimeExpression? Until { get; set; }

    /// <summary>A time range that ends now, or a named time range. It cannot be combined with Since or Until.</summary>
    [Parameter, TimeExpressionTransformation(IsLength = true), ArgumentCompleter(typeof(TimeExpressionCompleter))]
    public TimeExpression? Last { get; set; }

    /// <summary>Values of the dashboards' variables by name: one value, several values in an array, or an empty array for All.</summary>
    [Parameter] public IDictionary? Variable { get; set; }

    /// <summary>Rules to omit. Wildcards are permitted.</summary>
    [Parameter, ArgumentCompleter(typeof(DashboardRuleCompleter)), SupportsWildcards]
    public string[] Exclude { get; set; } = [];

    /// <summary>Omits findings and query results below this severity. The default, Passed, omits none.</summary>
    [Parameter, ChoiceTransformation] public FindingSeverity Severity { get; set; }

    /// <summary>The time zone of days in time ranges. The default is the local time zone.</summary>
    [Parameter, TimeZoneTransformation, ArgumentCompleter(typeof(TimeZoneCompleter))]
    public TimeZoneInfo TimeZone { get; set; } = TimeZoneInfo.Local;

    /// <summary>Returns only whether the dashboards have no finding of Severity or above. With this parameter, the default of Severity is Warning.</summary>
    [Parameter] public SwitchParameter Quiet { get; set; }

    private protected override void Process() => EachDashboard(InputObject, Path, FindDatabase(), _documents.Add);

    /// <summary>Links are checked across all specified dashboards, so the work starts after the last input.</summary>
    private protected override void Finish()
    {
        bool passed = !Failed && _documents.Count > 0;
        DashboardTestOptions options = Options();
        WarnOfPlainPassword(options.Database ?? "", options.Credential);
        foreach (DashboardTestResult result in DashboardTest.Run(_documents, options, Cancellation))
        {
            passed &= result.Findings.Count == 0;
            if (!Quiet)
                WriteObject(result.Findings.Concat(result.Queries), enumerateCollection: true);
        }
        if (Quiet)
            WriteObject(passed);
    }

    private DashboardTestOptions Options()
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        return new DashboardTestOptions
        {
            Database = FindDatabase(), Credential = Credential?.GetNetworkCredential(), QueryTimeout = TimeSpan.FromSeconds(QueryTimeoutSec), Now = now,
            Range = TimeExpression.Range(Since, Until, Last, now, TimeZone), TimeZone = TimeZone, Variables = Variables(), Excluded = Excluded(),
            Floor = Quiet && !MyInvocation.BoundParameters.ContainsKey(nameof(Severity)) ? FindingSeverity.Warning : Severity,
        };
    }

    private string? FindDatabase()
    {
        if (SkipQuery)
            return null;
        if (Database is not null)
            return TelemetryStores.PathOrAddressOf(ResolveStore(Database));
        try
        {
            string found = TelemetryStores.PathOrAddressOf(FindStore());
            WriteVerbose($"Running queries on '{found}'.");
            return found;
        }
        catch (TokenDashboardException exception) when (exception.Code == ErrorCode.StoreNotSpecified)
        {
            WriteVerbose("No queries are run, because no store is specified. To run queries, use -Database.");
            return null;
        }
    }

    private Dictionary<string, IReadOnlyList<string>> Variables()
    {
        var variables = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in Variable ?? new Hashtable())
        {
            variables[LanguagePrimitives.ConvertTo<string>(entry.Key)] =
                Wrapped.Inner(entry.Value) is { } value ? LanguagePrimitives.ConvertTo<string[]>(value) : [""];
        }
        return variables;
    }

    private HashSet<string> Excluded()
    {
        string[] rules = [.. DashboardRules.All.Select(rule => rule.Id)];
        return [.. Exclude.SelectMany(name => Array.FindAll(rules, new WildcardPattern(name, WildcardOptions.IgnoreCase).IsMatch) is { Length: > 0 } matches
            ? matches
            : throw new TokenDashboardException(ErrorCode.DashboardRuleNotFound, $"There is no rule '{name}'. The rules are: {string.Join(", ", rules)}.", target: name))];
    }
}
