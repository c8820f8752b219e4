using CsCheck;
using TokenDashboard.Engines.Sqlite;
using TokenDashboard.Engines.Sqlite.Maintenance;
using TokenDashboard.Engines.Sqlite.Queries;
using TokenDashboard.Pricing;
using TokenDashboard.Telemetry;
using TokenDashboard.Telemetry.Times;
using TokenDashboard.Tests.Pricing;
using TokenDashboard.Usage;

namespace TokenDashboard.Tests.Usage;

/// <summary>The cost of usage equals the sum of the costs of its requests to the last decimal: from rows, from rollups, and after removal.</summary>
public class UsageCostTests
{
    private static readonly PriceList Prices = TestPrices.Shipped;

    // Prices by date, by time of day and by size, models without a price, and a model whose name determines its provider.
    private static readonly (string Provider, string Model)[] Models =
    [
        ("openai", "gpt-4o"), ("openai", "gpt-5.6-sol"), ("anthropic", "claude-sonnet-4-5"), ("google", "gemini-2.5-pro"), ("google", "gemini-1.5-pro"),
        ("deepseek", "deepseek-chat"), ("deepseek", "deepseek-v4-flash"), ("", "claude-opus-4-6"), ("openai", "no-such-model"), ("nobody", "gpt-4o"),
    ];

    private static readonly Gen<long> Prompt = Gen.OneOf(Gen.Long[0, 3000], Gen.OneOfConst([.. InputSize.Thresholds]).SelectMany(size => Gen.Long[size - 1, size + 1]));

    private static readonly Gen<DateTime> Time = Gen.OneOf(
        Gen.DateTime[new DateTime(2026, 8, 14), new DateTime(2026, 8, 20)], Gen.DateTime[new DateTime(2026, 1, 1), new DateTime(2026, 12, 31)],
        Gen.Int[0, 400].Select(half => new DateTime(2026, 8, 16).AddMinutes(30 * half)));

    internal static readonly Gen<TestStore.Row> Row = Gen.Select(
        Time, Gen.OneOfConst(Models), Gen.OneOfConst("alice", "bob"), Prompt, Gen.Long[0, 900], Gen.Select(Gen.Bool, Gen.Double[0, 1], Gen.Double[0, 1], Gen.Double[0, 1.2], Gen.Int[0, 11]))
        .Select((time, model, user, prompt, completion, parts) =>
        {
            (bool hasDetail, double cached, double written, double reasoning, int kind) = parts;
            // Some requests have only a total, a total larger or smaller than the sum of its parts, or no tokens.
            long total = kind == 3 ? 0 : prompt + completion + kind switch { 1 => 1000, 2 => -Math.Min(prompt + completion, 50), _ => 0 };
            if (kind is 0 or 3)
                (prompt, completion) = (0, 0);
            long cacheWrite = (long)(prompt * (1 - cached) * written);
            return new TestStore.Row
            {
                Timestamp = StoredTimestamp.FormatForStorage(new DateTimeOffset(time, TimeSpan.Zero)), User = user, Provider = model.Provider, Model = model.Model,
                Prompt = prompt, Completion = completion, Total = total,
                Detail = hasDetail ? [(long)(prompt * cached), cacheWrite, (long)(completion * reasoning), (long)(cacheWrite * reasoning), null] : null,
            };
        });

    private static readonly Gen<UsageDimension[]> Grouping = Gen.Select(
        Gen.OneOfConst(Array.Empty<UsageDimension>(), [UsageDimension.Hour], [UsageDimension.Day], [UsageDimension.Month]),
        Gen.OneOfConst(UsageDimension.User, UsageDimension.Model, UsageDimension.Provider).HashSet[0, 2], (unit, names) => unit.Concat(names).ToArray());

