using CsCheck;
using Microsoft.Data.Sqlite;
using TokenDashboard.Engines.Sqlite;
using TokenDashboard.Engines.Sqlite.Queries;
using TokenDashboard.Telemetry;
using TokenDashboard.Tests.Pricing;
using TokenDashboard.Usage;

namespace TokenDashboard.Tests.Usage;

public class UsageQueryTests
{
    private static readonly UsagePrices Prices = new(TestPrices.Shipped);

    [Fact]
    public void Buckets_add_up_to_their_range_in_every_time_zone()
    {
        var cases = Gen.Select(
            RandomStore.Row.Array[0, 60],
            Gen.DateTime[new DateTime(2026, 3, 25), new DateTime(2026, 4, 2)],
            Gen.DateTime[new DateTime(2026, 10, 20), new DateTime(2026, 10, 30)],
            Gen.Enum<TimeUnit>(),
            Gen.Bool);
        cases.ForAll(
            (rows, since, until, unit, fill) =>
            {
                using var store = new TestStore();
                store.Insert(rows);
                using TokenStore open = store.Open();
                var range = new TimeRange(new DateTimeOffset(since, TimeSpan.Zero), new DateTimeOffset(until, TimeSpan.Zero));
                TestStore.Row[] inRange = [.. rows.Where(row => RandomStore.TimeOf(row) >= range.Since && RandomStore.TimeOf(row) < range.Until)];
                foreach (TimeZoneInfo zone in TimeBucketsTests.Zones.Select(TimeZoneInfo.FindSystemTimeZoneById))
                {
                    IReadOnlyList<TokenUsage> buckets = new UsageQuery([(UsageDimension)unit], zone) { Fill = fill && unit > TimeUnit.Hour }
                        .Run([new SqliteStore(open)], new RequestFilter { Range = range }).Rows;
                    Assert.Equal(inRange.Length, buckets.Sum(bucket => bucket.Requests));
                    Assert.Equal(inRange.Sum(RandomStore.TokensOf), buckets.Sum(bucket => bucket.TotalTokens));
                    Assert.Equal(buckets.Select(bucket => bucket.Start).Order(), buckets.Select(bucket => bucket.Start));
                    Assert.All(inRange, row => Assert.Contains(buckets, bucket => RandomStore.TimeOf(row) >= bucket.Start && RandomStore.TimeOf(row) < bucket.End));
                }
            },
            iter: 25);
    }

    [Fact]
    public void Groups_match_those_of_a_SQL_query() => RandomStore.Row.Array[0, 80].ForAll(
        rows =>
        {
            using var store = new TestStore();
            store.Insert(rows);
            using TokenStore open = store.Open();

            string[] groups =
            [
                .. new UsageQuery([UsageDimension.User, UsageDimension.Model, UsageDimension.Provider, UsageDimension.Transaction], TimeZoneInfo.Utc)
                    .Run([new SqliteStore(open)], new RequestFilter()).Rows
                    .Select(row => $"{row.User}|{row.Model}|{row.Provider}|{row.Transaction}|{row.Requests}|{row.PromptTokens}|{row.CompletionTokens}|{row.TotalTokens}|"
                        + $"{row.PolicyFailures}|{row.InterruptedStreams}"),
            ];

            IEnumerable<string> expected = store.Query($"""
                SELECT user_id || '|' || model || '|' || provider || '|' || transaction_id || '|' || count(*) || '|' || sum(prompt_tokens)
                    || '|' || sum(completion_tokens) || '|' || sum({TelemetrySql.TotalTokens}) || '|' || sum(success = 0) || '|' || sum({TelemetrySql.InterruptedStream})
                FROM telemetry GROUP BY user_id, model, provider, transaction_id
                """).Cast<string>();
            Assert.Equal(expected.Order(), groups.Order());
        },
        iter: 40);

