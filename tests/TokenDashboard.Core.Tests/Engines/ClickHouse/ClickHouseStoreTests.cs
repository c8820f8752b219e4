using System.Globalization;
using System.Text;
using CsCheck;
using TokenDashboard.Engines;
using TokenDashboard.Engines.ClickHouse;
using TokenDashboard.Engines.ClickHouse.Queries;
using TokenDashboard.Engines.ClickHouse.Sync;
using TokenDashboard.Pricing;
using TokenDashboard.Telemetry;
using TokenDashboard.Tests.Pricing;
using TokenDashboard.Tests.Usage;
using TokenDashboard.Usage;

namespace TokenDashboard.Tests.Engines.ClickHouse;

/// <summary>For the same requests, ClickHouse and SQLite return the same results.</summary>
public class ClickHouseStoreTests
{
    private static readonly PriceList Prices = TestPrices.Shipped;

    private const string Odd = "a'b\"c\\d\te{p0:String}";

    private static readonly Gen<TestStore.Row> Damaged = Gen.Select(
        RandomStore.Row, Gen.Int[0, 11], Gen.OneOfConst<object?>(null, "x", -1L, 2L, 1e300), (row, kind, value) => kind switch
        {
            0 => row with { Timestamp = "yesterday" },
            1 => row with { Prompt = value },
            2 => row with { Completion = value },
            3 => row with { Total = value },
            4 => row with { Duration = value },
            5 => row with { Success = value },
            6 => row with { User = Odd, Model = "gpt[8k]" },
            7 => row with { User = null, Provider = "100%_*?", RequestType = "embedding" },
            // UTF-16 and UTF-8 order these two differently.
            8 => row with { User = "\uFF41lice" },
            9 => row with { User = "\U0001F642" },
            10 => row with { Detail = [3L, 4L, value, 0.25] },
            _ => row with { Model = "50 % [a-c] `x", Transaction = Odd },
        });

    private static readonly Gen<TestStore.Row[][]> Rows = Gen.OneOf(RandomStore.Row, UsageCostTests.Row, Damaged).Array[0, 60].Array[1, 3];

    private static readonly Gen<RequestFilter> Filter = Gen.Select(
        Gen.OneOfConst<string?>(null, null, "al*", "O'BRIEN", "", "s?ren", "[!a]*", Odd, "*\\*", "[a-b]*", "[^o]lice"),
        Gen.OneOfConst<string?>(null, null, "gpt[8k]", "gpt*", "CLAUDE", "*[%]*", "?laude*", "50 % `[a-c`] ``x", "*[a-]*"),
        Gen.OneOfConst<string?>(null, null, "t1", Odd, "T*"),
        Gen.DateTime[new DateTime(2026, 1, 1), new DateTime(2026, 12, 31)].Array[0, 2],
        Gen.Select(Gen.Bool, Gen.OneOfConst(0L, 0, 0, 300), Gen.Bool, Gen.Bool)).Select((user, model, transaction, times, others) => new RequestFilter
        {
            User = user is null ? [] : [user],
            Model = model is null ? [] : [model, "no such model"],
            Transaction = transaction is null ? [] : [transaction],
            PolicyFailed = others.Item1 && others.Item3,
            MinTokens = others.Item2,
            Literal = others.Item4 ? new HashSet<string> { nameof(RequestFilter.User), nameof(RequestFilter.Model) } : new HashSet<string>(),
            Range = times.Length == 0 || times.Distinct().Count() < times.Length ? TimeRange.All
                : new TimeRange(new DateTimeOffset(times.Min(), TimeSpan.Zero), times.Length == 1 ? null : new DateTimeOffset(times.Max(), TimeSpan.Zero).AddTicks(7)),
        });

    private static readonly Gen<(UsageDimension[] GroupBy, TimeZoneInfo Zone)> Grouping = Gen.Select(
        Gen.OneOfConst(Array.Empty<UsageDimension>(), [UsageDimension.Hour], [UsageDimension.Day], [UsageDimension.Week], [UsageDimension.Month], [UsageDimension.Minute], [UsageDimension.Quarter],
            [UsageDimension.Year], [UsageDimension.Session], [UsageDimension.Weekday], [UsageDimension.HourOfDay]),
        Gen.OneOfConst(UsageDimension.User, UsageDimension.Model, UsageDimension.Provider, UsageDimension.RequestType, UsageDimension.Transaction, UsageDimension.Source).HashSet[0, 3],
        Gen.OneOfConst("UTC", "Europe/Berlin", "Asia/Kathmandu", "America/St_Johns"),
        (unit, names, zone) => (unit.Concat(names).ToArray(), TimeZoneInfo.FindSystemTimeZoneById(zone)));

