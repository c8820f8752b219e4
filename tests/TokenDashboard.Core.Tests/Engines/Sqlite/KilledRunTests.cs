using System.Globalization;

namespace TokenDashboard.Tests.Engines.Sqlite;

/// <summary>Whenever a run is killed, the store stays sound, every request is counted once, and the next run continues.</summary>
[Collection(nameof(LiveStore))]
public sealed class KilledRunTests(ITestOutputHelper output)
{
    // For runs by hand, LIVE_STORE_KILLS sets a larger number, and makes everything larger.
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
    public void A_killed_run_loses_and_duplicates_nothing(string work, JournalMode mode)
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

            long found = store.CountRequests();
            Assert.InRange(found, requests, requests + (work == "import" ? Spans : 0));
            requests = found;
            Assert.Equal(["ok"], store.Query("PRAGMA integrity_check"));
        }
        output.WriteLine($"{inTheMiddle} of {Kills} were killed in the middle, {requests - store.Requests} of {logs.Count * Spans} requests imported by then");

        store.Optimize();
        store.Remove(LiveStore.Begin.AddDays(1));
        Assert.Equal(requests, store.CountRequests());
        long imported = 0, omitted = 0;
        foreach (string log in logs)
        {
            ImportReport report = store.Import(log);
            // If every import was killed before its first transaction, the removal recorded no keys.
            Assert.Equal(Spans, report.Imported + report.Duplicates + report.BeforeRemoval);
            imported += report.Imported;
            omitted += report.BeforeRemoval;
        }
        store.Optimize();
        Assert.Equal((store.Requests + (logs.Count * Spans) - omitted, requests + imported), (store.CountRequests(), store.CountRequests()));
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
