using TokenDashboard.Engines;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Queries;
using TokenDashboard.Pricing;

namespace TokenDashboard.Grafana.Catalog;

/// <summary>The dashboards this product makes, by name.</summary>
public static class DashboardCatalog
{
    private static readonly IReadOnlyDictionary<string, Func<CatalogPlace, Dashboard>> Definitions =
        new SortedDictionary<string, Func<CatalogPlace, Dashboard>>(StringComparer.OrdinalIgnoreCase)
        {
            [OverviewDashboard.Name] = OverviewDashboard.Create,
            [UsersDashboard.Name] = UsersDashboard.Create,
            [RequestsDashboard.Name] = RequestsDashboard.Create,
            [ModelsDashboard.Name] = ModelsDashboard.Create,
            [CostDashboard.Name] = CostDashboard.Create,
        };

    /// <summary>The names, sorted.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Definitions.Keys];

    /// <summary>The file a dashboard is written to in a folder: <c>Overview</c> becomes <c>overview.json</c>.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    public static string FileName(string name) =>
        string.Concat(name.Select((letter, index) => (index > 0 && char.IsUpper(letter) ? "-" : "") + char.ToLowerInvariant(letter))) + ".json";

    /// <summary>Makes a dashboard.</summary>
    /// <param name="name">One of <see cref="Names"/>, in any case.</param>
    /// <param name="uid">The uid in place of the dashboard's own, or null. Links of the dashboard to itself follow it.</param>
    /// <param name="title">The title in place of the dashboard's own, or null.</param>
    /// <param name="forSharing">Whether the JSON is for import by hand on Grafana's import page.</param>
    /// <param name="timeZones">The time zones to choose from, the first at first; UTC is always there.</param>
    /// <param name="plugin">The plugin that the dashboard reads from; null for SQLite's.</param>
    /// <param name="currency">The code of the currency of the prices in the store.</param>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.DashboardNotFound"/>: there is no such name.
    /// <see cref="ErrorCode.DashboardInvalid"/>: Grafana would not accept the uid or the title.</exception>
    public static DashboardDocument Create(string name, string? uid = null, string? title = null, bool forSharing = false, IReadOnlyList<TimeZoneInfo>? timeZones = null, DataSourcePlugin? plugin = null, string currency = Money.UsDollar) =>
        Define(name, uid, title, timeZones, plugin, currency).ToDocument(forSharing).Named(NameOf(name));

    /// <summary>The dashboard as data, to be changed or added to with <c>with</c>.</summary>
    internal static Dashboard Define(
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
        // A variable that reads relations follows them; nothing else depends on the order.
        IEnumerable<string> sql = dashboard.Sections.SelectMany(section => section.Panels).OfType<DataPanel>().SelectMany(panel => panel.Queries).Select(query => query.Sql)
            .Concat(dashboard.Variables.OfType<QueryVariable>().Select(variable => variable.Sql));
        bool singleRequests = dashboard.Variables.Any(variable => variable.Name == "min_tokens");
        return dashboard with { Variables = [.. dashboard.Variables, .. engine.Relations(sql, place.Zones, singleRequests)] };
    }

    /// <summary>A name of the catalogue as it is written there.</summary>
    internal static string NameOf(string name) =>
        Names.FirstOrDefault(known => known.Equals(name, StringComparison.OrdinalIgnoreCase)) ?? throw new TokenDashboardException(
            ErrorCode.DashboardNotFound,
            $"There is no dashboard named '{name}'. Give one of: {string.Join(", ", Names)}.",
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