    [Fact]
    public void The_cost_of_a_group_is_the_sum_of_its_requests() => Gen.Select(
        Row.Array[0, 50], Row.Array[0, 10], Gen.Select(Grouping, Gen.OneOfConst("UTC", "Europe/Berlin", "Asia/Kathmandu")).Array[6], Time, Gen.Bool).ForAll(
        (before, after, queries, day, now) =>
        {
            var prices = new UsagePrices(after.Length % 2 == 0 ? Prices : TestPrices.Contracts, now ? new DateTimeOffset(day, TimeSpan.Zero) : null);
            using var store = new TestStore();
            store.Insert(before);
            using (var optimizer = new StoreOptimizer(store.Path, CancellationToken.None))
                optimizer.Refresh();
            store.Insert(after);
            string[][] expected = [.. queries.Select(query => Expected([.. before, .. after], query.Item1, TimeZoneInfo.FindSystemTimeZoneById(query.Item2), prices))];
            string[][] Costs() => [.. queries.Select(query => CostsOf(store, query.Item1, TimeZoneInfo.FindSystemTimeZoneById(query.Item2), prices))];

            Assert.Equal(expected, Costs());
            using (var remover = new StoreOptimizer(store.Path, CancellationToken.None))
                remover.Remove(new DateTimeOffset(day, TimeSpan.Zero));
            Assert.Equal(expected, Costs());
        },
        iter: 20);

    [Fact]
    public void Own_tiers_apply_to_each_request_and_currencies_are_not_added()
    {
        var own = new UsagePrices(TestPrices.WithOwn("""
            currency: EUR
            providers:
              - id: own
                models:
                  - id: mine
                    match: { equals: mine }
                    prices:
                      input_mtok: { base: 1, tiers: [ { start: 1000, price: 3 } ] }
                      output_mtok: 2
            """));
        using var store = new TestStore();
        store.Insert(
            new TestStore.Row { Provider = "own", Model = "mine", Prompt = 1000L, Completion = 0L, Total = 1000L },
            new TestStore.Row { Provider = "own", Model = "mine", Prompt = 1001L, Completion = 10L, Total = 1011L },
            new TestStore.Row { Provider = "openai", Model = "gpt-4o", Prompt = 100L, Completion = 0L, Total = 100L });
        using (var optimizer = new StoreOptimizer(store.Path, CancellationToken.None))
            optimizer.Refresh();
        using TokenStore open = store.Open();

        TokenUsage[] models = [.. new UsageQuery([UsageDimension.Model], TimeZoneInfo.Utc) { Prices = own }.Run([new SqliteStore(open)], new RequestFilter()).Rows];
        TokenUsage all = new UsageQuery([], TimeZoneInfo.Utc) { Prices = own }.Run([new SqliteStore(open)], new RequestFilter()).Rows[0];

        Assert.Equal((0.001m + 0.003003m + 0.00002m, "EUR", 0L), (models[0].Cost, models[0].Currency, models[0].UnpricedTokens!.Value));
        // Different currencies are never added.
        Assert.Equal((null, "EUR, USD"), (all.Cost, all.Currency));
    }

    [Fact]
    public void A_request_without_tokens_changes_neither_the_cost_nor_its_currency_of_others()
    {
        var own = new UsagePrices(TestPrices.WithOwn("""
            currency: EUR
            providers:
              - id: own
                models:
                  - id: mine
                    match: { equals: mine }
                    prices: { input_mtok: 1, cache_read_mtok: 0.1, output_mtok: 2 }
            """));
        using var store = new TestStore();
        store.Insert(
            new TestStore.Row { User = "both", Provider = "own", Model = "mine", Prompt = 0L, Completion = 200_000L, Total = 200_000L },
            new TestStore.Row { User = "both", Provider = "openai", Model = "gpt-4o", Prompt = 0L, Completion = 0L, Total = 0L },
            new TestStore.Row { User = "none", Provider = "own", Model = "mine", Prompt = 0L, Completion = 0L, Total = 0L },
            new TestStore.Row { User = "none", Provider = "own", Model = "unknown", Prompt = 10L, Completion = 0L, Total = 10L },
            new TestStore.Row { User = "short", Provider = "own", Model = "mine", Prompt = 100L, Completion = 0L, Total = 96L });
        using TokenStore open = store.Open();
        var stores = new[] { new SqliteStore(open) };

        TokenUsage[] users = [.. new UsageQuery([UsageDimension.User], TimeZoneInfo.Utc) { Prices = own }.Run(stores, new RequestFilter()).Rows];
        TokenRequest[] requests = [.. new RequestQuery(stores, new RequestFilter()) { Prices = own }.Run(0, ulong.MaxValue)];

        Assert.Equal(
            [("both", 0.4m, "EUR", 0L, false), ("none", null, null, 10, false), ("short", 0.0001m, "EUR", 0, true)],
            users.OrderBy(user => user.User, StringComparer.Ordinal).Select(user => (user.User, user.Cost, user.Currency, user.UnpricedTokens!.Value, user.CostIsUpperBound)));
        Assert.Equal(
            [(0.4m, 0L, false), (null, 0, false), (null, 0, false), (null, 10, false), (0.0001m, 0, true)],
            requests.Select(request => (request.Cost, request.UnpricedTokens!.Value, request.CostIsUpperBound)));
    }

