using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Queries;

namespace TokenDashboard.Grafana.Catalog;

/// <summary>The dashboard "LLM users": the usage of each user, when it occurred, and how it changed.</summary>
internal static class UsersDashboard
{
    private const int RepeatedRows = 10;
    private const int TopRows = 1000;
    private const string UserOfSeries = "${__field.labels.user:percentencode}";

    private static readonly TopOverTimeQuery LargestUsers = new(PanelDimension.User, PanelMeasures.Tokens, PanelStyle.TopSeries);

    private static readonly PanelMeasure[] RowMeasures = [.. PanelMeasures.Headline.Where(measure => measure != PanelMeasures.Users)];

    internal static Dashboard Create(CatalogPlace place) => place.Dashboard("LLM users", "Token usage, cost and durations of each user, from Observicia telemetry.") with
    {
        Variables = [.. place.Variables, RowUser(place.Engine)],
        Sections =
        [
            new DashboardSection
            {
                Panels =
                [
                    TokensByUser(place), TokensByUserOverTime(place), TokensByUserAndDay(place), CumulativeTokensByUser, Comparison(place), TokensByHour,
                    TokensByDayAndHour,
                ],
            },
            new DashboardSection
            {
                Title = "User ${" + PanelNames.RowUser + "}",
                Collapsed = true,
                Repeat = PanelNames.RowUser,
                Panels = [RowTotals, RowChanges, RowTokensOverTime, RowTokensByModel],
            },
        ],
    };

    private static QueryVariable RowUser(IPanelEngine engine) => new(
        PanelNames.RowUser,
        "Rows",
        $"The {RepeatedRows} largest of the selected users. Each has a row below the other panels.",
        engine.Write(new LargestNamesQuery(PanelDimension.User, PanelMeasures.Tokens, RepeatedRows)).Sql,
        "")
    {
        Hidden = true,
        Plugin = engine.Plugin,
    };

    private static BarGaugePanel TokensByUser(CatalogPlace place) => PanelStyle.Bars(
        new(1, "Total tokens per user", $"Total tokens of the {PanelStyle.TopBars} largest users. {PanelNames.Other} is the rest. Click a user to filter the dashboard.", 8, 12),
        new TopQuery(PanelDimension.User, PanelMeasures.Tokens, PanelStyle.TopBars),
        PanelStyle.Tokens with { Links = [PanelStyle.OnlyUser(place)] });

    private static TimeSeriesPanel TokensByUserOverTime(CatalogPlace place) => PanelStyle.Stacked(
        new(2, "Token usage per user over time", $"Total tokens per bucket of the {PanelStyle.TopSeries} largest users. {PanelNames.Other} is the rest.", 16, 12),
        LargestUsers, PanelStyle.Tokens with { Links = [PanelStyle.OnlyUser(place, UserOfSeries)] });

    private static TimeSeriesPanel TokensByUserAndDay(CatalogPlace place) => PanelStyle.Stacked(
        new(3, "Daily usage per user",
            $"Total tokens per day in the selected time zone, of the {PanelStyle.TopSeries} largest users. {PanelNames.Other} is the rest.", 12, 10),
        LargestUsers with { ByDay = true }, PanelStyle.Tokens with { Links = [PanelStyle.OnlyUser(place, UserOfSeries)] });

    private static TimeSeriesPanel CumulativeTokensByUser { get; } = PanelStyle.Stacked(
        new(4, "Cumulative usage per user", $"Cumulative total tokens of the {PanelStyle.TopSeries} largest users, stacked. {PanelNames.Other} is the rest.", 12, 10),
        LargestUsers with { Cumulative = true }) with
    {
        Bars = false,
        FillOpacity = 40,
        Legend = new Legend(LegendPlacement.Right, Calculation.Last) { SortBy = Calculation.Last },
    };

    private static TablePanel Comparison(CatalogPlace place) => PanelStyle.Pages(
        new(5, "Comparison between users",
            "Tokens, share, cost, requests, durations and main model of each user, and the change from the previous period of equal length. "
                + string.Create(CultureInfo.InvariantCulture, $"Shows the {TopRows:N0} users with the most tokens. Click a user to filter the dashboard."),
            24, 11),
        new TableQuery(
            PanelDimension.User, TopRows, PanelMeasures.Tokens, new ShareMeasure("Share"), PanelMeasures.Cost, PanelMeasures.Requests, PanelMeasures.MeanDuration,
            new PercentileMeasure("p95 duration", 95), new MainModelMeasure("Main model"), new PreviousMeasure("Previous tokens"), new ChangeMeasure("Change"),
            PanelMeasures.LastSeen),
        PanelStyle.NoRequests,
        [
            PanelStyle.Linked("User", PanelStyle.OnlyUser(place)) with { Column = new TableColumn { MinWidth = 150 } },
            PanelStyle.ShareBar("Share"),
            PanelStyle.CostColumn,
            .. PanelStyle.InMilliseconds(("Mean duration", 120), ("p95 duration", 120)),
            new FieldOverride("Change") { Field = PanelStyle.Change },
            PanelStyle.Second("Last seen"),
        ]) with { Column = new TableColumn() };

    private static BarChartPanel TokensByHour { get; } = new(
        new(6, "Daily usage pattern", "Total tokens by hour of day, in the selected time zone.", 8, 11), new HoursQuery(PanelMeasures.Tokens), PanelStyle.Tokens, "Hour");

    private static HeatmapPanel TokensByDayAndHour { get; } = new(
        new(10, "Usage by day and hour", "Total tokens by day and hour, in the selected time zone.", 16, 11),
        new DaysAndHoursQuery(PanelMeasures.Tokens), PanelStyle.Tokens, ValueName: "Tokens", FirstRowOnTop: true);

    private static StatPanel RowTotals { get; } = OverviewDashboard.Totals with
    {
        Frame = new(7, "Totals of the user", "Tokens, requests and cost of the user, and requests with a negative policy verdict.", 24, 4),
        Query = new TotalsQuery(RowMeasures) { OfRowUser = true },
        Overrides = [.. OverviewDashboard.Totals.Overrides.Where(column => column.Columns.Options != PanelMeasures.Users.Title)],
    };

    private static StatPanel RowChanges { get; } = PanelStyle.Changes(
        new(11, "Change of the user from the previous period",
            $"Relative change of each of the user's totals from the previous period of equal length. {PanelStyle.NoPrevious}", 24, 4),
        new ChangesQuery(RowMeasures) { OfRowUser = true });

    private static TimeSeriesPanel RowTokensOverTime { get; } = OverviewDashboard.TokensOverTime with
    {
        Frame = new(8, "Token usage of the user over time", "Prompt and completion tokens of the user per bucket. The legend shows the mean per bucket and the total.", 16, 9),
        Query = new OverTimeQuery(PanelMeasures.PromptTokens, PanelMeasures.CompletionTokens) { OfRowUser = true },
    };

    private static PieChartPanel RowTokensByModel { get; } = PanelStyle.Slices(
        new(9, "Models of the user", $"Share of each model in the tokens of the user. {PanelStyle.Rest(PanelStyle.TopSeries)}", 8, 9),
        new TopQuery(PanelDimension.Model, PanelMeasures.Tokens, PanelStyle.TopSeries) { OfRowUser = true });
}
