using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Queries;

namespace TokenDashboard.Grafana.Catalog;

/// <summary>The dashboard "LLM overview": usage by model, provider and user, durations, and the change from the previous period.</summary>
internal static class OverviewDashboard
{
    internal static Dashboard Create(CatalogPlace place) => place.Dashboard("LLM overview", "Tokens, requests and durations of LLM applications, from Observicia telemetry.") with
    {
        Sections =
        [
            new DashboardSection { Panels = [Totals, Changes, Load, Cached, Newest, TokensOverTime, CumulativeTokens, TokensByModel, TokensByProvider, TokensByUser(place)] },
            new DashboardSection { Title = "Duration", Panels = [DurationOverTime, MeanDuration] },
            new DashboardSection { Title = "Weekly pattern", Panels = [TokensByWeekdayAndHour] },
            // Transactions are found in single requests, so they are queried only if the row is opened.
            new DashboardSection { Title = "Transactions", Collapsed = true, Panels = [TopTransactions(place)] },
        ],
    };

    internal static StatPanel Totals { get; } = new(
        new(1, "Totals", "Tokens, requests, users, requests with a negative policy verdict, and cost from the prices in the store.", 24, 4),
        new TotalsQuery(PanelMeasures.Headline), PanelStyle.Tokens with { NoValue = PanelStyle.None })
    {
        Overrides =
        [
            .. PanelStyle.PromptAndCompletion,
            new FieldOverride("Requests") { Field = PanelStyle.Counted with { NoValue = PanelStyle.None } },
            new FieldOverride("Users") { Field = PanelStyle.Counted with { NoValue = PanelStyle.None } },
            new FieldOverride("Policy failures") { Field = PanelStyle.Failures with { NoValue = PanelStyle.None } },
            new FieldOverride("Tokens per request") { Field = new FieldOptions { NoValue = PanelStyle.NotAvailable, Color = FieldColor.Fixed("text") } },
            // As on LLM cost.
            new FieldOverride("Cost") { Field = PanelStyle.Amount with { Decimals = 2 } },
        ],
    };

    private static StatPanel Changes { get; } = PanelStyle.Changes(
        new(2, "Change from the previous period", $"Relative change of each total from the previous period of equal length. {PanelStyle.NoPrevious}", 24, 4),
        new ChangesQuery(PanelMeasures.Headline));

    private static StatPanel Load { get; } = new(
        new(11, "Load", "Tokens and requests per minute: mean of the time range up to now, and mean of the busiest bucket.", 14, 4),
        new LoadQuery(PanelMeasures.Tokens, PanelMeasures.Requests), PanelStyle.Tokens with { NoValue = PanelStyle.None })
    {
        Overrides = [PanelStyle.Colored("Requests per minute", "text"), PanelStyle.Colored("Peak requests per minute", "text")],
    };

    private static StatPanel Cached { get; } = new(
        new(14, "Prompt cache", "Share of the prompt tokens that were read from providers' caches, if the store has this count.", 5, 4),
        new TotalsQuery(new RatioMeasure("Cached prompt tokens", Measures.CachedTokens, Measures.PromptTokens)),
        new FieldOptions { Unit = Units.Fraction, Decimals = 1, NoValue = PanelStyle.Unknown, Color = FieldColor.Fixed(PanelStyle.PromptColor) });

    private static StatPanel Newest { get; } = new(
        new(12, "Newest request", "Age of the newest request in the time range. A high age can mean that the application no longer writes telemetry.", 5, 4),
        new NewestQuery("Newest request"), new FieldOptions { Unit = Units.Ago, NoValue = "none", Color = FieldColor.Fixed("text") });

    internal static TimeSeriesPanel TokensOverTime { get; } = new(
        new(3, "Token usage over time", "Prompt and completion tokens per bucket. The legend shows the mean per bucket and the total.", 12, 10),
        new OverTimeQuery(PanelMeasures.PromptTokens, PanelMeasures.CompletionTokens), PanelStyle.Tokens, Bars: true, Stacked: true, FillOpacity: 80)
    {
        Overrides = PanelStyle.PromptAndCompletion,
        Legend = new Legend(LegendPlacement.Bottom, Calculation.Mean, Calculation.Sum),
    };