    [ClickHouseFact]
    public void Usage_matches_that_of_the_sent_stores() => Gen.Select(Rows, Gen.Select(Grouping, Filter, Gen.Bool).Array[6], Gen.Bool).ForAll(
        (rows, queries, now) => With(rows, (files, server) =>
        {
            // The server finds the largest groups, even if there are few, and aggregates durations apart from the sums of each price.
            ((ClickHouseStore)server[0]).MostGroupsSent = 0;
            ((ClickHouseStore)server[0]).MostWholeHistograms = now ? 3 : 10_000;
            foreach (((UsageDimension[] groupBy, TimeZoneInfo zone), RequestFilter filter, bool fill) in queries)
            {
                var prices = new UsagePrices(Prices, now ? new DateTimeOffset(2026, 8, 20, 0, 0, 0, TimeSpan.Zero) : null);
                void Compare(UsageQuery query, int count, UsageOrder order = UsageOrder.Default, RequestFilter? other = null)
                {
                    QueryResult<TokenUsage> expected = query.Run(files, other ?? filter), actual = query.Run(server, other ?? filter);
                    TokenUsage[] First(QueryResult<TokenUsage> result) =>
                        [.. UsageOrdering.Order(result.Rows, order, order != UsageOrder.Default).Take(count), .. new[] { result.Total }.OfType<TokenUsage>()];
                    Equal<TokenUsage>(First(expected), First(actual), row =>
                        $"{row.Start:O}|{row.End:O}|{row.User}|{row.Model}|{row.Provider}|{row.RequestType}|{row.Transaction}|{row.Source}|{row.Share}|{row.CostShare}");
                    Assert.Equal(expected.Unreadable.ToString(), actual.Unreadable.ToString());
                }
                Compare(
                    new UsageQuery(groupBy, zone) { Prices = prices, Fill = fill && groupBy.Any(dimension => dimension is UsageDimension.Day or UsageDimension.Week or UsageDimension.Month) },
                    int.MaxValue);
                UsageDimension[] names = [.. groupBy.Where(dimension => dimension > UsageDimension.Session)];
                Compare(new UsageQuery([UsageDimension.Transaction, .. names], zone) { Prices = prices, WithTotal = fill, Largest = (3, UsageOrder.Default) }, 3);
                UsageOrder order = names.Length % 2 == 0 ? UsageOrder.Cost : UsageOrder.Requests;
                // Most filters select few groups.
                Compare(
                    new UsageQuery([groupBy.Length % 2 == 0 ? UsageDimension.Transaction : UsageDimension.User, .. names], zone) { Prices = prices, WithTotal = fill, Largest = (2, order) },
                    2, order, new RequestFilter());
            }
        }),
        iter: 2, threads: 1);

    // The clocks of these zones differ from UTC by parts of an hour, at Lord Howe only in winter. Prices change within an hour.
    [ClickHouseFact]
    public void Hours_of_UTC_are_not_used_for_periods_that_end_within_them() => With(
        [[.. Enumerable.Range(0, 3 * 24 * 4).Select(quarter => new TestStore.Row
        {
            Timestamp = new DateTime(2026, 4, 3, 12, 7, 0).AddMinutes(15 * quarter).ToString("s", CultureInfo.InvariantCulture), Prompt = quarter, Completion = 0L, Total = quarter,
        })]],
        (files, server) =>
        {
            foreach (string zone in new[] { "Asia/Kathmandu", "Asia/Kolkata", "Australia/Lord_Howe", "UTC" })
            {
                foreach (UsageDimension dimension in new[] { UsageDimension.Hour, UsageDimension.Day, UsageDimension.Weekday, UsageDimension.HourOfDay })
                {
                    string[] Shown(IReadOnlyList<ITelemetryStore> stores) =>
                        [.. new UsageQuery([dimension], TimeZoneInfo.FindSystemTimeZoneById(zone)).Run(stores, new RequestFilter()).Rows
                            .Select(row => $"{row.Start:O} {row.Weekday} {row.HourOfDay} {row.Requests} {row.TotalTokens}")];
                    Assert.Equal(Shown(files), Shown(server));
                }
            }
            foreach (int step in new[] { 0, 3600 })
            {
                DateTimeOffset[] changes = [new(2026, 4, 4, 10, 30, 0, TimeSpan.Zero)];
                var scope = new UsageScope(new RequestFilter(), RequestText.Model | RequestText.Provider, step, TimeZoneInfo.Utc, CountsRemoved: false) { PriceChanges = (_, _) => changes };
                (long Before, long After) sums = default;
                server[0].ReadUsage(scope, _ => row =>
                {
                    long tokens = row.Values[Measures.TotalTokens];
                    sums = row.UtcTicks < changes[0].UtcTicks ? (sums.Before + tokens, sums.After) : (sums.Before, sums.After + tokens);
                });
                Assert.Equal((90L * 89 / 2, (288L * 287 / 2) - (90L * 89 / 2)), sums);
                // A price that depends on the time of day can change at each quarter-hour.
                int count = 0;
                server[0].ReadUsage(scope with { PriceChanges = (_, _) => [], NeedsQuarters = (_, _) => true }, _ => _ => count++);
                Assert.Equal(288, count);
            }
        });