    [Fact]
    public void The_largest_transactions_match_the_full_result_with_the_same_shares() => Gen.Select(
        RandomStore.Row.Array[0, 80], Gen.Int[0, 12], Gen.OneOfConst(UsageOrder.Default, UsageOrder.Requests, UsageOrder.CompletionTokens, UsageOrder.P95DurationMs), Gen.Bool).ForAll(
        (rows, count, order, withTotal) =>
        {
            using var store = new TestStore();
            store.Insert(rows);
            using TokenStore open = store.Open();
            IEnumerable<string> Run((int, UsageOrder)? largest)
            {
                QueryResult<TokenUsage> result = new UsageQuery([UsageDimension.User, UsageDimension.Transaction], TimeZoneInfo.Utc)
                {
                    Largest = largest, Prices = Prices, WithTotal = withTotal,
                }.Run([new SqliteStore(open)], new RequestFilter());
                Assert.True(largest is null || order == UsageOrder.P95DurationMs || result.Rows.Count <= count);
                return UsageOrdering.Order(result.Rows, order, order != UsageOrder.Default).Take(count).Append(result.Total)
                    .Select(row => $"{row?.User}|{row?.Transaction}|{row?.Requests}|{row?.CompletionTokens}|{row?.TotalTokens}|{row?.Share}|{row?.CostShare}|{row?.P95DurationMs}");
            }

            Assert.Equal(Run(null), Run((count, order)));
        },
        iter: 60);

    // The models have a price, one for each size of the prompt, one for each time of day, another currency, or no price.
    [Fact]
    public void The_most_expensive_transactions_match_the_full_result_even_with_ties() => Gen.Select(
        RandomStore.Row.Select(
            Gen.OneOfConst(("openai", "gpt-4o"), ("anthropic", "claude-sonnet-4-5"), ("deepseek", "deepseek-chat"), ("own", "llama3"), ("nobody", "unknown")),
            Gen.OneOfConst(0L, 1L, 2L, 250_000L), Gen.Int[0, 9],
            (row, model, prompt, transaction) => row with
            {
                Provider = model.Item1, Model = model.Item2, Prompt = prompt, Completion = 1L, Total = prompt + 1, Transaction = transaction == 0 ? "" : $"t{transaction}",
            }).Array[0, 40],
        Gen.Int[0, 12], Gen.OneOfConst(TestPrices.Shipped, TestPrices.Contracts, TestPrices.InTwoCurrencies),
        Gen.OneOfConst<DateTimeOffset?>(null, new DateTimeOffset(2026, 8, 17, 0, 0, 0, TimeSpan.Zero))).ForAll(
        (rows, count, prices, at) =>
        {
            using var store = new TestStore();
            store.Insert(rows);
            using TokenStore open = store.Open();
            IEnumerable<string> First((int, UsageOrder)? largest) => UsageOrdering.Order(
                new UsageQuery([UsageDimension.Transaction], TimeZoneInfo.Utc) { Largest = largest, Prices = new UsagePrices(prices, at) }.Run([new SqliteStore(open)], new RequestFilter()).Rows,
                UsageOrder.Cost, descending: true).Take(count).Select(row => $"{row.Transaction}|{row.Cost}|{row.Currency}|{row.CostShare}|{row.TotalTokens}|{row.UnpricedTokens}");

            Assert.Equal(First(null), First((count, UsageOrder.Cost)));
        },
        iter: 100);

    [Fact]
    public void The_largest_transactions_may_have_any_name()
    {
        using var store = new TestStore();
        object?[] names = ["it's", "T*", "t*", "[x]", 7L, 1.5, null, "", new byte[] { 0xff, 0x41 }];
        store.Insert([.. names.Select((name, index) => new TestStore.Row { Transaction = name, Prompt = 10L + index, Completion = 0L, Total = 10L + index })]);
        using (SqliteConnection connection = store.Connect())
            connection.Execute("UPDATE telemetry SET transaction_id = CAST(x'ff42' AS TEXT) WHERE rowid = 1");
        using TokenStore open = store.Open();
        long[] Tokens((int, UsageOrder)? largest) =>
        [
            .. new UsageQuery([UsageDimension.Transaction], TimeZoneInfo.Utc) { Largest = largest }.Run([new SqliteStore(open)], new RequestFilter()).Rows.Select(row => row.TotalTokens),
        ];

        Assert.Equal(Tokens(null), Tokens((names.Length, UsageOrder.Default)));
        Assert.Equal(Tokens(null)[..5], Tokens((5, UsageOrder.Default)));
    }

