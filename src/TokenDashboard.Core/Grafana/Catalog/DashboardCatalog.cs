using TokenDashboard.Engines;
using TokenDashboard.Grafana.Catalog;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Parsing;
using TokenDashboard.Grafana.Queries;
using TokenDashboard.Pricing;

namespace TokenDashboard;

/// <summary>The dashboards of this module, by name.</summary>
public static class DashboardCatalog
{
    private static readonly IReadOnlyDictionary<string, Func<CatalogPlace, Dashboard>> Definitions =
        new SortedDictionary<string, Func<CatalogPlace, Dashboard>>(StringComparer.OrdinalIgnoreCase)
        {
            ["Overview"] = OverviewDashboard.Create,
            ["Users"] = UsersDashboard.Create,
            [RequestsDashboard.Name] = RequestsDashboard.Create,
            ["Models"] = ModelsDashboard.Create,
            ["Cost"] = CostDashboard.Create,
        };

    /// <summary>The names, sorted.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Definitions.Keys];

    /// <summary>The file name of a dashboard in a folder: <c>Overview</c> becomes <c>overview.json</c>.</summary>
    public static string FileName(string name) => $"{name.ToLowerInvariant()}.json";

    /// <summary>
    /// Creates a dashboard, for sharing in the format of Grafana's import page. A uid and a title replace the dashboard's defaults, and its links to
    /// itself are adjusted. The first time zone is the default, and UTC is always included. The currency is that of the prices in the store.
    /// </summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.DashboardNotFound"/>: the name does not exist.</exception>
    public static DashboardDocument Create(
        string name, string? uid = null, string? title = null, bool forSharing = false, IReadOnlyList<TimeZoneInfo>? timeZones = null, DataSourcePlugin? plugin = null,
        string currency = Money.UsDollar) =>
        Define(name, uid, title, timeZones, plugin, currency).ToDocument(forSharing).Named(NameOf(name));

    /// <summary>The dashboard as data, which can be changed or extended using <c>with</c>.</summary>
    public static Dashboard Define(
        string name, string? uid = null, string? title = null, IReadOnlyList<TimeZoneInfo>? timeZones = null, DataSourcePlugin? plugin = null, string currency = Money.UsDollar)
    {
        IPanelEngine engine = PanelEngines.Of(plugin ?? DataSourcePlugin.Sqlite);
        var place = new CatalogPlace(engine, NameOf(name), uid, TimeZones.WithUtc(timeZones ?? []));
        Dashboard asked = Definitions[place.Name](place);
        Dashboard dashboard = asked with
        {
            Title = title ?? asked.Title,
            Sections = [.. asked.Sections.Select(section => section with { Panels = [.. section.Panels.Select(panel => Written(panel, engine, Units.Currency(currency)))] })],
        };
        // A variable that reads relations must follow them. Nothing else depends on the order.
        IEnumerable<string> sql = dashboard.Sections.SelectMany(section => section.Panels).OfType<DataPanel>().SelectMany(panel => panel.Queries).Select(query => query.Sql)
            .Concat(dashboard.Variables.OfType<QueryVariable>().Select(variable => variable.Sql));
        bool singleRequests = dashboard.Variables.Any(variable => variable.Name == "min_tokens");
        IReadOnlyList<QueryVariable> relations = engine.Relations(place.Zones, singleRequests);
        HashSet<string> used = VariableUse.Reached(sql, name => relations.FirstOrDefault(relation => relation.Name == name)?.Sql);
        return dashboard with { Variables = [.. dashboard.Variables, .. relations.Where(relation => used.Contains(relation.Name))] };
    }

    internal static string NameOf(string name) =>
        Names.FirstOrDefault(known => known.Equals(name, StringComparison.OrdinalIgnoreCase)) ?? throw new TokenDashboardException(
            ErrorCode.DashboardNotFound,
            $"There is no dashboard named '{name}'. Use one of: {string.Join(", ", Names)}.",
            target: name);

    private static Panel Written(Panel panel, IPanelEngine engine, string currency)
    {
        FieldOptions Priced(FieldOptions field) => field.Unit == Units.Money ? field with { Unit = currency } : field;
        return panel is not DataPanel { Query: PanelQuery query } data ? panel : data with
        {
            Query = engine.Write(query),
            Field = Priced(data.Field),
            Overrides = [.. data.Overrides.Select(column => column with { Field = Priced(column.Field) })],
        };
    }
}