    [ClickHouseFact]
    public void User_usage_matches_that_of_the_sent_stores() => Gen.Select(Rows, Filter, Grouping).ForAll(
        (rows, filter, grouping) => With(rows, (files, server) =>
        {
            filter = filter with { Range = new TimeRange(new DateTimeOffset(2026, 7, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2026, 10, 26, 3, 0, 0, TimeSpan.Zero)) };
            UserUsageQuery Query(IReadOnlyList<ITelemetryStore> stores) => new(stores, filter, grouping.Zone);
            Equal(
                Query(files).Totals(comparePrevious: true).Rows, Query(server).Totals(comparePrevious: true).Rows,
                row => $"{row.Rank}|{row.User}|{row.Models}|{row.FirstRequest:O}|{row.LastRequest:O}|{row.PreviousTokens}|{row.Change}|{row.ChangeRatio}");
            Equal(
                Query(files).Periods(TimeUnit.Day, cumulative: true, fill: false).Rows, Query(server).Periods(TimeUnit.Day, cumulative: true, fill: false).Rows,
                row => $"{row.User}|{row.Start:O}|{row.End:O}|{row.CumulativeTokens}");
            Equal(Query(files).Pattern().Rows, Query(server).Pattern().Rows, row => $"{row.User}|{row.Weekday}|{row.HourOfDay}");
        }),
        iter: 2, threads: 1);

    [ClickHouseFact]
    public void Requests_have_the_same_order_and_pages() => Gen.Select(
        Rows, Gen.Select(Filter, Gen.Enum<RequestOrder>(), Gen.Bool, Gen.ULong[0, 30], Gen.ULong[0, 30]).Array[8]).ForAll(
        (rows, queries) => With(rows, (files, server) =>
        {
            foreach ((RequestFilter filter, RequestOrder order, bool descending, ulong skip, ulong first) in queries)
            {
                RequestQuery Query(IReadOnlyList<ITelemetryStore> stores) => new(stores, filter) { Order = order, Descending = descending, Prices = new UsagePrices(Prices) };
                static string Shown(TokenRequest row) => string.Create(CultureInfo.InvariantCulture, $"""
                    {row.Source}|{row.Id}|{row.Timestamp:O}|{row.User}|{row.Model}|{row.Provider}|{row.RequestType}|{row.Transaction}|{row.PromptTokens}|{row.CompletionTokens}|
                    {row.TotalTokens}|{row.CachedTokens}|{row.CacheWriteTokens}|{row.ReasoningTokens}|{row.RecordedCost}|{row.Cost}|{row.DurationMs:R}|{row.PolicyPassed}|{row.InterruptedStream}|
                    {row.TraceId}|{row.SpanId}|{row.ParentSpanId}
                    """);
                RequestQuery all = Query(server);
                Assert.Equal(Query(files).Run(skip, first).Select(Shown), all.Run(skip, first).Select(Shown));
                Assert.Equal(Query(files).Count(), all.Count());
            }
        }),
        iter: 2, threads: 1);

