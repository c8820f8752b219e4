using Microsoft.Data.Sqlite;
using TokenDashboard.Engines.ClickHouse;
using TokenDashboard.Engines.ClickHouse.Sync;
using TokenDashboard.Engines.Sqlite.Maintenance;

namespace TokenDashboard.Tests.Engines.ClickHouse;

/// <summary>A file that replaces the sent store does not silently lose its requests, and does not replace those of the old file.</summary>
public sealed class ReplacedStoreTests : IDisposable
{
    private readonly TestStore _old = new();
    private readonly TestStore _new = new();

    public void Dispose()
    {
        _old.Dispose();
        _new.Dispose();
    }

    [ClickHouseFact]
    public void A_new_file_is_detected_and_sends_nothing_under_the_old_source()
    {
        string address = ClickHouseEngine.Shared.NewDatabase();
        _old.Insert(Rows(30));
        // The ids are far from those of the new file, as after years of use.
        using (SqliteConnection connection = _old.Connect())
            connection.Execute("UPDATE telemetry SET id = id + 5000000 WHERE id > 20");
        Run(_old, address);
        _new.Insert(Rows(25, month: 3));
        foreach (TokenStoreSyncOptions options in new TokenStoreSyncOptions[]
            { new(), new() { SkipCheck = true }, new() { SkipCheck = true, Since = new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero) } })
        {
            TokenStoreSyncResult detected = Run(_new, address, options);
            Assert.Equal((true, 0L, 0L), (detected.IsOtherStore, detected.Sent, detected.Changed));
        }
        Assert.Equal(30, CountOf(address));

        // The remedy that the warning recommends.
        TokenStoreSyncResult sent = Run(_new, address, new() { Source = "new", SkipCheck = true });
        Assert.Equal((false, 25L, 55L), (sent.IsOtherStore, sent.Sent, CountOf(address)));
        // The old file is still recognized.
        Assert.False(Run(_old, address).IsOtherStore);
        TokenStoreSyncResult repaired = Run(_new, address, new() { SkipCheck = true, Repair = true });
        Assert.Equal((true, 20L, 10L, 5L), (repaired.IsOtherStore, repaired.Changed, repaired.Removed, repaired.Sent));
        Assert.Equal(50, CountOf(address));
        Assert.False(Run(_new, address).IsOtherStore);
    }

    [ClickHouseFact]
    public void A_backup_without_the_newest_thousand_requests_is_detected()
    {
        string address = ClickHouseEngine.Shared.NewDatabase();
        _old.Insert(Rows(1500));
        _new.Insert(Rows(400));
        Run(_old, address);

        Assert.True(Run(_new, address, new() { SkipCheck = true }).IsOtherStore);
        TokenStoreSyncResult apart = Run(_new, address, new() { Source = "new", Since = new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero) });
        Assert.Equal((false, 0L), (apart.IsOtherStore, apart.Sent));
        _new.Insert(Rows(1, month: 3));
        Assert.Equal(1, Run(_new, address, new() { Source = "new", Since = new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero) }).Sent);
    }

    [ClickHouseFact]
    public void A_store_that_lost_some_newest_requests_is_still_recognized()
    {
        string address = ClickHouseEngine.Shared.NewDatabase();
        _old.Insert(Rows(1500));
        Run(_old, address);
        using (SqliteConnection connection = _old.Connect())
            connection.Execute("DELETE FROM telemetry WHERE id > 510");

        TokenStoreSyncResult result = Run(_old, address);

        Assert.Equal((false, 990L), (result.IsOtherStore, result.Removed));
    }

    [ClickHouseFact]
    public void A_store_emptied_by_retention_is_still_recognized()
    {
        string address = ClickHouseEngine.Shared.NewDatabase();
        _old.Insert(Rows(30));
        Run(_old, address);
        using (var remover = new StoreOptimizer(_old.Path, CancellationToken.None))
            remover.Remove(new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero));
        using (SqliteConnection connection = _old.Connect())
            connection.Execute("DELETE FROM telemetry");

        TokenStoreSyncResult result = Run(_old, address);

        Assert.Equal((false, 0L, 30L), (result.IsOtherStore, result.Removed, CountOf(address)));
    }

    private static IEnumerable<TestStore.Row> Rows(int count, int month = 2) =>
        Enumerable.Range(0, count).Select(i => new TestStore.Row { Timestamp = $"2026-0{month}-{1 + (i % 28):00}T12:00:00", Prompt = (long)i });

    private static TokenStoreSyncResult Run(TestStore store, string address, TokenStoreSyncOptions? options = null)
    {
        using var sync = new TokenStoreSync(store.Path, address, (options ?? new()) with { Source = options?.Source ?? "store" }, CancellationToken.None);
        sync.CreateTable();
        return sync.Run();
    }

    private static long CountOf(string address)
    {
        using var server = new ClickHouseServer(ClickHouseAddress.Parse(address), null, CancellationToken.None);
        return server.Query("SELECT toInt64(count()) FROM token_request FINAL", new ClickHouseParameters(), row => row.GetInt64(0)).Single();
    }
}
