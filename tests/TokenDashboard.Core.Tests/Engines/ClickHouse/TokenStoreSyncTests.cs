using System.Net;
using Microsoft.Data.Sqlite;
using TokenDashboard.Engines;
using TokenDashboard.Engines.ClickHouse;
using TokenDashboard.Engines.ClickHouse.Sync;
using TokenDashboard.Engines.Sqlite.Maintenance;
using TokenDashboard.Telemetry;
using TokenDashboard.Testing;
using TokenDashboard.Tests.Pricing;
using TokenDashboard.Usage;

namespace TokenDashboard.Tests.Engines.ClickHouse;

/// <summary>Every request of the store is sent exactly once, after any failure.</summary>
public class TokenStoreSyncTests
{
    private static readonly TestStore.Row[] Some = [.. Enumerable.Range(0, 500)
        .Select(i => new TestStore.Row { Timestamp = $"2026-0{1 + (i / 60)}-11T12:00:00", Prompt = (long)i, User = $"u{i % 7}" })];

    [ClickHouseFact]
    public void A_later_run_sends_only_new_requests()
    {
        using var store = new TestStore();
        store.Insert(Some);
        string address = ClickHouseEngine.Shared.NewDatabase();

        Assert.Equal((500, 0, 500), Counts(Run(store, address)));
        Assert.Equal((0, 500, 500), Counts(Run(store, address)));
        store.Insert(new TestStore.Row { Prompt = 7L });
        Assert.Equal((1, 500, 501), Counts(Run(store, address)));
        Assert.Equal((0, 501, 501), Counts(Run(store, address, new() { SkipCheck = true })));
        Assert.Equal(501, CountOf(address));

        using var sync = new TokenStoreSync(store.Path, address, new TokenStoreSyncOptions { Source = "store" }, CancellationToken.None);
        store.Insert(Some[0]);
        sync.Run();
        store.Insert(Some[0]);
        sync.Run();
        Assert.Equal(503, CountOf(address));
        Assert.Equal(Requests(address), Usage(address));
    }

    [ClickHouseFact]
    public void Changed_and_removed_requests_are_reported_and_repaired()
    {
        using var store = new TestStore();
        store.Insert(Some);
        string address = ClickHouseEngine.Shared.NewDatabase();
        Run(store, address);
        using (SqliteConnection connection = store.Connect())
        {
            // One of them now belongs to another month.
            connection.Execute(
                "UPDATE telemetry SET timestamp = '2026-12-24T18:00:00' WHERE id = 3; UPDATE telemetry SET user_id = 'x' WHERE id IN (10, 400); DELETE FROM telemetry WHERE id IN (5, 499)");
        }

        TokenStoreSyncResult reported = Run(store, address);
        Assert.Equal((3L, 2L, 0L, 0L), (reported.Changed, reported.Removed, reported.Repaired, reported.Sent));
        Assert.Equal(500, CountOf(address));
        TokenStoreSyncResult repaired = Run(store, address, new() { Repair = true });
        Assert.Equal((3L, 2L, 5L), (repaired.Changed, repaired.Removed, repaired.Repaired));
        TokenStoreSyncResult after = Run(store, address);
        Assert.Equal((0L, 0L, 498L), (after.Changed, after.Removed, after.AlreadyThere));
        Assert.Equal(Requests(address), Usage(address));
        Assert.Equal(498, CountOf(address));
        // The old versions of these rows would match this filter too.
        Assert.Equal((2, 496), (CountOf(address, new RequestFilter { User = ["x"] }), CountOf(address, new RequestFilter { User = ["u*"] })));

        // A request that comes back is sent again.
        using (SqliteConnection connection = store.Connect())
            connection.Execute(
                "INSERT INTO telemetry SELECT 5, timestamp, transaction_id, user_id, model, provider, request_type, prompt_tokens, completion_tokens, total_tokens, duration_ms, success, "
                    + "trace_id, span_id, parent_span_id FROM telemetry WHERE id = 6");
        Assert.Equal(1, Run(store, address).Sent);
        Assert.Equal(499, CountOf(address));
    }

