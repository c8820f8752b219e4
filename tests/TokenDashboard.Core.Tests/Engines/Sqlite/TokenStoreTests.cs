using Microsoft.Data.Sqlite;
using SQLitePCL;
using TokenDashboard.Engines;
using TokenDashboard.Engines.Sqlite;
using TokenDashboard.Engines.Sqlite.Queries;
using TokenDashboard.Telemetry;
using TokenDashboard.Usage;

namespace TokenDashboard.Tests.Engines.Sqlite;

public class TokenStoreTests
{
    [Fact]
    public async Task A_store_opens_while_its_journal_is_created_and_removed()
    {
        using var store = new TestStore();
        using var ended = new CancellationTokenSource();
        var writer = Task.Run(() =>
        {
            while (!ended.IsCancellationRequested)
            {
                File.WriteAllBytes(store.Path + "-journal", []);
                File.Delete(store.Path + "-journal");
            }
        }, TestContext.Current.CancellationToken);

        for (int i = 0; i < 2000; i++)
            SqliteFiles.RejectPipes(store.Path);

        await ended.CancelAsync();
        await writer;
    }

    [Fact]
    public void A_missing_file_is_reported() => Assert.Equal(ErrorCode.StoreNotFound, OpenFailure("/nowhere/store.db").Code);

    [Theory]
    [InlineData("nowhere.db")]
    [InlineData("store.db")]
    public void A_broken_link_is_reported_with_its_target(string target)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Symbolic links need a privilege on Windows.");
        using var folder = new TemporaryFolder();
        File.CreateSymbolicLink(folder.File("store.db"), target);

        TokenDashboardException failure = OpenFailure(folder.File("store.db"));

