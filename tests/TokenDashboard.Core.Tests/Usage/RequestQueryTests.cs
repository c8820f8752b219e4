using CsCheck;
using Microsoft.Data.Sqlite;
using TokenDashboard.Engines.Sqlite;
using TokenDashboard.Engines.Sqlite.Queries;
using TokenDashboard.Telemetry;
using TokenDashboard.Usage;

namespace TokenDashboard.Tests.Usage;

public class RequestQueryTests
{
    [Theory]
    [InlineData("gpt[8k]", new[] { "gpt8", "gpt[8k]" })]
    [InlineData("GPT[8K]*", new[] { "gpt8" })]
    [InlineData("gpt`[8k`]", new[] { "gpt[8k]" })]
    public void A_name_with_brackets_matches_literally_and_as_a_pattern(string model, string[] expected)
    {
        using var store = new TestStore();
        store.Insert(new TestStore.Row { Model = "gpt8" }, new TestStore.Row { Model = "gpt[8k]" }, new TestStore.Row { Model = "gpt" });
        using TokenStore open = store.Open();
        var query = new RequestQuery([new SqliteStore(open)], new RequestFilter { Model = [model] }) { Order = RequestOrder.Id, Descending = false };

        Assert.Equal(expected, query.Run(0, 10).Select(request => request.Model));
    }

    [Fact]
    public void Requests_are_returned_in_the_requested_order_and_page() => Gen.Select(
        RandomStore.Row.Array[0, 60], Gen.Enum<RequestOrder>(), Gen.Bool, Gen.ULong[0, 70], Gen.ULong[0, 70]).ForAll(
        (rows, order, descending, skip, first) =>
        {
            using var store = new TestStore();
            store.Insert(rows);
            using TokenStore open = store.Open();
            var query = new RequestQuery([new SqliteStore(open)], new RequestFilter()) { Order = order, Descending = descending };

            long[] ids = [.. query.Run(skip, first).Select(request => request.Id)];

            IComparable Key(int index) => order switch
            {
                RequestOrder.Timestamp => RandomStore.TimeOf(rows[index]),
                RequestOrder.PromptTokens => (long)rows[index].Prompt!,
                RequestOrder.CompletionTokens => (long)rows[index].Completion!,
                RequestOrder.TotalTokens => RandomStore.TokensOf(rows[index]),
                RequestOrder.DurationMs => (double)rows[index].Duration!,
                _ => 0,
            };
            string Name(int index) => order switch
            {
                RequestOrder.User => (string)rows[index].User!,
                RequestOrder.Model => (string)rows[index].Model!,
                RequestOrder.Provider => (string)rows[index].Provider!,
                _ => "",
            };
            IEnumerable<int> sorted = Enumerable.Range(0, rows.Length).OrderBy(Key).ThenBy(Name, StringComparer.Ordinal).ThenBy(index => index);
            IEnumerable<long> expected = (descending ? sorted.Reverse() : sorted).Skip((int)skip).Take((int)first).Select(index => index + 1L);
            Assert.Equal(expected, ids);
        },
        iter: 150);

    [Theory]
    [InlineData(RequestOrder.TotalTokens, false)]
    [InlineData(RequestOrder.TotalTokens, true)]
    [InlineData(RequestOrder.Timestamp, true)]
    [InlineData(RequestOrder.DurationMs, false)]
    [InlineData(RequestOrder.Cost, true)]
    [InlineData(RequestOrder.User, true)]
    public void A_page_of_many_requests_is_a_part_of_all_of_them(RequestOrder order, bool descending)
    {
        using var store = new TestStore();
        store.Insert([.. Enumerable.Range(0, 25_000).Select(index => new TestStore.Row { User = $"u{index % 7}", Total = index * 7919L % 503, Duration = index * 31.5 % 900 })]);
        using TokenStore open = store.Open();
        var query = new RequestQuery([new SqliteStore(open)], new RequestFilter()) { Order = order, Descending = descending };
        long[] all = [.. query.Run(0, ulong.MaxValue).Select(request => request.Id)];

        Assert.Equal(all[5..25], query.Run(5, 20).Select(request => request.Id));
        Assert.Equal(all[6_000..6_010], query.Run(6_000, 10).Select(request => request.Id));
        Assert.Equal(all[24_990..], query.Run(24_990, 100).Select(request => request.Id));
        Assert.Empty(query.Run(0, 0));
    }

