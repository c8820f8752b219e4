using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Model.Fields;
using TokenDashboard.Grafana.Model.Panels;
using TokenDashboard.Grafana.Queries;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Grafana.Catalog;

/// <summary>The dashboard "LLM overview": how much is used, by what and whom, how fast, and whether that is more than before.</summary>
internal static class OverviewDashboard
{
    internal const string Name = "Overview";

    internal static Dashboard Create(CatalogPlace place) => place.Dashboard("LLM overview", "Tokens, requests and durations of LLM applications, from Observicia telemetry.") with
    {
        Sections =
        [
            new DashboardSection { Panels = [Totals, Changes, Load, Cached, Newest, TokensOverTime, CumulativeTokens, TokensByModel, TokensByProvider, TokensByUser(place)] },
            new DashboardSection { Title = "Duration", Panels = [DurationOverTime, MeanDuration] },
            new DashboardSection { Title = "Weekly pattern", Panels = [TokensByWeekdayAndHour] },
            // Transactions are found in single requests, so they are looked for only when somebody asks.
            new DashboardSection { Title = "Transactions", Collapsed = true, Panels = [TopTransactions(place)] },
        ],
    };

    internal static StatPanel Totals { get; } = new()
    {
        Id = 1,
        Title = "Totals",
        Description = "Tokens, requests, users, requests with a negative policy verdict, and cost from the prices in the store.",
        Width = 24,
        Height = 4,
        Query = new TotalsQuery(PanelMeasures.Headline),
        Field = PanelStyle.Tokens,
        Overrides =
        [
            .. PanelStyle.PromptAndCompletion,
            new FieldOverride("Requests") { Field = PanelStyle.Counted },
            new FieldOverride("Users") { Field = PanelStyle.Counted },
            new FieldOverride("Policy failures") { Field = PanelStyle.Failures },
            PanelStyle.Colored("Tokens per request", "text"),
            new FieldOverride("Cost") { Field = PanelStyle.Cost with { Decimals = 2 } },
        ],
    };

    private static StatPanel Changes { get; } = PanelStyle.Changes(
        2,
        "Change against the period before",
        "By how much each total is above or below that of the period of equal length before the time range.",
        new ChangesQuery(PanelMeasures.Headline));

    private static StatPanel Load { get; } = new()
    {
        Id = 11,
        Title = "Load",
        Description = "Tokens and requests per minute: mean of the time range up to now, and mean of the busiest bucket.",
        Width = 14,
        Height = 4,
        Query = new LoadQuery(PanelMeasures.Tokens, PanelMeasures.Requests),
        Field = PanelStyle.Tokens with { Decimals = 1 },
        Overrides =
        [
            PanelStyle.Colored("Requests a minute", "text"),
            PanelStyle.Colored("Most requests a minute", "text"),
        ],
    };

    private static StatPanel Cached { get; } = new()
    {
        Id = 14,
        Title = "Prompt cache",
        Description = "Share of the prompt tokens that was read from providers' caches, where the store has this count.",
        Width = 5,
        Height = 4,
        Query = new TotalsQuery(new RatioMeasure("Cached of prompt tokens", Measures.CachedTokens, Measures.PromptTokens)),
        Field = new FieldOptions { Unit = Units.Fraction, Decimals = 1, NoValue = "unknown", Color = FieldColor.Fixed(PanelStyle.PromptColor) },
    };

    private static StatPanel Newest { get; } = new()
    {
        Id = 12,
        Title = "Newest request",
        Description = "Age of the newest request in the time range. A high age can mean that the application no longer writes telemetry.",
        Width = 5,
        Height = 4,
        Query = new NewestQuery("Newest request"),
        Field = new FieldOptions { Unit = Units.Ago, NoValue = PanelStyle.NoRequests, Color = FieldColor.Fixed("text") },
    };

    internal static TimeSeriesPanel TokensOverTime { get; } = new()
    {
        Id = 3,
        Title = "Token usage over time",
        Description = "Prompt and completion tokens per bucket. The legend shows the mean per bucket and the total.",
        Width = 12,
        Height = 10,
        Query = new OverTimeQuery(PanelMeasures.PromptTokens, PanelMeasures.CompletionTokens),
        Field = PanelStyle.Tokens,
        Overrides = PanelStyle.PromptAndCompletion,
        Bars = true,
        Stacked = true,
        FillOpacity = 80,
        Legend = new Legend(LegendPlacement.Bottom, Calculation.Mean, Calculation.Sum),
    };

