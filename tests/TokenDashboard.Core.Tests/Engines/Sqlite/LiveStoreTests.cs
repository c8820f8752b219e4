using System.Globalization;
using System.Text.RegularExpressions;
using TokenDashboard.Engines.Sqlite;
using TokenDashboard.Engines.Sqlite.Queries;
using TokenDashboard.Telemetry;
using TokenDashboard.Usage;

namespace TokenDashboard.Tests.Engines.Sqlite;

/// <summary>While the application writes, everything else uses its store at the same time, and no request is lost or miscounted.</summary>
[Collection(nameof(LiveStore))]
public sealed partial class LiveStoreTests(ITestOutputHelper output)
{
    private const int Readers = 20;
    private const int SpansPerLog = 400;

    // For runs by hand, LIVE_STORE_SECONDS makes the test longer.
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(
        double.Parse(Environment.GetEnvironmentVariable("LIVE_STORE_SECONDS") ?? "3", CultureInfo.InvariantCulture));

    [Theory]
    [InlineData(JournalMode.Delete)]
    [InlineData(JournalMode.Wal)]
    public async Task No_batch_is_lost_and_request_counts_never_decrease(JournalMode mode)
    {
        using var store = new LiveStore(mode, requestsPerDay: 400);
        using var writer = new SecondProcess("write", store.Path, "10");
        using var stop = new CancellationTokenSource(Time);
        (long seen, long answers, long imported) = (store.Requests, 0, 0);
        Func<long>[] queries =
        [
            () => store.CountRequests(),
            // This zone requires quarter-hour rollups, because its days begin at 18:15 UTC.
            () => store.CountRequests("Asia/Kathmandu", UsageDimension.Day, UsageDimension.User),
            () => store.CountRequests("UTC", UsageDimension.Hour, UsageDimension.Model),
            () => CountRequestsByUser(store),
        ];
        void RunQuery(int number)
        {
            long before = Interlocked.Read(ref seen);
            long requests = queries[number % queries.Length]();
            Assert.True(requests >= before, $"{requests} requests after {before}");
            for (long highest = Interlocked.Read(ref seen); highest < requests; highest = Interlocked.Read(ref seen))
                Interlocked.CompareExchange(ref seen, requests, highest);
            Interlocked.Increment(ref answers);
        }
        Task Repeat(Action<int> work) => Task.Factory.StartNew(
            () =>
            {
                for (int round = 0; !stop.IsCancellationRequested; round++)
                    work(round);
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

        await Task.WhenAll(
        [
            Repeat(round => store.Optimize(rebuild: round % 4 == 3)),
            Repeat(round => store.Remove(LiveStore.Begin.AddHours(Math.Min(round * 6, LiveStore.Days * 20)))),
            Repeat(round => imported += store.Import(store.WriteLog(round, SpansPerLog)).Imported),
            .. Enumerable.Range(0, Readers).Select(reader => Repeat(round => RunQuery(reader + round))),
        ]);

        string tally = writer.End();
        output.WriteLine($"{tally.Trim()}; {answers} answers, {imported} requests imported");
        Match match = Tally().Match(tally);
        long Number(string name) => long.Parse(match.Groups[name].Value, CultureInfo.InvariantCulture);
        Assert.Equal(0, Number("lost"));
        long all = store.Requests + (Number("batches") * Number("rows")) + imported;
        Assert.All(queries, query => Assert.Equal(all, query()));
        store.Optimize();
        Assert.All(queries, query => Assert.Equal(all, query()));
        store.AssertSound();
    }

    private static long CountRequestsByUser(LiveStore store)
    {
        using TokenStore open = store.Open();
        return new UserUsageQuery([new SqliteStore(open)], new RequestFilter(), TimeZoneInfo.Utc).Totals(comparePrevious: false).Rows.Sum(row => row.Requests);
    }

    [GeneratedRegex("(?<batches>[0-9]+) batches of (?<rows>[0-9]+), (?<lost>[0-9]+) lost")]
    private static partial Regex Tally();
}