    [Fact]
    public void The_cost_of_a_sum_is_an_upper_bound_only_if_that_of_a_request_is()
    {
        var own = new UsagePrices(TestPrices.WithOwn("""
            providers:
              - id: own
                models:
                  - id: mine
                    match: { equals: mine }
                    prices: { input_mtok: { base: 1, tiers: [ { start: 272000, price: 2 } ] }, cache_read_mtok: 1, output_mtok: 2 }
            """));
        using var store = new TestStore();
        TestStore.Row Row(string user, long prompt, object?[]? detail, string model = "gpt-4o") => new()
        {
            User = user, Provider = model == "mine" ? "own" : "openai", Model = model, Prompt = prompt, Completion = 10L, Total = prompt + 10, Detail = detail, Transaction = user,
        };
        store.Insert(
            Row("known", 100, [50L, 0L, null, null, null]), Row("unknown", 100, [50L, 0L, null, null, null]), Row("unknown", 100, null),
            Row("no prompt", 100, [50L, 0L, null, null, null]), Row("no prompt", 0, null),
            Row("written", 100, [null, 100L, null, null, null]),
            Row("same price", 100, null, "mine"), Row("higher tier", 300_000, null, "mine"));
        using TokenStore open = store.Open();
        string[] Bounds()
        {
            IEnumerable<TokenUsage> users = new UsageQuery([UsageDimension.User], TimeZoneInfo.Utc) { Prices = own }.Run([new SqliteStore(open)], new RequestFilter()).Rows;
            return [.. users.Where(user => user.CostIsUpperBound).Select(user => user.User!).Order(StringComparer.Ordinal)];
        }

        IEnumerable<TokenRequest> requests = new RequestQuery([new SqliteStore(open)], new RequestFilter()) { Prices = own }.Run(0, ulong.MaxValue);
        Assert.Equal(["higher tier", "unknown"], requests.Where(request => request.CostIsUpperBound).Select(request => request.User).Order(StringComparer.Ordinal));
        Assert.Equal(["higher tier", "unknown"], Bounds());
        using (var optimizer = new StoreOptimizer(store.Path, CancellationToken.None))
            optimizer.Refresh();
        Assert.Equal(["higher tier", "no prompt", "unknown"], Bounds());
    }

    [Fact]
    public void Unpriced_tokens_depend_on_the_price_at_their_time()
    {
        PriceList own = TestPrices.WithOwn("""
            providers:
              - id: own
                models:
                  - id: mine
                    match: { equals: mine }
                    prices:
                      - prices: { input_mtok: 1 }
                      - constraint: { start_date: 2026-06-01 }
                        prices: { input_mtok: 1, output_mtok: 2 }
            """);
        using var store = new TestStore();
        store.Insert(
            new TestStore.Row { Timestamp = "2026-05-31T23:59:59", Provider = "own", Model = "mine", Prompt = 100L, Completion = 7L, Total = 107L },
            new TestStore.Row { Timestamp = "2026-06-01T00:00:00", Provider = "own", Model = "mine", Prompt = 100L, Completion = 90L, Total = 190L },
            new TestStore.Row { Timestamp = "2026-06-01T00:00:00", Provider = "own", Model = "other", Prompt = 0L, Completion = 0L, Total = 0L });
        using TokenStore open = store.Open();

        Assert.Equal(
            [("mine", 2, 7, UnpricedReason.NoRate), ("other", 1, 0, UnpricedReason.NoModel)],
            UnpricedUsage.Read([new SqliteStore(open)], own).Rows.Select(row => (row.Model, row.Requests, row.UnpricedTokens, row.Reason)));
    }

