using TokenDashboard.Engines.Sqlite.Maintenance;

namespace TokenDashboard.Tests.Engines.Sqlite;

/// <summary>A damaged store results in a failed check, not in an error.</summary>
public class TokenStoreCheckTests
{
    private const int PageSize = 4096;

    [Fact]
    public void A_truncated_store_fails_the_integrity_check()
    {
        using TestStore store = Optimized();
        using (FileStream file = File.OpenWrite(store.Path))
            file.SetLength(file.Length / PageSize / 2 * PageSize);

        TokenStoreCheck check = Assert.Single(Run(store));
        Assert.Equal(("Integrity", CheckResult.Failed), (check.Check, check.Result));
        Assert.Equal(store.Path, check.Database);
    }

    [Theory]
    [InlineData("telemetry", "Integrity")]
    [InlineData("tokendash_rollup", "Integrity")]
    public void The_rollup_check_is_skipped_for_a_damaged_store(string table, string failed)
    {
        using TestStore store = Optimized();
        long page = (long)store.Query($"SELECT rootpage FROM sqlite_schema WHERE name = '{table}'")[0];
        using (FileStream file = File.OpenWrite(store.Path))
        {
            file.Position = (page - 1) * PageSize;
            file.Write(Enumerable.Repeat((byte)0xAA, PageSize).ToArray());
        }

        TokenStoreCheck[] checks = Run(store);
        Assert.Equal(CheckResult.Failed, Assert.Single(checks, check => check.Check == failed).Result);
        Assert.Equal(CheckResult.Skipped, Assert.Single(checks, check => check.Check == "Rollups").Result);
    }

    [Fact]
    public void Removed_requests_are_reported_with_the_wrong_buckets()
    {
        using TestStore store = Optimized();
        store.Query("DELETE FROM telemetry WHERE id = 51");

        TokenStoreCheck[] checks = Run(store);
        Assert.Equal("7 rollup rows are wrong. To repair them, run Optimize-TokenStore -Verify.", Assert.Single(checks, check => check.Check == "Rollups").Message);
        Assert.Equal(
            ["Day of all users", "Day of user 0", "Hour of all users", "Hour of user 0", "Quarter-hour of user 0", "Six hours of all users", "Six hours of user 0"],
            checks.Where(check => check.Check == "Rollup").Select(check => check.Message[..check.Message.IndexOf(',')]).Order(StringComparer.Ordinal));
    }

    private static TestStore Optimized()
    {
        var store = new TestStore();
        store.Insert(Enumerable.Range(0, 2000).Select(i => new TestStore.Row { Timestamp = $"2026-03-{1 + (i % 28):00}T12:00:00", User = $"user {i % 50}" }));
        using var optimizer = new StoreOptimizer(store.Path, CancellationToken.None);
        optimizer.Refresh();
        return store;
    }

    private static TokenStoreCheck[] Run(TestStore store) => [.. TokenStoreCheck.Run(store.Path, wait: true, progress: null, CancellationToken.None)];
}
