using CsCheck;
using TokenDashboard.Engines.Sqlite;
using TokenDashboard.Engines.Sqlite.Maintenance;
using TokenDashboard.Engines.Sqlite.Queries;
using TokenDashboard.Reports;
using TokenDashboard.Telemetry;
using TokenDashboard.Tests.Pricing;
using TokenDashboard.Usage;
using TokenDashboard.Usage.Summaries;

namespace TokenDashboard.Tests.Usage.Summaries;

public class UsageSummaryQueryTests
{
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
    private static readonly UsagePrices Prices = new(TestPrices.Shipped);
    private static readonly DateTimeOffset Now = DateTimeOffset.Parse("2027-01-01T00:00Z");

    [Fact]
    public void A_summary_matches_the_other_queries() => Gen.Select(RandomStore.Row.Array[0, 60], Gen.Int[0, 300], Gen.Int[1, 90]).ForAll(
        (rows, firstDay, days) =>
        {
            using var store = new TestStore();
            store.Insert(rows);
            using TokenStore open = store.Open();
            ITelemetryStore[] stores = [new SqliteStore(open)];
            DateTimeOffset since = DateTimeOffset.Parse("2026-01-01T00:00Z").AddDays(firstDay);
            var filter = new RequestFilter { Range = new TimeRange(since, since.AddDays(days)) };
            IReadOnlyList<TokenUsage> Rows(RequestFilter asked, params UsageDimension[] groups) => new UsageQuery(groups, Berlin) { Prices = Prices }.Run(stores, asked).Rows;

            TokenUsageSummary summary = Assert.Single(new UsageSummaryQuery(stores, filter, Berlin, Now) { Prices = Prices }.Run().Rows);

            TokenUsage all = Rows(filter)[0], before = Rows(filter with { Range = filter.Range.Previous() })[0];
            Assert.Equal(
                (all.Requests, all.TotalTokens, all.Cost, all.UnpricedTokens, all.P50DurationMs, all.P99DurationMs, all.PolicyFailures),
                (summary.Requests, summary.TotalTokens, summary.Cost, summary.UnpricedTokens, summary.P50DurationMs, summary.P99DurationMs, summary.PolicyFailures));
            DateTimeOffset? first = rows.Select(RandomStore.TimeOf).Cast<DateTimeOffset?>().Min();
            bool isCovered = first is { } time && time.AddMinutes(15) - TimeSpan.FromTicks(time.UtcTicks % TimeSpan.FromMinutes(15).Ticks) <= filter.Range.Previous().Since;
            Assert.Equal(isCovered ? ((long?)before.Requests, (long?)before.TotalTokens, before.Cost) : (null, null, null), (summary.PreviousRequests, summary.PreviousTokens, summary.PreviousCost));
            Assert.Equal(isCovered ? all.TotalTokens - before.TotalTokens : null, summary.Change);
            Assert.Equal(all.TotalTokens, summary.TokensPerMinute!.Value * Math.Min(TimeSpan.FromDays(days).TotalMinutes, (Now - since).TotalMinutes), 0.001);
            Assert.Equal(Rows(filter, UsageDimension.Hour).MaxBy(hour => hour.TotalTokens)?.ToString(), summary.BusiestHour?.ToString());
            Assert.Equal(Rows(filter, UsageDimension.Day).MaxBy(day => day.TotalTokens)?.ToString(), summary.BusiestDay?.ToString());
            Assert.Equal(rows.Where(row => filter.Range.Contains(RandomStore.TimeOf(row).UtcTicks)).Select(RandomStore.TimeOf).DefaultIfEmpty().Max(), summary.LastRequest ?? default);
        },
        iter: 40);

    [Fact]
    public void An_open_range_has_no_previous_period_and_spans_its_requests()
    {
        TokenUsageSummary summary = Summarize(TimeRange.All, Now, ("2026-03-01T12:00:00", 60), ("2026-03-01T14:00:00", 180));

        Assert.Null(summary.PreviousTokens);
        Assert.Null(summary.ChangeRatio);
        Assert.Equal(2.0, summary.TokensPerMinute);
        Assert.Equal(3.0, summary.PeakTokensPerMinute);
        Assert.Equal(DateTimeOffset.Parse("2026-03-01T15:00+01:00"), summary.BusiestHour!.Start);
        Assert.Equal(Now, summary.AsOf);
    }

    [Theory]
    [InlineData("2026-03-01T11:58Z", 120.0)]
    [InlineData("2026-03-01T10:00Z", 4.0)]
    [InlineData(null, 7200.0)]
    public void The_peak_covers_only_the_part_of_the_hour_in_the_range(string? since, double peak)
    {
        var now = DateTimeOffset.Parse("2026-03-01T12:00Z");
        var range = since is null ? TimeRange.All : new TimeRange(DateTimeOffset.Parse(since), now);

        TokenUsageSummary summary = Summarize(range, now, ("2026-03-01T11:59:00", 120), ("2026-03-01T11:59:02", 120));

        Assert.Equal(peak, summary.PeakTokensPerMinute);
    }