    [Fact]
    public void Models_that_need_requests_are_reported_before_and_after_removal()
    {
        PriceList own = TestPrices.WithOwn("""
            providers:
              - id: own
                models:
                  - id: mine
                    match: { equals: mine }
                    prices: { input_mtok: { base: 1, tiers: [ { start: 150, price: 2 } ] } }
                  - id: other
                    match: { equals: other }
                    prices: { input_mtok: { base: 1, tiers: [ { start: 150, price: 2 } ] } }
            """);
        using var store = new TestStore();
        store.Insert(
            new TestStore.Row { Timestamp = "2026-05-31T12:00:00", Provider = "own", Model = "mine", Prompt = 100L, Completion = 0L, Total = 100L },
            new TestStore.Row { Timestamp = "2026-05-31T12:00:01", Provider = "own", Model = "mine", Prompt = 200L, Completion = 0L, Total = 200L },
            new TestStore.Row { Timestamp = "2026-05-31T12:00:00", Provider = "openai", Model = "gpt-4o", Prompt = 200L, Completion = 0L, Total = 200L },
            new TestStore.Row { Timestamp = "2026-07-01T12:00:00", Provider = "own", Model = "other", Prompt = 200L, Completion = 7L, Total = 207L });
        var before = new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);
        IEnumerable<(string, long, UnpricedReason)> Unpriced(TokenStore open) =>
            UnpricedUsage.Read([new SqliteStore(open)], own).Rows.Select(row => (row.Model, row.UnpricedTokens, row.Reason));
        using (TokenStore open = store.Open())
        {
            Assert.Equal(["mine"], UnpricedUsage.ModelsThatNeedRequests(new SqliteStore(open), before, own));
            Assert.Equal([("other", 7, UnpricedReason.NoRate)], Unpriced(open));
        }
        using (var optimizer = new StoreOptimizer(store.Path, CancellationToken.None))
            optimizer.Remove(before);

