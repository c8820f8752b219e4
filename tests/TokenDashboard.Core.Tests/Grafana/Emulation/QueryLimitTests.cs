using System.Globalization;
using Microsoft.Data.Sqlite;
using TokenDashboard.Grafana.Emulation;
using TokenDashboard.Grafana.Parsing;
using TokenDashboard.Grafana.Rules;

namespace TokenDashboard.Tests.Grafana.Emulation;

/// <summary>Untrusted SQL ends, changes nothing, and does not block the application's writes for long.</summary>
public sealed class QueryLimitTests : IDisposable
{
    private const string Endless = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c";

    private static readonly TimeWindow Window = new(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddDays(1));

    private readonly TestStore _store = new();

    public static TheoryData<string> Attacks =>
    [
        Endless,
        "WITH RECURSIVE c(x) AS (SELECT 1 UNION SELECT x + 1 FROM c) SELECT count(*) FROM c",
        "SELECT length(printf('%.*c', 1000000000, 'x'))",
        "SELECT zeroblob(1000000000)",
        "WITH RECURSIVE c(x) AS (SELECT 'xxxxxxxxxx' UNION ALL SELECT x || x FROM c) SELECT max(length(x)) FROM c",
        // Queues, sorting and DISTINCT hold intermediate rows in memory.
        "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT randomblob(500000) || x FROM c ORDER BY 1",
        "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT DISTINCT randomblob(500000) || x FROM c WHERE x < 0",
        "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 100000) SELECT printf('%.*c', 900000, x) FROM c",
    ];

    [Theory]
    [MemberData(nameof(Attacks))]
    public void Endless_or_huge_queries_are_stopped(string sql) => Assert.Equal(DashboardRules.QueryStopped, Refused(sql, seconds: 0.5).Rule);

    [Theory]
    [InlineData("c{0}(x) AS (SELECT a.x FROM c{1} AS a, c{1} AS b)")]
    [InlineData("\"c{0}\"(x) AS MATERIALIZED (SELECT a.x FROM [c{1}] AS a, `C{1}` AS b)")]
    [InlineData("c{0} AS NOT MATERIALIZED (SELECT a.x FROM (SELECT * FROM c{1}) AS a, (SELECT * FROM c{1}) AS b)")]
    public void Nested_common_table_expressions_are_limited(string definition)
    {
        IEnumerable<string> doubled = Enumerable.Range(1, 40).Select(i => string.Format(CultureInfo.InvariantCulture, definition, i, i - 1));

        Assert.Equal(DashboardRules.QueryStopped, Refused($"WITH c0(x) AS (SELECT 1), {string.Join(", ", doubled)} SELECT * FROM c40").Rule);
        Assert.Equal(DashboardRules.QueryStopped, Refused($"WITH {string.Join(", ", doubled.Reverse())}, c0(x) AS (SELECT 1) SELECT * FROM c40").Rule);
    }

    [Fact]
    public void Tables_with_the_same_name_in_different_scopes_are_counted_separately()
    {
        const string Relation = "(WITH c0(x) AS (SELECT 1), c1 AS (SELECT a.x FROM c0 AS a, c0 AS b), c2 AS (SELECT a.x FROM c1 AS a, c1 AS b), "
            + "c3 AS (SELECT a.x FROM c2 AS a, c2 AS b), c4 AS (SELECT a.x FROM c3 AS a, c3 AS b) SELECT * FROM c4)";

        Assert.Equal(1 + 2 + 4 + 8 + 16, CommonTables.Copies($"SELECT * FROM {Relation}"));
        Assert.Equal(4 * 31, CommonTables.Copies($"WITH c0 AS (SELECT * FROM {Relation} JOIN {Relation}) SELECT * FROM c0 JOIN c0") - 2);
    }

