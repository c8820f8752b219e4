namespace TokenDashboard.Dashboards;

/// <summary>The dashboard "LLM token usage": how many tokens are used, when, by which models, users and single requests.</summary>
internal static class TokenUsageDashboard
{
    internal const string Name = "TokenUsage";

    private const string NoRequests = "No requests in this time range";
    private const string PromptColor = "blue";
    private const string CompletionColor = "green";

    // Grafana sets a variable that a link to the same dashboard does not mention back to its first value.
    private const string SameView = "${datasource:queryparam}&${bucket:queryparam}&${utc_offset:queryparam}";

    private static readonly FieldOptions Tokens = new()
    {
        Unit = Units.Abbreviated,
        Min = 0,
        NoValue = NoRequests,
        Color = FieldColor.Fixed(PromptColor),
    };


    private static readonly FieldOptions Counted = new() { Unit = Units.Grouped, Color = FieldColor.Fixed("text") };

    /// <summary>Makes the dashboard; its links to itself follow <paramref name="uid"/>.</summary>
    internal static Dashboard Create(string? uid)
    {
        string self = uid ?? "tokendashboard-usage";
        return new Dashboard
        {
            Uid = self,
            Title = "LLM token usage",
            Description = "Tokens, requests and durations of LLM applications, read from the SQLite store of Observicia's SDK.",
            Tags = ["tokendashboard"],
            Links =
            [
                new DashboardLink("Show everything", $"/d/{self}?var-provider=$__all&var-model=$__all&var-user=$__all&{SameView}")
                {
                    Tooltip = "Chooses all providers, models and users again.",
                },
            ],
            Variables = RequestVariables.All,
            Sections =
            [
                new DashboardSection { Panels = [Totals, TokensOverTime, TokensByModel, MeanDuration] },
                new DashboardSection
                {
                    Title = "Users",
                    Panels = [TokensByUser, TokensByUserOverTime, CumulativeTokensByUser, UserComparison(self)],
                },
                new DashboardSection { Title = "Daily and weekly pattern", Panels = [TokensByHour, TokensByWeekdayAndHour] },
                new DashboardSection { Title = "Requests", Panels = [NewestRequests] },
            ],
        };
    }

    private static StatPanel Totals { get; } = new()
    {
        Id = 1,
        Title = "Totals",
        Description = "Tokens and requests of the time range, the users who made them and the requests whose policy verdict was negative.",
        Width = 24,
        Height = 4,
        Query = new SqliteQuery(TokenUsageQueries.Totals),
        Field = Tokens,
        Overrides =
        [
            Colored("Completion tokens", CompletionColor),
            new FieldOverride("Requests") { Field = Counted },
            new FieldOverride("Users") { Field = Counted },
            new FieldOverride("Policy failures")
            {
                Field = Counted with { Color = FieldColor.ByThreshold, Thresholds = [new(0, "text"), new(1, "orange")] },
            },
        ],
    };

    private static TimeSeriesPanel TokensOverTime { get; } = new()
    {
        Id = 2,
        Title = "Token usage over time",
        Description = "Prompt and completion tokens of each bucket; the legend has their mean per bucket and their sum.",
        Width = 12,
        Height = 10,
        Query = new SqliteQuery(TokenUsageQueries.TokensOverTime, "time"),
        Field = Tokens,
        Overrides = [Colored("Prompt tokens", PromptColor), Colored("Completion tokens", CompletionColor)],
        Bars = true,
        Stacked = true,
        FillOpacity = 80,
        Legend = new Legend(LegendPlacement.Bottom, Calculation.Mean, Calculation.Sum),
    };

    private static PieChartPanel TokensByModel { get; } = new()
    {
        Id = 3,
        Title = "Usage by model",
        Description = $"The share of each model in the total tokens; all after the first {TokenUsageQueries.TopModels} are added up as {PanelSql.Other}.",
        Width = 7,
        Height = 10,
        Query = new SqliteQuery(TokenUsageQueries.TokensByModel),
        Field = Tokens with { Color = FieldColor.BySeries },
    };

    private static GaugePanel MeanDuration { get; } = new()
    {
        Id = 4,
        Title = "Average request duration",
        Description = "The mean duration of a request: green below 2 s, yellow from 2 s, red from 5 s; the dial ends at 10 s.",
        Width = 5,
        Height = 10,
        Query = new SqliteQuery(TokenUsageQueries.MeanDuration),
        Field = new FieldOptions
        {
            Unit = Units.Milliseconds,
            Decimals = 2,
            Min = 0,
            Max = 10_000,
            NoValue = NoRequests,
            Color = FieldColor.ByThreshold,
            Thresholds = [new(0, "green"), new(2_000, "yellow"), new(5_000, "red")],
        },
    };

    private static BarGaugePanel TokensByUser { get; } = new()
    {
        Id = 5,
        Title = "Total tokens per user",
        Description = $"Total tokens of the {TokenUsageQueries.TopUserBars} largest users; all others are added up as {PanelSql.Other}.",
        Width = 8,
        Height = 12,
        Query = new SqliteQuery(TokenUsageQueries.TokensByUser),
        Field = Tokens,
    };

