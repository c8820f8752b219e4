namespace TokenDashboard.Dashboards;

/// <summary>The dashboard "LLM requests": single requests, the odd ones first at hand, and the transactions they belong to.</summary>
internal static class RequestsDashboard
{
    internal const string Name = "Requests";

    /// <summary>Makes the dashboard; its links to itself follow <paramref name="uid"/>.</summary>
    internal static Dashboard Create(string? uid)
    {
        string self = uid ?? "tokendashboard-requests";
        return new Dashboard
        {
            Uid = self,
            Title = "LLM requests",
            Description = "Single requests of LLM applications and their transactions, read from the SQLite store of Observicia's SDK.",
            Tags = [PanelStyle.Tag],
            Links = PanelStyle.Links(self, "&var-transaction=&var-min_tokens=0"),
            Variables = [.. RequestVariables.All, .. RequestVariables.OfSingleRequests],
            // Single requests are read one by one, so a look at the last day is the beginning.
            From = "now-24h",
            Sections =
            [
                new DashboardSection
                {
                    Panels =
                    [
                        OverTime,
                        Table(self, 2, 13, "Newest requests", "The newest requests of the time range, newest first", RequestsQueries.Newest),
                    ],
                },
                new DashboardSection
                {
                    Title = "Size and duration",
                    Panels =
                    [
                        Histogram(3, "Requests by duration", "How many requests took how long; each bar reaches from its duration, or up to 2 % less, to the next one's beginning.",
                            RequestsQueries.Durations, "Duration from"),
                        Histogram(4, "Requests by size", "How many requests had how many total tokens; each bar reaches to the next one's beginning.",
                            RequestsQueries.Sizes, "Tokens from"),
                        Table(self, 5, 11, "Slowest requests", "The requests that took longest, slowest first", RequestsQueries.Slowest),
                        Table(self, 6, 11, "Largest requests", "The requests with most total tokens, largest first", RequestsQueries.Largest),
                    ],
                },
                new DashboardSection
                {
                    Title = "Transactions and interrupted streams",
                    Panels =
                    [
                        Transactions(self),
                        Table(self, 8, 11, "Interrupted streams", "Streams that broke off before their completion was counted, newest first",
                            RequestsQueries.Interrupted) with
                        {
                            Field = new FieldOptions { Unit = Units.Grouped, NoValue = "No interrupted streams in this time range" },
                        },
                    ],
                },
            ],
        };
    }

    private static TimeSeriesPanel OverTime { get; } = new()
    {
        Id = 1,
        Title = "Requests over time",
        Description = "Requests of each bucket, and those of them with a negative policy verdict or an interrupted stream.",
        Width = 24,
        Height = 7,
        Query = new SqliteQuery(RequestsQueries.OverTime, "time"),
        Field = PanelStyle.Counted with { Min = 0, Color = FieldColor.Fixed(PanelStyle.PromptColor) },
        Overrides = [PanelStyle.Colored("Policy failures", "orange"), PanelStyle.Colored("Interrupted streams", "red")],
        Bars = true,
        FillOpacity = 60,
        Legend = new Legend(LegendPlacement.Bottom, Calculation.Sum),
    };

    private static TablePanel Table(string self, int id, int height, string title, string description, string sql) => new()
    {
        Id = id,
        Title = title,
        Description = $"{description}, at most {RequestsQueries.Rows}; a click on a transaction shows only its requests.",
        Width = 24,
        Height = height,
        Query = new SqliteQuery(sql, "Time"),
        Field = new FieldOptions { Unit = Units.Grouped, NoValue = PanelStyle.NoRequests },
        Paginated = true,
        Overrides =
        [
            Moment("Time"),
            PanelStyle.InMilliseconds("Duration"),
            new FieldOverride("Policy")
            {
                Field = new FieldOptions { TextColors = new Dictionary<string, string> { ["failed"] = "orange", ["passed"] = "text" } },
                Column = new TableColumn { Cell = TableCell.ColoredText },
            },
            LinkedTransaction(self),
        ],
    };

    private static TablePanel Transactions(string self) => new()
    {
        Id = 7,
        Title = "Transactions with most tokens",
        Description = $"The {RequestsQueries.TransactionRows} transactions with most total tokens; a click on one shows only its requests.",
        Width = 24,
        Height = 11,
        Query = new SqliteQuery(RequestsQueries.Transactions, "First request", "Last request"),
        Field = new FieldOptions { Unit = Units.Grouped, NoValue = "No transactions in this time range" },
        Paginated = true,
        Overrides = [PanelStyle.InMilliseconds("Duration"), Moment("First request"), Moment("Last request"), LinkedTransaction(self)],
    };

    private static BarChartPanel Histogram(int id, string title, string description, string sql, string category) => new()
    {
        Id = id,
        Title = title,
        Description = description,
        Width = 12,
        Height = 8,
        Query = new SqliteQuery(sql),
        CategoryColumn = category,
        Field = PanelStyle.Counted with { Min = 0, Color = FieldColor.Fixed(PanelStyle.PromptColor) },
    };

    private static FieldOverride Moment(string column) => new(column)
    {
        Field = new FieldOptions { Unit = Units.TimeWithMilliseconds },
        Column = new TableColumn { Width = 190 },
    };

    private static FieldOverride LinkedTransaction(string self) => new("Transaction")
    {
        Field = new FieldOptions
        {
            Links =
            [
                new DataLink(
                    "Show only this transaction",
                    $"/d/{self}?${{__url_time_range}}&var-transaction=${{__data.fields.Transaction:percentencode}}&var-min_tokens=0"
                    + $"&${{user:queryparam}}&{PanelStyle.SameModels}&{PanelStyle.SameView}"),
            ],
        },
    };
}
