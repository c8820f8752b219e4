using CsCheck;
using TokenDashboard.Engines.Sqlite;
using TokenDashboard.Engines.Sqlite.Queries;
using TokenDashboard.Engines.Sqlite.Maintenance;
using TokenDashboard.Engines.Sqlite.Rollups;
using TokenDashboard.Telemetry;
using TokenDashboard.Tests.Usage;
using TokenDashboard.Usage;

namespace TokenDashboard.Tests.Engines.Sqlite.Rollups;

/// <summary>Cached, cache-write and reasoning tokens and recorded cost, which imports store in a table other than <c>telemetry</c>.</summary>
public class RequestDetailTests
{
    private static readonly Gen<object?> Tokens = Gen.OneOf(Gen.Long[0, 50].Select(tokens => (object?)tokens), Gen.OneOfConst<object?>(null, null, -1L, "many"));

    private static readonly Gen<object?> Cost = Gen.OneOf(Gen.Double[0, 5].Select(cost => (object?)cost), Gen.OneOfConst<object?>(null, -0.5));

    private static readonly Gen<TestStore.Row> Row = Gen.Select(
        RandomStore.Row, Gen.Bool, Gen.Select(Tokens, Tokens, Tokens, Cost, (cached, written, reasoning, cost) => new[] { cached, written, reasoning, cost }),
        (row, hasDetail, detail) => hasDetail ? row with { Detail = detail } : row);

    [Fact]
    public void Details_are_counted_from_rows_from_rollups_and_after_removal() => Gen.Select(
        Row.Array[0, 40], Row.Array[0, 10], Gen.DateTime[new DateTime(2026, 1, 2), new DateTime(2026, 12, 30)]).ForAll(
        (before, after, day) =>
        {
            using var store = new TestStore();
            store.Insert([.. before, .. after]);
            string[] expected = Usage(store);
            Assert.Equal(Expected([.. before, .. after]), Total(store));
            Assert.Equal(expected.Length == 0 ? (null, null) : Expected([.. before, .. after]), Requests(store));

            using var summed = new TestStore();
            summed.Insert(before);
            Optimize(summed);
            summed.Insert(after);
            Assert.Equal(expected, Usage(summed));

            using (var remover = new StoreOptimizer(summed.Path, CancellationToken.None))
                remover.Remove(new DateTimeOffset(day, TimeSpan.Zero));
            Assert.Equal(expected, Usage(summed));
            using (TokenStore open = summed.Open())
                Assert.All(TokenStoreCheck.Run(open.Path, wait: false, progress: null, CancellationToken.None), check => Assert.True(check.Result == CheckResult.Passed, check.Message));
        },
        iter: 5);

    [Fact]
    public void Details_are_null_in_a_store_without_them()
    {
        using var store = new TestStore();
        store.Insert(new TestStore.Row());
        using TokenStore open = store.Open();

        TokenUsage usage = new UsageQuery([], TimeZoneInfo.Utc).Run([new SqliteStore(open)], new RequestFilter()).Rows[0];

        Assert.Equal((null, null, null, null), (usage.CachedTokens, usage.CacheWriteTokens, usage.ReasoningTokens, usage.RecordedCost));
    }

    [Fact]
    public void Input_classes_have_separate_rollups_but_one_result_row()
    {
        using var store = new TestStore();
        store.Insert(new TestStore.Row { Prompt = 128_000L }, new TestStore.Row { Prompt = 128_001L }, new TestStore.Row { Prompt = 600_000L });
        Optimize(store);

        Assert.Equal([0L, 1L, 6L], store.Query($"SELECT input_class FROM {RollupSchema.View} WHERE level = {RollupLevel.Day:D} ORDER BY 1"));
        using TokenStore open = store.Open();
        TokenUsage model = Assert.Single(new UsageQuery([UsageDimension.Model], TimeZoneInfo.Utc).Run([new SqliteStore(open)], new RequestFilter()).Rows);
        Assert.Equal((3, 856_001), (model.Requests, model.PromptTokens));
    }

