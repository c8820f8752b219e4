using System.Globalization;
using TokenDashboard.Import;
using TokenDashboard.Store;

namespace TokenDashboard.Tests.Store;

/// <summary>Whenever a run is killed, the store is sound, every request is counted once, and the next run goes on.</summary>
[Collection(nameof(LiveStore))]
public sealed class KilledRunTests(ITestOutputHelper output)
{
    private const int Spans = 40_000;

    // LIVE_STORE_KILLS makes it more, to be run by hand.
    private static readonly int Kills = int.Parse(Environment.GetEnvironmentVariable("LIVE_STORE_KILLS") ?? "3", CultureInfo.InvariantCulture);

    [Theory]
    [InlineData("optimize", JournalMode.Delete)]
    [InlineData("optimize", JournalMode.Wal)]
    [InlineData("remove", JournalMode.Delete)]
    [InlineData("remove", JournalMode.Wal)]
    [InlineData("import", JournalMode.Delete)]
    [InlineData("import", JournalMode.Wal)]
    public void Nothing_is_lost_or_doubled(string work, JournalMode mode)
    {
        using var store = new LiveStore(mode, requestsPerDay: 500);
        store.Optimize();
        string log = store.WriteLog(1, Spans);
        long imported = 0;
        int patience = 1500, inTheMiddle = 0;
        for (int round = 1; round <= Kills; round++)
        {
            DateTimeOffset before = LiveStore.Begin.AddHours(LiveStore.Days * 24 * round / (Kills + 1));
            using (SecondProcess process = work switch
            {
                "optimize" => new SecondProcess(work, store.Path, "rebuild"),
                "remove" => new SecondProcess(work, store.Path, before.ToString("O", CultureInfo.InvariantCulture)),
                _ => new SecondProcess(work, store.Path, log),
            })
            {
                Thread.Sleep(Random.Shared.Next(patience));
                bool killed = process.Kill();
                inTheMiddle += killed ? 1 : 0;
                patience = killed ? patience : patience * 2 / 3;
            }

            long requests = store.Requested();
            Assert.InRange(requests, store.Requests + imported, store.Requests + (work == "import" ? Spans : 0));
            imported = requests - store.Requests;
            Assert.Equal(["ok"], store.Query("PRAGMA integrity_check"));
        }
        output.WriteLine($"{inTheMiddle} of {Kills} were killed in the middle, {imported} requests imported by then");

        store.Optimize();
        store.Remove(LiveStore.Begin.AddDays(1));
        Assert.Equal(store.Requests + imported, store.Requested());
        ImportReport report = store.Import(log);
        Assert.Equal((Spans - imported, imported), (report.Imported, report.Duplicates));
        store.Optimize();
        Assert.Equal(store.Requests + Spans, store.Requested());
        store.AssertSound();
    }
}
