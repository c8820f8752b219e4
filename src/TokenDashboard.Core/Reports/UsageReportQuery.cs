using TokenDashboard.Pricing;
using TokenDashboard.Usage;
using TokenDashboard.Usage.Summaries;

namespace TokenDashboard.Reports;

/// <summary>Queries the contents of a report with the queries that the commands use.</summary>
internal sealed class UsageReportQuery(IReadOnlyList<ITelemetryStore> stores, RequestFilter filter, TimeZoneInfo zone, DateTimeOffset now)
{
    /// <summary>The number of models with their own color. The other models share one.</summary>
    internal const int Colours = 5;

    private const int ModelRows = 12;
    private const int UserRows = 15;
    private const int RequestRows = 10;
    private const string CostHeader = "Cost";
    private const string ChangeHeader = "Change";
    private static readonly ReportColumn Share = new("Share", ReportColumnKind.Share);

    public string Title { get; init; } = "Token usage";

    public UsagePrices? Prices { get; init; }

    public DayOfWeek FirstDayOfWeek { get; init; } = DayOfWeek.Monday;

    public UsageReport Run()
    {
        // Each table adds up to the total, even if applications write at the same time.
        foreach (ITelemetryStore store in stores)
            store.LeaveOutNew();
        var query = new UsageSummaryQuery(stores, filter, zone, now) { Prices = Prices };
        HourlyUsage hours = query.Hours(withModels: true);
        // Without rollups, each of these reads all requests, so one read is for several tables.
        var userQuery = new UserUsageQuery(stores, filter, zone) { Prices = Prices };
        Dictionary<string, UsageAccumulator>? before = userQuery.ReadPrevious(query.PreviousRange());
        TokenUsageSummary summary = query.Summarize(hours, before is null ? null : UsageGroups.Sum(before.Values, Prices));
        bool comparesPeriods = before is not null;
        (Dictionary<(string User, string Provider, string Model), UsageAccumulator> groups, UnreadableReport unreadable) = userQuery.Read();
        IReadOnlyList<UserTokenUsage> users = userQuery.Totals(groups, unreadable, before).Rows;
        UsageTotals totals = hours.Totals;
        TokenUsage[] models = [.. groups.GroupBy(group => new UsageKey(0, Model: group.Key.Model, Provider: group.Key.Provider), group => group.Value)
            .OrderBy(model => model.Key, UsageKey.ByName)
            .Select(model => new TokenUsage(model.Key, null, null, false, UsageGroups.Sum(model, Prices), totals))
            .OrderByDescending(model => model.TotalTokens)];
        var axis = new ReportAxis(summary, filter.Range, zone, FirstDayOfWeek);
        IReadOnlyList<TokenUsage?> overTime = axis.Place(hours.Buckets(axis.Unit, FirstDayOfWeek), bucket => bucket.Start!.Value);
        // With several currencies, the total has no cost.
        bool hasCost = models.Any(model => model.Cost is > 0);
        ReportTable Shown(ReportTable table) => hasCost ? table : table.Without(CostHeader);
        return new UsageReport(
            Title, summary, hours.Unreadable, axis.Text, ReportFigure.Of(summary, users.Count(user => user is { Requests: > 0, User.Length: > 0 })), axis.UnitName, axis.Buckets,
            Tokens: TokensByModel(axis, summary, hours),
            Cost: summary.Cost is > 0 ? new ReportChart(
                $"Cost per {axis.UnitName}", Highest(axis, overTime, bucket => (double?)bucket.Cost, cost => ReportText.Cost((decimal)cost, summary.Currency)),
                [new ReportSeries("Cost", [.. overTime.Select(bucket => (double?)bucket?.Cost)])], cost => Money.InCurrency(ReportText.Short(cost), summary.Currency)) : null,
            Latency: summary.P50DurationMs is null ? null : new ReportChart(
                "Latency in milliseconds",
                $"Half of all requests took at most {ReportText.Milliseconds(summary.P50DurationMs)} ms, 95 of 100 at most {ReportText.Milliseconds(summary.P95DurationMs)} ms, "
                    + $"99 of 100 at most {ReportText.Milliseconds(summary.P99DurationMs)} ms."
                    + (summary.PercentilesExact ? "" : " These values come from rollups and are up to 1 % off."),
                [
                    new ReportSeries("P99", [.. overTime.Select(bucket => bucket?.P99DurationMs)]),
                    new ReportSeries("P95", [.. overTime.Select(bucket => bucket?.P95DurationMs)]),
                    new ReportSeries("P50", [.. overTime.Select(bucket => bucket?.P50DurationMs)]),
                ],
                ReportText.Short),
            OverTime: Shown(OverTime(axis, overTime)),
            Models: Shown(Models(models)),
            Users: Shown(comparesPeriods ? Users(users) : Users(users).Without(ChangeHeader)),
            Week: Week(hours),
            Requests: Shown(Requests(summary)),
            Unpriced: Prices is null ? null : Unpriced(models),
            Facts: Facts(axis, summary));
    }

