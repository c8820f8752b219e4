using CsCheck;
using Microsoft.Data.Sqlite;
using TokenDashboard.Engines;
using TokenDashboard.Engines.Sqlite;
using TokenDashboard.Engines.Sqlite.Maintenance;
using TokenDashboard.Engines.Sqlite.Queries;
using TokenDashboard.Telemetry;
using TokenDashboard.Tests.Pricing;
using TokenDashboard.Usage;
using TokenDashboard.Usage.Summaries;

namespace TokenDashboard.Tests.Usage.Summaries;

public class LiveUsageQueryTests
{
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
    private static readonly UsagePrices Prices = new(TestPrices.Shipped);

    [Fact]
    public void Incremental_reads_match_a_single_query() => Gen.Select(RandomStore.Row.Array[0, 12].Array[1, 5], Gen.Int[0, 300], Gen.Bool).ForAll(
        (batches, day, hasRollups) =>
        {
            DateTimeOffset since = DateTimeOffset.Parse("2026-01-01T00:00Z").AddDays(day), now = DateTimeOffset.Parse("2027-01-01T00:00Z");
            using var store = new TestStore();
            using TokenStore open = store.Open();
            ITelemetryStore[] stores = [new SqliteStore(open)];
            var filter = new RequestFilter { Range = new TimeRange(since, null), User = ["a*", "søren"] };
            var query = new LiveUsageQuery(stores, filter, Berlin) { Prices = Prices };
            LiveUsage usage = query.Read(now);
            foreach (TestStore.Row[] batch in batches)
            {
                store.Insert(batch);
                if (hasRollups)
                {
                    using var optimizer = new StoreOptimizer(store.Path, CancellationToken.None);
                    optimizer.Refresh();
                }
                usage = query.Read(now);
            }

            LiveUsage again = new LiveUsageQuery(stores, filter, Berlin) { Prices = Prices }.Read(now);
            TokenUsage all = new UsageQuery([], Berlin) { Prices = Prices }.Run(stores, filter).Rows[0];
            Assert.Equal((all.Requests, all.TotalTokens), (usage.Total.Requests, usage.Total.TotalTokens));
            Assert.Equal(all.Cost ?? 0, usage.Total.Cost.Amount ?? 0);
            Assert.Equal(new UserUsageQuery(stores, filter, Berlin).Totals(false).Rows.Select(user => (user.User!, user.TotalTokens)), usage.Users.Select(user => (user.User, user.Usage.TotalTokens)));
            Assert.Equal(again.Newest.Select(request => request.Timestamp), usage.Newest.Select(request => request.Timestamp));
            Assert.Equal(again.Newest.Select(request => request.Timestamp).OrderDescending(), usage.Newest.Select(request => request.Timestamp));
        },
        iter: 30);

    [Fact]
    public void Rates_cover_the_last_minute_and_the_last_hour()
    {
        using var store = new TestStore();
        store.Insert(Row("09:50:00", 1000), Row("10:00:30", 60), Row("10:59:05", 600), Row("10:59:55", 6));
        using TokenStore open = store.Open();
        var query = new LiveUsageQuery([new SqliteStore(open)], new RequestFilter(), TimeZoneInfo.Utc);

        LiveUsage usage = query.Read(DateTimeOffset.Parse("2026-03-01T11:00Z"));
        LiveUsage later = query.Read(DateTimeOffset.Parse("2026-03-01T11:00:45Z"));

        Assert.Equal((606, 666, 1666), (usage.LastMinute.TotalTokens, usage.LastHour.TotalTokens, usage.Total.TotalTokens));
        Assert.Equal((606.0, 666 / 60.0, 1666 / 660.0), (usage.LastMinute.TokensPerMinute, usage.LastHour.TokensPerMinute, usage.Total.TokensPerMinute));
        Assert.Equal((6, 606, 1666), (later.LastMinute.TotalTokens, later.LastHour.TotalTokens, later.Total.TotalTokens));
    }