        using TokenStore removed = store.Open();
        Assert.Empty(UnpricedUsage.ModelsThatNeedRequests(new SqliteStore(removed), before, own));
        Assert.Equal([("mine", 300, UnpricedReason.NeedsRequests), ("other", 7, UnpricedReason.NoRate)], Unpriced(removed));
    }

    [Theory]
    [InlineData(0L, 0L, 1_000_000L, null, 1_000_000L)]
    [InlineData(100L, 10L, 100_000L, 0.00035, 99_890L)]
    [InlineData(100L, 10L, 0L, 0.00035, 0L)]
    [InlineData(100L, 10L, 20L, 0.00035, 0L)]
    public void Tokens_of_a_total_without_a_part_are_unpriced(long prompt, long completion, long total, double? cost, long unpriced)
    {
        using var store = new TestStore();
        store.Insert(new TestStore.Row { Prompt = prompt, Completion = completion, Total = total });
        using TokenStore open = store.Open();
        var prices = new UsagePrices(TestPrices.Shipped);

        TokenUsage usage = Assert.Single(new UsageQuery([], TimeZoneInfo.Utc) { Prices = prices }.Run([new SqliteStore(open)], new RequestFilter()).Rows);
        Assert.Equal(((decimal?)cost, unpriced), (usage.Cost, usage.UnpricedTokens));
        TokenRequest request = Assert.Single(new RequestQuery([new SqliteStore(open)], new RequestFilter()) { Prices = prices }.Run(0, 1));
        Assert.Equal(((decimal?)cost, unpriced), (request.Cost, request.UnpricedTokens));
    }

    [Fact]
    public void Users_are_ranked_by_cost_and_compared_with_the_previous_period()
    {
        using var store = new TestStore();
        store.Insert(
            new TestStore.Row { Timestamp = "2026-04-30T10:00:00", User = "old" },
            new TestStore.Row { Timestamp = "2026-05-01T10:00:00", User = "much", Provider = "openai", Model = "gpt-4o-mini", Prompt = 900L, Completion = 0L, Total = 900L },
            new TestStore.Row { Timestamp = "2026-05-02T10:00:00", User = "much", Provider = "openai", Model = "gpt-4o-mini", Prompt = 2000L, Completion = 0L, Total = 2000L },
            new TestStore.Row { Timestamp = "2026-05-02T11:00:00", User = "dear", Provider = "openai", Model = "gpt-4o", Prompt = 1000L, Completion = 0L, Total = 1000L });
        using TokenStore open = store.Open();
        var range = new TimeRange(new(2026, 5, 2, 0, 0, 0, TimeSpan.Zero), new(2026, 5, 3, 0, 0, 0, TimeSpan.Zero));
        var query = new UserUsageQuery([new SqliteStore(open)], new RequestFilter { Range = range }, TimeZoneInfo.Utc) { Prices = new UsagePrices(Prices) };

        Assert.Equal(["much 1", "dear 2"], query.Totals(comparePrevious: true).Rows.Select(user => $"{user.User} {user.Rank}"));
        UserTokenUsage[] byCost = [.. query.Totals(comparePrevious: true, byCost: true).Rows];
        Assert.Equal(["dear 1", "much 2"], byCost.Select(user => $"{user.User} {user.Rank}"));
        Assert.Equal((0.0025m, 0m, 0.0003m, 0.000135m), (byCost[0].Cost, byCost[0].PreviousCost, byCost[1].Cost, byCost[1].PreviousCost));
        Assert.Equal(1, byCost.Sum(user => user.CostShare)!.Value, 12);
        Assert.Equal([0.0003m], query.Periods(TimeUnit.Day, cumulative: true, fill: false).Rows.Where(row => row.User == "much").Select(row => row.CumulativeCost!.Value));
    }

    [Fact]
    public void A_request_fee_does_not_depend_on_the_grouping()
    {
        using var store = new TestStore();
        TestStore.Row row = new() { Provider = "own", Model = "flat", Prompt = 0L, Completion = 0L, Total = 500L };
        store.Insert(row with { Timestamp = "2026-05-01T10:00:00" }, row with { Timestamp = "2026-05-01T10:01:00", Prompt = 1000L, Total = 1000L }, row with { Timestamp = "2026-05-01T12:00:00" });
        using TokenStore open = store.Open();
        var prices = new UsagePrices(TestPrices.WithOwn("""
            providers:
              - id: own
                models:
                  - id: flat
                    match: {equals: flat}
                    prices: {input_mtok: 1, requests_kcount: 3}
            """));
        ITelemetryStore[] stores = [new SqliteStore(open)];

        Assert.Equal([0.003m, 0.004m, 0.003m], new RequestQuery(stores, new RequestFilter()) { Prices = prices }.Run(0, 3).Select(request => request.Cost!.Value));
        foreach (UsageDimension[] groups in (UsageDimension[][])[[], [UsageDimension.Hour], [UsageDimension.Minute]])
            Assert.Equal(0.010m, new UsageQuery(groups, TimeZoneInfo.Utc) { Prices = prices }.Run(stores, new RequestFilter()).Rows.Sum(usage => usage.Cost));
    }

    [Fact]
    public void Costs_in_several_currencies_are_neither_added_nor_compared()
    {
        using var store = new TestStore();
        TestStore.Row row = new() { User = "a", Provider = "own", Model = "euro", Prompt = 1_000_000L, Completion = 0L, Total = 1_000_000L };
        store.Insert(
            row with { Timestamp = "2026-04-30T10:00:00" }, row with { Timestamp = "2026-05-01T10:00:00" }, row with { Timestamp = "2026-05-02T10:00:00", Provider = "openai", Model = "gpt-4o" });
        using TokenStore open = store.Open();
        var prices = new UsagePrices(TestPrices.WithOwn("""
            currency: EUR
            providers:
              - id: own
                models:
                  - id: euro
                    match: {equals: euro}
                    prices: {input_mtok: 1}
            """));
        UserUsageQuery In(int day) => new(
            [new SqliteStore(open)], new RequestFilter { Range = new TimeRange(new(2026, 5, day, 0, 0, 0, TimeSpan.Zero), new(2026, 5, 3, 0, 0, 0, TimeSpan.Zero)) }, TimeZoneInfo.Utc)
        {
            Prices = prices,
        };

        Assert.Equal([1m, null], In(1).Periods(TimeUnit.Day, cumulative: true, fill: false).Rows.Select(usage => usage.CumulativeCost));
        UserTokenUsage user = Assert.Single(In(2).Totals(comparePrevious: true).Rows);
        Assert.Equal((2.5m, null, null, 1_000_000L), (user.Cost, user.PreviousCost, user.CostChange, user.PreviousTokens));
    }

    [Fact]
    public void Single_requests_have_a_cost_and_can_be_ordered_by_it() => Gen.Select(Row.Array[0, 40], Gen.Bool, Gen.ULong[0, 20], Gen.ULong[0, 30]).ForAll(
        (rows, descending, skip, first) =>
        {
            using var store = new TestStore();
            store.Insert(rows);
            using TokenStore open = store.Open();
            var query = new RequestQuery([new SqliteStore(open)], new RequestFilter()) { Order = RequestOrder.Cost, Descending = descending, Prices = new UsagePrices(Prices) };

            (long, decimal?, long?)[] found = [.. query.Run(skip, first).Select(request => (request.Id, request.Cost, request.UnpricedTokens))];

            var priced = rows.Select((row, index) => (Id: index + 1L, Price: PriceOf(row, query.Prices))).Select(row => (row.Id, row.Price.Cost, (long?)row.Price.Unpriced));
            var sorted = priced.OrderBy(row => row.Cost ?? -1).ThenBy(row => row.Id);
            Assert.Equal((descending ? sorted.Reverse() : sorted).Skip((int)skip).Take((int)first), found);
        },
        iter: 20);

    private static string[] CostsOf(TestStore store, UsageDimension[] groupBy, TimeZoneInfo zone, UsagePrices prices)
    {
        using TokenStore open = store.Open();
        return
        [
            .. new UsageQuery(groupBy, zone) { Prices = prices }.Run([new SqliteStore(open)], new RequestFilter()).Rows
                .Select(row => Shown(row.Start, row.User, row.Model, row.Provider, row.Cost, prices.At is null ? row.Cost : row.CostAtRequest, row.UnpricedTokens!.Value))
                .Order(StringComparer.Ordinal),
        ];
    }

    private static string[] Expected(TestStore.Row[] rows, UsageDimension[] groupBy, TimeZoneInfo zone, UsagePrices prices)
    {
        TimeBuckets? buckets = groupBy.Length > 0 && groupBy[0] <= UsageDimension.Year ? new TimeBuckets((TimeUnit)groupBy[0], zone) : null;
        return groupBy.Length == 0 && rows.Length == 0 ? [Shown(null, null, null, null, 0, 0, 0)] :
        [
            .. rows.GroupBy(row => (
                    Start: buckets is null ? (DateTimeOffset?)null : buckets.Bounds(buckets.StartOf(RandomStore.TimeOf(row).UtcTicks)).Start,
                    User: groupBy.Contains(UsageDimension.User) ? (string?)row.User : null, Model: groupBy.Contains(UsageDimension.Model) ? (string?)row.Model : null,
                    Provider: groupBy.Contains(UsageDimension.Provider) ? (string?)row.Provider : null))
                .Select(group => Shown(
                    group.Key.Start, group.Key.User, group.Key.Model, group.Key.Provider, Sum(group.Select(row => PriceOf(row, prices).Cost)),
                    Sum(group.Select(row => PriceOf(row, prices with { At = null }).Cost)), group.Sum(row => PriceOf(row, prices).Unpriced)))
                .Order(StringComparer.Ordinal),
        ];
    }

    private static (decimal? Cost, long Unpriced) PriceOf(TestStore.Row row, UsagePrices prices)
    {
        long[] detail = [.. (row.Detail ?? []).Concat(new object?[4]).Take(4).Select(value => value as long? ?? 0)];
        (long prompt, long completion, long total) = ((long)row.Prompt!, (long)row.Completion!, (long)row.Total!);
        long other = total == 0 ? 0 : Math.Max(0, total - prompt - completion);
        var counts = new TokenCounts(prompt, completion, detail[0], detail[1], detail[2] > completion ? 0 : detail[2], HourCacheWrite: detail[3] > detail[1] ? 0 : detail[3]);
        ResolvedPrice? price = prices.List.Find((string?)row.Provider, (string)row.Model!)?.At(prices.At ?? RandomStore.TimeOf(row));
        (decimal cost, long unpriced) = price?.CostOf(counts) ?? (0, prompt + completion);
        unpriced += other;
        return (price is null || (cost == 0 && unpriced == prompt + completion + other) ? null : cost, unpriced);
    }

    private static string Shown(DateTimeOffset? start, string? user, string? model, string? provider, decimal? cost, decimal? atRequest, long unpriced) =>
        $"{start:O}|{user}|{model}|{provider}|{cost / 1.000000000000000000000000000m}|{atRequest / 1.000000000000000000000000000m}|{unpriced}";

    // No cost if no token has a price.
    private static decimal? Sum(IEnumerable<decimal?> costs) => costs.Aggregate((sum, cost) => (sum + cost) ?? sum ?? cost);
}