    [Fact]
    public void Rollups_of_another_format_are_ignored_and_rebuilt()
    {
        using var store = new TestStore();
        store.Insert(new TestStore.Row(), new TestStore.Row());
        store.Query($"CREATE TABLE {RollupSchema.State} (id INTEGER PRIMARY KEY, format INTEGER, watermark INTEGER); INSERT INTO {RollupSchema.State} VALUES (1, 1, 2)");
        store.Query($"CREATE TABLE {RollupSchema.Sums} (level INTEGER, start INTEGER, group_id INTEGER, requests INTEGER, PRIMARY KEY (level, start, group_id)) WITHOUT ROWID");
        store.Query($"INSERT INTO {RollupSchema.Sums} VALUES (3, 0, 1, 99)");
        using (TokenStore open = store.Open())
        {
            Assert.Equal(2, new UsageQuery([], TimeZoneInfo.Utc).Run([new SqliteStore(open)], new RequestFilter()).Rows[0].Requests);
            Assert.Equal("unusable", TokenStoreInfo.Read(new SqliteStore(open)).Rollups);
            Assert.Contains(TokenStoreCheck.Run(open.Path, wait: false, progress: null, CancellationToken.None), check => check is { Check: "Rollups", Result: CheckResult.Failed });
        }

        Optimize(store);

        using TokenStore rebuilt = store.Open();
        Assert.Equal("current", TokenStoreInfo.Read(new SqliteStore(rebuilt)).Rollups);
        Assert.All(TokenStoreCheck.Run(rebuilt.Path, wait: false, progress: null, CancellationToken.None), check => Assert.True(check.Result == CheckResult.Passed, check.Message));
    }

    private static void Optimize(TestStore store)
    {
        using var optimizer = new StoreOptimizer(store.Path, CancellationToken.None);
        optimizer.Refresh();
    }

    private static string[] Usage(TestStore store)
    {
        using TokenStore open = store.Open();
        return [.. new UsageQuery([UsageDimension.User, UsageDimension.Model], TimeZoneInfo.Utc).Run([new SqliteStore(open)], new RequestFilter()).Rows.Select(row =>
            $"{row.User}|{row.Model}|{row.Requests}|{row.CachedTokens}|{row.CacheWriteTokens}|{row.ReasoningTokens}|{row.RecordedCost:0.0000000}")];
    }

    private static (long? Cached, string? Cost) Total(TestStore store)
    {
        using TokenStore open = store.Open();
        TokenUsage usage = new UsageQuery([], TimeZoneInfo.Utc).Run([new SqliteStore(open)], new RequestFilter()).Rows[0];
        return (usage.CachedTokens, usage.RecordedCost?.ToString("0.0000000"));
    }

    private static (long? Cached, string? Cost) Requests(TestStore store)
    {
        using TokenStore open = store.Open();
        var query = new RequestQuery([new SqliteStore(open)], new RequestFilter()) { Order = RequestOrder.Id, Descending = false };
        TokenRequest[] requests = [.. query.Run(0, ulong.MaxValue)];
        return (
            requests.Any(request => request.CachedTokens is not null) ? requests.Sum(request => request.CachedTokens) : null,
            requests.Any(request => request.RecordedCost is not null) ? requests.Sum(request => request.RecordedCost)!.Value.ToString("0.0000000") : null);
    }

    private static (long? Cached, string? Cost) Expected(TestStore.Row[] rows)
    {
        // Parts larger than the whole are treated as unknown.
        static long Known(object? tokens) => tokens is long and >= 0 and long count ? count : 0;
        long[] cached =
        [
            .. rows.Where(row => row.Detail is { } detail && Known(detail[0]) + Known(detail[1]) <= Known(row.Prompt)).Select(row => row.Detail![0])
                .OfType<long>().Where(tokens => tokens >= 0),
        ];
        double[] costs = [.. rows.Select(row => row.Detail?[3]).OfType<double>().Where(cost => cost >= 0)];
        return (cached.Length == 0 ? null : cached.Sum(), costs.Length == 0 ? null : ((decimal)costs.Sum()).ToString("0.0000000"));
    }
}
