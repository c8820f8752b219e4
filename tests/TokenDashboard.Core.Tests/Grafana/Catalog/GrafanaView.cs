using System.Text.Json.Nodes;
using TokenDashboard.Grafana.Emulation;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Parsing;
using TokenDashboard.Grafana.Proof;
using TokenDashboard.Grafana.Rules;

namespace TokenDashboard.Tests.Grafana.Catalog;

/// <summary>A dashboard as somebody looks at it: a time range and chosen variables. The store does not change meanwhile.</summary>
internal sealed class GrafanaView(DashboardDocument dashboard, DateTimeOffset from, DateTimeOffset to)
{
    private static readonly TimeSpan QueryTime = TimeSpan.FromSeconds(30);

    private readonly ReadDashboard _read = new(dashboard);

    // By query: panels have most of them in common.
    private readonly Dictionary<string, IReadOnlyList<(string Text, string Value)>> _options = [];

    /// <summary>What is chosen, by variable; variables not named here have their initial value. An empty list is All.</summary>
    public Dictionary<string, string[]> Chosen { get; } = [];

    /// <summary>Whether <c>:sqlstring</c> also puts a backslash before a double quote, as Grafana does from 10.2 on.</summary>
    public bool EscapesDoubleQuotes { get; init; } = true;

    /// <summary>The titles of all panels that ask something.</summary>
    public static IEnumerable<string> PanelTitles(DashboardDocument dashboard) => Panels(dashboard).Select(panel => (string)panel["title"]!);

    /// <summary>The names of all variables that ask something.</summary>
    public static IEnumerable<string> QueryVariables(DashboardDocument dashboard) =>
        new ReadDashboard(dashboard).Variables.Where(variable => variable.Type == "query").Select(variable => variable.Name);

    /// <summary>All panels without rows.</summary>
    public static IEnumerable<JsonObject> Panels(DashboardDocument dashboard) => new ReadDashboard(dashboard).Panels.Select(panel => panel.Json);

    /// <summary>What the panel gets to show, in SQLite's types, after a check that the plugin makes the same of it without a fault.</summary>
    public QueryResult Panel(TestStore store, string title)
    {
        ReadPanel panel = _read.Panels.Single(panel => panel.Title == title);
        ReadTarget target = Assert.Single(panel.Targets);
        using var database = new ProofDatabase(store.Path, CancellationToken.None);
        BrowserView view = View(database, target.RawText).For(panel);
        string sql = view.Interpolate(target.RawText);

        PluginResult result = database.Run(sql, target.SeriesByLabel, target.TimeColumns, view.Window, QueryTime);
        Assert.DoesNotContain(ResultRules.OfPanel(panel, result), problem => problem.Rule.Severity > FindingSeverity.Information);
        Assert.All(target.TimeColumns, column => Assert.Contains(column, result.Columns.Select(each => each.Name)));

        return QueryResult.Of(store, sql);
    }

    /// <summary>What the plugin gives the panel, after a check that nothing is wrong with it.</summary>
    public PluginResult Run(IPluginDatabase database, string title)
    {
        ReadPanel panel = _read.Panels.Single(panel => panel.Title == title);
        ReadTarget target = Assert.Single(panel.Targets);
        BrowserView view = View(database, target.RawText).For(panel);
        PluginResult result = database.Run(target, view.Interpolate(target.RawText), view, QueryTime);
        Assert.DoesNotContain(ResultRules.OfPanel(panel, result), problem => problem.Rule.Severity > FindingSeverity.Information);
        return result;
    }

    /// <summary>The texts the variable offers.</summary>
    public IReadOnlyList<string> Options(TestStore store, string name)
    {
        using var database = new ProofDatabase(store.Path, CancellationToken.None);
        QueryResult result = QueryResult.Of(store, View(database, _read.Variable(name)!.Query).Interpolate(_read.Variable(name)!.Query));
        return result.Column<string>(Assert.Single(result.Columns));
    }

    // Variables that the text does not use, not even through others, are left without a value: their queries would take most of the time.
    private BrowserView View(IPluginDatabase database, string text)
    {
        HashSet<string> used = [];
        Use(text, used);
        var view = new BrowserView
        {
            Dashboard = dashboard,
            Window = new TimeWindow(from, to),
            TimeZone = TimeZoneInfo.Utc,
            EscapesDoubleQuotes = EscapesDoubleQuotes,
            QuotesLists = _read.Plugin == DataSourcePlugin.ClickHouse,
        };
        Dictionary<string, IReadOnlyList<string>> chosen = Chosen.ToDictionary(pair => pair.Key, pair => (IReadOnlyList<string>)pair.Value);
        new VariableResolver(_read, view, chosen, variable => used.Contains(variable.Name) ? Options(variable) : [], (_, exception) => throw exception).Resolve();
        return view;

        IReadOnlyList<(string Text, string Value)> Options(ReadVariable variable)
        {
            string sql = view.Interpolate(variable.Query);
            if (!_options.TryGetValue(sql, out IReadOnlyList<(string Text, string Value)>? options))
                _options[sql] = options = VariableOptions.OfResult(database.Run(variable.AsTarget, sql, view, QueryTime), variable);
            return options;
        }
    }

    private void Use(string text, HashSet<string> used)
    {
        foreach (string name in VariableUse.In(text).Select(use => use.Name).Where(used.Add))
            Use(_read.Variable(name)?.Query ?? "", used);
    }
}