    [Theory]
    [InlineData("BEGIN; SELECT 1")]
    [InlineData("BEGIN EXCLUSIVE")]
    [InlineData("SAVEPOINT a; SELECT 1")]
    [InlineData("CREATE TEMP TABLE t AS SELECT 1; SELECT 1")]
    [InlineData("CREATE TEMP VIEW v AS SELECT 1; SELECT 1")]
    [InlineData("CREATE TEMP TRIGGER r AFTER INSERT ON telemetry BEGIN SELECT 1; END")]
    [InlineData("PRAGMA temp_store_directory = '/tmp'")]
    [InlineData("PRAGMA locking_mode = EXCLUSIVE; SELECT 1")]
    [InlineData("PRAGMA journal_mode = DELETE")]
    [InlineData("PRAGMA cache_size = 1000000")]
    [InlineData("PRAGMA writable_schema = 1")]
    [InlineData("PRAGMA wal_checkpoint")]
    public void Statements_that_only_the_plugin_would_run_are_reported(string sql) => Assert.Equal(DashboardRules.QueryNotRun, Refused(sql).Rule);

    [Fact]
    public void A_transaction_is_named_in_the_message() =>
        Assert.Equal("The query contains a BEGIN of a transaction or savepoint, which is not run here", Refused("BEGIN; SELECT 1").Message);

    [Theory]
    [InlineData("INSERT INTO telemetry (id) VALUES (1)")]
    [InlineData("CREATE TABLE t (a)")]
    [InlineData("DROP TABLE telemetry")]
    [InlineData("SELECT 1; UPDATE telemetry SET id = 2")]
    [InlineData("ATTACH ':memory:' AS other")]
    [InlineData("VACUUM INTO '/tmp/copy.db'")]
    [InlineData("SELECT load_extension('x')")]
    public void Statements_that_the_plugin_also_rejects_are_failed_queries(string sql) => Assert.Equal(DashboardRules.QueryFailed, Refused(sql).Rule);

    [Theory]
    [InlineData("PRAGMA table_info(telemetry)")]
    [InlineData("SELECT name FROM pragma_table_info('telemetry')")]
    [InlineData("PRAGMA user_version")]
    [InlineData("SELECT count(*) OVER () AS n, value FROM json_each('[1]')")]
    [InlineData("WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 9) SELECT x FROM c ORDER BY x")]
    [InlineData("EXPLAIN QUERY PLAN SELECT * FROM telemetry")]
    public void Read_only_statements_are_run(string sql)
    {
        using var database = new ProofDatabase(_store.Path, CancellationToken.None);

        Assert.NotEqual(0, Run(database, sql).Rows);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_long_query_runs_on_a_copy_except_in_WAL_mode(bool wal)
    {
        _store.Insert(new TestStore.Row { User = "ann" });
        if (wal)
        {
            using SqliteConnection connection = _store.Connect();
            connection.Execute("PRAGMA journal_mode = WAL");
        }
        using var database = new ProofDatabase(_store.Path, CancellationToken.None);
        // Runs for more than a tenth of a second on any machine before it reads the table.
        const string Long = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 2000000) SELECT user_id, (SELECT count(*) FROM c) AS n FROM telemetry";

        Assert.Equal("ann", Run(database, Long).Columns[0].Values.Single());
        Assert.Equal(!wal, database.IsCopied);
        Assert.Equal(1, Run(database, "SELECT 1 AS a").Rows);
    }

