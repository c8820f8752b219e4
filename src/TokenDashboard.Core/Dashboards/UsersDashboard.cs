namespace TokenDashboard.Dashboards;

/// <summary>The dashboard "LLM users": who uses how much, when, and how that changed.</summary>
internal static class UsersDashboard
{
    internal const string Name = "Users";

    /// <summary>Makes the dashboard; its links to itself follow <paramref name="uid"/>.</summary>
    internal static Dashboard Create(string? uid)
    {
        string self = uid ?? "tokendashboard-users";
        DataLink[] onlyThisUser = [PanelStyle.OnlyUser(self, "${__field.labels.user:percentencode}")];
        return new Dashboard
        {
            Uid = self,
            Title = "LLM users",
            Description = "Who uses LLM applications, how much, when and how long requests take, read from the SQLite store of Observicia's SDK.",
            Tags = [PanelStyle.Tag],
            Links = PanelStyle.Links(self),
            Variables = [.. RequestVariables.All, RowUser],
            Sections =
            [
                new DashboardSection
                {
                    Panels =
                    [
                        TokensByUser with { Field = TokensByUser.Field with { Links = [PanelStyle.OnlyUser(self, "${__data.fields.User:percentencode}")] } },
                        TokensByUserOverTime with { Field = TokensByUserOverTime.Field with { Links = onlyThisUser } },
                        TokensByUserAndDay with { Field = TokensByUserAndDay.Field with { Links = onlyThisUser } },
                        CumulativeTokensByUser,
                        Comparison(self),
                        TokensByHour,
                        TokensByDayAndHour,
                    ],
                },
                new DashboardSection
                {
                    Title = "User ${" + UsersQueries.RowVariable + "}",
                    Collapsed = true,
                    Repeat = UsersQueries.RowVariable,
                    Panels = [RowTotals, RowChanges, RowTokensOverTime, RowTokensByModel],
                },
            ],
        };
    }

    private static QueryVariable RowUser { get; } = new(
        UsersQueries.RowVariable,
        "Rows",
        $"The {UsersQueries.RepeatedRows} largest of the chosen users, who have a row each below the other panels.",
        UsersQueries.RowUsers,
        "")
    {
        Hidden = true,
    };

    private static BarGaugePanel TokensByUser { get; } = new()
    {
        Id = 1,
        Title = "Total tokens per user",
        Description = $"Total tokens of the {SeriesQueries.TopBars} largest users, all others added up as {PanelSql.Other}; a click on one shows only that user.",
        Width = 8,
        Height = 12,
        Query = new SqliteQuery(SeriesQueries.TopShares("user", "User", SeriesQueries.TopBars)),
        Field = PanelStyle.Tokens,
    };

    private static TimeSeriesPanel TokensByUserOverTime { get; } = PanelStyle.Stacked(
        2,
        "Token usage per user over time",
        $"Total tokens of each bucket for the {SeriesQueries.TopSeries} largest users; all others are added up as {PanelSql.Other}.",
        SeriesQueries.OverTime("user"),
        "user");

    private static TimeSeriesPanel TokensByUserAndDay { get; } = PanelStyle.Stacked(
        3,
        "Daily usage per user",
        $"Total tokens of each day at the chosen UTC offset for the {SeriesQueries.TopSeries} largest users; all others are added up as {PanelSql.Other}.",
        SeriesQueries.OverTime("user", PanelSql.DayStep),
        "user") with
    { Width = 12, Height = 9 };

    private static TimeSeriesPanel CumulativeTokensByUser { get; } = PanelStyle.Stacked(
        4,
        "Cumulative usage per user",
        "Total tokens since the beginning of the time range, stacked: "
            + $"the {SeriesQueries.TopSeries} largest users and all others as {PanelSql.Other}.",
        SeriesQueries.Cumulative("user"),
        "user") with
    {
        Width = 12,
        Height = 9,
        Bars = false,
        FillOpacity = 40,
        Legend = new Legend(LegendPlacement.Right, Calculation.Last) { SortBy = Calculation.Last },
    };