    [Fact]
    public void A_future_request_counts_in_the_total_now_and_in_rates_later()
    {
        using var store = new TestStore();
        store.Insert(Row("10:00:00", 60), Row("13:00:00", 600));
        using TokenStore open = store.Open();
        var query = new LiveUsageQuery([new SqliteStore(open)], new RequestFilter(), TimeZoneInfo.Utc);

        LiveUsage usage = query.Read(DateTimeOffset.Parse("2026-03-01T12:00Z"));
        LiveUsage later = query.Read(DateTimeOffset.Parse("2026-03-01T13:00Z"));

        Assert.Equal((660, 60 / 720.0, 1 / 720.0), (usage.Total.TotalTokens, usage.Total.TokensPerMinute, usage.Total.RequestsPerMinute));
        Assert.Equal((660, 660 / 780.0, 2 / 780.0), (later.Total.TotalTokens, later.Total.TokensPerMinute, later.Total.RequestsPerMinute));
    }

    [Fact]
    public void Removed_requests_are_counted_from_rollups_or_reported_as_missing()
    {
        using var store = new TestStore();
        store.Insert(Row("09:10:00", 1), Row("09:50:00", 1000), Row("10:00:30", 60) with { User = "bob", Provider = "own", Model = "llama3" }, Row("10:59:05", 600));
        using (var optimizer = new StoreOptimizer(store.Path, CancellationToken.None))
        {
            optimizer.Refresh();
            optimizer.Remove(DateTimeOffset.Parse("2026-03-01T10:15Z"));
        }
        using TokenStore open = store.Open();
        ITelemetryStore[] stores = [new SqliteStore(open)];
        (LiveUsage Usage, UnreadableReport Unreadable) Read(string since, long minTokens = 0)
        {
            var query = new LiveUsageQuery(
                stores, new RequestFilter { Range = new TimeRange(DateTimeOffset.Parse(since), null), MinTokens = minTokens }, TimeZoneInfo.Utc)
            {
                Prices = new UsagePrices(TestPrices.InTwoCurrencies),
            };
            return (query.Read(DateTimeOffset.Parse("2026-03-01T11:00Z")), query.Unreadable);
        }

        (LiveUsage usage, UnreadableReport unreadable) = Read("2026-03-01T09:45Z");
        Assert.Equal((3, 1660), (usage.Total.Requests, usage.Total.TotalTokens));
        Assert.Equal([("alice", 1600), ("bob", 60)], usage.Users.Select(user => (user.User, user.Usage.TotalTokens)));
        Assert.Equal((null, "EUR, USD", true), (usage.Total.Cost.Amount, usage.Total.Cost.Currency, usage.Total.Cost.IsUpperBound));
        Assert.Equal((0.00006m, "EUR", false), (usage.Users[1].Usage.Cost.Amount, usage.Users[1].Usage.Cost.Currency, usage.Users[1].Usage.Cost.IsUpperBound));
        Assert.False(unreadable.LacksRemoved);
        Assert.True(Read("2026-03-01T09:55Z").Unreadable.LacksRemoved);
        Assert.True(Read("2026-03-01T09:45Z", minTokens: 1).Unreadable.LacksRemoved);
    }

    [Fact]
    public void Requests_removed_between_the_first_reads_count_once()
    {
        using var store = new TestStore();
        store.Insert(Row("09:10:00", 1), Row("09:50:00", 1000), Row("10:59:05", 600));
        using (var optimizer = new StoreOptimizer(store.Path, CancellationToken.None))
            optimizer.Refresh();
        using TokenStore open = store.Open();
        var query = new LiveUsageQuery([new RemovingStore(new SqliteStore(open), () =>
        {
            using var optimizer = new StoreOptimizer(store.Path, CancellationToken.None);
            optimizer.Remove(DateTimeOffset.Parse("2026-03-01T10:15Z"));
        })], new RequestFilter(), TimeZoneInfo.Utc);

        LiveUsage usage = query.Read(DateTimeOffset.Parse("2026-03-01T11:00Z"));

        Assert.Equal((3, 1601), (usage.Total.Requests, usage.Total.TotalTokens));
        Assert.Equal([600L], usage.Newest.Select(request => request.TotalTokens));
    }

