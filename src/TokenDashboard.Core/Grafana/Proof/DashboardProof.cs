using TokenDashboard.Grafana.Emulation;
using TokenDashboard.Grafana.Parsing;
using TokenDashboard.Grafana.Rules;

namespace TokenDashboard.Grafana.Proof;

/// <summary>Runs every query of a dashboard: first those of variables, then those of annotations and panels, with the values of the variables.</summary>
internal sealed class DashboardProof(ReadDashboard dashboard, IPluginDatabase database, DashboardTestOptions options)
{
    private readonly BrowserView _view = new() { Dashboard = dashboard.Document, TimeZone = options.TimeZone, Window = WindowOf(dashboard, options), QuotesLists = dashboard.IsForClickHouse };
    private readonly List<DashboardQueryResult> _results = [];
    private readonly List<DashboardFinding> _findings = [];
    private readonly Dictionary<string, string> _firstOptions = [];
    private readonly HashSet<string> _failed = [];
    private readonly PatternTime _patterns = new(VariableOptions.MostTime);
    private TimeSpan _timeLeft = options.QueryTimeout * QueryLimits.QueriesOfDashboard;

    internal IReadOnlyList<DashboardFinding> Findings => _findings;

    internal IReadOnlyList<DashboardQueryResult> Run()
    {
        new VariableResolver(dashboard, _view, options.Variables, Options, (variable, exception) => _findings.Add(
            exception.Rule.Find(dashboard, exception.Message.TrimEnd('.') + ".") with { Panel = variable.Name })).Resolve();
        // Annotations first.
        foreach (ReadQuery query in dashboard.Queries.OrderBy(query => query.Panel is not null))
        {
            if (query.Panel is not { } panel)
                Ask(DashboardQueryKind.Annotation, query, _view, ResultRules.OfAnnotation);
            else if (query.Target.Sql.Trim().Length > 0)
                Ask(DashboardQueryKind.Panel, query, ViewOf(panel), result => ResultRules.OfPanel(panel, result));
        }
        return _results;
    }

    private IReadOnlyList<(string Text, string Value)> Options(ReadVariable variable)
    {
        IReadOnlyList<(string Text, string Value)> found = [];
        if (variable.Query.Trim().Length > 0
            && !Ask(DashboardQueryKind.Variable, new ReadQuery(variable.AsTarget, null, variable.Name), _view, result => ResultRules.OfVariable(result, variable, _patterns, out found)))
            _failed.Add(variable.Name);
        _firstOptions[variable.Name] = found.Select(option => option.Value).FirstOrDefault("");
        return found;
    }

    // A value for it may be specified, or represent all.
    private bool HasFailed(VariableUse use, BrowserView view) =>
        _failed.Contains(use.Name) && !(view.Values.TryGetValue(use.Name, out VariableValue? value) && (value.CustomAll ?? string.Concat(value.Values)).Length > 0);

    // Returns whether the query was run.
    private bool Ask(DashboardQueryKind source, ReadQuery query, BrowserView view, Func<PluginResult, IEnumerable<(DashboardRule Rule, string Problem)>> check)
    {
        ReadTarget target = query.Target;
        string finished = "";
        long begun = Stopwatch.GetTimestamp();
        PluginResult? result = null;
        List<(DashboardRule Rule, string Problem)> problems = [];
        try
        {
            if (VariableUse.In(target.Sql).FirstOrDefault(use => HasFailed(use, view)) is { } missing)
                throw new PluginException($"The query of the variable '{missing.Name}' failed, so this query was not run", DashboardRules.QueryVariableFailed);
            finished = view.Interpolate(dashboard.IsForClickHouse ? ConditionalAll.Apply(target.Sql, view.Values) : target.Sql);
            if (_timeLeft <= TimeSpan.Zero)
            {
                throw QueryGuard.Stopped(string.Create(CultureInfo.InvariantCulture,
                    $"was not started, because the previous queries took {QueryLimits.QueriesOfDashboard} times {options.QueryTimeout.TotalSeconds} seconds"));
            }
            TimeSpan time = _timeLeft < options.QueryTimeout ? _timeLeft : options.QueryTimeout;
            result = database.Run(target, finished, view, time);
        }
        catch (PluginException exception)
        {
            problems.Add((exception.Rule, exception.Message.TrimEnd('.') + "."));
        }
        TimeSpan elapsed = Stopwatch.GetElapsedTime(begun);
        _timeLeft -= elapsed;
        problems.AddRange(result is null ? [] : check(result));
        (DashboardRule Rule, string Problem)[] grave = [.. problems.Where(problem => result is null || problem.Rule.Severity > FindingSeverity.Information)];
        double milliseconds = result?.Milliseconds ?? elapsed.TotalMilliseconds;
        _results.Add(new DashboardQueryResult
        {
            Severity = grave.Select(problem => problem.Rule.Severity).DefaultIfEmpty(FindingSeverity.Passed).Max(),
            Rule = DashboardQueryResult.ResultRule,
            Dashboard = dashboard.Document.Title,
            DashboardUid = dashboard.Document.Uid,
            Source = source,
            PanelId = query.Panel?.Id,
            Panel = query.Name,
            RefId = target.RefId,
            Message = Shape(result, milliseconds),
            Rows = result?.Rows ?? 0,
            Columns = new([.. result?.Columns.Select(column => new DashboardQueryColumn(column.Name, column.Type)) ?? []]),
            Series = result?.Series?.Count,
            Milliseconds = milliseconds,
            Problems = new(grave.Select(problem => DashboardRule.Cut(problem.Problem))),
            Sql = result?.Sql ?? finished,
        });
        _findings.AddRange(problems.Select(problem => DashboardRule.Find(dashboard, query, problem)));
        return result is not null;
    }

    /// <summary>The result of a query as one line.</summary>
    private static string Shape(PluginResult? result, double milliseconds)
    {
        static string Count(int count, string one, string many) => string.Create(CultureInfo.InvariantCulture, $"{count:N0} {(count == 1 ? one : many)}");

        string parts = result?.Series is { } series ? Count(series.Count, "series", "series") : Count(result?.Columns.Count ?? 0, "column", "columns");
        return string.Create(CultureInfo.InvariantCulture, $"{Count(result?.Rows ?? 0, "row", "rows")}, {parts}, {milliseconds:N0} ms");
    }

    // Grafana repeats a panel or row for each value. Only the first one is run.
    private BrowserView ViewOf(ReadPanel panel)
    {
        BrowserView view = _view.For(panel);
        foreach (string name in panel.Repeats)
        {
            if (_view.Values.TryGetValue(name, out VariableValue? value))
            {
                string first = value.CustomAll is null ? value.Values.FirstOrDefault("") : _firstOptions.GetValueOrDefault(name, "");
                view.Values[name] = new VariableValue([first], value.IsList) { IsAll = value.IsAll };
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