    private static TablePanel Comparison(string self) => new()
    {
        Id = 5,
        Title = "Comparison between users",
        Description = "Each user's tokens, share, requests, durations and most used model, and the change against the period of equal length "
            + "before; a click on a user shows only that user.",
        Width = 24,
        Height = 11,
        Query = new SqliteQuery(UsersQueries.Comparison, "Last seen"),
        Field = new FieldOptions { Unit = Units.Grouped, NoValue = PanelStyle.NoRequests },
        Paginated = true,
        Overrides =
        [
            new FieldOverride("User") { Field = new FieldOptions { Links = [PanelStyle.OnlyUser(self, "${__data.fields.User:percentencode}")] } },
            PanelStyle.ShareBar("Share"),
            PanelStyle.InMilliseconds("Mean duration"),
            PanelStyle.InMilliseconds("p95 duration"),
            new FieldOverride("Change") { Field = PanelStyle.Change },
        ],
    };

    private static BarChartPanel TokensByHour { get; } = new()
    {
        Id = 6,
        Title = "Daily usage pattern",
        Description = "Total tokens of the time range added up by the hour of the day at the chosen UTC offset.",
        Width = 8,
        Height = 11,
        Query = new SqliteQuery(UsersQueries.TokensByHour),
        CategoryColumn = "Hour",
        Field = PanelStyle.Tokens,
    };

    private static HeatmapPanel TokensByDayAndHour { get; } = new()
    {
        Id = 10,
        Title = "Usage by day and hour",
        Description = "Total tokens of each hour of each day at the chosen UTC offset: the stronger the colour, the more.",
        Width = 16,
        Height = 11,
        Query = new SqliteQuery(PatternQueries.TokensByDayAndHour, "time"),
        Field = PanelStyle.Tokens,
        ValueName = "Tokens",
        FirstRowOnTop = true,
    };

    private static StatPanel RowTotals { get; } = new()
    {
        Id = 7,
        Title = "Totals of the user",
        Description = "The user's tokens and requests of the time range, and the requests whose policy verdict was negative.",
        Width = 24,
        Height = 4,
        Query = new SqliteQuery(SeriesQueries.Totals(UsersQueries.OfRow)),
        Field = PanelStyle.Tokens,
        Overrides =
        [
            PanelStyle.Colored("Completion tokens", PanelStyle.CompletionColor),
            new FieldOverride("Requests") { Field = PanelStyle.Counted },
            new FieldOverride("Users") { Field = PanelStyle.Counted },
            new FieldOverride("Policy failures") { Field = PanelStyle.Failures },
            PanelStyle.Colored("Tokens per request", "text"),
        ],
    };

    private static StatPanel RowChanges { get; } = PanelStyle.Changes(
        11,
        "Change of the user against the period before",
        "By how much each of the user's totals is above or below that of the period of equal length before the time range.",
        OverviewQueries.Changes(UsersQueries.OfRow));

    private static TimeSeriesPanel RowTokensOverTime { get; } = new()
    {
        Id = 8,
        Title = "Token usage of the user over time",
        Description = "The user's prompt and completion tokens of each bucket; the legend has their mean per bucket and their sum.",
        Width = 16,
        Height = 9,
        Query = new SqliteQuery(SeriesQueries.TokensOverTime(UsersQueries.OfRow), "time"),
        Field = PanelStyle.Tokens,
        Overrides = PanelStyle.PromptAndCompletion,
        Bars = true,
        Stacked = true,
        FillOpacity = 80,
        Legend = new Legend(LegendPlacement.Bottom, Calculation.Mean, Calculation.Sum),
    };

    private static PieChartPanel RowTokensByModel { get; } = new()
    {
        Id = 9,
        Title = "Models of the user",
        Description = $"The share of each model in the user's tokens; all after the first {SeriesQueries.TopSeries} are added up as {PanelSql.Other}.",
        Width = 8,
        Height = 9,
        Query = new SqliteQuery(SeriesQueries.TopShares("model", "Model", SeriesQueries.TopSeries, UsersQueries.OfRow)),
        Field = PanelStyle.Tokens with { Color = FieldColor.BySeries },
    };
}