    [ClickHouseFact]
    public void Store_info_matches_that_of_the_sent_stores() => Rows.ForAll(
        rows => With(rows, (files, server) =>
        {
            TokenStoreInfo info = TokenStoreInfo.Read(server[0]);
            TokenStoreInfo[] expected = [.. files.Select(file => TokenStoreInfo.Read(file))];
            Assert.Equal(expected.Sum(one => one.Rows), info.Rows);
            Assert.Equal(expected.Sum(one => one.TotalTokens), info.TotalTokens);
            Assert.Equal(expected.Sum(one => one.RequestsWithoutUser), info.RequestsWithoutUser);
            Assert.Equal(expected.Sum(one => one.RequestsWithoutDuration), info.RequestsWithoutDuration);
            Assert.Equal(expected.Min(one => one.FirstRequest), info.FirstRequest);
            Assert.Equal(expected.Max(one => one.LastRequest), info.LastRequest);
            Assert.Equal(expected.SelectMany(one => one.Models).Distinct().Order(StringComparer.Ordinal), info.Models);
            Assert.Equal(expected.Sum(one => one.Unreadable.Rows), info.Unreadable.Rows);
            Assert.Equal(expected.Sum(one => one.Unreadable.Timestamps), info.Unreadable.Timestamps);
            Assert.Null(info.Source);
            Assert.Null(info.JournalMode);
            Assert.StartsWith("ClickHouse ", info.Engine, StringComparison.Ordinal);
        }),
        iter: 1, threads: 1);

    [ClickHouseFact]
    public void Sources_are_filtered_and_recent_names_are_listed()
    {
        using var store = new TestStore();
        store.Insert(new TestStore.Row { User = "O'Brien" }, new TestStore.Row { User = "O'Brien" }, new TestStore.Row { User = "bob" });
        string address = ClickHouseEngine.Shared.NewDatabase();
        Sync(store, address, "one");
        Sync(store, address, "two");

        Assert.Equal(["one", "two"], TelemetryStores.Use([address], null, null, stores => RecentNames.Sources(stores).Select(source => source.Text).ToArray(), CancellationToken.None));
        Assert.Equal(3, TelemetryStores.Use([address], null, source => source == "two", stores => new RequestQuery(stores, new RequestFilter()).Count(), CancellationToken.None));
        Assert.Equal(9, TelemetryStores.Use([address, store.Path], null, null, stores => new RequestQuery(stores, new RequestFilter()).Count(), CancellationToken.None));
        Assert.Equal(
            [("O'Brien", 4), ("bob", 2)],
            TelemetryStores.Use([address], null, null, stores => RecentNames.Read(stores, UsageDimension.User, TimeSpan.FromSeconds(10)), CancellationToken.None));
        var exception = Assert.Throws<TokenDashboardException>(() => TelemetryStores.Open([address], null, source => source == "three", CancellationToken.None));
        Assert.Equal(ErrorCode.StoreSourceNotFound, exception.Code);
    }

    [ClickHouseFact]
    public void Durations_are_the_same_above_the_limit_for_whole_histograms()
    {
        using var store = new TestStore();
        store.Insert([.. Enumerable.Range(0, 60).Select(number => new TestStore.Row
        {
            Timestamp = $"2026-0{1 + (number % 3)}-10T0{number % 10}:00:00", Model = $"m{number % 4}", Duration = number % 7 == 0 ? null : 10.0 * (number % 9),
        })]);
        string address = ClickHouseEngine.Shared.NewDatabase();
        Sync(store, address, "one");
        using var server = new ClickHouseServer(ClickHouseAddress.Parse(address), null, CancellationToken.None);
        (string Group, long Count, string Bins)[] Durations(long most)
        {
            var found = new List<(string, long, string)>();
            var scope = new UsageScope(new RequestFilter(), RequestText.Model, 86_400, TimeZoneInfo.Utc, CountsRemoved: false);
            var usage = new ClickHouseUsage(server, scope, null) { MostWholeHistograms = most, MostGroupsSent = long.MaxValue };
            Assert.NotNull(usage.Read(row =>
            {
                var one = new UsageAccumulator(keepsDurations: true);
                one.Add(row);
                found.Add(($"{row.UtcTicks} {row.Model}", one.Durations.Count, Encoding.UTF8.GetString(one.Durations.ToUtf8())));
            }));
            return [.. found.Order()];
        }

        (string Group, long Count, string Bins)[] whole = Durations(10_000);
        Assert.Equal(51, whole.Sum(group => group.Count));
        Assert.Equal(whole, Durations(0));
    }