    private static TimeSeriesPanel CumulativeTokens { get; } = new()
    {
        Id = 4,
        Title = "Cumulative tokens",
        Description = "Cumulative total tokens of the time range, compared with the previous period of equal length.",
        Width = 12,
        Height = 10,
        Query = new CumulativeQuery(PanelMeasures.Tokens),
        Field = PanelStyle.Tokens,
        Overrides = [PanelStyle.Colored("Period before", "text")],
        FillOpacity = 10,
        Legend = new Legend(LegendPlacement.Bottom, Calculation.Last),
    };

    private static PieChartPanel TokensByModel { get; } = PanelStyle.Slices(
        5, "Usage by model", $"Token share of each model. {PanelStyle.Rest(PanelStyle.TopSeries)}", new TopQuery(PanelDimension.Model, PanelMeasures.Tokens, PanelStyle.TopSeries));

    private static PieChartPanel TokensByProvider { get; } = PanelStyle.Slices(
        6, "Usage by provider", $"Token share of each provider. {PanelStyle.Rest(PanelStyle.TopSeries)}",
        new TopQuery(PanelDimension.Provider, PanelMeasures.Tokens, PanelStyle.TopSeries)) with
    { Width = 7 };

    private static BarGaugePanel TokensByUser(CatalogPlace place) => PanelStyle.Bars(
        7, "Top users", $"Total tokens of the {PanelStyle.TopSeries} largest users. {PanelNames.Other} is the rest. Click a user to filter the dashboard.",
        new TopQuery(PanelDimension.User, PanelMeasures.Tokens, PanelStyle.TopSeries)) with
    {
        Width = 9,
        Height = 11,
        Field = PanelStyle.Tokens with { Links = [PanelStyle.OnlyUser(place)] },
    };

    private static TimeSeriesPanel DurationOverTime { get; } = new()
    {
        Id = 8,
        Title = "Request duration over time",
        Description = "Median, 95th and 99th percentile of the request duration per bucket.",
        Width = 19,
        Height = 9,
        Query = new DurationOverTimeQuery(),
        Field = PanelStyle.Duration,
        Overrides = PanelStyle.Percentiles,
        Legend = new Legend(LegendPlacement.Bottom, Calculation.Mean, Calculation.Maximum),
    };

    private static GaugePanel MeanDuration { get; } = new()
    {
        Id = 9,
        Title = "Average request duration",
        Description = "Mean request duration: green below 2 s, yellow from 2 s, red from 5 s.",
        Width = 5,
        Height = 9,
        Query = new TotalsQuery(PanelMeasures.MeanDuration),
        Field = PanelStyle.Duration with
        {
            Decimals = 2,
            Max = 10_000,
            Color = FieldColor.ByThreshold,
            Thresholds = [new(0, "green"), new(2_000, "yellow"), new(5_000, "red")],
        },
    };

    private static FieldOptions HoursOfWeek { get; } =
        new() { Unit = Units.Metric, Decimals = 1, Min = 0, NoValue = PanelStyle.NoRequests, Color = FieldColor.Blues };

    private static TablePanel TokensByWeekdayAndHour { get; } = new()
    {
        Id = 10,
        Title = "Weekly usage pattern",
        Description = "Total tokens by weekday and hour of day, in the selected time zone.",
        Width = 24,
        Height = 9,
        Query = new WeekQuery(PanelMeasures.Tokens),
        Field = HoursOfWeek,
        Column = new TableColumn { MinWidth = 40, Cell = TableCell.ColoredBackground },
        Overrides = [new FieldOverride("Day") { Column = new TableColumn { Width = 50, Cell = TableCell.Text } }],
    };

    private static TablePanel TopTransactions(CatalogPlace place) => new()
    {
        Id = 13,
        Title = "Top transactions",
        Description = $"The {PanelStyle.TopSeries} transactions with the most tokens. Click a transaction to show its requests.",
        Width = 24,
        Height = 9,
        Query = new TransactionsQuery(PanelStyle.TopSeries) { Short = true },
        Field = new FieldOptions { Unit = Units.Grouped, NoValue = "No transactions in this time range" },
        Column = new TableColumn { MinWidth = 80 },
        Overrides = [PanelStyle.LinkedTransaction(place), PanelStyle.Moment("Last request")],
    };
}
