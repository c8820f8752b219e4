using TokenDashboard.Engines;
using TokenDashboard.Engines.ClickHouse;
using TokenDashboard.Engines.ClickHouse.Sync;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Tests.Engines.ClickHouse;

/// <summary>The statements in docs/fleets.md do what the page says, on a single server and on a cluster.</summary>
public sealed class FleetStatementTests : IDisposable
{
    private const string Source = "web1/observicia.db";

    private readonly TestStore _store = new();

    public void Dispose() => _store.Dispose();

    [ClickHouseFact]
    public void Retention_removes_whole_months_and_their_rollups()
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        Assert.SkipWhen(now.AddMinutes(5).Month != now.Month, "The month ends meanwhile.");
        var month = new DateTimeOffset(now.Year, now.Month, 1, 0, 0, 0, TimeSpan.Zero);
        // The last day of the newest month to remove, the first day to keep, and later days. The request below has no readable time.
        DateTimeOffset[] times = [month.AddMonths(-24).AddDays(-1), month.AddMonths(-24), month.AddMonths(-24).AddDays(9), month.AddDays(-1)];
        _store.Insert([.. times.Select(time => new TestStore.Row { Timestamp = $"{time:yyyy-MM-ddTHH:mm:ss}" }), new TestStore.Row { Timestamp = "no time" }]);
        string address = ClickHouseEngine.Shared.NewDatabase();
        Run(address, "one");
        Assert.Equal(4, UsageOf(address));

        foreach (string statement in StatementsOf("Retention"))
            Execute(address, statement);
        foreach (string table in new[] { "token_request", "token_usage_sum", "token_usage_day" })
            Execute(address, $"OPTIMIZE TABLE {table} FINAL");