    [ClickHouseEngineFact]
    public void Every_grouping_works_with_several_shards()
    {
        using var store = new TestStore();
        store.Insert([.. Enumerable.Range(0, 20)
            .Select(number => new TestStore.Row { Timestamp = "2026-03-01T10:00:00", Transaction = $"t{number / 2}", Prompt = number, Completion = 0L, Total = number })]);
        string address = ClickHouseEngine.Shared.NewDatabase();
        Sync(store, address, "one", ClickHouseEngine.TwoShards);
        using ITelemetryStore server = TelemetryStores.Open(address, CancellationToken.None);

        ((ClickHouseStore)server).MostGroupsSent = 0;
        ((ClickHouseStore)server).MostWholeHistograms = 0;
        // Planning distributed queries takes most of the time of this test. Longer periods than a day, and sessions, send the same SQL as days and hours. With a time, the
        // query is the same for every order. The names of groups and their order are separate parts of the SQL, in which each name is a separate part.
        (UsageDimension[] GroupBy, UsageOrder Order)[] groupings =
        [
            ([UsageDimension.Minute], UsageOrder.Default), ([UsageDimension.Hour], UsageOrder.Default), ([UsageDimension.Day], UsageOrder.Default),
            ([UsageDimension.Weekday], UsageOrder.Default), ([UsageDimension.HourOfDay], UsageOrder.Default),
            ([UsageDimension.Model, UsageDimension.User], UsageOrder.Cost), ([UsageDimension.Source], UsageOrder.Default),
            ([UsageDimension.Provider, UsageDimension.RequestType], UsageOrder.Default), ([UsageDimension.Transaction], UsageOrder.Cost),
        ];
        foreach ((UsageDimension[] groupBy, UsageOrder order) in groupings)
            Assert.NotEmpty(new UsageQuery(groupBy, TimeZoneInfo.Utc) { Prices = new UsagePrices(Prices), Largest = (1, order) }.Run([server], new RequestFilter()).Rows);
        Assert.Equal(
            [("t9", 4L, 74L), ("t8", 4L, 66L), ("t7", 4L, 58L)],
            new UsageQuery([UsageDimension.Transaction], TimeZoneInfo.Utc) { Largest = (3, UsageOrder.Default) }
                .Run([server], new RequestFilter()).Rows.Take(3).Select(row => (row.Transaction!, row.Requests, row.TotalTokens)));
        Assert.Equal(40, new RequestQuery([server], new RequestFilter()).Count());
    }

    [ClickHouseFact]
    public void A_model_that_first_appears_during_a_query_gets_its_prices()
    {
        using var store = new TestStore();
        store.Insert(new TestStore.Row { Timestamp = "2026-03-01T10:00:00", Model = "old" });
        string address = ClickHouseEngine.Shared.NewDatabase();
        Sync(store, address, "one");
        var change = new DateTimeOffset(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);
        bool isThere = false;
        IEnumerable<DateTimeOffset> Changes(string provider, string model)
        {
            if (!isThere)
            {
                store.Insert(new TestStore.Row { Timestamp = "2026-03-01T11:00:00", Model = "new" }, new TestStore.Row { Timestamp = "2026-03-02T11:00:00", Model = "new" });
                Sync(store, address, "one");
            }
            isThere = true;
            return model == "new" ? [change] : [];
        }
        using ITelemetryStore server = TelemetryStores.Open(address, CancellationToken.None);
        var rows = new List<(string Model, long Requests)>();

        server.ReadUsage(new UsageScope(new RequestFilter(), RequestText.Model | RequestText.Provider, 0, TimeZoneInfo.Utc, CountsRemoved: false) { PriceChanges = Changes }, _ =>
        {
            rows.Clear();
            return row => rows.Add((row.Model, row.Values[Measures.Requests]));
        });

        Assert.Equal([("new", 1), ("new", 1), ("old", 1)], rows.Order());
    }

