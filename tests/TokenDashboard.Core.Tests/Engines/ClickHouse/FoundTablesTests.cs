using TokenDashboard.Engines;
using TokenDashboard.Engines.ClickHouse;
using TokenDashboard.Engines.ClickHouse.Sync;
using TokenDashboard.Telemetry;
using TokenDashboard.Usage;

namespace TokenDashboard.Tests.Engines.ClickHouse;

/// <summary>Outdated, partly dropped or emptied tables and views never show usage of requests that no longer exist.</summary>
public class FoundTablesTests
{
    [ClickHouseFact]
    public void Missing_outdated_and_foreign_tables_are_reported()
    {
        string address = ClickHouseEngine.Shared.NewDatabase();

        Assert.Equal(ErrorCode.StoreTableMissing, FailureOf(address).Code);
        Assert.Equal(ErrorCode.StoreNotFound, FailureOf(address + "_none").Code);
        Execute(address, "CREATE TABLE token_request (id Int64) ENGINE = MergeTree ORDER BY id COMMENT 'TokenDashboard requests, format 0'");
        Assert.Equal(ErrorCode.StoreSchemaMismatch, FailureOf(address).Code);
        Execute(address, "ALTER TABLE token_request MODIFY COMMENT 'TokenDashboard requests, format 1000'");
        Assert.EndsWith("Update the module.", FailureOf(address).Message, StringComparison.Ordinal);
        Execute(address, "ALTER TABLE token_request MODIFY COMMENT 'mine'");
        TokenDashboardException foreign = FailureOf(address);
        Assert.Equal(ErrorCode.StoreSchemaMismatch, foreign.Code);
        // The message must not suggest dropping a table that may belong to someone else.
        Assert.DoesNotContain("DROP TABLE", foreign.Message, StringComparison.Ordinal);
    }

    [ClickHouseFact]
    public void Following_the_advice_removes_all_usage_of_an_outdated_table()
    {
        using var store = new TestStore();
        store.Insert(Enumerable.Range(1, 5).Select(day => new TestStore.Row { Timestamp = $"2026-03-0{day}T12:00:00" }));
        string address = ClickHouseEngine.Shared.NewDatabase();
        Run(store, address, "one");
        Run(store, address, "two");
        Assert.Equal(10, UsageOf(address));
        Execute(address, "ALTER TABLE token_request MODIFY COMMENT 'TokenDashboard requests, format 4'");

        string message = FailureOf(address).Message;
        Assert.Equal(message, Assert.Throws<TokenDashboardException>(() => Run(store, address, "one")).Message);
        // The advice is followed only in part.
        Execute(address, "DROP TABLE token_request SYNC");
        Assert.Equal(ErrorCode.StoreSchemaMismatch, Assert.Throws<TokenDashboardException>(() => Run(store, address, "one")).Code);
        Execute(address, "DROP TABLE token_usage_sum SYNC");
        Assert.Equal(ErrorCode.StoreSchemaMismatch, Assert.Throws<TokenDashboardException>(() => Run(store, address, "one")).Code);
        Execute(address, message[message.IndexOf("DROP TABLE", StringComparison.Ordinal)..].Replace("DROP TABLE", "DROP TABLE IF EXISTS", StringComparison.Ordinal));
        Run(store, address, "one");

        Assert.Equal(5, UsageOf(address));
        using ITelemetryStore open = TelemetryStores.Open(address, CancellationToken.None);
        Assert.Equal(["one"], open.ReadSources());
    }

    [ClickHouseFact]
    public void The_message_names_everything_to_drop()
    {
        using var store = new TestStore();
        store.Insert(new TestStore.Row());
        string address = ClickHouseEngine.Shared.NewDatabase();
        Run(store, address, "one");
        Execute(address, "ALTER TABLE token_usage_sum MODIFY COMMENT 'TokenDashboard requests, format 4'");

        string message = FailureOf(address).Message;
        Execute(address, message[message.IndexOf("DROP TABLE", StringComparison.Ordinal)..]);

        Assert.Equal(RequestTable.CreateStatements(null, Version), MissingIn(store, address));
        Run(store, address, "one");
        Assert.Equal(1, UsageOf(address));
    }

    [ClickHouseFact]
    public void A_dropped_table_is_not_recreated_while_other_tables_remain()
    {
        using var store = new TestStore();
        store.Insert(new TestStore.Row());
        string address = ClickHouseEngine.Shared.NewDatabase();
        Run(store, address, "one");
        foreach (string name in new[] { "token_request", "token_price", "token_usage_sum", "token_usage_day", "token_usage_mark" })
        {
            Run(store, address, "two");
            Execute(address, $"DROP TABLE {name} SYNC");

            TokenDashboardException failure = Assert.Throws<TokenDashboardException>(() => Run(store, address, "one"));
            Assert.Equal(ErrorCode.StoreSchemaMismatch, failure.Code);
            Assert.Contains($"{name} is missing,", failure.Message, StringComparison.Ordinal);
            // Missing views do not hide the missing table.
            foreach (string view in new[] { "token_request_priced", "token_usage", "token_usage_priced" })
                Execute(address, $"DROP VIEW {view} SYNC");
            failure = Assert.Throws<TokenDashboardException>(() => Run(store, address, "one"));
            Assert.Contains($"{name} is missing,", failure.Message, StringComparison.Ordinal);
            Execute(address, failure.Message[failure.Message.IndexOf("DROP TABLE", StringComparison.Ordinal)..]);
            Run(store, address, "one");
            Assert.Equal(1, UsageOf(address));
        }
    }