    private static TimeSeriesPanel CumulativeTokens { get; } = new(
        new(4, "Cumulative tokens", "Cumulative total tokens of the time range, compared with the previous period of equal length.", 12, 10),
        new CumulativeQuery(PanelMeasures.Tokens), PanelStyle.Tokens, FillOpacity: 10)
    {
        Overrides = [new FieldOverride("Previous period") { Field = new FieldOptions { NoValue = PanelStyle.NotAvailable, Color = FieldColor.Fixed("text") } }],
        Legend = new Legend(LegendPlacement.Bottom, Calculation.Last),
    };

    private static PieChartPanel TokensByModel { get; } = PanelStyle.Slices(
        new(5, "Usage by model", $"Token share of each model. {PanelStyle.Rest(PanelStyle.TopSeries)}", 8, 11),
        new TopQuery(PanelDimension.Model, PanelMeasures.Tokens, PanelStyle.TopSeries));

    private static PieChartPanel TokensByProvider { get; } = PanelStyle.Slices(
        new(6, "Usage by provider", $"Token share of each provider. {PanelStyle.Rest(PanelStyle.TopSeries)}", 7, 11),
        new TopQuery(PanelDimension.Provider, PanelMeasures.Tokens, PanelStyle.TopSeries));

    private static BarGaugePanel TokensByUser(CatalogPlace place) => PanelStyle.Bars(
        new(7, "Top users", $"Total tokens of the {PanelStyle.TopSeries} largest users. {PanelNames.Other} is the rest. Click a user to filter the dashboard.", 9, 11),
        new TopQuery(PanelDimension.User, PanelMeasures.Tokens, PanelStyle.TopSeries), PanelStyle.Tokens with { Links = [PanelStyle.OnlyUser(place)] });

    private static TimeSeriesPanel DurationOverTime { get; } = new(
        new(8, "Request duration over time", "Median, 95th and 99th percentile of the request duration per bucket. The legend shows the mean and the maximum of the buckets.", 19, 9),
        new DurationOverTimeQuery(), PanelStyle.Duration)
    {
        Overrides = PanelStyle.Percentiles,
        Legend = new Legend(LegendPlacement.Bottom, Calculation.Mean, Calculation.Maximum),
    };

    private static GaugePanel MeanDuration { get; } = new(
        new(9, "Average request duration", "Mean request duration: green below 2 s, yellow from 2 s, red from 5 s.", 5, 9),
        new TotalsQuery(PanelMeasures.MeanDuration),
        PanelStyle.Duration with
        {
            Decimals = 2, Max = 10_000, Color = FieldColor.ByThreshold, Thresholds = [new(0, "green"), new(2_000, "yellow"), new(5_000, "red")],
        });

    private static TablePanel TokensByWeekdayAndHour { get; } = new(
        new(10, "Weekly usage pattern", "Total tokens by weekday and hour of day, in the selected time zone.", 24, 9),
        new WeekQuery(PanelMeasures.Tokens),
        new FieldOptions { Unit = Units.Metric, Min = 0, NoValue = PanelStyle.NoRequests, Color = FieldColor.Blues })
    {
        Column = new TableColumn { MinWidth = 52, Cell = TableCell.ColoredBackground },
        Overrides = [new FieldOverride("Day") { Column = new TableColumn { Width = 50, Cell = TableCell.Text } }],
    };

    private static TablePanel TopTransactions(CatalogPlace place) => new(
        new(13, "Top transactions", $"The {PanelStyle.TopSeries} transactions with the most tokens. Click a transaction to show its requests.", 24, 12),
        new TransactionsQuery(PanelStyle.TopSeries, Short: true), new FieldOptions { Unit = Units.Grouped, NoValue = RequestsDashboard.NoTransactions })
    {
        Column = new TableColumn { MinWidth = 80 },
        Overrides = [PanelStyle.LinkedTransaction(place), PanelStyle.Moment("Last request")],
    };
}