    [Fact]
    public void Filters_select_the_matching_requests() => Gen.Select(RandomStore.Row.Array[0, 80], Gen.Int[0, 5]).ForAll(
        (rows, which) =>
        {
            using var store = new TestStore();
            store.Insert(rows);
            using TokenStore open = store.Open();
            (RequestFilter, Func<TestStore.Row, bool>)[] choices =
            [
                (new RequestFilter { User = ["o'b*", "ALICE"] }, row => row.User is "O'Brien" or "alice"),
                (new RequestFilter { User = [""] }, row => row.User is ""),
                (new RequestFilter { Model = ["claude"], Provider = ["open[a-b]i"] }, row => row.Model is "claude" or "Claude" && row.Provider is "openai"),
                (new RequestFilter { PolicyFailed = true }, row => row.Success is 0L),
                (new RequestFilter { MinTokens = 300 }, row => RandomStore.TokensOf(row) >= 300),
                (new RequestFilter { Transaction = ["t?"], RequestType = ["CHAT"] }, row => row.Transaction is not ""),
            ];
            (RequestFilter filter, Func<TestStore.Row, bool> expected) = choices[which];

            TokenUsage usage = Assert.Single(new UsageQuery([], TimeZoneInfo.Utc).Run([new SqliteStore(open)], filter).Rows);

            Assert.Equal(rows.Count(expected), usage.Requests);
            Assert.Equal(rows.Where(expected).Sum(RandomStore.TokensOf), usage.TotalTokens);
        },
        iter: 60);

    [Fact]
    public void Percentiles_are_measured_durations_by_nearest_rank() => Gen.Double[0, 100].Array[1, 50].ForAll(
        durations =>
        {
            using var store = new TestStore();
            store.Insert(durations.Select(duration => new TestStore.Row { Duration = duration }).Append(new TestStore.Row { Duration = null }));
            using TokenStore open = store.Open();

            TokenUsage usage = Assert.Single(new UsageQuery([], TimeZoneInfo.Utc).Run([new SqliteStore(open)], new RequestFilter()).Rows);

            double[] sorted = [.. durations.Order()];
            double Rank(double part) => sorted.First(duration => sorted.Count(other => other <= duration) >= part * sorted.Length - 1e-9);
            Assert.Equal((Rank(.5), Rank(.95), Rank(.99), sorted[^1]), (usage.P50DurationMs, usage.P95DurationMs, usage.P99DurationMs, usage.MaxDurationMs));
            Assert.Equal(durations.Average(), usage.MeanDurationMs!.Value, 1e-9);
        },
        iter: 60);

    [Fact]
    public void An_empty_store_has_one_row_of_zeros()
    {
        using var store = new TestStore();
        using TokenStore open = store.Open();

        TokenUsage usage = Assert.Single(new UsageQuery([], TimeZoneInfo.Utc).Run([new SqliteStore(open)], new RequestFilter()).Rows);

        Assert.Equal((0, 0, 0.0, null), (usage.Requests, usage.TotalTokens, usage.Share, usage.MeanDurationMs));
        Assert.Empty(new UsageQuery([UsageDimension.Day, UsageDimension.User], TimeZoneInfo.Utc) { Fill = true }.Run([new SqliteStore(open)], new RequestFilter()).Rows);
    }