    [ClickHouseFact]
    public void Rollups_are_used_unless_an_interrupted_run_left_them_behind()
    {
        using var store = new TestStore();
        store.Insert(Some);
        string address = ClickHouseEngine.Shared.NewDatabase(), database = address.Split('/')[^1];
        void Execute(string sql) => ClickHouseEngine.Shared.Execute(sql, database);
        const string Day = "2026-01-11";
        Run(store, address);
        Assert.Equal(63, Rows(address));
        Assert.Equal(9, Rows(address, users: 0, step: 900));
        Assert.Equal(Requests(address), Usage(address));

        // A run ends after its mark, then after sending, and then while it writes rollups.
        Execute($"INSERT INTO token_usage_day (source, day, mark, generation) VALUES ('store', '{Day}', 5, 0)");
        Assert.Equal(63 - 7 + 60, Rows(address));
        Assert.Equal(Requests(address), Usage(address));
        Execute($"INSERT INTO token_request SELECT * REPLACE (id + 1000 AS id) FROM token_request FINAL WHERE toDate(time) = '{Day}' LIMIT 10");
        Assert.Equal(510, Usage(address).Requests);
        Assert.Equal(Requests(address), Usage(address));
        Execute($"INSERT INTO token_usage_sum SELECT * REPLACE (toUInt64(toUnixTimestamp64Nano(now64(9))) AS generation) FROM token_usage_sum WHERE day = '{Day}'");
        Assert.Equal(Requests(address), Usage(address));

        // The next run writes the missing rollups. It also corrects rollups that differ from the requests without any mark.
        Run(store, address);
        Assert.Equal(63, Rows(address));
        Assert.Equal(Requests(address), Usage(address));
        Execute($"INSERT INTO token_request SELECT * REPLACE (id + 2000 AS id) FROM token_request FINAL WHERE toDate(time) = '{Day}' LIMIT 3");
        Run(store, address);
        Assert.Equal((63, 513), (Rows(address), Usage(address).Requests));
        Run(store, address, new() { Repair = true });
        Assert.Equal((63, 500), (Rows(address), Usage(address).Requests));
        Assert.Equal(Requests(address), Usage(address));

        // A killed server kept the requests but not the table of days.
        Execute("TRUNCATE TABLE token_usage_day");
        Run(store, address);
        Assert.Equal((63, 500), (Rows(address), Usage(address).Requests));
    }

    [ClickHouseFact]
    public void Requests_removed_by_retention_stay_and_unsent_ones_are_reported()
    {
        using var store = new TestStore();
        store.Insert(Some.Take(100));
        string address = ClickHouseEngine.Shared.NewDatabase();
        Run(store, address);
        store.Insert(Enumerable.Repeat(new TestStore.Row { Timestamp = "2026-01-02T00:00:00" }, 4));
        using (var remover = new StoreOptimizer(store.Path, CancellationToken.None))
            remover.Remove(new DateTimeOffset(2026, 2, 1, 0, 0, 0, TimeSpan.Zero));

        TokenStoreSyncResult result = Run(store, address, new() { Repair = true });

        Assert.Equal((0L, 0L, 0L, 4L), (result.Sent, result.Removed, result.Repaired, result.NotSendable));
        Assert.Equal(100, CountOf(address));

        // For the newest requests, it is unknown which of them were sent before.
        store.Insert(new TestStore.Row());
        using (SqliteConnection connection = store.Connect())
            connection.Execute("UPDATE telemetry SET id = 5000000 WHERE id = (SELECT max(id) FROM telemetry)");
        Run(store, address);
        Assert.Equal(0, Run(store, address, new() { SkipCheck = true }).NotSendable);
    }

