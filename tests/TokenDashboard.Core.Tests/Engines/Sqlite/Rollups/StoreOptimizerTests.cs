using CsCheck;
using Microsoft.Data.Sqlite;
using TokenDashboard.Engines.Sqlite;
using TokenDashboard.Engines.Sqlite.Queries;
using TokenDashboard.Engines.Sqlite.Maintenance;
using TokenDashboard.Engines.Sqlite.Rollups;
using TokenDashboard.Import;
using TokenDashboard.Telemetry;
using TokenDashboard.Tests.Usage;
using TokenDashboard.Usage;

namespace TokenDashboard.Tests.Engines.Sqlite.Rollups;

public class StoreOptimizerTests
{
    private static readonly UsageDimension[] UserAndModel = [UsageDimension.Day, UsageDimension.User, UsageDimension.Model];

    [Fact]
    public void A_second_run_adds_nothing_and_all_checks_pass() => RandomStore.Row.Array[1, 60].ForAll(
        rows =>
        {
            using var store = new TestStore();
            store.Insert(rows);

            Assert.Equal(rows.Length, Optimize(store));
            Assert.Equal(0, Optimize(store));

            AssertSound(store);
        },
        iter: 3);

    [Fact]
    public void Removed_requests_stay_in_the_rollups() => Gen.Select(
        RandomStore.Row.Array[1, 60], RandomStore.Row.Array[0, 10], Gen.DateTime[new DateTime(2026, 1, 2), new DateTime(2026, 12, 30)], Gen.Bool).ForAll(
        (before, late, day, optimizeFirst) =>
        {
            using var store = new TestStore();
            store.Insert(before);
            if (optimizeFirst)
                Optimize(store);
            DateTimeOffset boundary = RollupLevels.QuarterOf(new DateTimeOffset(day, TimeSpan.Zero));
            long old = before.LongCount(row => RandomStore.TimeOf(row) < boundary);
            string[] expected = Sums(store);

            using (var remover = new StoreOptimizer(store.Path, CancellationToken.None))
                Assert.Equal(old, remover.Remove(new DateTimeOffset(day, TimeSpan.Zero)));
            Assert.Equal(expected, Sums(store));
            Assert.Equal(before.LongLength - old, (long)store.Query("SELECT count(*) FROM telemetry")[0]);
            AssertSound(store);

            // Requests of removed times that arrive later are also counted, and can also be removed.
            store.Insert(late);
            long all = before.Length + late.Length;
            Assert.Equal(all, Requests(store));
            using (var remover = new StoreOptimizer(store.Path, CancellationToken.None))
                remover.Remove(new DateTimeOffset(day, TimeSpan.Zero));
            Assert.Equal(all, Requests(store));
            AssertSound(store);
            using (var optimizer = new StoreOptimizer(store.Path, CancellationToken.None))
            {
                optimizer.Clear();
                optimizer.Refresh();
            }
            Assert.Equal(all, Requests(store));
            AssertSound(store);
        },
        iter: 4);

    [Fact]
    public void A_removed_quarter_hour_belongs_to_the_range_of_its_start()
    {
        using var store = new TestStore();
        store.Insert([new TestStore.Row { Timestamp = "2026-03-01T12:01:00" }, new TestStore.Row { Timestamp = "2026-03-01T12:14:00" }]);
        using (var remover = new StoreOptimizer(store.Path, CancellationToken.None))
            remover.Remove(new DateTimeOffset(2026, 3, 2, 0, 0, 0, TimeSpan.Zero));
        DateTimeOffset middle = new(2026, 3, 1, 12, 10, 0, TimeSpan.Zero);

        Assert.Equal(2, Requests(store, new TimeRange(null, middle)));
        Assert.Equal(0, Requests(store, new TimeRange(middle, null)));
    }

