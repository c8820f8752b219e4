using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Queries;

namespace TokenDashboard.Grafana.Catalog;

/// <summary>The dashboard "LLM models": the usage of each model, its speed, and how often its requests fail the policy check.</summary>
internal static class ModelsDashboard
{
    private const int TopRows = 100;

    private static readonly string Rest = PanelStyle.Rest(PanelStyle.TopBars);

    // Ratios have no sum.
    private static readonly string RestOfRatio = $"Shows the {PanelStyle.TopBars} models with the most tokens. {PanelNames.Other} is all other models together.";

    internal static Dashboard Create(CatalogPlace place) => place.Dashboard("LLM models", "Usage, speed and policy failures of each model, from Observicia telemetry.") with
    {
        Sections =
        [
            new DashboardSection { Panels = [TokensByModel, ShareOverTime, Comparison(place)] },
            new DashboardSection { Title = "Speed, proportion and failures", Panels = [Durations, Speed, Ratio, Failures] },
            new DashboardSection { Title = "Cache and reasoning, if the store has these counts", Panels = [Cached, Reasoning] },
        ],
    };

    private static BarGaugePanel TokensByModel { get; } = PanelStyle.Bars(
        new(1, "Total tokens per model", $"Total tokens per model. {Rest}", 8, 12), new TopQuery(PanelDimension.Model, PanelMeasures.Tokens, PanelStyle.TopBars));

    private static TimeSeriesPanel ShareOverTime { get; } = PanelStyle.Stacked(
        new(2, "Share of models over time",
            $"Share of each model in the total tokens per bucket, for the {PanelStyle.TopSeries} largest models. {PanelNames.Other} is the rest.", 16, 12),
        new TopOverTimeQuery(PanelDimension.Model, PanelMeasures.Tokens, PanelStyle.TopSeries)) with { Percent = true };

    private static TablePanel Comparison(CatalogPlace place) => PanelStyle.Pages(
        new(3, "Comparison between models",
            "Tokens, share, cost, requests, durations, policy failures, and first and last use of each model in the time range. "
                + $"Shows the {TopRows} models with the most tokens. Click a model to filter the dashboard.",
            24, 11),
        new TableQuery(
            PanelDimension.Model, TopRows, PanelMeasures.Tokens, new ShareMeasure("Share"), PanelMeasures.Cost, PanelMeasures.Requests, new SumMeasure("Prompt", Measures.PromptTokens),
            new SumMeasure("Completion", Measures.CompletionTokens), PanelMeasures.MeanDuration, new PercentileMeasure("p50", 50),
            new PercentileMeasure("p95", 95), new PercentileMeasure("p99", 99), PanelMeasures.PolicyFailures,
            new TimeMeasure("First seen", Last: false), PanelMeasures.LastSeen),
        PanelStyle.NoRequests,
        [
            PanelStyle.Linked("Model", new DataLink(
                "Show only this model",
                $"/d/{place.Self}?${{__url_time_range}}&var-model=${{__data.fields.Model:percentencode}}"
                + $"&${{provider:queryparam}}&${{user:queryparam}}&{place.SameView}")) with { Column = new TableColumn { MinWidth = 150 } },
            PanelStyle.ShareBar("Share"),
            PanelStyle.CostColumn,
            .. PanelStyle.Wide(("Tokens", 95), ("Requests", 80), ("Prompt", 95), ("Completion", 95)),
            .. PanelStyle.InMilliseconds(("Mean duration", 115), ("p50", 80), ("p95", 80), ("p99", 80)),
            .. PanelStyle.Wide(("Policy failures", 110)),
            PanelStyle.Second("First seen"),
            PanelStyle.Second("Last seen"),
        ]);

    private static BarChartPanel Durations { get; } = new(
        new(4, "Request duration by model", $"Median, 95th and 99th percentile of the request duration of the {PanelStyle.TopSeries} models with the most requests.", 24, 9),
        new DurationQuery(PanelDimension.Model, PanelStyle.TopSeries), PanelStyle.Duration, "Model")
    {
        Overrides = PanelStyle.Percentiles,
        Legend = new Legend(LegendPlacement.Bottom),
    };

    private static BarGaugePanel Speed { get; } = Bars(
        5, "Speed of generation", $"Completion tokens per second of request duration. {RestOfRatio}",
        new RatioMeasure("Tokens per second", Measures.CompletionTokens, Measures.DurationMs, Factor: 1000),
        PanelStyle.Tokens with { Unit = Units.TokensPerSecond, Decimals = 1 });

    private static BarGaugePanel Ratio { get; } = Bars(
        6, "Prompt to completion", $"Prompt tokens per completion token, for models with completion tokens. {RestOfRatio}",
        new RatioMeasure("Prompt tokens per completion token", Measures.PromptTokens, Measures.CompletionTokens),
        PanelStyle.Tokens with { Decimals = 2 });

    private static BarGaugePanel Failures { get; } = Bars(
        7, "Policy failures by model", $"Requests with a negative policy verdict per model. {Rest}", PanelMeasures.PolicyFailures,
        PanelStyle.Counted with { Min = 0, NoValue = "No policy failures in this time range", Color = FieldColor.Fixed("orange") });

    private static BarGaugePanel Cached { get; } = Part(
        8, "Cache efficiency", $"Share of the prompt tokens that were read from the provider's cache, if the store has this count. {RestOfRatio}",
        Measures.CachedTokens, Measures.PromptTokens, "No cached tokens are known in this time range");

    private static BarGaugePanel Reasoning { get; } = Part(
        9, "Reasoning", $"Share of the completion tokens that were used for reasoning, if the store has this count. {RestOfRatio}",
        Measures.ReasoningTokens, Measures.CompletionTokens, "No reasoning tokens are known in this time range");

    private static BarGaugePanel Part(int id, string title, string description, Measure part, Measure whole, string noValue) =>
        Bars(id, title, description, new RatioMeasure(part.Title, part, whole), PanelStyle.Share with { NoValue = noValue }, 12);

    private static BarGaugePanel Bars(int id, string title, string description, PanelMeasure measure, FieldOptions field, int width = 8) =>
        PanelStyle.Bars(new(id, title, description, width, 10), new TopQuery(PanelDimension.Model, measure, PanelStyle.TopBars, OnlyWhereAny: true), field);
}