    [ClickHouseFact]
    public void A_model_missing_from_the_rollups_gets_its_prices()
    {
        using var store = new TestStore();
        store.Insert(
            new TestStore.Row { Timestamp = "2026-03-01T10:00:00", Model = "one" }, new TestStore.Row { Timestamp = "2026-03-02T10:00:00", Model = "one" },
            new TestStore.Row { Timestamp = "2026-03-02T10:00:00", Model = "two" });
        string address = ClickHouseEngine.Shared.NewDatabase();
        Sync(store, address, "one");
        using (var connection = new ClickHouseServer(ClickHouseAddress.Parse(address), null, CancellationToken.None))
            connection.Execute($"TRUNCATE TABLE {UsageTables.Sums}");
        var change = new DateTimeOffset(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);
        using ITelemetryStore server = TelemetryStores.Open(address, CancellationToken.None);
        var rows = new List<(string Model, long Requests)>();

        server.ReadUsage(
            new UsageScope(new RequestFilter(), RequestText.Model | RequestText.Provider | RequestText.Transaction, 0, TimeZoneInfo.Utc, CountsRemoved: false) { PriceChanges = (_, _) => [change] },
            _ =>
        {
            rows.Clear();
            return row => rows.Add((row.Model, row.Values[Measures.Requests]));
        });

        Assert.Equal([("one", 1), ("one", 1), ("two", 1)], rows.Order());
    }

    private static void With(TestStore.Row[][] rows, Action<IReadOnlyList<ITelemetryStore>, IReadOnlyList<ITelemetryStore>> test)
    {
        string address = ClickHouseEngine.Shared.NewDatabase();
        TestStore[] stores = [.. rows.Select(_ => new TestStore())];
        try
        {
            IReadOnlyList<ITelemetryStore> files = TelemetryStores.Open([.. stores.Select(store => store.Path)], null, null, CancellationToken.None);
            // The stores are ordered by their sources.
            int[] order = [.. Enumerable.Range(0, files.Count).OrderBy(index => files[index].Source, StringComparer.Ordinal)];
            foreach ((TestStore store, TestStore.Row[] own) in order.Select(index => stores[index]).Zip(rows))
                store.Insert(own);
            foreach (int index in order)
                Sync(stores[index], address, files[index].Source!, files.Count % 2 == 0 ? ClickHouseEngine.Cluster : null);
            using ITelemetryStore server = TelemetryStores.Open(address, CancellationToken.None);
            test([.. order.Select(index => files[index])], [server]);
            Assert.All(files, file => file.Dispose());
        }
        finally
        {
            Array.ForEach(stores, store => store.Dispose());
        }
    }

    internal static void Sync(TestStore store, string address, string source, string? cluster = null, int batchRows = 25)
    {
        using var sync = new TokenStoreSync(store.Path, address, new TokenStoreSyncOptions { Source = source, BatchRows = batchRows, Cluster = cluster }, CancellationToken.None);
        sync.CreateTable();
        sync.Run();
    }

    private static void Equal<T>(IReadOnlyList<T> expected, IReadOnlyList<T> actual, Func<T, string> key)
        where T : UsageFigures
    {
        string Shown(T row) => string.Create(CultureInfo.InvariantCulture, $"""
            {key(row)}|{row.Requests}|{row.PromptTokens}|{row.CompletionTokens}|{row.TotalTokens}|{row.CachedTokens}|{row.CacheWriteTokens}|{row.ReasoningTokens}|{row.RecordedCost}|{row.Cost}|{row.Currency}|
            {row.UnpricedTokens}|{row.CostIsUpperBound}|{row.CostAtRequest}|{row.PolicyFailures}|{row.InterruptedStreams}|{row.MaxDurationMs:R}
            """);
        Assert.Equal(expected.Select(Shown), actual.Select(Shown));
        foreach ((T one, T other) in expected.Zip(actual))
        {
            Near(one.MeanDurationMs, other.MeanDurationMs, 1e-9);
            Near(one.P50DurationMs, other.P50DurationMs, HistogramBins.RelativeError + 1e-9);
            Near(one.P95DurationMs, other.P95DurationMs, HistogramBins.RelativeError + 1e-9);
            Near(one.P99DurationMs, other.P99DurationMs, HistogramBins.RelativeError + 1e-9);
        }
    }

    // Shorter durations share one bin.
    private const double Nanosecond = 1e-6;

    private static void Near(double? expected, double? actual, double part)
    {
        Assert.Equal(expected is null, actual is null);
        Assert.True(Math.Abs((expected ?? 0) - (actual ?? 0)) <= (part * (expected ?? 0)) + Nanosecond, $"{expected} {actual}");
    }
}
