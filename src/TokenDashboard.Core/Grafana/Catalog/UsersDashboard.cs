using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Model.Fields;
using TokenDashboard.Grafana.Model.Panels;
using TokenDashboard.Grafana.Model.Variables;
using TokenDashboard.Grafana.Queries;

namespace TokenDashboard.Grafana.Catalog;

/// <summary>The dashboard "LLM users": who uses how much, when, and how that changed.</summary>
internal static class UsersDashboard
{
    internal const string Name = "Users";

    private const int RepeatedRows = 10;
    private const int TopRows = 1000;
    private const string UserOfSeries = "${__field.labels.user:percentencode}";

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
                    TokensByUser with { Field = TokensByUser.Field with { Links = [PanelStyle.OnlyUser(place)] } },
                    TokensByUserOverTime with { Field = TokensByUserOverTime.Field with { Links = [PanelStyle.OnlyUser(place, UserOfSeries)] } },
                    TokensByUserAndDay with { Field = TokensByUserAndDay.Field with { Links = [PanelStyle.OnlyUser(place, UserOfSeries)] } },
                    CumulativeTokensByUser,
                    Comparison(place),
                    TokensByHour,
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

    private static BarGaugePanel TokensByUser { get; } = PanelStyle.Bars(
        1, "Total tokens per user", $"Total tokens of the {PanelStyle.TopBars} largest users. {PanelNames.Other} is the rest. Click a user to filter the dashboard.",
        new TopQuery(PanelDimension.User, PanelMeasures.Tokens, PanelStyle.TopBars)) with
    { Height = 12 };

    private static TimeSeriesPanel TokensByUserOverTime { get; } = PanelStyle.Stacked(
        2,
        "Token usage per user over time",
        $"Total tokens per bucket of the {PanelStyle.TopSeries} largest users. {PanelNames.Other} is the rest.",
        new TopOverTimeQuery(PanelDimension.User, PanelMeasures.Tokens, PanelStyle.TopSeries),
        "user");

    private static TimeSeriesPanel TokensByUserAndDay { get; } = PanelStyle.Stacked(
        3,
        "Daily usage per user",
        $"Total tokens per day in the selected time zone, of the {PanelStyle.TopSeries} largest users. {PanelNames.Other} is the rest.",
        new TopOverTimeQuery(PanelDimension.User, PanelMeasures.Tokens, PanelStyle.TopSeries) { ByDay = true },
        "user") with
    { Width = 12, Height = 9 };

    private static TimeSeriesPanel CumulativeTokensByUser { get; } = PanelStyle.Stacked(
        4,
        "Cumulative usage per user",
        "Cumulative total tokens of "
            + $"the {PanelStyle.TopSeries} largest users, stacked. {PanelNames.Other} is the rest.",
        new TopOverTimeQuery(PanelDimension.User, PanelMeasures.Tokens, PanelStyle.TopSeries) { Cumulative = true },
        "user") with
    {
        Width = 12,
        Height = 9,
        Bars = false,
        FillOpacity = 40,
        Legend = new Legend(LegendPlacement.Right, Calculation.Last) { SortBy = Calculation.Last },
    };

    private static TablePanel Comparison(CatalogPlace place) => PanelStyle.Pages(
        5,
        "Comparison between users",
        "Tokens, share, cost, requests, durations and main model of each user, and the change from the previous period of equal length. Click a user to filter the dashboard.",
        new TableQuery(
            PanelDimension.User, TopRows, PanelMeasures.Tokens, new ShareMeasure("Share"), PanelMeasures.Cost, PanelMeasures.Requests, PanelMeasures.MeanDuration,
            new PercentileMeasure("p95 duration", 95), new MainModelMeasure("Main model"), new PreviousMeasure("Previous tokens"), new ChangeMeasure("Change"),
            PanelMeasures.LastSeen),
        [
            new FieldOverride("User") { Field = new FieldOptions { Links = [PanelStyle.OnlyUser(place)] } },
            PanelStyle.ShareBar("Share"),
            PanelStyle.CostColumn("no price"),
            PanelStyle.InMilliseconds("Mean duration", 120),
            PanelStyle.InMilliseconds("p95 duration", 120),
            new FieldOverride("Change") { Field = PanelStyle.Change },
        ]) with
    { Column = new TableColumn() };

    private static BarChartPanel TokensByHour { get; } = new()
    {
        Id = 6,
        Title = "Daily usage pattern",
        Description = "Total tokens by hour of day, in the selected time zone.",
        Width = 8,
        Height = 11,
        Query = new HoursQuery(PanelMeasures.Tokens),
        CategoryColumn = "Hour",
        Field = PanelStyle.Tokens,
    };

    private static HeatmapPanel TokensByDayAndHour { get; } = new()
    {
        Id = 10,
        Title = "Usage by day and hour",
        Description = "Total tokens by day and hour, in the selected time zone.",
        Width = 16,
        Height = 11,
        Query = new DaysAndHoursQuery(PanelMeasures.Tokens),
        Field = PanelStyle.Tokens,
        ValueName = "Tokens",
        FirstRowOnTop = true,
    };

    private static StatPanel RowTotals { get; } = OverviewDashboard.Totals with
    {
        Id = 7,
        Title = "Totals of the user",
        Description = "Tokens, requests and cost of the user, and requests with a negative policy verdict.",
        Query = new TotalsQuery(RowMeasures) { OfRowUser = true },
        Overrides = [.. OverviewDashboard.Totals.Overrides.Where(column => column.Columns.Options != PanelMeasures.Users.Title)],
    };

    private static StatPanel RowChanges { get; } = PanelStyle.Changes(
        11,
        "Change of the user against the period before",
        "By how much each of the user's totals is above or below that of the period of equal length before the time range.",
        new ChangesQuery(RowMeasures) { OfRowUser = true });

    private static TimeSeriesPanel RowTokensOverTime { get; } = OverviewDashboard.TokensOverTime with
    {
        Id = 8,
        Title = "Token usage of the user over time",
        Description = "Prompt and completion tokens of the user per bucket. The legend shows the mean per bucket and the total.",
        Width = 16,
        Height = 9,
        Query = new OverTimeQuery(PanelMeasures.PromptTokens, PanelMeasures.CompletionTokens) { OfRowUser = true },
    };

    private static PieChartPanel RowTokensByModel { get; } = PanelStyle.Slices(
        9, "Models of the user", $"Share of each model in the tokens of the user. {PanelStyle.Rest(PanelStyle.TopSeries)}",
        new TopQuery(PanelDimension.Model, PanelMeasures.Tokens, PanelStyle.TopSeries) { OfRowUser = true }) with
    { Height = 9 };
}