    [ClickHouseFact]
    public void Partly_created_tables_are_completed_by_the_next_run()
    {
        using var store = new TestStore();
        store.Insert(new TestStore.Row());
        IReadOnlyList<string> statements = RequestTable.CreateStatements(null, Version);
        string address = ClickHouseEngine.Shared.NewDatabase();
        for (int made = 0; made < statements.Count; made++)
        {
            Assert.Equal(statements.Skip(made), MissingIn(store, address));
            Execute(address, statements[made]);
        }
        Run(store, address, "one");
        Assert.Equal(1, UsageOf(address));
    }

    [ClickHouseEngineFact]
    public void Missing_tables_of_a_cluster_are_reported()
    {
        using var store = new TestStore();
        store.Insert(new TestStore.Row());
        string[] statements = [.. RequestTable.CreateStatements(ClickHouseEngine.Cluster, Version)];
        string address = ClickHouseEngine.Shared.NewDatabase();
        foreach (string statement in statements)
        {
            // Both statements of a table are returned until both tables exist.
            Assert.InRange(MissingIn(store, address, ClickHouseEngine.Cluster).Count, statements.Length - Array.IndexOf(statements, statement), statements.Length + 1);
            Execute(address, statement);
        }
        Run(store, address, "one");
        Execute(address, "DROP TABLE token_usage_day SYNC");
        Assert.Equal(2, MissingIn(store, address, ClickHouseEngine.Cluster).Count);
        Execute(address, statements.Single(statement => statement.StartsWith("CREATE TABLE IF NOT EXISTS token_usage_day ", StringComparison.Ordinal)));

        Execute(address, "DROP TABLE token_usage_day_local SYNC");
        TokenDashboardException failure = Assert.Throws<TokenDashboardException>(() => MissingIn(store, address, ClickHouseEngine.Cluster));
        Assert.Contains("token_usage_day is missing,", failure.Message, StringComparison.Ordinal);
    }

    [ClickHouseFact]
    public void An_outdated_view_is_reported_and_a_missing_view_is_created()
    {
        using var store = new TestStore();
        store.Insert(new TestStore.Row());
        string address = ClickHouseEngine.Shared.NewDatabase();
        Run(store, address, "one");
        Assert.Empty(MissingIn(store, address));

        Execute(address, "CREATE OR REPLACE VIEW token_usage AS SELECT 1 COMMENT 'TokenDashboard requests, format 4'");
        Assert.Equal(ErrorCode.StoreSchemaMismatch, FailureOf(address).Code);
        Execute(address, "DROP VIEW token_usage");
        Assert.Equal(ErrorCode.StoreTableMissing, Assert.Throws<TokenDashboardException>(() => UsageOf(address)).Code);
        Assert.StartsWith("CREATE VIEW IF NOT EXISTS token_usage AS", Assert.Single(MissingIn(store, address)), StringComparison.Ordinal);
        Run(store, address, "one");

        Assert.Equal(1, UsageOf(address));
    }

    private static string Version
    {
        get
        {
            using var server = new ClickHouseServer(ClickHouseAddress.Parse(ClickHouseEngine.Shared.AddressOf("default")), null, CancellationToken.None);
            return server.Query("SELECT version()", new ClickHouseParameters(), row => row.GetString(0)).Single();
        }
    }

    private static TokenDashboardException FailureOf(string address) => Assert.Throws<TokenDashboardException>(() => TelemetryStores.Open(address, CancellationToken.None));

    private static void Execute(string address, string sql) => ClickHouseEngine.Shared.Execute(sql, address.Split('/')[^1]);

    private static IReadOnlyList<string> MissingIn(TestStore store, string address, string? cluster = null)
    {
        using var sync = new TokenStoreSync(store.Path, address, new TokenStoreSyncOptions { Cluster = cluster }, CancellationToken.None);
        return sync.CreateStatements;
    }

    private static TokenStoreSyncResult Run(TestStore store, string address, string source)
    {
        using var sync = new TokenStoreSync(store.Path, address, new TokenStoreSyncOptions { Source = source }, CancellationToken.None);
        sync.CreateTable();
        return sync.Run();
    }

    // Requests with readable times, mostly counted from rollups.
    private static long UsageOf(string address)
    {
        using ITelemetryStore store = TelemetryStores.Open(address, CancellationToken.None);
        return new UsageQuery([], TimeZoneInfo.Utc).Run([store], new RequestFilter()).Rows.Single().Requests;
    }
}