    [Fact]
    public void One_request_has_no_rate() => Assert.Null(Summarize(TimeRange.All, Now, ("2026-03-01T12:00:00", 60)).TokensPerMinute);

    [Fact]
    public void A_range_without_requests_has_zero_sums_and_no_peaks()
    {
        TokenUsageSummary summary = Summarize(new TimeRange(Now.AddDays(-1), Now), Now);

        Assert.Equal((0, 0L, 0m, 0.0), (summary.Requests, summary.TotalTokens, summary.Cost, summary.TokensPerMinute));
        Assert.Null(summary.BusiestHour);
        Assert.Equal((0, 0m, null), (summary.MonthTokens, summary.MonthCost, summary.MonthForecastTokens));
    }

    [Fact]
    public void The_future_part_of_a_range_does_not_lower_the_rate() => Assert.Equal(
        10.0,
        Summarize(new TimeRange(Now.AddMinutes(-10), Now.AddYears(1)), Now, ("2026-12-31T23:55:00", 100)).TokensPerMinute);

    [Theory]
    // Ten days have passed, with 70 tokens on each of the last seven: 21 more days at 70 a day.
    [InlineData("2026-03-11T00:00+01:00", 700L, 700L + (21 * 70) - 3)]
    // The end of a month belongs to that month.
    [InlineData("2026-04-01T00:00+02:00", 700L, 700L)]
    // A store that is younger than a day.
    [InlineData("2026-03-01T20:00+01:00", 70L, null)]
    // Neither the month nor the week before has requests.
    [InlineData("2026-06-15T00:00+02:00", 0L, 0L)]
    public void The_month_forecast_continues_the_last_seven_days(string until, long soFar, long? end)
    {
        (string, long)[] rows = [.. Enumerable.Range(1, 10).Select(day => ($"2026-03-{day:00}T09:00:00", 70L))];

        TokenUsageSummary summary = Summarize(new TimeRange(null, DateTimeOffset.Parse(until)), Now, rows);

        Assert.Equal(soFar, summary.MonthTokens);
        // A clock change takes an hour from the rest of the month.
        Assert.Equal(end, summary.MonthForecastTokens);
        Assert.Equal(DateTimeOffset.Parse(until), summary.AsOf);
    }

    [Theory]
    // The last days without requests of a user, and less than a day after the user's last request, are days at the rate of that user.
    [InlineData("2026-10-14T12:00Z", 7000 + (17.5 * 1000))]
    [InlineData("2026-10-14T06:00Z", 7000 + (17.75 * 1000))]
    // The stores began four days before.
    [InlineData("2026-09-05T12:00Z", 30 + (25.5 * 7.5))]
    public void The_month_forecast_of_a_user_is_at_the_rate_of_all_seven_days(string until, double end)
    {
        // The stores keep requests in another order than that of their times.
        (string User, string Time, long Tokens)[] rows = [("a", "2026-10-13T12:00:00", 7000), ("b", "2026-09-01T12:00:00", 10), ("a", "2026-09-04T18:00:00", 30), ("b", "2026-10-01T12:00:00", 10)];
        using var store = new TestStore();
        store.Insert([.. rows.Select(row => new TestStore.Row { User = row.User, Timestamp = row.Time, Prompt = row.Tokens, Completion = 0L, Total = row.Tokens })]);
        using TokenStore open = store.Open();
        var filter = new RequestFilter { User = ["a"], Range = new TimeRange(null, DateTimeOffset.Parse(until)) };

        Assert.Equal((long)Math.Round(end), new UsageSummaryQuery([new SqliteStore(open)], filter, TimeZoneInfo.Utc, Now).Run().Rows[0].MonthForecastTokens);
    }

    [Fact]
    public void The_month_forecast_of_a_young_store_is_the_same_from_rollups()
    {
        using var store = new TestStore();
        store.Insert([.. ((string[])["2026-09-02T12:00:00", "2026-09-01T12:07:31"]).Select(time => new TestStore.Row { Timestamp = time, Prompt = 7000L, Completion = 0L, Total = 7000L })]);
        long? Forecast()
        {
            using TokenStore open = store.Open();
            var filter = new RequestFilter { Range = new TimeRange(null, DateTimeOffset.Parse("2026-09-03T00:00Z")) };
            return new UsageSummaryQuery([new SqliteStore(open)], filter, TimeZoneInfo.Utc, Now).Run().Rows[0].MonthForecastTokens;
        }
        long? before = Forecast();

        using (var optimizer = new StoreOptimizer(store.Path, CancellationToken.None))
            optimizer.Refresh();

        Assert.Equal(before, Forecast());
        Assert.Equal((long)Math.Round(14_000 + (14_000 * (28 / (1.5 - (451 / 86_400.0))))), before);
    }

    [Fact]
    public void Future_requests_do_not_raise_the_rate() => Assert.Equal(
        10.0,
        Summarize(new TimeRange(Now.AddMinutes(-10), Now.AddYears(1)), Now, ("2026-12-31T23:55:00", 100), ("2027-01-01T02:00:00", 6000)).TokensPerMinute);

