using TokenDashboard.Engines.Sqlite.Maintenance;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Tests.Pricing;

namespace TokenDashboard.Tests.Grafana.Catalog;

/// <summary>All catalog dashboards, with a time range and selected values of variables. The titles of their panels are unique.</summary>
internal sealed class CatalogView(DateTimeOffset from, DateTimeOffset to)
{
    internal static readonly TimeZoneInfo[] Zones = [.. new[]
    {
        "UTC", "Europe/Berlin", "Asia/Kolkata", "Asia/Kathmandu", "Pacific/Marquesas", "America/St_Johns", "Australia/Lord_Howe",
    }.Select(TimeZoneInfo.FindSystemTimeZoneById)];

    private static readonly IReadOnlyList<DashboardDocument> Dashboards = [.. DashboardCatalog.Names.Select(name => DashboardCatalog.Create(name, timeZones: Zones))];

    private static readonly Dictionary<string, DashboardDocument> ByTitle = Dashboards
        .SelectMany(dashboard => GrafanaView.PanelTitles(dashboard).Select(title => (title, dashboard))).ToDictionary();

    public static IEnumerable<string> Titles => Dashboards.SelectMany(GrafanaView.PanelTitles);

    public static IEnumerable<string> Variables => Dashboards.SelectMany(GrafanaView.QueryVariables).Distinct();

    /// <summary>The selected values by variable. Other variables have their initial value. An empty list means All.</summary>
    public Dictionary<string, string[]> Chosen { get; } = [];

    /// <summary>Whether <c>:sqlstring</c> also escapes double quotes with a backslash, as in Grafana 10.2 and later.</summary>
    public bool EscapesDoubleQuotes { get; init; } = true;

    public QueryResult Panel(TestStore store, string title) =>
        View(ByTitle[title], []).Panel(store, title);

    /// <summary>The results of several panels, which share the options of variables. The store must not change meanwhile.</summary>
    public IEnumerable<QueryResult> Panels(TestStore store, IEnumerable<string> titles)
    {
        Dictionary<string, IReadOnlyList<(string Text, string Value)>> options = [];
        return titles.Select(title => View(ByTitle[title], options).Panel(store, title));
    }

    public IReadOnlyList<string> Options(TestStore store, string name) =>
        View(Dashboards.First(dashboard => GrafanaView.QueryVariables(dashboard).Contains(name)), []).Options(store, name);

    /// <summary>A store with the rows.</summary>
    internal static TestStore Stored(params IEnumerable<TestStore.Row> rows)
    {
        var store = new TestStore();
        store.Insert(rows);
        return store;
    }

    /// <summary>A store with the rows, and with prices of models whose names begin with gpt or model-1.</summary>
    internal static TestStore StoredWithPrices(params IEnumerable<TestStore.Row> rows)
    {
        TestStore store = Stored(rows);
        using var optimizer = new StoreOptimizer(store.Path, CancellationToken.None);
        optimizer.WritePrices(TestPrices.WithOwn("""
            providers:
              - id: openai
                models: [ { id: any, match: { starts_with: gpt }, prices: { input_mtok: 1, cache_read_mtok: 0.5, output_mtok: 2 } } ]
              - id: own
                provider_match: { starts_with: provider- }
                models: [ { id: any, match: { starts_with: model-1 }, prices: { input_mtok: 1, output_mtok: 2 } } ]
            """));
        return store;
    }

    private GrafanaView View(DashboardDocument dashboard, Dictionary<string, IReadOnlyList<(string Text, string Value)>> options)
    {
        var view = new GrafanaView(dashboard, from, to) { EscapesDoubleQuotes = EscapesDoubleQuotes, OptionsByQuery = options };
        foreach ((string variable, string[] values) in Chosen)
            view.Chosen[variable] = values;
        return view;
    }
}