    [Fact]
    public void A_page_in_the_order_of_names_keeps_no_key_of_each_request()
    {
        using var store = new TestStore();
        store.Insert([.. Enumerable.Range(0, 1000).Select(index => new TestStore.Row { User = $"u{index % 7}" })]);
        using (SqliteConnection connection = store.Connect())
        {
            string columns = string.Join(", ", store.Query("SELECT name FROM pragma_table_info('telemetry') WHERE name <> 'id'").Cast<string>());
            connection.Execute($"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100) INSERT INTO telemetry ({columns}) SELECT {columns} FROM telemetry CROSS JOIN n");
        }
        using TokenStore open = store.Open();
        long Allocated(RequestOrder order)
        {
            var query = new RequestQuery([new SqliteStore(open)], new RequestFilter()) { Order = order, Descending = true };
            Assert.Equal(20, query.Run(0, 20).Count());
            long before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Equal(20, query.Run(0, 20).Count());
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.InRange(Allocated(RequestOrder.User), 1, 2 * Allocated(RequestOrder.TotalTokens));
    }

    [Fact]
    public void The_requests_that_were_read_are_reported_on_the_thread_of_the_caller()
    {
        using var store = new TestStore();
        store.Insert([.. Enumerable.Repeat(new TestStore.Row(), 3000)]);
        using TokenStore open = store.Open();
        ITelemetryStore queried = new SqliteStore(open);
        var reads = new List<(long Rows, int Thread)>();
        queried.ReportReads(rows => reads.Add((rows, Environment.CurrentManagedThreadId)));

        Assert.Equal(3000, new RequestQuery([queried], new RequestFilter()).Count());
        Assert.Equal(3000, new RequestQuery([queried], new RequestFilter()).Run(0, ulong.MaxValue).Count());

        Assert.Equal(6000, reads[^1].Rows);
        Assert.All(reads, read => Assert.Equal(Environment.CurrentManagedThreadId, read.Thread));
    }

    [Fact]
    public void Gaps_in_the_ids_are_skipped_in_both_directions()
    {
        using var store = new TestStore();
        store.Insert(new TestStore.Row(), new TestStore.Row(), new TestStore.Row());
        using (var connection = store.Connect())
            connection.Execute("UPDATE telemetry SET id = 5000000 WHERE id = 2; UPDATE telemetry SET id = -40 WHERE id = 3");
        using TokenStore open = store.Open();
        var up = new RequestQuery([new SqliteStore(open)], new RequestFilter()) { Order = RequestOrder.Id, Descending = false };
        var down = new RequestQuery([new SqliteStore(open)], new RequestFilter()) { Order = RequestOrder.Id, Descending = true };

        Assert.Equal([-40, 1, 5000000], up.Run(0, 10).Select(request => request.Id));
        Assert.Equal([5000000, 1, -40], down.Run(0, 10).Select(request => request.Id));
    }

    [Fact]
    public void Requests_without_a_readable_time_are_skipped_and_counted()
    {
        using var store = new TestStore();
        store.Insert(new TestStore.Row { Timestamp = "garbage" }, new TestStore.Row());
        using TokenStore open = store.Open();
        var query = new RequestQuery([new SqliteStore(open)], new RequestFilter()) { Order = RequestOrder.Timestamp, Descending = true };

        Assert.Equal(2, Assert.Single(query.Run(0, 10)).Id);
        Assert.Equal(1, query.Unreadable.Timestamps);
        Assert.Equal(1, new RequestQuery([new SqliteStore(open)], new RequestFilter()).Count());
    }

    [Fact]
    public void A_row_deleted_during_streaming_is_skipped()
    {
        using var store = new TestStore();
        store.Insert(Enumerable.Range(0, 3000).Select(i => new TestStore.Row { Total = 3000L - i }));
        using TokenStore open = store.Open();
        var query = new RequestQuery([new SqliteStore(open)], new RequestFilter()) { Order = RequestOrder.TotalTokens, Descending = false };
        using IEnumerator<TokenRequest> requests = query.Run(0, ulong.MaxValue).GetEnumerator();
        Assert.True(requests.MoveNext());
        using (var connection = store.Connect())
            connection.Execute("DELETE FROM telemetry WHERE id = 1");

        int count = 1;
        while (requests.MoveNext())
            count++;

        Assert.Equal(2999, count);
    }
}