        Assert.Equal((3, 4), (UsageOf(address), CountOf(address)));
        // The run that the page recommends sends nothing again and finds nothing missing.
        TokenStoreSyncResult result = Run(address, "one", since: now.AddMonths(-24));
        Assert.Equal((0, 0, 0), (result.Sent, result.Changed, result.Removed));
        Assert.Equal((3, 4), (UsageOf(address), CountOf(address)));
    }

    [ClickHouseFact]
    public void Removing_a_source_does_not_affect_other_sources()
    {
        foreach (bool isCluster in Forms)
        {
            string address = Send(isCluster, Source, "web2");
            // A deletion by someone who does not know about the rollups.
            Execute(address, $"DELETE FROM {Table("token_request", isCluster)} WHERE source = '{Source}'");
            Assert.Equal((10, 0), (UsageOf(address), CountOf(address, Source)));

            foreach (string statement in StatementsOf("Removal", isCluster ? 1 : 0))
            {
                Execute(address, statement);
                Assert.Equal(5, UsageOf(address, "web2"));
            }

            Assert.Equal((5, 5, 0, 0), (UsageOf(address), CountOf(address), Rows(address, "token_usage_sum", Source), Rows(address, "token_usage_day", Source)));
            using (ITelemetryStore open = TelemetryStores.Open(address, CancellationToken.None))
                Assert.Equal(["web2"], open.ReadSources());
            // A source that comes back is sent again.
            Assert.Equal(5, Run(address, Source).Sent);
            Assert.Equal(10, UsageOf(address));
        }
    }

    [ClickHouseFact]
    public void Renaming_a_source_keeps_its_requests_and_rollups()
    {
        foreach (bool isCluster in Forms)
        {
            string address = Send(isCluster, Source, "web2");
            string[] rename = StatementsOf("Another name");
            if (isCluster)
                rename[0] = StatementsOf("Removal", 1)[0];
            foreach (string statement in (string[])[.. rename, .. StatementsOf("Removal", isCluster ? 1 : 0)])
            {
                Execute(address, statement);
                Assert.Equal(5, UsageOf(address, "web2"));
                Assert.InRange(UsageOf(address), 5, 10);
            }

            Assert.Equal((10, 5, 5), (UsageOf(address), UsageOf(address, "web1"), CountOf(address, "web1")));
            TokenStoreSyncResult result = Run(address, "web1");
            Assert.Equal((0, 5, 0, 0), (result.Sent, result.AlreadyThere, result.Changed, result.Removed));
            Assert.Equal((10, 5, 0), (UsageOf(address), UsageOf(address, "web1"), CountOf(address, Source)));
            Assert.True(Rows(address, "token_usage_sum", "web1") > 0);
        }
    }

    [ClickHouseFact]
    public void Rollups_of_a_detached_partition_count_until_a_run_or_a_drop()
    {
        string address = Send(false, "web1", "web2");
        Execute(address, "ALTER TABLE token_request DETACH PARTITION 202603");
        Assert.Equal((10, 0), (UsageOf(address), CountOf(address)));
        Run(address, "web1", since: new DateTimeOffset(2026, 4, 1, 0, 0, 0, TimeSpan.Zero));
        Assert.Equal((5, 0), (UsageOf(address), UsageOf(address, "web1")));
        Assert.Equal(5, Run(address, "web1").Sent);
        Execute(address, "ALTER TABLE token_request ATTACH PARTITION 202603");
        Assert.Equal((10, 10), (UsageOf(address), CountOf(address)));

        foreach (string statement in StatementsOf("A partition"))
            Execute(address, statement);
        Assert.Equal((0, 0, 0), (UsageOf(address), CountOf(address), Rows(address, "token_usage_sum", "web2")));
    }

    // The engine of the tests is also a cluster. The clusters of a given server are unknown.
    private static bool[] Forms => ClickHouseEngine.Cluster is null ? [false] : [false, true];

    private static string Table(string name, bool isCluster) => isCluster ? $"{name}_local" : name;

    private string Send(bool isCluster, params string[] sources)
    {
        using (Microsoft.Data.Sqlite.SqliteConnection connection = _store.Connect())
            connection.Execute("DELETE FROM telemetry");
        _store.Insert(Enumerable.Range(1, 5).Select(day => new TestStore.Row { Timestamp = $"2026-03-0{day}T12:00:00" }));
        string address = ClickHouseEngine.Shared.NewDatabase();
        foreach (string source in sources)
            Run(address, source, cluster: isCluster ? ClickHouseEngine.Cluster : null);
        Assert.Equal(5 * sources.Length, UsageOf(address));
        return address;
    }

    // The statements in a SQL block after a word in bold.
    private static string[] StatementsOf(string word, int block = 0)
    {
        string code = Repository.Read("docs/fleets.md").Split($"**{word}**")[1].Split("```sql\n")[block + 1].Split("```")[0];
        return code.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    private static void Execute(string address, string sql) => ClickHouseEngine.Shared.Execute(sql, address.Split('/')[^1]);

    private TokenStoreSyncResult Run(string address, string source, DateTimeOffset? since = null, string? cluster = null)
    {
        using var sync = new TokenStoreSync(_store.Path, address, new TokenStoreSyncOptions { Source = source, Since = since, Cluster = cluster }, CancellationToken.None);
        sync.CreateTable();
        return sync.Run();
    }

    // Requests with readable times, mostly counted from rollups.
    private static long UsageOf(string address, string? source = null) => Read(address, $"SELECT sum(requests) FROM token_usage(since = 0, until = 4000000000, step = 0, users = 0){Of(source)}");

    // All requests in the table, also those without a readable time.
    private static long CountOf(string address, string? source = null) => Rows(address, "token_request FINAL", source);

    private static long Rows(string address, string table, string? source = null) => Read(address, $"SELECT toInt64(count()) FROM {table}{Of(source)}");

    private static string Of(string? source) => source is null ? "" : $" WHERE source = '{source}'";

    private static long Read(string address, string sql)
    {
        using var server = new ClickHouseServer(ClickHouseAddress.Parse(address), null, CancellationToken.None);
        return server.Query(sql, new ClickHouseParameters(), row => row.GetInt64(0)).Single();
    }
}
