using CsCheck;
using TokenDashboard.Engines;
using TokenDashboard.Engines.Sqlite;
using TokenDashboard.Engines.Sqlite.Queries;
using TokenDashboard.Engines.Sqlite.Maintenance;
using TokenDashboard.Telemetry;
using TokenDashboard.Usage;

namespace TokenDashboard.Tests.Usage;

/// <summary>Queries of several stores return the same results as one store with all of their requests.</summary>
public class SeveralStoresTests
{
    private static readonly Gen<TestStore.Row[][]> Rows = RandomStore.Row.Array[0, 40].Array[1, 4];

    [Fact]
    public void Usage_is_summed_over_stores_and_grouped_by_source() => Gen.Select(Rows, Gen.Bool).ForAll(
        (rows, hasRollups) => With(rows, hasRollups, (all, stores) =>
        {
            UsageDimension[] groupBy = [UsageDimension.Day, UsageDimension.User, UsageDimension.Model];
            string[] Sums(IReadOnlyList<ITelemetryStore> from) =>
            [
                .. new UsageQuery(groupBy, TimeZoneInfo.Utc).Run(from, new RequestFilter()).Rows
                    .Select(row => $"{row.Start:O}|{row.User}|{row.Model}|{row.Requests}|{row.TotalTokens}|{row.InterruptedStreams}|{row.MaxDurationMs}"),
            ];
            Assert.Equal(Sums([all]), Sums(stores));
            Assert.Equal(
                new UserUsageQuery([all], new RequestFilter(), TimeZoneInfo.Utc).Totals(comparePrevious: false).Rows.Select(user => $"{user.User} {user.TotalTokens} {user.Models}"),
                new UserUsageQuery(stores, new RequestFilter(), TimeZoneInfo.Utc).Totals(comparePrevious: false).Rows.Select(user => $"{user.User} {user.TotalTokens} {user.Models}"));

            IEnumerable<TokenUsage> bySource = new UsageQuery([UsageDimension.Source], TimeZoneInfo.Utc).Run(stores, new RequestFilter()).Rows;
            Assert.Equal(
                stores.Zip(rows).Where(store => store.Second.Length > 0).Select(store => $"{store.First.Source} {store.Second.Length}").Order(),
                bySource.Select(row => $"{row.Source} {row.Requests}").Order());
        }),
        iter: 20);

    [Fact]
    public void The_largest_transactions_match_the_full_result_even_with_ties() => Gen.Select(
        RandomStore.Row.Select(
            Gen.Long[0, 2], Gen.Int[0, 9], (row, tokens, transaction) => row with { Prompt = tokens, Completion = 0L, Total = tokens, Transaction = transaction == 0 ? "" : $"t{transaction}" })
            .Array[0, 40].Array[1, 3],
        Gen.Int[0, 12], Gen.OneOfConst(UsageOrder.Default, UsageOrder.Requests),
        Gen.OneOfConst<UsageDimension[]>([UsageDimension.Transaction], [UsageDimension.Transaction, UsageDimension.Source], [UsageDimension.User, UsageDimension.Transaction, UsageDimension.Model]))
        .ForAll(
        (rows, count, order, groupBy) => With(rows, hasRollups: false, (_, stores) =>
        {
            IEnumerable<string> First((int, UsageOrder)? largest) =>
                UsageOrdering.Order(new UsageQuery(groupBy, TimeZoneInfo.Utc) { Largest = largest }.Run(stores, new RequestFilter()).Rows, order, order != UsageOrder.Default)
                    .Take(count).Select(row => $"{row.Source}|{row.User}|{row.Model}|{row.Transaction}|{row.Requests}|{row.TotalTokens}|{row.Share}");

            Assert.Equal(First(null), First((count, order)));
        }),
        iter: 60);