    private ReportChart TokensByModel(ReportAxis axis, TokenUsageSummary summary, HourlyUsage hours)
    {
        var buckets = new TimeBuckets(axis.Unit, zone, FirstDayOfWeek);
        IGrouping<string, (long Start, long Tokens)>[] models = [.. hours.ModelTokens.OrderBy(hour => hour.Key.Start)
            .GroupBy(hour => hour.Key.Model, hour => (Start: buckets.StartOf(hour.Key.Start), Tokens: hour.Value))
            .OrderByDescending(model => model.Sum(bucket => bucket.Tokens)).ThenBy(model => model.Key, NameOrder.ByCodePoint)];
        // A single additional model uses the color of the other models.
        int own = models.Length <= Colours + 1 ? models.Length : Colours;
        IEnumerable<ReportSeries> series = models.Take(own).Select(model => Series(model.Key, model));
        if (models.Length > own)
            series = series.Append(Series($"{models.Length - own} other models", models.Skip(own).SelectMany(model => model)));
        return new ReportChart(
            $"Tokens per {axis.UnitName}, by model",
            summary.BusiestDay is { Start: { } day } busiest
                ? string.Create(CultureInfo.InvariantCulture, $"The busiest day is {day:yyyy-MM-dd} with {ReportText.Number(busiest.TotalTokens)} tokens.")
                : "There are no requests.",
            [.. series],
            ReportText.Short);

        ReportSeries Series(string name, IEnumerable<(long Start, long Tokens)> of)
        {
            Dictionary<long, long> tokens = of.GroupBy(bucket => bucket.Start, bucket => bucket.Tokens).ToDictionary(bucket => bucket.Key, bucket => bucket.Sum());
            return new ReportSeries(ReportText.Name(name), axis.Values(start => (double)tokens.GetValueOrDefault(start)));
        }
    }

    private static string Highest(ReportAxis axis, IReadOnlyList<TokenUsage?> overTime, Func<TokenUsage, double?> valueOf, Func<double, string> format)
    {
        int highest = Enumerable.Range(0, overTime.Count).MaxBy(index => overTime[index] is { } bucket ? valueOf(bucket) ?? -1 : -1);
        return overTime[highest] is { } most && valueOf(most) is { } value ? $"The maximum is {axis.Buckets[highest].Label} with {format(value)}." : "";
    }

    private static ReportTable OverTime(ReportAxis axis, IReadOnlyList<TokenUsage?> overTime) => new(
        $"Figures by {axis.UnitName}",
        [new("Beginning", ReportColumnKind.Text), "Tokens", "Requests", CostHeader, "P50 ms", "P95 ms", "P99 ms"],
        [.. overTime.Select((bucket, index) => (ReportCell[])
        [
            axis.Buckets[index].Label, ReportText.Number(bucket?.TotalTokens ?? 0), ReportText.Number(bucket?.Requests ?? 0), ReportText.Cost(bucket?.Cost, bucket?.Currency),
            ReportText.Milliseconds(bucket?.P50DurationMs), ReportText.Milliseconds(bucket?.P95DurationMs), ReportText.Milliseconds(bucket?.P99DurationMs),
        ])]);

