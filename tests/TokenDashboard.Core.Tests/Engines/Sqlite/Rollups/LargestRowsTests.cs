using CsCheck;
using TokenDashboard.Engines.Sqlite;
using TokenDashboard.Engines.Sqlite.Maintenance;
using TokenDashboard.Engines.Sqlite.Queries;
using TokenDashboard.Engines.Sqlite.Rollups;
using TokenDashboard.Telemetry;
using TokenDashboard.Usage;

namespace TokenDashboard.Tests.Engines.Sqlite.Rollups;

/// <summary>Pages of the largest requests are the same with and without rollups, which select the rows that are read.</summary>
public class LargestRowsTests
{
    private static readonly DateTime FirstDay = new(2026, 3, 20);

    // Many requests of few days, or of times of a whole year, with equal and unequal values.
    private static readonly Gen<TestStore.Row> Row = Gen.Select(RollupAnswerTests.DamagedRow, Gen.Int[0, 3], Gen.Int[0, 4 * 24 * 60], Gen.Long[0, 4]).Select((row, kind, minute, value) => kind switch
    {
        0 => row,
        1 => row with { Timestamp = $"{FirstDay.AddMinutes(minute):s}" },
        2 => row with { Timestamp = $"{FirstDay.AddMinutes(minute):s}", Total = value * 200, Duration = value == 0 ? null : value * 4e3 },
        _ => row with { Timestamp = $"{FirstDay.AddMinutes(minute % 50):s}.{value}", Prompt = value * 100_000 },
    });

    private static readonly Gen<(RequestFilter Filter, RequestOrder Order, ulong Skip, ulong First)> Page = Gen.Select(
        RollupAnswerTests.Filter, Gen.Int[0, 9], Gen.OneOfConst(RequestOrder.TotalTokens, RequestOrder.DurationMs, RequestOrder.Timestamp),
        Gen.OneOf(Gen.Const(0UL), Gen.ULong[0, 20]), Gen.ULong[0, 20])
        .Select((filter, other, order, skip, first) => (filter with { PolicyFailed = other == 0, MinTokens = other == 1 ? 300 : 0 }, order, skip, first));

    [Fact]
    public void A_page_of_the_largest_requests_is_the_same_with_rollups() => Gen.Select(
        Row.Array[0, 120], Row.Array[0, 40], Row.Array[0, 10], Gen.Select(Gen.Int[0, 3], Gen.DateTime[FirstDay, FirstDay.AddDays(6)], Gen.Int[0, 8]), Page.Array[30]).ForAll(
        (before, between, after, changes, pages) =>
        {
            (int removal, DateTime removedUntil, int changed) = changes;
            using var store = new TestStore();
            store.Insert(before);
            Optimize(store, removal == 0 ? removedUntil : null);
            store.Insert(between);
            Optimize(store, removal == 1 ? removedUntil : null);
            foreach ((TestStore.Row row, int index) in between.Take(changed).Select((row, index) => (row, index)))
            {
                long[] changedRow = [.. store.Query($"SELECT id FROM telemetry WHERE id > {index * 11} LIMIT 1").Cast<long>()];
                Change(store, $"UPDATE telemetry SET timestamp = '{row.Timestamp}', total_tokens = total_tokens * 2, duration_ms = duration_ms / 2 WHERE id = $id", changedRow);
            }
            store.Insert(after);

            string[] summed = [.. pages.Select(page => Read(store, page))];
            store.Query($"DROP TABLE {RollupSchema.State}");

            Assert.Equal(pages.Select(page => Read(store, page)), summed);
        },
        iter: 20);

    [Theory]
    [InlineData(RequestOrder.TotalTokens)]
    [InlineData(RequestOrder.DurationMs)]
    [InlineData(RequestOrder.Timestamp)]
    public void Only_the_quarter_hours_of_the_largest_requests_are_read(RequestOrder order)
    {
        using var store = new TestStore();
        store.Insert(Enumerable.Range(0, 40_000).Select(minute => new TestStore.Row
        {
            Timestamp = $"{FirstDay.AddMinutes(minute):s}", User = $"u{minute % 7}", Total = minute * 7919L % 40_009, Duration = minute * 7919L % 40_009 / 10.0,
        }));
        Optimize(store);
        using TokenStore open = store.Open();
        ITelemetryStore queried = new SqliteStore(open);
        long rows = 0;
        queried.ReportReads(read => rows = read);

        var range = new TimeRange(new DateTimeOffset(FirstDay.AddDays(3).AddMinutes(7), TimeSpan.Zero), null);
        foreach (RequestFilter filter in new RequestFilter[] { new(), new() { User = ["u1"] }, new() { Range = range } })
        {
            Assert.Equal(10, new RequestQuery([queried], filter) { Order = order, Descending = true }.Run(5, 10).Count());
            Assert.InRange(rows, 15, 1000);
        }
        Assert.Equal(10, new RequestQuery([queried], new RequestFilter { MinTokens = 1 }) { Order = order, Descending = true }.Run(5, 10).Count());
        Assert.InRange(rows, 39_000, 42_000);
    }