    [ClickHouseFact]
    public void A_run_with_a_start_time_leaves_older_requests_for_later()
    {
        using var store = new TestStore();
        store.Insert(Some);
        store.Insert(new TestStore.Row { Timestamp = "no time" });
        string address = ClickHouseEngine.Shared.NewDatabase();
        var since = new TokenStoreSyncOptions { Since = new DateTimeOffset(2026, 5, 1, 0, 0, 0, TimeSpan.Zero) };

        Assert.Equal(261, Run(store, address, since).Sent);
        Assert.Equal((0, 261, 501), Counts(Run(store, address, since)));
        Assert.Equal((240, 261, 501), Counts(Run(store, address)));
    }

    [ClickHouseFact]
    public void A_request_moved_across_the_start_time_is_neither_duplicated_nor_lost()
    {
        using var store = new TestStore();
        store.Insert(Some);
        string address = ClickHouseEngine.Shared.NewDatabase();
        Run(store, address);
        using (SqliteConnection connection = store.Connect())
            connection.Execute("UPDATE telemetry SET timestamp = '2026-08-11T13:00:00' WHERE id IN (3, 4); UPDATE telemetry SET timestamp = '2026-02-11T13:00:00' WHERE id = 450");
        var since = new TokenStoreSyncOptions { Since = new DateTimeOffset(2026, 5, 1, 0, 0, 0, TimeSpan.Zero) };

        TokenStoreSyncResult reported = Run(store, address, since);
        Assert.Equal((0L, 3L, 0L), (reported.Sent, reported.Changed, reported.Removed));
        TokenStoreSyncResult repaired = Run(store, address, since with { Repair = true });
        Assert.Equal((3L, 2L), (repaired.Changed, repaired.Repaired));
        Assert.Equal(500, CountOf(address));
        Assert.Equal((1L, 1L), Run(store, address, new() { Repair = true }) is var whole ? (whole.Changed, whole.Repaired) : default);
        Assert.Equal((0L, 0L), Run(store, address) is var after ? (after.Changed, after.Removed) : default);
        Assert.Equal(500, CountOf(address));
        Assert.Equal(Requests(address), Usage(address));
    }

    [ClickHouseFact]
    public void A_request_stored_with_two_times_is_repaired()
    {
        using var store = new TestStore();
        store.Insert(Some);
        string address = ClickHouseEngine.Shared.NewDatabase();
        Run(store, address);
        using (var server = new ClickHouseServer(ClickHouseAddress.Parse(address), null, CancellationToken.None))
            server.Execute("INSERT INTO token_request SELECT * REPLACE (toDateTime64('2026-12-24 12:00:00', 6, 'UTC') AS time) FROM token_request WHERE id = 7");
        Assert.Equal(501, CountOf(address));

        Assert.Equal(1, Run(store, address, new() { Repair = true }).Repaired);
        Assert.Equal(500, CountOf(address));
        Assert.Equal((0L, 0L), Run(store, address) is var after ? (after.Changed, after.Removed) : default);
        Assert.Equal(Requests(address), Usage(address));
    }

    [ClickHouseFact]
    public void Names_with_invalid_text_match_those_of_the_store()
    {
        using var store = new TestStore();
        store.Insert(Some.Take(9));
        using (SqliteConnection connection = store.Connect())
            connection.Execute("UPDATE telemetry SET model = CAST(x'ff' AS TEXT) WHERE id = 1; UPDATE telemetry SET model = CAST(x'fe' AS TEXT) WHERE id = 2");
        string address = ClickHouseEngine.Shared.NewDatabase();
        Run(store, address);

        IEnumerable<string> Models(string reference)
        {
            using ITelemetryStore open = TelemetryStores.Open(reference, CancellationToken.None);
            return [.. new UsageQuery([UsageDimension.Model], TimeZoneInfo.Utc) { Prices = new UsagePrices(TestPrices.Shipped) }
                .Run([open], new RequestFilter()).Rows.Select(row => $"{row.Model} {row.Requests} {row.TotalTokens}")];
        }
        Assert.Equal(Models(store.Path), Models(address));
    }