    [Fact]
    public void A_store_that_loses_its_table_or_content_is_reported()
    {
        using var store = new TestStore();
        store.Insert(Row("10:00:00", 1));
        using TokenStore open = store.Open();
        var query = new LiveUsageQuery([new SqliteStore(open)], new RequestFilter(), TimeZoneInfo.Utc);
        DateTimeOffset now = DateTimeOffset.Parse("2026-03-01T10:00:10Z");
        query.Read(now);

        using (SqliteConnection connection = store.Connect())
            connection.Execute("DROP TABLE telemetry");
        Assert.Equal(ErrorCode.StoreTableMissing, Assert.Throws<TokenDashboardException>(() => query.Read(now)).Code);
        File.WriteAllBytes(store.Path, []);
        Assert.Equal(ErrorCode.StoreEmpty, Assert.Throws<TokenDashboardException>(() => query.Read(now)).Code);
    }

    [Fact]
    public void A_request_that_is_stored_late_counts_only_on_its_day()
    {
        using var store = new TestStore();
        using TokenStore open = store.Open();
        var query = new LiveUsageQuery([new SqliteStore(open)], new RequestFilter(), TimeZoneInfo.Utc);
        query.Read(DateTimeOffset.Parse("2026-03-01T20:00Z"));

        store.Insert(Row("08:00:00", 5), Row("19:59:59", 7), new TestStore.Row { Timestamp = "2026-02-28T23:59:59" });

        Assert.Equal(12, query.Read(DateTimeOffset.Parse("2026-03-01T20:00:02Z")).Total.TotalTokens);
    }

    [Fact]
    public void The_total_restarts_at_midnight_of_the_time_zone()
    {
        using var store = new TestStore();
        store.Insert(Row("22:59:00", 100), Row("23:30:00", 7));
        using TokenStore open = store.Open();
        var query = new LiveUsageQuery([new SqliteStore(open)], new RequestFilter(), Berlin);

        Assert.Equal(100, query.Read(DateTimeOffset.Parse("2026-03-01T22:59:59Z")).Total.TotalTokens - 7);
        LiveUsage next = query.Read(DateTimeOffset.Parse("2026-03-01T23:40:00Z"));

        Assert.Equal((7, 107), (next.Total.TotalTokens, next.LastHour.TotalTokens));
        Assert.Equal(DateTimeOffset.Parse("2026-03-02T00:00+01:00"), next.Since);
    }

    [Fact]
    public void Unreadable_requests_count_once_when_a_new_day_begins()
    {
        using var store = new TestStore();
        store.Insert(Row("10:00:00", 1), new TestStore.Row { Timestamp = "never" });
        using TokenStore open = store.Open();
        var query = new LiveUsageQuery([new SqliteStore(open)], new RequestFilter(), TimeZoneInfo.Utc);

        query.Read(DateTimeOffset.Parse("2026-03-01T23:59:59Z"));
        query.Read(DateTimeOffset.Parse("2026-03-02T00:00:01Z"));

        Assert.Equal(1, query.Unreadable.Timestamps);
    }

    [Fact]
    public void Several_stores_are_followed_independently()
    {
        using TestStore one = new(), other = new();
        one.Insert(Row("10:00:00", 1), Row("10:00:01", 1), Row("10:00:02", 1));
        using TokenStore openOne = one.Open(), openOther = other.Open();
        var query = new LiveUsageQuery([new SqliteStore(openOne), new SqliteStore(openOther)], new RequestFilter(), TimeZoneInfo.Utc);
        DateTimeOffset now = DateTimeOffset.Parse("2026-03-01T10:00:10Z");

        Assert.Equal(3, query.Read(now).Total.TotalTokens);
        other.Insert(Row("10:00:03", 10));
        Assert.Equal(13, query.Read(now).Total.TotalTokens);
        one.Insert(Row("10:00:04", 100));
        Assert.Equal(113, query.Read(now).Total.TotalTokens);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_store_that_replaces_another_is_read_from_its_beginning(bool isLink)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "An open file stays in its place.");
        DateTimeOffset now = DateTimeOffset.Parse("2026-03-01T10:00:10Z");
        using TestStore one = new(), two = new(), other = new();
        one.Insert(Row("10:00:00", 1), Row("10:00:01", 2));
        two.Insert(Row("10:00:02", 10));
        other.Insert(Row("10:00:00", 1000));
        using var folder = new TemporaryFolder();
        string path = folder.File("live.db");
        Put(one.Path);
        using ITelemetryStore live = TelemetryStores.Open(path, TestContext.Current.CancellationToken), unchanged = TelemetryStores.Open(other.Path, TestContext.Current.CancellationToken);
        var query = new LiveUsageQuery([live, unchanged], new RequestFilter(), TimeZoneInfo.Utc);
        Assert.Equal(1003, query.Read(now).Total.TotalTokens);

