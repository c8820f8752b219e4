using System.Globalization;
using TokenDashboard.Engines.Sqlite;
using TokenDashboard.Import.Records;

namespace TokenDashboard.Tests.Engines.Sqlite;

/// <summary>Whenever a run is killed, the store is sound, every request is counted once, and the next run goes on.</summary>
[Collection(nameof(LiveStore))]
public sealed class KilledRunTests(ITestOutputHelper output)
{
    // LIVE_STORE_KILLS makes it more, and all of it larger, to be run by hand.
    private static readonly int? Asked =
        Environment.GetEnvironmentVariable("LIVE_STORE_KILLS") is { Length: > 0 } kills ? int.Parse(kills, CultureInfo.InvariantCulture) : null;

    private static readonly int Kills = Asked ?? 3;

    private static readonly int Spans = Asked is null ? 3_000 : 10_000;

    [Theory]
    [InlineData("optimize", JournalMode.Delete)]
    [InlineData("optimize", JournalMode.Wal)]
    [InlineData("remove", JournalMode.Delete)]
    [InlineData("remove", JournalMode.Wal)]
    [InlineData("import", JournalMode.Delete)]
    [InlineData("import", JournalMode.Wal)]
    public void Nothing_is_lost_or_doubled(string work, JournalMode mode)
    {
        using var store = new LiveStore(mode, requestsPerDay: Asked is null ? 100 : 300);
        store.Optimize();
        var logs = new List<string>();
        long requests = store.Requests;
        int patience = Asked is null ? 500 : 1500, inTheMiddle = 0;
        for (int round = 1; round <= Kills; round++)
        {
            using (SecondProcess process = Start(work, store, round, logs))
            {
                Thread.Sleep(Random.Shared.Next(patience));
                bool killed = process.Kill();
                inTheMiddle += killed ? 1 : 0;
                patience = killed ? patience : patience * 3 / 4;
            }

            long found = store.Requested();
            Assert.InRange(found, requests, requests + (work == "import" ? Spans : 0));
            requests = found;
            Assert.Equal(["ok"], store.Query("PRAGMA integrity_check"));
        }
        output.WriteLine($"{inTheMiddle} of {Kills} were killed in the middle, {requests - store.Requests} of {logs.Count * Spans} requests imported by then");

        store.Optimize();
        store.Remove(LiveStore.Begin.AddDays(1));
        Assert.Equal(requests, store.Requested());
        long imported = 0, omitted = 0;
        foreach (string log in logs)
        {
            ImportReport report = store.Import(log);
            // Where each import was killed before its first transaction, the removal noted no keys.
            Assert.Equal(Spans, report.Imported + report.Duplicates + report.BeforeRemoval);
            imported += report.Imported;
            omitted += report.BeforeRemoval;
        }
        store.Optimize();
        Assert.Equal((store.Requests + (logs.Count * Spans) - omitted, requests + imported), (store.Requested(), store.Requested()));
        store.AssertSound();
    }

    private static SecondProcess Start(string work, LiveStore store, int round, List<string> logs)
    {
        switch (work)
        {
            case "optimize":
                return new SecondProcess(work, store.Path, "rebuild");
            case "remove":
                DateTimeOffset before = LiveStore.Begin.AddHours(LiveStore.Days * 24 * round / (Kills + 1));
                return new SecondProcess(work, store.Path, before.ToString("O", CultureInfo.InvariantCulture));
            default:
                logs.Add(store.WriteLog(round, Spans));
                return new SecondProcess(work, store.Path, logs[^1]);
        }
    }
}