    private static ReportTable Models(IReadOnlyList<TokenUsage> models) => new(
        "Models",
        [Names("Model"), Names("Provider"), Share, "Tokens", CostHeader, "Requests", "P50 ms", "P95 ms"],
        Rows(models, ModelRows, "other models",
            row => [Name(row.Model), Name(row.Provider)], row => [ReportText.Milliseconds(row.P50DurationMs), ReportText.Milliseconds(row.P95DurationMs)], 2),
        "There are no requests.");

    private static ReportTable Users(IReadOnlyList<UserTokenUsage> users) => new(
        "Users",
        [Names("User"), Share, "Tokens", CostHeader, "Requests", ChangeHeader, "P95 ms"],
        Rows(
            [.. users.Where(user => user.Requests > 0)], UserRows, "other users",
            row => [Name(row.User)],
            row => [row.PreviousTokens == 0 ? "new" : ReportText.Change(row.ChangeRatio), ReportText.Milliseconds(row.P95DurationMs)],
            1),
        "There are no requests.");

    // The first rows, and one row for all others, so that the table adds up to the total.
    private static ReportCell[][] Rows<T>(IReadOnlyList<T> all, int most, string others, Func<T, ReportCell[]> before, Func<T, ReportCell[]> after, int names)
        where T : UsageFigures
    {
        int shown = all.Count <= most + 1 ? all.Count : most;
        IEnumerable<ReportCell[]> rows = all.Take(shown).Select(row => (ReportCell[])
            [.. before(row), .. Middle(row.Share, row.TotalTokens, row.Cost, row.Currency, row.Requests), .. after(row)]);
        T[] rest = [.. all.Skip(shown)];
        if (rest.Length > 0)
        {
            string[] currencies = [.. rest.Where(row => row.Cost is not null || Money.AreSeveral(row.Currency)).SelectMany(row => row.Currency?.Split(", ") ?? []).Distinct()
                .Order(StringComparer.Ordinal)];
            rows = rows.Append([
                new ReportCell($"{ReportText.Number(rest.Length)} {others}", IsOwnWord: true), .. Enumerable.Repeat<ReportCell>("", names - 1),
                .. Middle(
                    rest.Sum(row => row.Share), rest.Sum(row => row.TotalTokens), currencies.Length == 1 ? rest.Sum(row => row.Cost ?? 0) : null,
                    string.Join(", ", currencies), rest.Sum(row => row.Requests)),
                .. after(all[0]).Select(_ => (ReportCell)""),
            ]);
        }
        return [.. rows];

        ReportCell[] Middle(double share, long tokens, decimal? cost, string? currency, long requests) =>
        [
            new ReportCell(ReportText.Percent(share), share), ReportText.Number(tokens), ReportText.Cost(cost, currency), ReportText.Number(requests),
        ];
    }

    private static ReportColumn Names(string header) => new(header, ReportColumnKind.Name);

    private static ReportCell Name(string? name) => new(ReportText.Name(name), IsOwnWord: string.IsNullOrEmpty(name));

    private ReportHeatmap Week(HourlyUsage hours)
    {
        (DayOfWeek Day, long[] Tokens)[] days = [.. Enumerable.Range(0, 7).Select(day => ((DayOfWeek)(((int)FirstDayOfWeek + day) % 7), new long[24]))];
        foreach ((long start, UsageAccumulator usage) in hours.Hours)
        {
            DateTimeOffset local = LocalTime.At(start, zone);
            days[LocalTime.DaysSince(FirstDayOfWeek, local.DayOfWeek)].Tokens[local.Hour] += usage.TotalTokens;
        }
        (DayOfWeek day, int hour, long most) = days.SelectMany(day => day.Tokens.Select((tokens, hour) => (day.Day, hour, tokens))).MaxBy(cell => cell.tokens);
        return new ReportHeatmap(
            hours.Total.TotalTokens == 0 ? "There are no tokens." : $"Most tokens are used on {day} from {hour}:00 to {hour + 1}:00: {ReportText.Number(most)} in the time range.", days);
    }