    [Fact]
    public void A_copy_is_private_and_copies_of_killed_runs_are_removed()
    {
        static string Leftover(string name, int hours)
        {
            string path = Path.Combine(Path.GetTempPath(), name);
            File.WriteAllText(path, "");
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddHours(-hours));
            return path;
        }
        string killed = Leftover($"tokendashboard-{Guid.NewGuid():N}.db", hours: 2), young = Leftover($"tokendashboard-{Guid.NewGuid():N}.db", hours: 0);
        string other = Leftover($"tokendashboard-{Guid.NewGuid():N}-backup.db", hours: 2);
        string copy;
        using (var running = StoreSnapshot.Take(_store.Path, TimeSpan.FromSeconds(30), CancellationToken.None))
        {
            copy = running.Path;
            // Without a lock, as on macOS, only its age protects the copy.
            if (!OperatingSystem.IsMacOS())
                File.SetLastWriteTimeUtc(copy, DateTime.UtcNow.AddHours(-2));

            StoreSnapshot.Take(_store.Path, TimeSpan.FromSeconds(30), CancellationToken.None).Dispose();

            Assert.Equal([false, true, true, true], new[] { killed, young, other, copy }.Select(File.Exists));
            if (!OperatingSystem.IsWindows())
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(copy));
        }
        Assert.False(File.Exists(copy));
        File.Delete(young);
        File.Delete(other);
    }

    [Fact]
    public void Queries_after_the_time_limit_are_reported_as_stopped()
    {
        DashboardTestResult result = Test([.. Enumerable.Repeat(Endless, 12)], TimeSpan.FromMilliseconds(20));

        DashboardFinding[] stopped = [.. result.Findings.Where(finding => finding.Rule == DashboardRules.QueryStopped.Id).OrderBy(finding => finding.PanelId)];
        Assert.Equal(12, stopped.Length);
        Assert.Contains("was not started", stopped[^1].Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SELECT column1 AS time, 'l' || column1 AS l, 1 AS v FROM (WITH RECURSIVE c(column1) AS (SELECT 1 UNION ALL SELECT column1 + 1 FROM c LIMIT 20000) SELECT * FROM c)", true)]
    [InlineData("SELECT $__unixEpochGroupSeconds(column1, 1, NULL) AS time FROM (VALUES (1), (1000000000))", false)]
    public void Series_points_and_filled_gaps_are_limited(string sql, bool series)
    {
        using var database = new ProofDatabase(_store.Path, CancellationToken.None);

        Assert.Equal(
            DashboardRules.QueryStopped,
            Assert.Throws<PluginException>(() => database.Run(sql, series, ["time"], Window, TimeSpan.FromSeconds(30))).Rule);
    }

    [Fact]
    public void The_application_keeps_writing_while_its_store_is_tested()
    {
        using (SqliteConnection connection = _store.Connect())
        {
            connection.Execute("""
                INSERT INTO telemetry (timestamp, transaction_id, user_id, model, provider, request_type, prompt_tokens, completion_tokens,
                    total_tokens, duration_ms, success, trace_id, span_id, parent_span_id)
                WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 100000)
                SELECT '2026-03-01T12:00:00', '', 'u' || x % 50, 'm', 'p', 'chat', 1, 1, 2, 10.5, 1, 't' || x, 's', '' FROM c
                """);
        }
        string[] hostile =
        [
            Endless,
            "SELECT a.user_id, count(*) FROM telemetry AS a, telemetry AS b WHERE a.total_tokens < b.total_tokens",
            "SELECT DISTINCT a.trace_id || b.trace_id FROM telemetry AS a, telemetry AS b ORDER BY 1",
            "BEGIN; SELECT count(*) FROM telemetry",
            "PRAGMA locking_mode = EXCLUSIVE; SELECT count(*) FROM telemetry",
        ];
        using var writer = new TokenDashboard.Tests.Engines.Sqlite.SecondProcess("write", _store.Path, "20");

        DashboardTestResult result = Test(hostile, TimeSpan.FromSeconds(1));

        string tally = writer.End();
        Assert.Contains(" 0 lost", tally, StringComparison.Ordinal);
        Assert.Equal(
            hostile.Length, result.Findings.Where(finding => finding.Rule is "query-stopped" or "query-not-run").Select(finding => finding.PanelId).OfType<int>().Distinct().Count());
        long batches = long.Parse(tally.Split(' ')[0], CultureInfo.InvariantCulture);
        Assert.Equal(100_000 + (batches * 5), _store.Query("SELECT count(*) FROM telemetry").Single());
    }

    public void Dispose() => _store.Dispose();

    private PluginException Refused(string sql, double seconds = 30)
    {
        using var database = new ProofDatabase(_store.Path, CancellationToken.None);
        return Assert.Throws<PluginException>(() => Run(database, sql, seconds));
    }

    private static PluginResult Run(ProofDatabase database, string sql, double seconds = 30) =>
        database.Run(sql, seriesByLabel: false, [], Window, TimeSpan.FromSeconds(seconds));

    private DashboardTestResult Test(string[] queries, TimeSpan time) => Assert.Single(DashboardTest.Run(
        [
            Rules.SampleDashboard.Document(json => json["panels"] = new System.Text.Json.Nodes.JsonArray(
                [.. queries.Select((sql, i) => Rules.SampleDashboard.Panel(i + 1, "table", i * 4, sql))])),
        ],
        new DashboardTestOptions { Database = _store.Path, QueryTimeout = time },
        CancellationToken.None));
}