    private static TimeSeriesPanel TokensByUserOverTime { get; } = new()
    {
        Id = 6,
        Title = "Token usage per user over time",
        Description = $"Total tokens of each bucket for the {TokenUsageQueries.TopUserSeries} largest users; all others are added up as {PanelSql.Other}.",
        Width = 16,
        Height = 12,
        Query = new SqliteQuery(TokenUsageQueries.TokensByUserOverTime, "time") { SeriesByLabel = true },
        Field = Tokens with { Color = FieldColor.BySeries, DisplayName = "${__field.labels.user}" },
        Bars = true,
        Stacked = true,
        FillOpacity = 80,
        Legend = new Legend(LegendPlacement.Right, Calculation.Mean, Calculation.Sum) { SortBy = Calculation.Sum },
    };

    private static TimeSeriesPanel CumulativeTokensByUser { get; } = new()
    {
        Id = 7,
        Title = "Cumulative usage per user",
        Description = "Total tokens since the beginning of the time range, stacked: "
            + $"the {TokenUsageQueries.TopUserSeries} largest users and all others as {PanelSql.Other}.",
        Width = 24,
        Height = 9,
        Query = new SqliteQuery(TokenUsageQueries.CumulativeTokensByUser, "time") { SeriesByLabel = true },
        Field = Tokens with { Color = FieldColor.BySeries, DisplayName = "${__field.labels.user}" },
        Stacked = true,
        FillOpacity = 40,
        Legend = new Legend(LegendPlacement.Right, Calculation.Last) { SortBy = Calculation.Last },
    };

    private static TablePanel UserComparison(string self) => new()
    {
        Id = 8,
        Title = "Comparison between users",
        Description = "Each user's tokens, share, requests and mean duration, and the change against the period of equal length before; "
            + "a click on a user shows only that user.",
        Width = 24,
        Height = 11,
        Query = new SqliteQuery(TokenUsageQueries.UserComparison, "Last seen"),
        Field = new FieldOptions { Unit = Units.Grouped, NoValue = NoRequests },
        Paginated = true,
        Overrides =
        [
            new FieldOverride("User")
            {
                Field = new FieldOptions
                {
                    Links =
                    [
                        new DataLink(
                            "Show only this user",
                            $"/d/{self}?${{__url_time_range}}&var-user=${{__data.fields.User:percentencode}}"
                            + $"&${{provider:queryparam}}&${{model:queryparam}}&{SameView}"),
                    ],
                },
            },
            new FieldOverride("Share")
            {
                Field = new FieldOptions { Unit = Units.Fraction, Decimals = 1, Min = 0, Max = 1, Color = FieldColor.Fixed(PromptColor) },
                Column = new TableColumn { Cell = TableCell.Bar },
            },
            new FieldOverride("Mean duration") { Field = new FieldOptions { Unit = Units.Milliseconds } },
            new FieldOverride("Change") { Field = new FieldOptions { Unit = Units.Fraction, Decimals = 1, NoValue = "new" } },
        ],
    };

    private static BarChartPanel TokensByHour { get; } = new()
    {
        Id = 9,
        Title = "Daily usage pattern",
        Description = "Total tokens of the time range added up by the hour of the day at the chosen UTC offset.",
        Width = 24,
        Height = 7,
        Query = new SqliteQuery(TokenUsageQueries.TokensByHour),
        CategoryColumn = "Hour",
        Field = Tokens,
    };

    private static TablePanel TokensByWeekdayAndHour { get; } = new()
    {
        Id = 10,
        Title = "Weekly usage pattern",
        Description = "Total tokens of the time range added up by weekday and hour of the day at the chosen UTC offset.",
        Width = 24,
        Height = 10,
        Query = new SqliteQuery(TokenUsageQueries.TokensByWeekdayAndHour),
        Field = new FieldOptions { Unit = Units.Metric, Decimals = 0, NoValue = NoRequests, Color = FieldColor.BlueToPurple },
        Column = new TableColumn { MinWidth = 40, Cell = TableCell.ColoredBackground },
        Overrides = [new FieldOverride("Day") { Column = new TableColumn { Width = 50, Cell = TableCell.Text } }],
    };

    private static TablePanel NewestRequests { get; } = new()
    {
        Id = 11,
        Title = "Request details",
        Description = $"The newest requests of the time range, newest first, at most {TokenUsageQueries.NewestRequestRows}.",
        Width = 24,
        Height = 13,
        Query = new SqliteQuery(TokenUsageQueries.NewestRequests, "Time"),
        Field = new FieldOptions { Unit = Units.Grouped, NoValue = NoRequests },
        Paginated = true,
        Overrides =
        [
            new FieldOverride("Time")
            {
                Field = new FieldOptions { Unit = Units.TimeWithMilliseconds },
                Column = new TableColumn { Width = 190 },
            },
            new FieldOverride("Duration") { Field = new FieldOptions { Unit = Units.Milliseconds } },
            new FieldOverride("Policy")
            {
                Field = new FieldOptions { TextColors = new Dictionary<string, string> { ["failed"] = "orange", ["passed"] = "text" } },
                Column = new TableColumn { Cell = TableCell.ColoredText },
            },
        ],
    };

    private static FieldOverride Colored(string column, string color) =>
        new(column) { Field = new FieldOptions { Color = FieldColor.Fixed(color) } };
}
