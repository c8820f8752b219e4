using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Queries;

namespace TokenDashboard.Grafana.Catalog;

/// <summary>The dashboard "LLM requests": single requests, starting with unusual ones, and their transactions.</summary>
internal static class RequestsDashboard
{
    internal const string Name = "Requests";

    internal const string NoTransactions = "No transactions in this time range";

    private const int TransactionRows = 100;

    private static readonly (string Label, double From)[] DurationSteps =
    [
        ("0 s", 0), ("0.1 s", 100), ("0.2 s", 200), ("0.5 s", 500), ("1 s", 1000), ("2 s", 2000), ("5 s", 5000), ("10 s", 10_000),
        ("20 s", 20_000), ("60 s", 60_000),
    ];

    private static readonly (string Label, double From)[] SizeSteps =
    [
        ("0", 0), ("1", 1), ("100", 100), ("200", 200), ("500", 500), ("1 k", 1000), ("2 k", 2000), ("5 k", 5000), ("10 k", 10_000),
        ("20 k", 20_000), ("50 k", 50_000), ("100 k", 100_000),
    ];

    internal static Dashboard Create(CatalogPlace place) => place.Dashboard("LLM requests", "Single requests and transactions of LLM applications, from Observicia telemetry.") with
    {
        Links = PanelStyle.Links(place, "&var-transaction=&var-min_tokens=0"),
        Variables = [.. place.Variables, .. RequestVariables.OfSingleRequests],
        // Single requests are read individually, so the default time range is the last day.
        From = "now-24h",
        Sections =
        [
            new DashboardSection { Panels = [OverTime, Table(place, 2, "Newest requests", "The newest requests in the time range", RequestChoice.Newest, height: 13)] },
            new DashboardSection
            {
                Title = "Size and duration",
                Panels =
                [
                    Histogram(3, "Requests by duration", "Number of requests by duration. Each bar starts at its label and ends at the next one.",
                        new HistogramQuery(OfDurations: true, "Duration from", DurationSteps)),
                    Histogram(4, "Requests by size", "Number of requests by total tokens. Each bar starts at its label and ends at the next one.",
                        new HistogramQuery(OfDurations: false, "Tokens from", SizeSteps)),
                    Table(place, 5, "Slowest requests", "The requests with the longest duration", RequestChoice.Slowest),
                    Table(place, 6, "Largest requests", "The requests with the most total tokens", RequestChoice.Largest),
                ],
            },
            new DashboardSection
            {
                Title = "Interrupted streams",
                Panels =
                [
                    Table(place, 8, "Interrupted streams", "Streams that ended before their completion tokens were counted", RequestChoice.Interrupted,
                        noValue: "No interrupted streams in this time range"),
                ],
            },
            // Finding them reads every request of the time range, so they are queried only if the row is opened.
            new DashboardSection { Title = "Transactions", Collapsed = true, Panels = [Transactions(place)] },
        ],
    };

    private static TimeSeriesPanel OverTime { get; } = new(
        new(1, "Requests over time", "Requests per bucket, with the number of policy failures and interrupted streams.", 24, 8),
        new OverTimeQuery(PanelMeasures.Requests, PanelMeasures.PolicyFailures, PanelMeasures.InterruptedStreams),
        PanelStyle.Counted with { Min = 0, Color = FieldColor.Fixed(PanelStyle.RequestsColor) },
        Bars: true,
        FillOpacity: 60)
    {
        Overrides = [PanelStyle.Colored("Policy failures", "orange"), PanelStyle.Colored("Interrupted streams", "red")],
        Legend = new Legend(LegendPlacement.Right, Calculation.Sum),
    };

    private static TablePanel Table(
        CatalogPlace place, int id, string title, string description, RequestChoice choice, int height = 11, string noValue = PanelStyle.NoRequests) => PanelStyle.Pages(
        new(id, title, $"{description}, up to {RequestsQuery.MostListed}. Click a transaction to show its requests.", 24, height),
        new RequestsQuery(choice, RequestsQuery.MostListed), noValue, Columns(place));

    /// <summary>The style of the columns of single requests. A row fits 1600 pixels.</summary>
    internal static IReadOnlyList<FieldOverride> Columns(CatalogPlace place) =>
    [
        PanelStyle.Moment("Time"),
        PanelStyle.LinkedTransaction(place),
        .. PanelStyle.Wide(("Provider", 100), ("Type", 95), ("Prompt", 90), ("Completion", 100), ("Total", 90)),
        .. PanelStyle.InMilliseconds(("Duration", 90)),
        new FieldOverride("Policy")
        {
            Field = new FieldOptions { Mappings = [ValueMapping.OfTexts(("failed", "orange"), ("passed", "text"))] },
            Column = new TableColumn { Width = 80, Cell = TableCell.ColoredText },
        },
    ];

    private static TablePanel Transactions(CatalogPlace place) => PanelStyle.Pages(
        new(7, "Transactions with most tokens", $"The {TransactionRows} transactions with the most tokens. Click a transaction to show its requests.", 24, 11),
        new TransactionsQuery(TransactionRows),
        NoTransactions,
        [PanelStyle.LinkedTransaction(place), .. PanelStyle.InMilliseconds(("Duration", null)), PanelStyle.Moment("First request"), PanelStyle.Moment("Last request")]);

    private static BarChartPanel Histogram(int id, string title, string description, HistogramQuery query) => new(
        new(id, title, description, 12, 8), query, PanelStyle.Counted with { Min = 0, Color = FieldColor.Fixed(PanelStyle.RequestsColor) }, query.Title);
}
