using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Queries;

namespace TokenDashboard.Grafana.Catalog;

/// <summary>The dashboard "LLM cost": the cost of requests at the prices in the store, its causes, and the forecast for the month.</summary>
internal static class CostDashboard
{
    private const int TopRequests = 100;

    private static readonly string Rest = PanelStyle.Rest(PanelStyle.TopSeries);

    internal static Dashboard Create(CatalogPlace place) =>
        place.Dashboard("LLM cost", "Estimated cost of LLM requests, from the prices in the store. It is not a bill. Without cached token counts, it is an upper bound.") with
    {
        Sections =
        [
            new DashboardSection
            {
                Panels =
                [
                    Totals, Change, Month, OverTime(5, PanelDimension.Model), CostByModel, OverTime(6, PanelDimension.User), CostByUser(place),
                    OverTime(7, PanelDimension.Provider), Unpriced, Prices,
                ],
            },
            // These panels read every request, so they are queried only if the row is opened.
            new DashboardSection
            {
                Title = "Single requests and transactions", Collapsed = true,
                Panels = [Spread(12, "request", transactions: false), Spread(13, "transaction", transactions: true), Expensive(place)],
            },
        ],
    };

    private static StatPanel Totals { get; } = new(
        new(1, "Cost of the time range",
            "Cost of the time range, cost per hour up to now, cost per request, including requests without a price, the amount saved by cached tokens, and the share of tokens without a price.",
            24, 4),
        new TotalsQuery(
            PanelMeasures.Cost, new HourlyMeasure("Cost per hour", Measures.Cost), new RatioMeasure("Cost per request", Measures.Cost, Measures.Requests),
            new SumMeasure("Cache savings", Measures.CacheSavings), new RatioMeasure("Unpriced tokens", Measures.UnpricedTokens, Measures.TotalTokens)),
        PanelStyle.Amount)
    {
        Overrides =
        [
            // A bill has cents.
            new FieldOverride("Cost") { Field = new FieldOptions { Decimals = 2 } },
            new FieldOverride("Cache savings") { Field = new FieldOptions { NoValue = PanelStyle.Unknown, Color = FieldColor.Fixed("text") } },
            new FieldOverride("Unpriced tokens")
            {
                Field = PanelStyle.Share with { NoValue = PanelStyle.Unknown, Color = FieldColor.ByThreshold, Thresholds = [new(0, "text"), new(0.01, "orange")] },
            },
        ],
    };

    private static StatPanel Change { get; } = PanelStyle.Changes(
        new(2, "Change of cost", $"Relative change of the cost, and of the cost per request, from the previous period of equal length. {PanelStyle.NoPrevious}", 12, 4),
        new ChangesQuery(PanelMeasures.Cost, new RatioMeasure("Cost per request", Measures.Cost, Measures.Requests)));

    private static StatPanel Month { get; } = new(
        new(3, "Cost of the month",
            "Cost of the calendar month in which the time range ends, up to that end, and the forecast for the whole month at the rate of the month so far. "
            + "Reports and Measure-TokenUsage use the rate of the last seven days.", 12, 4),
        new MonthQuery(), PanelStyle.Amount with { Decimals = 2 })
    {
        Overrides = [PanelStyle.Colored("Month at this rate", "text")],
    };

    private static TimeSeriesPanel OverTime(int id, PanelDimension dimension) => PanelStyle.Stacked(
        new(id, $"Cost by {PanelNames.Column(dimension)} over time", $"Cost per bucket by {PanelNames.Column(dimension)}. {Rest}", 16, 10),
        new TopOverTimeQuery(dimension, PanelMeasures.Cost, PanelStyle.TopSeries),
        PanelStyle.Cost);

    private static PieChartPanel CostByModel { get; } = PanelStyle.Slices(
        new(8, "Cost by model", $"Cost share of each model. {Rest}", 8, 10),
        new TopQuery(PanelDimension.Model, PanelMeasures.Cost, PanelStyle.TopSeries, OnlyWhereAny: true),
        PanelStyle.Cost);

    private static BarGaugePanel CostByUser(CatalogPlace place) => PanelStyle.Bars(
        new(9, "Cost by user", $"Cost per user. {Rest} Click a user to filter the dashboard.", 8, 10),
        new TopQuery(PanelDimension.User, PanelMeasures.Cost, PanelStyle.TopSeries, OnlyWhereAny: true),
        PanelStyle.Cost with { Links = [PanelStyle.OnlyUser(place)] });

    private static TablePanel Prices { get; } = new(
        new(10, "Price list",
            "Source and currency of the prices in the store, and the number of models with a price. With several currencies, amounts are not added and no cost is shown.",
            24, 4),
        new PriceListQuery(), new FieldOptions { Unit = Units.Grouped, NoValue = "No prices in the store" })
    {
        Column = new TableColumn { MinWidth = 60 },
        Overrides = [.. PanelStyle.Wide(("Currency", 80), ("Models", 70))],
    };

    private static BarGaugePanel Unpriced { get; } = PanelStyle.Bars(
        new(11, "Tokens without a price", $"Tokens per model that are not included in the cost because they have no price. {Rest}", 8, 10),
        new TopQuery(PanelDimension.Model, new SumMeasure("Unpriced tokens", Measures.UnpricedTokens), PanelStyle.TopSeries, OnlyWhereAny: true),
        PanelStyle.Tokens with { NoValue = "None, or no prices in the store", Color = FieldColor.Fixed("orange") });

    private static StatPanel Spread(int id, string of, bool transactions) => new(
        new(id, $"Cost of a {of}", $"Mean, 95th percentile and maximum of the cost of {of}s with a price.", 12, 4), new CostSpreadQuery(transactions), PanelStyle.Amount);

    private static TablePanel Expensive(CatalogPlace place) => PanelStyle.Pages(
        new(14, "Most expensive requests", $"The {TopRequests} most expensive requests. Click a transaction to show its requests.", 24, 11),
        new RequestsQuery(RequestChoice.MostExpensive, TopRequests),
        PanelStyle.NoCost,
        [.. RequestsDashboard.Columns(place), PanelStyle.CostColumn]);
}