    [Theory]
    [InlineData("2026-03-01T12:00:00", null)]
    [InlineData("2026-02-28T23:50:00", 60L)]
    [InlineData("2026-02-28T23:10:00", 60L)]
    public void A_previous_period_that_begins_before_the_first_request_is_not_compared(string first, long? previous)
    {
        using var store = new TestStore();
        store.Insert([.. new[] { ("2026-03-02T12:00:00", 90L), ("2026-03-01T12:00:00", 60), (first, 0) }
            .Select(row => new TestStore.Row { Timestamp = row.Item1, Prompt = row.Item2, Completion = 0L, Total = row.Item2 })]);
        long? Previous()
        {
            using TokenStore open = store.Open();
            ITelemetryStore[] stores = [new SqliteStore(open)];
            var filter = new RequestFilter { Range = new TimeRange(DateTimeOffset.Parse("2026-03-02T00:00Z"), DateTimeOffset.Parse("2026-03-03T00:00Z")) };
            long? users = new UserUsageQuery(stores, filter, Berlin) { WithTotal = true }.Totals(comparePrevious: true).Total!.PreviousTokens;
            Assert.Equal(users, new UsageSummaryQuery(stores, filter, Berlin, Now).Run().Rows[0].PreviousTokens);
            return users;
        }

        Assert.Equal(previous, Previous());
        using (var optimizer = new StoreOptimizer(store.Path, CancellationToken.None))
            optimizer.Refresh();
        Assert.Equal(previous, Previous());
        using (var remover = new StoreOptimizer(store.Path, CancellationToken.None))
            remover.Remove(DateTimeOffset.Parse("2026-03-02T00:00Z"));
        Assert.Equal(previous, Previous());
    }

    [Fact]
    public void The_previous_period_is_compared_despite_an_unusual_import_order()
    {
        (string, long)[] rows = [.. Enumerable.Range(0, 1500).Select(minute => ($"{new DateTime(2026, 3, 2, 12, 0, 0).AddMinutes(-minute):s}", 1L)), ("2026-02-01T00:00:00", 1L)];

        Assert.Equal(779, Summarize(new TimeRange(DateTimeOffset.Parse("2026-03-02T00:00Z"), DateTimeOffset.Parse("2026-03-03T00:00Z")), Now, rows).PreviousTokens);
    }

    [Fact]
    public void Costs_of_the_month_and_of_the_previous_period_are_in_the_currency_of_the_summary()
    {
        var own = new UsagePrices(TestPrices.WithOwn("""
            currency: EUR
            providers:
              - id: own
                models: [ { id: mine, prices: { input_mtok: 2 } } ]
            """));
        using var store = new TestStore();
        TestStore.Row Row(string day, string provider, string model) =>
            new() { Timestamp = $"{day}T12:00:00", Provider = provider, Model = model, Prompt = 1_000_000L, Completion = 0L, Total = 1_000_000L };
        store.Insert(Row("2026-09-01", "openai", "gpt-4o"), Row("2026-10-03", "own", "mine"), Row("2026-10-05", "own", "unknown"));
        using TokenStore open = store.Open();
        TokenUsageSummary Of(string since, string until)
        {
            var filter = new RequestFilter { Range = new TimeRange(DateTimeOffset.Parse(since), DateTimeOffset.Parse(until)) };
            return new UsageSummaryQuery([new SqliteStore(open)], filter, TimeZoneInfo.Utc, Now) { Prices = own }.Run().Rows[0];
        }

        TokenUsageSummary unpriced = Of("2026-10-05T00:00Z", "2026-10-08T00:00Z");
        TokenUsageSummary both = Of("2026-09-01T00:00Z", "2026-10-08T00:00Z");
        TokenUsageSummary emptyMonth = Of("2026-09-01T00:00Z", "2026-11-01T00:00:01Z");

        // Seven days with 2 EUR, and 24 days to come.
        Assert.Equal(("EUR", null, 2m, 2m, 8.857143m), (unpriced.Currency, unpriced.Cost, unpriced.PreviousCost, unpriced.MonthCost, unpriced.MonthForecastCost));
        Assert.Equal("no token has a price", ReportFigure.Of(unpriced, 1).Single(figure => figure.Label == "Cost").Note);
        Assert.Equal(("EUR, USD", null, null, null, 2_000_000), (both.Currency, both.Cost, both.MonthCost, both.MonthForecastCost, both.MonthTokens));
        Assert.Equal(("EUR, USD", 0), (emptyMonth.Currency, emptyMonth.MonthCost));
    }

    private static TokenUsageSummary Summarize(TimeRange range, DateTimeOffset now, params (string Time, long Tokens)[] rows)
    {
        using var store = new TestStore();
        store.Insert(rows.Select(row => new TestStore.Row { Timestamp = row.Time, Prompt = row.Tokens, Completion = 0L, Total = row.Tokens }));
        using TokenStore open = store.Open();
        return new UsageSummaryQuery([new SqliteStore(open)], new RequestFilter { Range = range }, Berlin, now) { Prices = Prices }.Run().Rows[0];
    }
}