    [Fact]
    public void Changed_rollups_are_detected_and_repaired()
    {
        using var store = new TestStore();
        store.Insert(Enumerable.Range(0, 50).Select(i => new TestStore.Row { Timestamp = $"2026-03-0{1 + (i % 5)}T0{i % 10}:00:00" }));
        Optimize(store);
        Execute(store, $"UPDATE {RollupSchema.Sums} SET total_tokens = total_tokens + 1 WHERE level = 1 AND start = (SELECT min(start) FROM {RollupSchema.Sums} WHERE level = 1)");

        TokenStoreCheck[] checks = Check(store);
        TokenStoreCheck wrong = Assert.Single(checks, check => check.Check == "Rollup");
        Assert.Equal(CheckResult.Failed, wrong.Result);
        Assert.Equal(new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero), wrong.Start);

        using (var optimizer = new StoreOptimizer(store.Path, CancellationToken.None))
            optimizer.Verify();
        AssertSound(store);
    }

    [Theory]
    [InlineData("DELETE FROM telemetry WHERE id = 20")]
    [InlineData("UPDATE telemetry SET prompt_tokens = 99, total_tokens = 0 WHERE id = 20")]
    [InlineData("UPDATE telemetry SET timestamp = '2026-05-05T05:05:05' WHERE id = 20")]
    [InlineData("INSERT INTO telemetry SELECT -5, timestamp, transaction_id, user_id, model, provider, request_type, 1, 1, 2, 3, 1, '', '', '' FROM telemetry WHERE id = 20")]
    public void Changed_rows_are_detected_and_the_rollups_repaired(string change)
    {
        using var store = new TestStore();
        store.Insert(Enumerable.Range(0, 50).Select(i => new TestStore.Row { Timestamp = $"2026-03-0{1 + (i % 5)}T0{i % 10}:00:00" }));
        Optimize(store);
        Execute(store, change);

        Assert.Contains(Check(store), check => check is { Check: "Rollups", Result: CheckResult.Failed });
        // As Optimize-TokenStore -Verify does.
        using (var optimizer = new StoreOptimizer(store.Path, CancellationToken.None))
        {
            optimizer.Refresh();
            optimizer.Verify();
        }
        AssertSound(store);
        Assert.Equal((long)store.Query("SELECT count(*) FROM telemetry")[0], Requests(store));
    }

    [Theory]
    [InlineData("id > 10")]
    [InlineData("id <= 10")]
    public void Rollups_are_ignored_and_rebuilt_after_the_newest_or_oldest_rows_are_deleted(string rows)
    {
        using var store = new TestStore();
        store.Insert(Enumerable.Range(0, 20).Select(_ => new TestStore.Row()));
        Optimize(store);
        Execute(store, $"DELETE FROM telemetry WHERE {rows}");

        Assert.Equal(10, Requests(store));
        Assert.Contains(Check(store), check => check is { Check: "Rollups", Result: CheckResult.Failed });
        Assert.Equal(10, Optimize(store));
        AssertSound(store);
    }

    [Fact]
    public void Rollups_of_removed_requests_in_another_format_are_deleted_only_with_force()
    {
        const string Removed = $"SELECT count(*) FROM {RollupSchema.Sums} WHERE level = 0";
        using var store = new TestStore();
        store.Insert([new TestStore.Row { Timestamp = "2026-03-01T12:01:00" }, new TestStore.Row { Timestamp = "2026-03-05T12:01:00" }]);
        DateTimeOffset day = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);
        using (var remover = new StoreOptimizer(store.Path, CancellationToken.None))
            remover.Remove(day);
        Execute(store, $"UPDATE {RollupSchema.State} SET format = 2");

        foreach (bool force in new[] { false, true })
        {
            Assert.Equal([1L], store.Query(Removed));
            Assert.Contains(Check(store), check => check is { Check: "Rollups", Result: CheckResult.Failed });
            Assert.True(Lacks(new TimeRange(null, null)));
            Assert.True(Lacks(new TimeRange(null, day)));
            Assert.False(Lacks(new TimeRange(day, null)));
            if (!force)
                Assert.Equal(ErrorCode.StoreSchemaMismatch, Assert.Throws<TokenDashboardException>(() => new StoreOptimizer(store.Path, CancellationToken.None)).Code);
        }
        using (var optimizer = new StoreOptimizer(store.Path, CancellationToken.None, force: true))
            optimizer.Refresh();
        Assert.Equal([0L], store.Query(Removed));
        Assert.False(Lacks(TimeRange.All));
        AssertSound(store);

        Execute(store, $"UPDATE {RollupSchema.State} SET format = 2");
        Assert.Equal(1, Optimize(store));
        AssertSound(store);

        bool Lacks(TimeRange range)
        {
            using TokenStore open = store.Open();
            return new UsageQuery([], TimeZoneInfo.Utc).Run([new SqliteStore(open)], new RequestFilter { Range = range }).Unreadable.LacksRemoved;
        }
    }

    [Fact]
    public void The_check_compares_only_days_with_data()
    {
        using var store = new TestStore();
        store.Insert(new[] { "0001-01-01T00:00:00", "2026-03-01T12:00:00", "2026-03-03T12:00:00", "9999-12-31T23:59:59" }.Select(time => new TestStore.Row { Timestamp = time }));
        Optimize(store);
        Assert.Contains(Check(store), check => check.Message.StartsWith("The rollups of 4 days match", StringComparison.Ordinal));

        // Rollups of days and weeks without requests are also detected.
        Execute(store, $"""
            CREATE TEMP TABLE wrong AS SELECT * FROM {RollupSchema.Sums} WHERE level > 1 AND start BETWEEN 0 AND unixepoch('2026-03-02');
            UPDATE wrong SET start = start + level * {52 * RollupLevels.WeekSeconds};
            INSERT INTO {RollupSchema.Sums} SELECT * FROM wrong;
            """);
        Assert.Equal(7, Check(store).Count(check => check.Check == "Rollup"));
        using (var optimizer = new StoreOptimizer(store.Path, CancellationToken.None))
            optimizer.Verify();
        AssertSound(store);
    }

    [Fact]
    public void Rollups_follow_requests_that_an_import_updates()
    {
        using var folder = new TemporaryFolder();
        string database = folder.File("store.db"), transcript = folder.File("session.jsonl");
        string Line(int output) => $$$"""{"type":"assistant","timestamp":"2026-03-01T10:00:00.000Z","sessionId":"s","requestId":"r1","uuid":"u{{{output}}}","message":{"id":"m1","model":"claude","role":"assistant","usage":{"input_tokens":10,"output_tokens":{{{output}}} } } }""";
        File.WriteAllText(transcript, Line(5) + "\n");
        void Import()
        {
            using var importer = new TokenImporter(database, ImportFormat.ClaudeCode, null, whatIf: false, CancellationToken.None);
            importer.Import(transcript, _ => { });
        }
        Import();
        using (var optimizer = new StoreOptimizer(database, CancellationToken.None))
            optimizer.Refresh();
        File.AppendAllText(transcript, Line(50) + "\n");
        Import();

        long Tokens()
        {
            using TokenStore open = TokenStore.Open(database, CancellationToken.None);
            return new UsageQuery([], TimeZoneInfo.Utc).Run([new SqliteStore(open)], new RequestFilter()).Rows[0].TotalTokens;
        }
        Assert.Equal(60, Tokens());
        using (var optimizer = new StoreOptimizer(database, CancellationToken.None))
        {
            optimizer.Refresh();
            Assert.True(optimizer.RepairedBuckets > 0);
        }
        Assert.Equal(60, Tokens());
    }

    [Fact]
    public void A_stopped_run_is_completed_by_the_next()
    {
        using var store = new TestStore();
        store.Insert(Enumerable.Range(0, 500).Select(i => new TestStore.Row { User = $"user {i}" }));
        foreach (Action<StoreOptimizer, Action> run in (Action<StoreOptimizer, Action>[])
            [(optimizer, stop) => optimizer.Refresh((_, _) => stop()), (optimizer, stop) => { optimizer.Clear(); stop(); optimizer.Refresh(); }])
        {
            using (var cancellation = new CancellationTokenSource())
            using (var optimizer = new StoreOptimizer(store.Path, cancellation.Token))
                Assert.ThrowsAny<OperationCanceledException>(() => run(optimizer, cancellation.Cancel));
            Assert.Equal(500, Requests(store));
        }
        using (var cancellation = new CancellationTokenSource())
        using (var remover = new StoreOptimizer(store.Path, cancellation.Token))
            Assert.ThrowsAny<OperationCanceledException>(() => remover.Remove(new DateTimeOffset(2026, 4, 1, 0, 0, 0, TimeSpan.Zero), _ => cancellation.Cancel()));
        Assert.InRange((long)store.Query("SELECT count(*) FROM telemetry")[0], 0, 499);
        Assert.Equal(500, Requests(store));

        using (var remover = new StoreOptimizer(store.Path, CancellationToken.None))
            remover.Remove(new DateTimeOffset(2026, 4, 1, 0, 0, 0, TimeSpan.Zero));
        Assert.Equal(0L, store.Query("SELECT count(*) FROM telemetry")[0]);
        Assert.Equal(500, Requests(store));
        AssertSound(store);
    }

    [Fact]
    public void The_journal_mode_can_be_changed_and_restored()
    {
        using var store = new TestStore();
        foreach (JournalMode mode in new[] { JournalMode.Wal, JournalMode.Delete })
        {
            using var optimizer = new StoreOptimizer(store.Path, CancellationToken.None);
            optimizer.SetJournalMode(mode);
            Assert.Equal(mode.ToString(), optimizer.Describe(0).JournalMode, ignoreCase: true);
        }
    }

    [Fact]
    public void The_table_of_the_application_is_not_changed()
    {
        using var store = new TestStore();
        store.Insert(new TestStore.Row());
        object schema = store.Query("SELECT sql FROM sqlite_schema WHERE name = 'telemetry'")[0];

        Optimize(store);

        Assert.Equal(schema, store.Query("SELECT sql FROM sqlite_schema WHERE name = 'telemetry'")[0]);
        Assert.All(store.Query("SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' AND name <> 'telemetry'"), name => Assert.StartsWith("tokendash_", (string)name));
    }

    [Fact]
    public void The_view_shows_the_rollups_by_name()
    {
        using var store = new TestStore();
        store.Insert([new TestStore.Row { User = "O'Brien" }, new TestStore.Row { User = "alice", Timestamp = "2026-03-01T12:20:00.500000" }]);
        Optimize(store);

        Assert.Equal(
            ["O'Brien 15 2026-03-01T12:00:00.000000", "alice 15 2026-03-01T12:20:00.500000"],
            store.Query($"SELECT user || ' ' || total_tokens || ' ' || last_time FROM {RollupSchema.View} WHERE level = {RollupLevel.Day:D} ORDER BY user").Cast<string>());
        Assert.Equal(30L, store.Query($"SELECT total_tokens FROM {RollupSchema.View} WHERE level = {RollupLevel.HourAllUsers:D}")[0]);
    }

    private static long Optimize(TestStore store)
    {
        using var optimizer = new StoreOptimizer(store.Path, CancellationToken.None);
        return optimizer.Refresh();
    }

    private static TokenStoreCheck[] Check(TestStore store) => [.. TokenStoreCheck.Run(store.Path, wait: false, progress: null, CancellationToken.None)];

    private static void AssertSound(TestStore store) =>
        Assert.All(Check(store), check => Assert.True(check.Result == CheckResult.Passed, check.Message));

    private static string[] Sums(TestStore store)
    {
        using TokenStore open = store.Open();
        return [.. new UsageQuery(UserAndModel, TimeZoneInfo.Utc).Run([new SqliteStore(open)], new RequestFilter()).Rows
            .Select(row =>
                $"{row.Start:O}|{row.User}|{row.Model}|{row.Requests}|{row.PromptTokens}|{row.CompletionTokens}|{row.TotalTokens}|{row.PolicyFailures}|{row.InterruptedStreams}|{row.MaxDurationMs}")];
    }

    private static long Requests(TestStore store, TimeRange? range = null)
    {
        using TokenStore open = store.Open();
        return new UsageQuery([], TimeZoneInfo.Utc).Run([new SqliteStore(open)], new RequestFilter { Range = range ?? TimeRange.All }).Rows[0].Requests;
    }

    private static void Execute(TestStore store, string sql)
    {
        using SqliteConnection connection = store.Connect();
        connection.Execute(sql);
    }
}