        Assert.Equal(ErrorCode.StoreNotFound, failure.Code);
        Assert.Contains($"link to '{target}'", failure.Message);
    }

    [Fact]
    public void A_directory_is_rejected()
    {
        using var folder = new TemporaryFolder();

        Assert.Equal(ErrorCode.StoreIsDirectory, OpenFailure(folder.Path).Code);
    }

    [Theory]
    [InlineData("", ErrorCode.StoreEmpty)]
    [InlineData("This is a text file, longer than the header of a database would be, to be sure that all of it is looked at.", ErrorCode.StoreNotDatabase)]
    public void A_file_that_is_not_a_database_is_rejected(string content, ErrorCode expected)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("store.db"), content);

        Assert.Equal(expected, OpenFailure(folder.File("store.db")).Code);
    }

    [Fact]
    public void A_truncated_database_is_reported_when_it_is_read()
    {
        using var store = new TestStore();
        store.Insert(Enumerable.Range(0, 2000).Select(_ => new TestStore.Row()));
        using (var file = new FileStream(store.Path, FileMode.Open))
            file.SetLength(file.Length / 2);

        var failure = Assert.Throws<TokenDashboardException>(() =>
        {
            using TokenStore open = store.Open();
            TokenStoreInfo.Read(new SqliteStore(open));
        });

        Assert.Equal(ErrorCode.StoreNotDatabase, failure.Code);
        Assert.Contains(".recover", failure.Message);
    }

    [Theory]
    [InlineData("CREATE TABLE other (x)", ErrorCode.StoreTableMissing, "other")]
    [InlineData("CREATE TABLE telemetry (id INTEGER PRIMARY KEY, timestamp TEXT)", ErrorCode.StoreColumnsMissing, "total_tokens")]
    public void A_database_with_another_schema_is_rejected(string sql, ErrorCode expected, string named)
    {
        using var folder = new TemporaryFolder();
        using (var connection = new SqliteConnection($"Data Source={folder.File("store.db")};Pooling=False"))
        {
            connection.Open();
            connection.Execute(sql);
        }

        TokenDashboardException failure = OpenFailure(folder.File("store.db"));

        Assert.Equal(expected, failure.Code);
        Assert.Contains(named, failure.Message);
    }

    [Theory]
    [InlineData("ALTER TABLE telemetry RENAME TO requests; CREATE VIEW telemetry AS SELECT * FROM requests", "view")]
    [InlineData(
        "CREATE TABLE copy (id INTEGER PRIMARY KEY, timestamp, transaction_id, user_id, model, provider, request_type, prompt_tokens, completion_tokens, total_tokens, duration_ms, success, "
            + "trace_id, span_id, parent_span_id) WITHOUT ROWID; DROP TABLE telemetry; ALTER TABLE copy RENAME TO telemetry", "WITHOUT ROWID")]
    [InlineData(
        "ALTER TABLE telemetry RENAME TO requests; CREATE VIRTUAL TABLE telemetry USING fts5(id, timestamp, transaction_id, user_id, model, provider, request_type, prompt_tokens, "
            + "completion_tokens, total_tokens, duration_ms, success, trace_id, span_id, parent_span_id, content='requests')", "virtual table telemetry")]
    [InlineData("CREATE VIRTUAL TABLE tokendash_request_detail USING fts5(x)", "virtual table tokendash_request_detail")]
    public void Views_virtual_tables_and_tables_without_row_ids_are_rejected(string sql, string named)
    {
        using var store = new TestStore();
        using (SqliteConnection connection = store.Connect())
            connection.Execute(sql);

        TokenDashboardException failure = OpenFailure(store.Path);

        Assert.Equal(ErrorCode.StoreColumnsMissing, failure.Code);
        Assert.Contains(named, failure.Message);
    }

    [Fact]
    public void A_store_is_opened_read_only()
    {
        using var store = new TestStore();
        using TokenStore open = store.Open();

        Assert.Equal(8, Assert.Throws<SqliteException>(() => open.CreateCommand("DELETE FROM telemetry").ExecuteNonQuery()).SqliteErrorCode);
    }

    [Fact]
    public void A_WAL_database_is_read_with_the_rows_in_its_log()
    {
        using var store = new TestStore();
        using SqliteConnection writer = store.Connect();
        writer.Execute("PRAGMA journal_mode = WAL");
        store.Insert(new TestStore.Row());
        using TokenStore open = store.Open();

        TokenStoreInfo info = TokenStoreInfo.Read(new SqliteStore(open));

        Assert.Equal(("wal", 1), (info.JournalMode, info.Rows));
    }

    [Fact]
    public void A_lasting_lock_is_reported()
    {
        using var store = new TestStore();
        using SqliteConnection writer = store.Connect();
        writer.Execute("BEGIN EXCLUSIVE");

        var failure = Assert.Throws<TokenDashboardException>(() => TokenStore.Open(store.Path, CancellationToken.None, TimeSpan.Zero));

        Assert.Equal(ErrorCode.StoreLocked, failure.Code);
    }

    [Fact]
    public void Waiting_for_a_lock_ends_after_the_given_time()
    {
        using var store = new TestStore();
        using SqliteConnection writer = store.Connect();
        writer.Execute("BEGIN EXCLUSIVE");

        var failure = Assert.Throws<TokenDashboardException>(
            () => TelemetryStores.Use([store.Path], null, null, stores => stores.Count, TestContext.Current.CancellationToken, TimeSpan.FromMilliseconds(300)));

        Assert.Equal(ErrorCode.StoreLocked, failure.Code);
        Assert.Contains("more than 0.3 seconds", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Opening_waits_until_a_lock_is_released()
    {
        using var store = new TestStore();
        using SqliteConnection writer = store.Connect();
        writer.Execute("BEGIN EXCLUSIVE");
        var reading = Task.Run(() => TokenStore.Open(store.Path, CancellationToken.None).Dispose(), TestContext.Current.CancellationToken);

        writer.Execute("COMMIT");

        await reading;
    }

    [Fact]
    public void Waiting_for_a_lock_can_be_canceled()
    {
        using var store = new TestStore();
        using SqliteConnection writer = store.Connect();
        writer.Execute("BEGIN EXCLUSIVE");
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));

        Assert.ThrowsAny<OperationCanceledException>(() => TokenStore.Open(store.Path, cancellation.Token, TimeSpan.MaxValue));
    }

    [Fact]
    public void Cancellation_stops_a_query_inside_SQLite()
    {
        using var store = new TestStore();
        using var cancellation = new CancellationTokenSource();
        using TokenStore open = TokenStore.Open(store.Path, cancellation.Token);
        const string Endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n";
        // A timer could cancel before the query starts or after its last check, which this test is not about.
        raw.sqlite3_progress_handler(open.Handle, 1000, _ =>
        {
            cancellation.Cancel();
            return 0;
        }, null);

        Assert.ThrowsAny<OperationCanceledException>(() => open.Scalar<long>(Endless));
    }

    [Fact]
    public void A_writer_can_commit_while_a_reader_streams_requests()
    {
        using var store = new TestStore();
        store.Insert(Enumerable.Range(0, 3000).Select(_ => new TestStore.Row()));
        using TokenStore open = store.Open();
        var query = new RequestQuery([new SqliteStore(open)], new RequestFilter()) { Order = RequestOrder.Id, Descending = false };
        using IEnumerator<TokenRequest> requests = query.Run(0, ulong.MaxValue).GetEnumerator();
        Assert.True(requests.MoveNext());

        store.Insert(new TestStore.Row());
        int rest = 0;
        while (requests.MoveNext())
            rest++;

        Assert.Equal(2999, rest);
    }

    private static TokenDashboardException OpenFailure(string path) =>
        Assert.Throws<TokenDashboardException>(() => TokenStore.Open(path, CancellationToken.None).Dispose());

    [Theory]
    [InlineData("-journal")]
    [InlineData("-wal")]
    public void A_pipe_next_to_a_store_is_not_opened(string suffix)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no pipes among its files.");
        using var store = new TestStore();
        File.Delete(store.Path + suffix);
        Pipes.Make(store.Path + suffix);

        TokenDashboardException failure = OpenFailure(store.Path);

        Assert.Equal(ErrorCode.StoreNotDatabase, failure.Code);
        Assert.Contains(suffix, failure.Message);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_pipe_is_not_opened(bool link)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no pipes among its files.");
        using var folder = new TemporaryFolder();
        Pipes.Make(folder.File("pipe"));
        File.CreateSymbolicLink(folder.File("link"), "pipe");

        var failure = Assert.Throws<TokenDashboardException>(() => TokenStore.Open(folder.File(link ? "link" : "pipe"), TestContext.Current.CancellationToken));

        Assert.Equal(ErrorCode.StoreNotDatabase, failure.Code);
    }
}