    [Fact]
    public void Empty_buckets_are_filled_for_every_group_over_the_whole_range()
    {
        using var store = new TestStore();
        store.Insert(new TestStore.Row { Timestamp = "2026-10-24T12:00:00" }, new TestStore.Row { Timestamp = "2026-10-26T12:00:00", User = "bob" });
        using TokenStore open = store.Open();
        var filter = new RequestFilter { Range = new TimeRange(DateTimeOffset.Parse("2026-10-23T22:00Z"), DateTimeOffset.Parse("2026-10-27T23:00Z")) };

        IReadOnlyList<TokenUsage> rows = new UsageQuery([UsageDimension.Day, UsageDimension.User], TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin")) { Fill = true }
            .Run([new SqliteStore(open)], filter).Rows;

        Assert.Equal(4 * 2, rows.Count);
        Assert.Equal(2, rows.Sum(row => row.Requests));
        Assert.Equal(25, (rows.First(row => row.Start!.Value.Day == 25).End - rows.First(row => row.Start!.Value.Day == 25).Start)!.Value.TotalHours);
    }

    [Theory]
    [InlineData(UsageDimension.Weekday, UsageDimension.Model)]
    [InlineData(UsageDimension.HourOfDay)]
    [InlineData(UsageDimension.HourOfDay, UsageDimension.Weekday, UsageDimension.User)]
    [InlineData(UsageDimension.Weekday, UsageDimension.Year)]
    public void Weekdays_and_hours_follow_the_time_zone(params UsageDimension[] groupBy) => Gen.Select(RandomStore.Row.Array[1, 60], Gen.OneOfConst(TimeBucketsTests.Zones)).ForAll(
        (rows, zoneName) =>
        {
            var zone = TimeZoneInfo.FindSystemTimeZoneById(zoneName);
            using var store = new TestStore();
            store.Insert(rows);
            using TokenStore open = store.Open();

            IReadOnlyList<TokenUsage> groups = new UsageQuery(groupBy, zone, DayOfWeek.Sunday).Run([new SqliteStore(open)], new RequestFilter()).Rows;

            string Key(TestStore.Row row)
            {
                DateTimeOffset local = TimeZoneInfo.ConvertTime(RandomStore.TimeOf(row), zone);
                return string.Join('|', groupBy.Order().Select(dimension => dimension switch
                {
                    UsageDimension.Weekday => $"{local.DayOfWeek}",
                    UsageDimension.HourOfDay => $"{local.Hour}",
                    UsageDimension.Year => $"{local.Year}",
                    UsageDimension.User => row.User,
                    _ => row.Model,
                }));
            }
            Assert.Equal(
                rows.GroupBy(Key).Select(group => $"{group.Key}:{group.Count()}").Order(),
                groups.Select(row => string.Join('|', groupBy.Order().Select(dimension => dimension switch
                {
                    UsageDimension.Weekday => $"{row.Weekday}",
                    UsageDimension.HourOfDay => $"{row.HourOfDay}",
                    UsageDimension.Year => $"{row.Start!.Value.Year}",
                    UsageDimension.User => row.User,
                    _ => row.Model,
                })) + $":{row.Requests}").Order());
            if (!groupBy.Contains(UsageDimension.Year))
            {
                Assert.Equal(
                    groups.Select(row => (row.Weekday is null ? 0 : (int)Enum.Parse<DayOfWeek>(row.Weekday), row.HourOfDay)).Order(),
                    groups.Select(row => (row.Weekday is null ? 0 : (int)Enum.Parse<DayOfWeek>(row.Weekday), row.HourOfDay)));
            }
        },
        iter: 20);

    [Fact]
    public void Sessions_are_five_hour_blocks_from_the_hour_of_the_first_request()
    {
        using var store = new TestStore();
        store.Insert(
            new TestStore.Row { Timestamp = "2026-03-01T09:50:00" }, new TestStore.Row { Timestamp = "2026-03-01T13:59:59" }, new TestStore.Row { Timestamp = "2026-03-01T14:00:00", User = "bob" },
            new TestStore.Row { Timestamp = "2026-03-01T18:30:00" }, new TestStore.Row { Timestamp = "2026-03-03T23:10:00" });
        using TokenStore open = store.Open();
        IReadOnlyList<TokenUsage> Query(params UsageDimension[] groupBy) => new UsageQuery(groupBy, TimeZoneInfo.FindSystemTimeZoneById("Asia/Kathmandu"))
        {
            Now = DateTimeOffset.Parse("2026-03-04T01:00Z"),
        }.Run([new SqliteStore(open)], new RequestFilter()).Rows;

        IReadOnlyList<TokenUsage> blocks = Query(UsageDimension.Session), own = Query(UsageDimension.Session, UsageDimension.User);

        Assert.Equal(["2026-03-01T09:00Z", "2026-03-01T14:00Z", "2026-03-03T23:00Z"], blocks.Select(row => row.Start!.Value.UtcDateTime.ToString("yyyy-MM-ddTHH:mmZ")));
        Assert.Equal([2L, 2, 1], blocks.Select(row => row.Requests));
        Assert.All(blocks, row => Assert.Equal(TimeSpan.FromHours(5), row.End - row.Start));
        Assert.Equal([false, false, true], blocks.Select(row => row.IsPartial));
        Assert.Equal(["alice 9", "bob 14", "alice 18", "alice 23"], own.Select(row => $"{row.User} {row.Start!.Value.UtcDateTime.Hour}"));
        Assert.Throws<TokenDashboardException>(() => Query(UsageDimension.Session, UsageDimension.Day));
    }

    [Fact]
    public void Partial_buckets_are_marked()
    {
        using var store = new TestStore();
        store.Insert(Enumerable.Range(1, 5).Select(day => new TestStore.Row { Timestamp = $"2026-03-0{day}T23:00:00" }));
        using TokenStore open = store.Open();
        bool[] Partial(string? since, string? until, UsageDimension unit, string now = "2026-03-20T00:00Z") =>
        [
            .. new UsageQuery([unit], TimeZoneInfo.Utc) { Now = DateTimeOffset.Parse(now) }.Run(
                [new SqliteStore(open)],
                new RequestFilter { Range = new TimeRange(since is null ? null : DateTimeOffset.Parse(since), until is null ? null : DateTimeOffset.Parse(until)) }).Rows.Select(row => row.IsPartial),
        ];

        Assert.Equal([true, false, true], Partial("2026-03-02T22:00Z", "2026-03-04T23:30Z", UsageDimension.Day));
        Assert.Equal([false, false, false], Partial("2026-03-02T00:00Z", "2026-03-05T00:00Z", UsageDimension.Day));
        Assert.Equal([false, false, false, false, true], Partial(null, null, UsageDimension.Day, "2026-03-05T23:30Z"));
        Assert.Equal([true], Partial(null, null, UsageDimension.Month));
        Assert.Equal([false], Partial(null, null, UsageDimension.Month, "2026-04-01T00:00Z"));
    }

    [Fact]
    public void Filling_too_many_buckets_is_rejected()
    {
        using var store = new TestStore();
        store.Insert(new TestStore.Row());
        using TokenStore open = store.Open();
        var filter = new RequestFilter { Range = new TimeRange(DateTimeOffset.MinValue, null) };

        var failure = Assert.Throws<TokenDashboardException>(() => new UsageQuery([UsageDimension.Hour], TimeZoneInfo.Utc) { Fill = true }.Run([new SqliteStore(open)], filter));

        Assert.Equal(ErrorCode.TooManyBuckets, failure.Code);
    }

    [Fact]
    public void Grouping_by_two_time_units_is_rejected() => Assert.Equal(
        ErrorCode.GroupingInvalid,
        Assert.Throws<TokenDashboardException>(() => new UsageQuery([UsageDimension.Day, UsageDimension.Hour], TimeZoneInfo.Utc)).Code);

    [Fact]
    public void An_unreadable_time_is_reported_in_any_range()
    {
        using var store = new TestStore();
        store.Insert(new TestStore.Row { Timestamp = "garbage" }, new TestStore.Row { Timestamp = "2026-03-01T12:00:00" }, new TestStore.Row { Timestamp = "2025-01-01T00:00:00" });
        using TokenStore open = store.Open();
        var filter = new RequestFilter { Range = new TimeRange(DateTimeOffset.Parse("2026-03-01T00:00Z"), DateTimeOffset.Parse("2026-03-02T00:00Z")) };

        QueryResult<TokenUsage> answer = new UsageQuery([], TimeZoneInfo.Utc).Run([new SqliteStore(open)], filter);

        Assert.Equal((1, 1, 1), (answer.Rows[0].Requests, answer.Unreadable.Rows, answer.Unreadable.Timestamps));
    }
}
