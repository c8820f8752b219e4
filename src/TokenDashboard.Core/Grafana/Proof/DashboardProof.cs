using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using TokenDashboard.Grafana.Emulation;
using TokenDashboard.Grafana.Parsing;
using TokenDashboard.Grafana.Rules;

namespace TokenDashboard.Grafana.Proof;

/// <summary>Runs every query of a dashboard: first those of variables, then those of annotations and panels, with what the variables gave.</summary>
internal sealed class DashboardProof
{
    private readonly ReadDashboard _dashboard;
    private readonly ProofDatabase _database;
    private readonly TimeSpan _queryTimeout;
    private readonly BrowserView _view;
    private readonly IReadOnlyDictionary<string, IReadOnlyList<string>> _chosen;
    private readonly List<DashboardQueryResult> _results = [];
    private readonly List<DashboardFinding> _findings = [];
    private readonly Dictionary<string, string> _firstOptions = [];
    private TimeSpan _timeLeft;

    internal DashboardProof(ReadDashboard dashboard, ProofDatabase database, DashboardTestOptions options)
    {
        _dashboard = dashboard;
        _database = database;
        _queryTimeout = options.QueryTimeout;
        _timeLeft = _queryTimeout * QueryLimits.QueriesOfDashboard;
        _chosen = options.Variables;
        _view = new BrowserView { Dashboard = dashboard.Document, TimeZone = options.TimeZone, Window = WindowOf(dashboard, options) };
    }

    internal IReadOnlyList<DashboardFinding> Findings => _findings;

    internal IReadOnlyList<DashboardQueryResult> Run()
    {
        new VariableResolver(_dashboard, _view, _chosen, Options, (variable, exception) => _findings.Add(
            exception.Rule.Find(_dashboard, exception.Message.TrimEnd('.') + ".") with { Panel = variable.Name })).Resolve();
        foreach (JsonObject annotation in _dashboard.Annotations)
        {
            var target = new ReadTarget((JsonObject)annotation["target"]!);
            var about = new DashboardQueryResult
            {
                Dashboard = _dashboard.Document.Title,
                DashboardUid = _dashboard.Document.Uid,
                Source = DashboardQueryKind.Annotation,
                Panel = annotation.Text("name"),
                RefId = target.RefId,
            };
            Ask(about, _view, target.Sql, target.SeriesByLabel, target.TimeColumns, result => ResultRules.OfAnnotation(result));
        }
        foreach (ReadPanel panel in _dashboard.Panels)
        {
            foreach (ReadTarget target in panel.Targets.Where(target => target.Sql.Trim().Length > 0))
            {
                BrowserView view = ViewOf(panel);
                var about = new DashboardQueryResult
                {
                    Dashboard = _dashboard.Document.Title,
                    DashboardUid = _dashboard.Document.Uid,
                    Source = DashboardQueryKind.Panel,
                    PanelId = panel.Id,
                    Panel = panel.Label,
                    RefId = target.RefId,
                };
                Ask(about, view, target.Sql, target.SeriesByLabel, target.TimeColumns, result => ResultRules.OfPanel(panel, result));
            }
        }
        return _results;
    }

    private IReadOnlyList<(string Text, string Value)> Options(ReadVariable variable)
    {
        IReadOnlyList<(string Text, string Value)> options = [];
        var about = new DashboardQueryResult
        {
            Dashboard = _dashboard.Document.Title,
            DashboardUid = _dashboard.Document.Uid,
            Source = DashboardQueryKind.Variable,
            Panel = variable.Name,
        };
        if (variable.Query.Trim().Length > 0)
        {
            Ask(about, _view, variable.Query, seriesByLabel: false, [], result => ResultRules.OfVariable(result, variable, out options));
        }
        _firstOptions[variable.Name] = options.Select(option => option.Value).FirstOrDefault("");
        return options;
    }

    private void Ask(
        DashboardQueryResult about,
        BrowserView view,
        string sql,
        bool seriesByLabel,
        IReadOnlyList<string> timeColumns,
        Func<PluginResult, IEnumerable<(DashboardRule Rule, string Problem)>> check)
    {
        string finished = "";
        long begun = Stopwatch.GetTimestamp();
        PluginResult? result = null;
        List<(DashboardRule Rule, string Problem)> problems = [];
        try
        {
            finished = view.Interpolate(sql);
            if (_timeLeft <= TimeSpan.Zero)
            {
                throw QueryGuard.Stopped(string.Create(CultureInfo.InvariantCulture,
                    $"was not begun: those before it took {QueryLimits.QueriesOfDashboard} times {_queryTimeout.TotalSeconds} seconds"));
            }
            result = EmulatedPlugin.Run(
                _database, finished, seriesByLabel, timeColumns, view.Window, _timeLeft < _queryTimeout ? _timeLeft : _queryTimeout);
        }
        catch (PluginException exception)
        {
            problems.Add((exception.Rule, exception.Message.TrimEnd('.') + "."));
        }
        TimeSpan elapsed = Stopwatch.GetElapsedTime(begun);
        _timeLeft -= elapsed;
        if (result is not null)
        {
            problems.AddRange(check(result));
        }
        _results.Add(about with
        {
            Rows = result?.Rows ?? 0,
            Columns = [.. result?.Columns.Select(column => new DashboardQueryColumn(column.Name, column.Type)) ?? []],
            Series = result?.Series?.All.Count,
            Milliseconds = result?.Milliseconds ?? elapsed.TotalMilliseconds,
            Problems = [.. problems.Where(problem => problem.Rule.Severity > FindingSeverity.Information).Select(problem => DashboardRule.Cut(problem.Problem))],
            Sql = result?.Sql ?? finished,
        });
        _findings.AddRange(problems.Select(problem => problem.Rule.Find(_dashboard, problem.Problem, refId: about.RefId)
            with { PanelId = about.PanelId, Panel = about.Panel }));
    }

    // Of a repeated panel or row Grafana makes one for each value; the first stands for all.
    private BrowserView ViewOf(ReadPanel panel)
    {
        BrowserView view = _view.For(panel);
        foreach (string name in panel.Repeats)
        {
            if (_view.Values.TryGetValue(name, out VariableValue? value))
            {
                string first = value.CustomAll is null ? value.Values.FirstOrDefault("") : _firstOptions.GetValueOrDefault(name, "");
                view.Repeated[name] = new VariableValue([first], value.IsList);
            }
        }
        return view;
    }

    private static TimeWindow WindowOf(ReadDashboard dashboard, DashboardTestOptions options)
    {
        JsonNode? time = dashboard.Root.Child("time");
        DateTimeOffset ownTo = TimeWindow.Parse(time.Text("to"), options.Now, options.TimeZone, end: true) ?? options.Now;
        DateTimeOffset ownFrom = TimeWindow.Parse(time.Text("from"), options.Now, options.TimeZone, end: false) ?? ownTo.AddHours(-6);
        TimeSpan length = ownFrom < ownTo ? ownTo - ownFrom : TimeSpan.FromHours(6);
        return options.Range switch
        {
            { Since: { } since, Until: { } until } => new TimeWindow(since, until),
            { Since: { } since } => new TimeWindow(since, since < options.Now ? options.Now : since + length),
            { Until: { } until } => new TimeWindow(until - length, until),
            _ => new TimeWindow(ownTo - length, ownTo),
        };
    }
}