    [Fact]
    public void Requests_that_change_during_the_read_are_read_again()
    {
        using var store = new TestStore();
        store.Insert(Enumerable.Range(0, 5000).Select(minute => new TestStore.Row { Timestamp = $"{FirstDay.AddMinutes(minute):s}", Total = minute * 7919L % 5003 }));
        Optimize(store);
        (RequestFilter, RequestOrder, ulong, ulong) page = (new RequestFilter(), RequestOrder.TotalTokens, 0, 10);
        long[] changed = [.. store.Query("SELECT id FROM telemetry WHERE total_tokens = 0 OR total_tokens > 4995").Cast<long>()];

        // The largest requests become a little smaller, and a request of a quarter-hour that is not read becomes the largest.
        string read = Read(store, page, onRead: () => Change(store, "UPDATE telemetry SET total_tokens = IIF(total_tokens = 0, 9999, total_tokens - 1) WHERE id = $id", changed));

        Assert.Contains("9,999", read, StringComparison.Ordinal);
        Assert.Equal(Read(store, page), read);
    }

    [Fact]
    public void A_page_is_complete_if_another_program_removed_the_largest_requests()
    {
        using var store = new TestStore();
        store.Insert(Enumerable.Range(0, 5000).Select(minute => new TestStore.Row { Timestamp = $"{FirstDay.AddMinutes(minute):s}", Total = minute * 7919L % 5003 }));
        Optimize(store);
        store.Query("DELETE FROM telemetry WHERE total_tokens > 4990 AND id BETWEEN 2 AND 4999");
        using TokenStore open = store.Open();
        var query = new RequestQuery([new SqliteStore(open)], new RequestFilter()) { Order = RequestOrder.TotalTokens, Descending = true };

        Assert.Equal(store.Query("SELECT id FROM telemetry ORDER BY total_tokens DESC, id DESC LIMIT 10"), query.Run(0, 10).Select(request => (object)request.Id));
    }

    private static void Optimize(TestStore store, DateTime? removedUntil = null)
    {
        using var optimizer = new StoreOptimizer(store.Path, CancellationToken.None);
        optimizer.Refresh();
        if (removedUntil is { } until)
            optimizer.Remove(new DateTimeOffset(until, TimeSpan.Zero));
    }

    // As an import does.
    private static void Change(TestStore store, string sql, long[] ids)
    {
        using StoreWriteConnection connection = StoreWriteConnection.Open(store.Path, CancellationToken.None);
        connection.InTransaction(() =>
        {
            foreach (long id in ids)
            {
                RollupChanges.Announce(connection, id);
                connection.Execute(sql.Replace("$id", $"{id}", StringComparison.Ordinal));
                RollupChanges.Announce(connection, id);
            }
        });
    }

    private static string Read(TestStore store, (RequestFilter Filter, RequestOrder Order, ulong Skip, ulong First) page, Action? onRead = null)
    {
        using TokenStore open = store.Open();
        bool isFirst = true;
        open.OnRead = _ =>
        {
            if (isFirst)
                onRead?.Invoke();
            isFirst = false;
        };
        var query = new RequestQuery([new SqliteStore(open)], page.Filter) { Order = page.Order, Descending = true };
        string requests = string.Join('\n', query.Run(page.Skip, page.First).Select(request => $"{request.Id} {request}"));
        UnreadableReport unreadable = query.Unreadable;
        return $"{requests}\n{unreadable.Rows} {unreadable.Timestamps} {unreadable.TokenCounts} {unreadable.Durations} {unreadable.PolicyVerdicts} {unreadable.LacksRemoved}";
    }
}