    [ClickHouseFact]
    public async Task Concurrent_runs_create_no_duplicates()
    {
        using var store = new TestStore();
        store.Insert(Some);
        string address = ClickHouseEngine.Shared.NewDatabase();
        using (var sync = new TokenStoreSync(store.Path, address, new TokenStoreSyncOptions(), CancellationToken.None))
            sync.CreateTable();

        TokenStoreSyncResult[] results = await Task.WhenAll(Enumerable.Range(1, 3).Select(run => Task.Run(() => Run(store, address, new() { BatchRows = 11 * run }))));

        Assert.True(results.Sum(result => result.Sent) >= 500);
        Assert.Equal(500, CountOf(address));
        Assert.Equal(Some.Sum(row => (long)row.Prompt!), Sum(address));
    }

    [ClickHouseFact]
    public async Task Stores_of_different_sizes_are_sent_concurrently_while_one_is_written()
    {
        TestStore[] stores = [new(), new(), new()];
        try
        {
            stores[1].Insert(Some.Take(3));
            stores[2].Insert(Enumerable.Range(0, 140).SelectMany(_ => Some));
            string address = ClickHouseEngine.Shared.NewDatabase();
            Run(stores[0], address, new() { Source = "0" });
            using (var writer = new Sqlite.SecondProcess("write", stores[1].Path, "10"))
            {
                await Task.WhenAll(stores.Select((store, number) => Task.Run(() =>
                {
                    for (int round = 0; round < 3; round++)
                        Run(store, address, new() { Source = $"{number}", BatchRows = 20_000, SkipCheck = round > 0 });
                })));
                Assert.Contains(" 0 lost", writer.End(), StringComparison.Ordinal);
            }
            for (int number = 0; number < stores.Length; number++)
            {
                TokenStoreSyncResult result = Run(stores[number], address, new() { Source = $"{number}" });
                Assert.Equal((0, 0), (result.Changed, result.Removed));
            }

            IReadOnlyList<ITelemetryStore> files = TelemetryStores.Open([.. stores.Select(store => store.Path)], null, null, CancellationToken.None);
            Assert.Equal(files.Sum(file => file.CountRequests(new RequestFilter())), CountOf(address));
            Assert.Equal(Requests(address), Usage(address));
            Assert.All(files, file => file.Dispose());
        }
        finally
        {
            Array.ForEach(stores, store => store.Dispose());
        }
    }

    [ClickHouseFact]
    public void A_gap_after_a_killed_batch_is_filled_without_a_full_comparison()
    {
        using var store = new TestStore();
        store.Insert(Some);
        string address = ClickHouseEngine.Shared.NewDatabase();
        Run(store, address);
        ClickHouseEngine.Shared.Execute("DELETE FROM token_request WHERE id BETWEEN 100 AND 400", address.Split('/')[^1]);

        Assert.Equal(301, Run(store, address, new() { SkipCheck = true }).Sent);
        Assert.Equal(500, CountOf(address));
    }