        Put(two.Path);
        Assert.Equal(1010, query.Read(now).Total.TotalTokens);
        using (var connection = new SqliteConnection($"Data Source={path};Pooling=False"))
        {
            connection.Open();
            connection.Execute("CREATE TEMP TABLE copy AS SELECT * FROM telemetry; UPDATE copy SET id = NULL; INSERT INTO telemetry SELECT * FROM copy");
        }
        Assert.Equal(1020, query.Read(now).Total.TotalTokens);

        File.Delete(path);
        Assert.Equal(ErrorCode.StoreNotFound, Assert.Throws<TokenDashboardException>(() => query.Read(now)).Code);
        Put(one.Path);
        Assert.Equal(1003, query.Read(now).Total.TotalTokens);

        void Put(string store)
        {
            File.Delete(path);
            if (isLink)
                File.CreateSymbolicLink(path, store);
            else
                File.Copy(store, path);
        }
    }

    private static TestStore.Row Row(string time, long tokens) => new() { Timestamp = $"2026-03-01T{time}", Prompt = tokens, Completion = 0L, Total = tokens };

    // Simulates another process that removes requests before single requests are read.
    private sealed class RemovingStore(ITelemetryStore store, Action remove) : ITelemetryStore
    {
        private bool _isRemoved;

        public string Name => store.Name;

        public string? Source => store.Source;

        IReadOnlyList<string> ITelemetryStore.ReadSources() => store.ReadSources();

        StoreFacts ITelemetryStore.ReadFacts() => store.ReadFacts();

        UnreadableReport ITelemetryStore.ReadUsage(UsageScope scope, Func<int, Action<UsageRow>> begin) => store.ReadUsage(scope, begin);

        IEnumerable<TokenRequest> ITelemetryStore.ReadRequestsByCost(
            RequestFilter filter, Func<TokenRequest, decimal> costOf, Func<string, string, int, IReadOnlyDictionary<string, double>> highestRatesOf, bool descending,
            (ulong Skip, ulong First) page, UnreadableReport unreadable) => store.ReadRequestsByCost(filter, costOf, highestRatesOf, descending, page, unreadable);

        IEnumerable<TokenRequest> ITelemetryStore.ReadRequests(RequestFilter filter, RequestOrder order, bool descending, (ulong Skip, ulong First) page, UnreadableReport unreadable) =>
            store.ReadRequests(filter, order, descending, page, unreadable);

        long ITelemetryStore.ReadRequestsAfter(long? id, RequestFilter filter, Action<TokenRequest> onRequest, UnreadableReport unreadable)
        {
            if (!_isRemoved)
                remove();
            _isRemoved = true;
            return store.ReadRequestsAfter(id, filter, onRequest, unreadable);
        }

        DateTimeOffset? ITelemetryStore.ReadFirstTime() => store.ReadFirstTime();

        long ITelemetryStore.CountRequests(RequestFilter filter) => store.CountRequests(filter);

        IReadOnlyDictionary<string, long> ITelemetryStore.ReadNewestNames(RequestText name, TimeSpan time) => store.ReadNewestNames(name, time);

        public void Dispose() => store.Dispose();
    }
}