    private ReportTable Requests(TokenUsageSummary summary)
    {
        // Remove-TokenUsage keeps only sums of requests.
        bool areRemoved = summary.FirstRequest is { } first && !new RequestQuery(stores, filter with { Range = new TimeRange(first, first.AddTicks(1)) }).Run(0, 1).Any();
        return new ReportTable(
            areRemoved ? "Largest requests that were not removed" : "Largest requests",
            [new("Time", ReportColumnKind.Text), Names("User"), Names("Model"), "Tokens", "Prompt", "Completion", CostHeader, "ms"],
            [.. new RequestQuery(stores, filter) { Order = RequestOrder.TotalTokens, Descending = true, Prices = Prices }.Run(0, RequestRows).Select(request => (ReportCell[])
            [
                ReportText.Time(LocalTime.At(request.Timestamp.UtcTicks, zone)), Name(request.User), Name(request.Model), ReportText.Number(request.TotalTokens),
                ReportText.Number(request.PromptTokens), ReportText.Number(request.CompletionTokens), ReportText.Cost(request.Cost, request.Currency),
                ReportText.Milliseconds(request.DurationMs),
            ])],
            areRemoved ? "All requests of this time range were removed. Only their rollups are left." : "There are no requests.");
    }

    private static ReportTable Unpriced(IReadOnlyList<TokenUsage> models)
    {
        long all = models.Sum(model => model.TotalTokens);
        TokenUsage[] unpriced = [.. models.Where(model => model.UnpricedTokens > 0).OrderByDescending(model => model.UnpricedTokens)];
        IEnumerable<ReportCell[]> rows = unpriced.Take(ModelRows).Select(model => Row(Name(model.Model), Name(model.Provider), model.UnpricedTokens!.Value));
        if (unpriced.Length > ModelRows)
            rows = rows.Append(Row(new ReportCell($"{unpriced.Length - ModelRows} other models", IsOwnWord: true), "", unpriced.Skip(ModelRows).Sum(model => model.UnpricedTokens!.Value)));
        return new ReportTable(
            "Tokens without a price",
            [Names("Model"), Names("Provider"), Share, "Tokens"],
            [.. rows], all == 0 ? "There are no tokens." : "All tokens have a price.");

        ReportCell[] Row(ReportCell model, ReportCell provider, long tokens) =>
            [model, provider, new ReportCell(ReportText.Percent((double)tokens / all), (double)tokens / all), ReportText.Number(tokens)];
    }

    private ReportFigure[] Facts(ReportAxis axis, TokenUsageSummary summary)
    {
        ReportFigure?[] facts =
        [
            new ReportFigure("Range", axis.Text),
            new ReportFigure("As of", $"{ReportText.Time(summary.AsOf)} (UTC{summary.AsOf:zzz})"),
            new ReportFigure("Stores", string.Join(", ", stores.Select(store => store.Source ?? store.Name))),
            Chosen("Users", filter.User), Chosen("Models", filter.Model), Chosen("Providers", filter.Provider), Chosen("Request types", filter.RequestType), Chosen("Transactions", filter.Transaction),
            filter.PolicyFailed ? new ReportFigure("Policy", "only requests with a negative policy verdict") : null,
            filter.MinTokens > 0 ? new ReportFigure("Minimum tokens", ReportText.Number(filter.MinTokens)) : null,
            Prices is null ? null : new ReportFigure(
                "Prices",
                string.Join(", ", Prices.List.OwnFiles.Select(Path.GetFileName).Prepend(Prices.List.Name))
                    + (Prices.At is { } at ? $", as of {ReportText.Time(LocalTime.At(at.UtcTicks, zone))}" : ", at the time of each request")),
        ];
        return [.. facts.OfType<ReportFigure>()];

        static ReportFigure? Chosen(string label, IReadOnlyList<string> names) => names.Count == 0 ? null : new ReportFigure(label, string.Join(", ", names.Select(ReportText.Name)));
    }
}