    [ClickHouseEngineFact]
    public void Nothing_is_lost_or_duplicated_when_either_side_is_killed()
    {
        using var folder = new TemporaryFolder();
        using var store = new TestStore();
        store.Insert(Enumerable.Range(0, 40).SelectMany(_ => Some));
        var engine = new ClickHouseEngine(folder.File("data"));
        try
        {
            string address = engine.NewDatabase();
            using (var sync = new TokenStoreSync(store.Path, address, new TokenStoreSyncOptions(), CancellationToken.None))
                sync.CreateTable();
            for (int i = 0; i < 2; i++)
            {
                using var process = new Sqlite.SecondProcess("sync", store.Path, address, "500");
                Eventually.Holds(() => CountOf(address) > i * 2000);
                process.Kill();
            }
            long before = CountOf(address);
            using (var process = new Sqlite.SecondProcess("sync", store.Path, address, "400"))
            {
                Eventually.Holds(() => CountOf(address) > before);
                engine.Dispose();
            }
            engine = new ClickHouseEngine(folder.File("data"), port: engine.Port);

            TokenStoreSyncResult result = Run(store, address);

            Assert.Equal((20_000, 0, 0), (result.Sent + result.AlreadyThere, result.Changed, result.Removed));
            Assert.Equal(20_000, CountOf(address));
            Assert.Equal(40 * Some.Sum(row => (long)row.Prompt!), Sum(address));
            Assert.Equal(Requests(address), Usage(address));
        }
        finally
        {
            engine.Dispose();
        }
    }