    [Fact]
    public void Requests_are_merged_in_order() => Gen.Select(Rows, Gen.Enum<RequestOrder>(), Gen.Bool, Gen.ULong[0, 50], Gen.ULong[0, 50]).ForAll(
        (rows, order, descending, skip, first) => With(rows, hasRollups: false, (all, stores) =>
        {
            // Requests that are equal in the order follow the order of the stores, which matches the ids of the single store.
            RequestQuery Query(params ITelemetryStore[] from) => new(from, new RequestFilter()) { Order = order, Descending = descending };
            string Shown(TokenRequest request) => $"{request.Timestamp:O} {request.User} {request.TotalTokens} {request.DurationMs}";

            Assert.Equal(Query(all).Run(skip, first).Select(Shown), Query([.. stores]).Run(skip, first).Select(Shown));
            Assert.Equal(rows.Sum(store => store.Length), Query([.. stores]).Count());
        }),
        iter: 60);

    [Theory]
    [InlineData("/a/web.db|/a/jobs.db", "web.db|jobs.db")]
    [InlineData("/a/usage.db|/b/usage.db|/b/c.db", "a/usage.db|b/usage.db|c.db")]
    [InlineData(@"C:\x\u.db|D:\x\u.db", "C:/x/u.db|D:/x/u.db")]
    [InlineData("u.db|/x/u.db", "u.db|x/u.db")]
    public void A_source_is_the_shortest_unique_end_of_a_path(string paths, string sources) =>
        Assert.Equal(sources.Split('|'), TelemetryStores.SourcesOf(paths.Split('|')));

    [Fact]
    public void Stores_of_other_sources_and_repeated_stores_are_not_opened()
    {
        using var store = new TestStore();
        string missing = store.Path + ".none";

        IReadOnlyList<ITelemetryStore> open = TelemetryStores.Open([store.Path, missing, new Uri(store.Path).AbsoluteUri], null, source => source == "store.db", CancellationToken.None);

        Assert.Equal(["store.db"], open.Select(one => one.Source));
        open[0].Dispose();
        Assert.Equal(ErrorCode.StoreNotFound, CodeOf(() => TelemetryStores.Open([store.Path, missing], null, null, CancellationToken.None)));
        Assert.Equal(ErrorCode.StoreSourceNotFound, CodeOf(() => TelemetryStores.Open([store.Path], null, _ => false, CancellationToken.None)));
    }

    [Fact]
    public void A_store_is_opened_once_if_its_path_is_also_written_in_another_case()
    {
        using var store = new TestStore();
        string other = Path.Combine(Path.GetDirectoryName(store.Path)!, "STORE.db");
        Assert.SkipUnless(File.Exists(other), "The file system is case-sensitive.");

        IReadOnlyList<ITelemetryStore> open = TelemetryStores.Open([other, store.Path], null, null, CancellationToken.None);

        Assert.Equal(["store.db"], open.Select(one => one.Source));
        open[0].Dispose();
    }

    [Fact]
    public void An_address_of_an_unknown_engine_is_rejected_without_showing_its_password()
    {
        var exception = Assert.Throws<TokenDashboardException>(() => TelemetryStores.Open("oracle://me:s3cret@host/db", CancellationToken.None));

        Assert.Equal(ErrorCode.StoreEngineUnknown, exception.Code);
        Assert.DoesNotContain("s3cret", exception.ToString(), StringComparison.Ordinal);
    }

    private static ErrorCode CodeOf(Action action) => Assert.Throws<TokenDashboardException>(action).Code;

    private static void With(TestStore.Row[][] rows, bool hasRollups, Action<ITelemetryStore, IReadOnlyList<ITelemetryStore>> test)
    {
        using var whole = new TestStore();
        whole.Insert(rows.SelectMany(store => store));
        TestStore[] parts = [.. rows.Select(_ => new TestStore())];
        try
        {
            foreach ((TestStore part, TestStore.Row[] own) in parts.Zip(rows))
            {
                part.Insert(own);
                if (hasRollups)
                {
                    using var optimizer = new StoreOptimizer(part.Path, CancellationToken.None);
                    optimizer.Refresh();
                }
            }
            IReadOnlyList<ITelemetryStore> open = TelemetryStores.Open([.. parts.Select(part => part.Path)], null, null, CancellationToken.None);
            using TokenStore all = whole.Open();
            test(new SqliteStore(all), open);
            Assert.All(open, store => store.Dispose());
        }
        finally
        {
            Array.ForEach(parts, part => part.Dispose());
        }
    }
}
