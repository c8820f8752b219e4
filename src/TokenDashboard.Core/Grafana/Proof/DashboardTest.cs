using System.Net;
using TokenDashboard.Engines.ClickHouse;
using TokenDashboard.Grafana.Emulation;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Parsing;
using TokenDashboard.Grafana.Proof;
using TokenDashboard.Grafana.Rules;

namespace TokenDashboard;

/// <summary>Tests dashboards: checks them against <see cref="DashboardRules"/>, and runs each of their queries as Grafana does.</summary>
public static class DashboardTest
{
    /// <summary>Tests dashboards that belong together, because they can link to one another. Each result is returned when it is ready.</summary>
    /// <exception cref="TokenDashboardException">
    /// <see cref="ErrorCode.DashboardVariableNotFound"/>: no dashboard has a specified variable, or its choices do not include a specified value.
    /// </exception>
    public static IEnumerable<DashboardTestResult> Run(
        IReadOnlyList<DashboardDocument> documents, DashboardTestOptions options, CancellationToken cancellation)
    {
        ReadDashboard[] dashboards = [.. documents.Select(document => new ReadDashboard(document))];
        if (dashboards.Length > 0 && options.Variables.Keys.FirstOrDefault(name => dashboards.All(dashboard => dashboard.Variable(name) is null)) is { } unknown)
        {
            throw new TokenDashboardException(
                ErrorCode.DashboardVariableNotFound,
                $"No dashboard has a variable '{unknown}'. Existing variables: "
                    + $"{string.Join(", ", dashboards.SelectMany(dashboard => dashboard.Variables).Select(variable => variable.Name).Distinct().Order(StringComparer.Ordinal))}.",
                target: unknown);
        }
        foreach ((string name, IReadOnlyList<string> values) in options.Variables)
        {
            ReadVariable[] variables = [.. dashboards.Select(dashboard => dashboard.Variable(name)).OfType<ReadVariable>()];
            // Values of a list that depend on the database are not known yet.
            if (variables.Length == 0 || Array.Exists(variables, variable => variable.Type != "custom" || variable.Query.Contains('$', StringComparison.Ordinal)))
                continue;
            (string Text, string Value)[] choices = [.. variables.SelectMany(variable => VariableOptions.OfList(variable.Query)).Distinct()];
            if (values.FirstOrDefault(value => value != ReadVariable.All && !(value == ReadVariable.AllText && Array.Exists(variables, variable => variable.IncludeAll))
                && !Array.Exists(choices, option => option.Value == value || option.Text == value)) is { } other)
            {
                throw new TokenDashboardException(
                    ErrorCode.DashboardVariableNotFound,
                    $"The variable '{name}' does not offer '{other}'. Valid values: {string.Join(", ", choices.Select(option => option.Value).Distinct())}.",
                    target: other);
            }
        }
        using IPluginDatabase? database = options.Database is not { } path ? null
            : ClickHouseAddress.Matches(path) ? new ClickHouseProof(path, options.Credential, cancellation) : new ProofDatabase(path, cancellation);
        DataSourcePlugin plugin = DataSourceSettings.PluginOf(options.Database);
        HashSet<string> uids = [.. dashboards.Select(dashboard => dashboard.Document.Uid).Where(uid => uid.Length > 0)];
        foreach (ReadDashboard dashboard in dashboards)
        {
            cancellation.ThrowIfCancellationRequested();
            var findings = new List<DashboardFinding>(DashboardRules.Check(dashboard, uids));
            IReadOnlyList<DashboardQueryResult> queries = [];
            if (database is not null && dashboard.Plugin != plugin)
            {
                findings.Add(DashboardRules.QueryNotRun.Find(dashboard, $"The dashboard queries {dashboard.Plugin.Name}, but the database is {plugin.Name}."));
            }
            else if (database is not null)
            {
                var proof = new DashboardProof(dashboard, database, options);
                queries = proof.Run();
                findings.AddRange(proof.Findings);
                findings.AddRange((database is ProofDatabase file ? DataSourceSettings.PathWarnings(file.Path) : [])
                    .Select(warning => DashboardRules.PathBlocked.Find(dashboard, warning)));
            }
            yield return new DashboardTestResult(
                [
                    .. findings.Where(finding => finding.Severity >= options.Floor && !options.Excluded.Contains(finding.Rule))
                        // A problem that both the SQL and its result show is reported once.
                        .DistinctBy(finding => finding.Rule == DashboardRules.RowsHidden.Id
                            ? (finding.Rule, finding.PanelId, finding.RefId, "")
                            : (finding.Rule, finding.PanelId, finding.RefId, finding.Panel + finding.Message))
                        .OrderByDescending(finding => finding.Severity),
                ],
                [.. queries.Where(query => query.Severity >= options.Floor)]);
        }
    }
}

/// <summary>The options of testing dashboards.</summary>
public sealed record DashboardTestOptions
{
    /// <summary>The database to run queries on, a path or the address of ClickHouse; null runs none.</summary>
    public string? Database { get; init; }
    /// <summary>The credential for ClickHouse; null for the user of the environment.</summary>
    public NetworkCredential? Credential { get; init; }
    /// <summary>The time limit of a query. All queries of a dashboard together have ten times this limit.</summary>
    public TimeSpan QueryTimeout { get; init; } = TimeSpan.FromSeconds(30);
    /// <summary>The time range. An open end comes from the dashboard.</summary>
    public TimeRange Range { get; init; } = TimeRange.All;
    /// <summary>The current time.</summary>
    public DateTimeOffset Now { get; init; } = DateTimeOffset.UtcNow;
    /// <summary>The zone of days in the dashboard's own time range.</summary>
    public TimeZoneInfo TimeZone { get; init; } = TimeZoneInfo.Local;
    /// <summary>Values of variables, which replace those of the dashboard. An empty list is All.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Variables { get; init; } = new Dictionary<string, IReadOnlyList<string>>();
    /// <summary>The ids of rules to omit.</summary>
    public IReadOnlySet<string> Excluded { get; init; } = new HashSet<string>();
    /// <summary>The lowest severity of findings and results to return.</summary>
    public FindingSeverity Floor { get; init; }
}

/// <summary>The result of testing a dashboard: the most severe findings first, and the queries in the dashboard's order.</summary>
public sealed record DashboardTestResult(IReadOnlyList<DashboardFinding> Findings, IReadOnlyList<DashboardQueryResult> Queries);