    [ClickHouseEngineFact]
    public void Values_are_sent_as_parameters_and_passwords_never_appear()
    {
        using var folder = new TemporaryFolder();
        using var store = new TestStore();
        store.Insert(Some);
        // A batch spans at most a million ids, so that any gap after a failure is among the newest million ids.
        using (SqliteConnection connection = store.Connect())
            connection.Execute("UPDATE telemetry SET id = 2000000 WHERE id = 500");
        const string Password = "s3cret;'pass";
        var login = new NetworkCredential("writer", Password);
        string traffic = folder.File("traffic.txt");
        using var engine = new ClickHouseEngine(folder.File("data"), $"writer:{Password}", traffic);
        string address = engine.NewDatabase(login);
        Run(store, address, new() { Credential = login, Source = "O'Source" });
        using (ITelemetryStore open = TelemetryStores.Open(address, login, CancellationToken.None))
            new UsageQuery([UsageDimension.Day], TimeZoneInfo.Utc).Run([open], new RequestFilter { User = ["O'Brien"], Model = ["x'*"], Transaction = ["t'"] });

        Assert.All(File.ReadAllLines(traffic).Where(line => !line.StartsWith('/')), line => Assert.DoesNotContain("O'", line, StringComparison.Ordinal));
        Assert.DoesNotContain("s3cret", File.ReadAllText(traffic), StringComparison.Ordinal);
        Assert.Contains("&param_p0=O%5c%27Source&", File.ReadAllText(traffic), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(2, File.ReadAllLines(traffic).Count(line => WebUtility.UrlDecode(line).Contains("query=INSERT INTO token_request", StringComparison.Ordinal)));
        var refused = Assert.Throws<TokenDashboardException>(() => TelemetryStores.Open(address, new NetworkCredential("writer", "wr0ng-secret"), CancellationToken.None));
        Assert.Equal(ErrorCode.StoreUnauthorized, refused.Code);
        Assert.DoesNotContain("wr0ng", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_unreachable_server_is_reported() => Assert.Equal(ErrorCode.StoreUnreachable, CodeOf("clickhouse://127.0.0.1:1/llm"));

    [Fact]
    public void A_cluster_has_local_and_distributed_tables()
    {
        IReadOnlyList<string> statements = RequestTable.CreateStatements("main");

        Assert.Equal(11, statements.Count);
        Assert.All(statements, statement => Assert.Contains("ON CLUSTER 'main'", statement, StringComparison.Ordinal));
        Assert.Contains("token_request_local ON CLUSTER 'main'", statements[0], StringComparison.Ordinal);
        Assert.Contains("Distributed('main', currentDatabase(), token_request_local, cityHash64(source))", statements[1], StringComparison.Ordinal);
        Assert.Throws<TokenDashboardException>(() => RequestTable.CreateStatements("x' y"));
        // Both tables of each missing pair, and none of an existing pair.
        Assert.Equal(9, RequestTable.CreateStatements("main", "", RequestTable.Name).Count);
    }

    [Theory]
    [InlineData("25.8.11.2", false)]
    [InlineData("26.7.2.1", true)]
    [InlineData("26.10.1.1", true)]
    [InlineData("26.8.1.1.other", false)]
    public void Nullable_columns_are_sparse_only_on_servers_that_support_it(string version, bool knows)
    {
        string[] sparse = [.. RequestTable.CreateStatements("main", version).Where(statement => statement.Contains("allow_sparse", StringComparison.Ordinal))];

        Assert.Equal(knows ? 1 : 0, sparse.Length);
        Assert.All(sparse, statement => Assert.StartsWith("CREATE TABLE IF NOT EXISTS token_request_local ", statement, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("clickhouse://host", "clickhouse://host:8123/default")]
    [InlineData("ClickHouse://reader@h:9/llm?secure=true", "clickhouse://reader@h:9/llm?secure=true")]
    [InlineData("clickhouse://h/llm?secure=true", "clickhouse://h:8443/llm?secure=true")]
    public void An_address_is_parsed(string reference, string shown) => Assert.Equal(shown, ClickHouseAddress.Parse(reference).ToString());

    [Theory]
    [InlineData("clickhouse://user:s3cret@host/llm")]
    [InlineData("clickhouse://host/llm?password=s3cret")]
    [InlineData("clickhouse://host/s3cret/llm")]
    [InlineData("clickhouse://")]
    public void Invalid_addresses_are_rejected_without_showing_secrets(string reference)
    {
        var exception = Assert.Throws<TokenDashboardException>(() => ClickHouseAddress.Parse(reference));

        Assert.Equal(ErrorCode.StoreAddressInvalid, exception.Code);
        Assert.DoesNotContain("s3cret", exception.ToString(), StringComparison.Ordinal);
    }

    private static ErrorCode CodeOf(string address) => Assert.Throws<TokenDashboardException>(() => TelemetryStores.Open(address, CancellationToken.None)).Code;

    private static TokenStoreSyncResult Run(TestStore store, string address, TokenStoreSyncOptions? options = null)
    {
        using var sync = new TokenStoreSync(store.Path, address, (options ?? new()) with { Source = options?.Source ?? "store" }, CancellationToken.None);
        sync.CreateTable();
        return sync.Run();
    }

    private static (long Sent, long AlreadyThere, long? Watermark) Counts(TokenStoreSyncResult result) => (result.Sent, result.AlreadyThere, result.Watermark);

    private static long CountOf(string address, RequestFilter? filter = null)
    {
        using ITelemetryStore store = TelemetryStores.Open(address, CancellationToken.None);
        return store.CountRequests(filter ?? new RequestFilter());
    }

    // The totals of the view, which combines rollups and requests, and the totals of the requests.
    private static (long Requests, long Tokens) Usage(string address) => Read(address, "SELECT sum(requests), sum(prompt_tokens) FROM token_usage(since = 0, until = 2000000000, step = 0, users = 1)");

    private static (long Requests, long Tokens) Requests(string address) => Read(address, "SELECT toInt64(count()), sum(prompt_tokens) FROM token_request FINAL");

    private static long Rows(string address, int users = 1, int step = 0) =>
        Read(address, $"SELECT toInt64(count()), toInt64(0) FROM token_usage(since = 0, until = 2000000000, step = {step}, users = {users})").Item1;

    private static (long, long) Read(string address, string sql)
    {
        using var server = new ClickHouseServer(ClickHouseAddress.Parse(address), null, CancellationToken.None);
        return server.Query(sql, new ClickHouseParameters(), row => (row.GetInt64(0), row.GetInt64(1))).Single();
    }

    private static long Sum(string address)
    {
        using ITelemetryStore store = TelemetryStores.Open(address, CancellationToken.None);
        return new UsageQuery([], TimeZoneInfo.Utc).Run([store], new RequestFilter()).Rows.Single().PromptTokens;
    }
}
