using System.Globalization;
using System.Text.RegularExpressions;
using TokenDashboard.Engines.Sqlite;
using TokenDashboard.Engines.Sqlite.Queries;
using TokenDashboard.Telemetry;
using TokenDashboard.Usage;

namespace TokenDashboard.Tests.Engines.Sqlite;

/// <summary>The application writes, everything works on its store at once, and nobody loses or miscounts a request.</summary>
[Collection(nameof(LiveStore))]
public sealed partial class LiveStoreTests(ITestOutputHelper output)
{
    private const int Readers = 20;
    private const int SpansPerLog = 400;

    // LIVE_STORE_SECONDS makes it longer, to be run by hand.
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(
        double.Parse(Environment.GetEnvironmentVariable("LIVE_STORE_SECONDS") ?? "3", CultureInfo.InvariantCulture));

    [Theory]
    [InlineData(JournalMode.Delete)]
    [InlineData(JournalMode.Wal)]
    public async Task No_batch_is_lost_and_no_answer_counts_less_than_one_before_it(JournalMode mode)
    {
        using var store = new LiveStore(mode, requestsPerDay: 400);
        using var writer = new SecondProcess("write", store.Path, "10");
        using var stop = new CancellationTokenSource(Time);
        (long seen, long answers, long imported) = (store.Requests, 0, 0);
        Func<long>[] questions =
        [
            () => store.Requested(),
            // Quarters of an hour, for the days there begin at 18:15 UTC.
            () => store.Requested("Asia/Kathmandu", UsageDimension.Day, UsageDimension.User),
            () => store.Requested("UTC", UsageDimension.Hour, UsageDimension.Model),
            () => RequestedByUsers(store),
        ];
        void Ask(int number)
        {
            long before = Interlocked.Read(ref seen);
            long requests = questions[number % questions.Length]();
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
            .. Enumerable.Range(0, Readers).Select(reader => Repeat(round => Ask(reader + round))),
        ]);

        string tally = writer.End();
        output.WriteLine($"{tally.Trim()}; {answers} answers, {imported} requests imported");
        Match match = Tally().Match(tally);
        long Number(string name) => long.Parse(match.Groups[name].Value, CultureInfo.InvariantCulture);
        Assert.Equal(0, Number("lost"));
        long all = store.Requests + (Number("batches") * Number("rows")) + imported;
        Assert.All(questions, question => Assert.Equal(all, question()));
        store.Optimize();
        Assert.All(questions, question => Assert.Equal(all, question()));
        store.AssertSound();
    }

    private static long RequestedByUsers(LiveStore store)
    {
        using TokenStore open = store.Open();
        return new UserUsageQuery([new SqliteStore(open)], new RequestFilter(), TimeZoneInfo.Utc).Totals(comparePrevious: false).Rows.Sum(row => row.Requests);
    }

    [GeneratedRegex("(?<batches>[0-9]+) batches of (?<rows>[0-9]+), (?<lost>[0-9]+) lost")]
    private static partial Regex Tally();
}
