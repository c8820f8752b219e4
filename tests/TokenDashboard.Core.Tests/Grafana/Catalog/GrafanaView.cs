using System.Text.Json.Nodes;
using TokenDashboard.Grafana.Emulation;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Parsing;
using TokenDashboard.Grafana.Proof;

namespace TokenDashboard.Tests.Grafana.Catalog;

/// <summary>A dashboard with a time range and selected values of variables. The store must not change while it is used.</summary>
internal sealed class GrafanaView(DashboardDocument dashboard, DateTimeOffset from, DateTimeOffset to)
{
    private static readonly TimeSpan QueryTime = TimeSpan.FromSeconds(30);

    private readonly ReadDashboard _read = new(dashboard);

    /// <summary>The options of variables by query, because panels share most of them. So can dashboards of the same store.</summary>
    public Dictionary<string, IReadOnlyList<(string Text, string Value)>> OptionsByQuery { get; init; } = [];

    /// <summary>The selected values by variable. Other variables have their initial value. An empty list means All.</summary>
    public Dictionary<string, string[]> Chosen { get; } = [];

    /// <summary>Whether <c>:sqlstring</c> also escapes double quotes with a backslash, as in Grafana 10.2 and later.</summary>
    public bool EscapesDoubleQuotes { get; init; } = true;

    /// <summary>The titles of all panels.</summary>
    public static IEnumerable<string> PanelTitles(DashboardDocument dashboard) => Panels(dashboard).Select(panel => (string)panel["title"]!);

    /// <summary>The names of all query variables.</summary>
    public static IEnumerable<string> QueryVariables(DashboardDocument dashboard) =>
        new ReadDashboard(dashboard).Variables.Where(variable => variable.Type == "query").Select(variable => variable.Name);

    /// <summary>All panels except rows.</summary>
    public static IEnumerable<JsonObject> Panels(DashboardDocument dashboard) => new ReadDashboard(dashboard).Panels.Select(panel => panel.Json);

    /// <summary>The result of the panel, in SQLite's types. Asserts that the plugin's result has no problems.</summary>
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

    /// <summary>The plugin's result for the panel. Asserts that it has no problems.</summary>
    public PluginResult Run(IPluginDatabase database, string title)
    {
        ReadPanel panel = _read.Panels.Single(panel => panel.Title == title);
        ReadTarget target = Assert.Single(panel.Targets);
        BrowserView view = View(database, target.RawText).For(panel);
        PluginResult result = database.Run(target, view.Interpolate(target.RawText), view, QueryTime);
        Assert.DoesNotContain(ResultRules.OfPanel(panel, result), problem => problem.Rule.Severity > FindingSeverity.Information);
        return result;
    }

    /// <summary>The texts that the variable offers.</summary>
    public IReadOnlyList<string> Options(TestStore store, string name)
    {
        using var database = new ProofDatabase(store.Path, CancellationToken.None);
        QueryResult result = QueryResult.Of(store, View(database, _read.Variable(name)!.Query).Interpolate(_read.Variable(name)!.Query));
        return result.Column<string>(Assert.Single(result.Columns));
    }

    // Variables that the text does not use, directly or indirectly, get no value, because their queries would take most of the time.
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
            if (!OptionsByQuery.TryGetValue(sql, out IReadOnlyList<(string Text, string Value)>? options))
                OptionsByQuery[sql] = options = VariableOptions.OfResult(database.Run(variable.AsTarget, sql, view, QueryTime), variable, new PatternTime(VariableOptions.MostTime));
            return options;
        }
    }

    private void Use(string text, HashSet<string> used)
    {
        foreach (string name in VariableUse.In(text).Select(use => use.Name).Where(used.Add))
            Use(_read.Variable(name)?.Query ?? "", used);
    }
}
