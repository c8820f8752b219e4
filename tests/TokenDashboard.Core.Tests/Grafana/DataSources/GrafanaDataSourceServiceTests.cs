using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using TokenDashboard.Engines.Sqlite;
using TokenDashboard.Grafana.DataSources;
using TokenDashboard.Grafana.Http;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Results;
using TokenDashboard.Testing;
using TokenDashboard.Tests.Grafana.Publishing;

namespace TokenDashboard.Tests.Grafana.DataSources;

public class GrafanaDataSourceServiceTests
{
    private static readonly string Uid = DataSourcePlugin.Sqlite.DefaultUid;

    private readonly List<string> _warnings = [];
    private readonly List<string> _asked = [];

    [Theory]
    [MemberData(nameof(GrafanaPublisherTests.Versions), MemberType = typeof(GrafanaPublisherTests))]
    public async Task A_configured_data_source_is_healthy_and_reports_its_requests(string version)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync(version);

        Assert.Equal(GrafanaPublishAction.Created, Set(server, new() { Database = "/data/a.db" })?.Action);
        Assert.Equal(GrafanaPublishAction.Unchanged, Set(server, new() { Database = "/data/a.db" })?.Action);
        Assert.Equal(GrafanaPublishAction.Updated, Set(server, new() { Database = "/data/b.db", DataSourceName = "Tokens" })?.Action);
        server.ClearRequests();
        GrafanaDataSourceReport report = Test(server);

        Assert.Empty(report.Problems);
        Assert.True(report.Healthy);
        Assert.Equal((Uid, "Tokens", "/data/b.db", "4.0.3", 18810L), (report.Uid, report.Name, report.Database, report.PluginVersion, report.Requests));
        Assert.Equal(["POST /api/ds/query"], server.Writes);
    }

    [Fact]
    public async Task A_ClickHouse_data_source_stores_its_address_and_hides_its_password()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        server.Plugins.Add(DataSourcePlugin.ClickHouse.Id);
        const string Address = "clickhouse://host:8443/llm?secure=true";
        var reader = new NetworkCredential("reader", "s3cret");

        Assert.Equal(GrafanaPublishAction.Created, Set(server, new(Database: Address, DataSourceCredential: reader))?.Action);
        Assert.Equal(GrafanaPublishAction.Unchanged, Set(server, new(Database: Address))?.Action);
        Assert.Equal(GrafanaPublishAction.Updated, Set(server, new(Database: "clickhouse://host/llm"))?.Action);
        GrafanaDataSourceReport report = Test(server, DataSourcePlugin.ClickHouse.DefaultUid);

        Assert.Empty(report.Problems);
        Assert.Equal(("TokenDashboard ClickHouse", "clickhouse://host:8123/llm", "4.0.3", 18810L), (report.Name, report.Database, report.PluginVersion, report.Requests));
        JsonObject stored = server.DataSources.Single(source => (string?)source["uid"] == DataSourcePlugin.ClickHouse.DefaultUid);
        Assert.Equal(("host", 8123, "http", false, "reader", "llm"), ((string?)stored["jsonData"]!["host"], (int)stored["jsonData"]!["port"]!, (string?)stored["jsonData"]!["protocol"],
            (bool)stored["jsonData"]!["secure"]!, (string?)stored["jsonData"]!["username"], (string?)stored["jsonData"]!["defaultDatabase"]));
        Assert.DoesNotContain("s3cret", stored["jsonData"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain(_warnings.Concat(_asked), text => text.Contains("s3cret", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("POST /api/datasources", 400)]
    [InlineData("tokendashboard-clickhouse/health", 400)]
    [InlineData("tokendashboard-clickhouse/health", 200)]
    public async Task The_password_of_a_data_source_does_not_reach_messages(string route, int status)
    {
        const string Password = "Ch-Passw0rd-77!";
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        server.Plugins.Add(DataSourcePlugin.ClickHouse.Id);
        server.Intercept = line => line.Contains(route, StringComparison.Ordinal)
            ? FakeGrafana.Answer.Json(status, new JsonObject { ["status"] = "ERROR", ["message"] = $"failed for {Password}" })
            : null;

        string shown;
        try
        {
            shown = Set(server, new(Database: "clickhouse://host/llm", DataSourceCredential: new NetworkCredential("reader", Password)))!.Message!;
        }
        catch (TokenDashboardException exception)
        {
            shown = exception.ToString();
        }

        Assert.Contains("failed for ***", shown, StringComparison.Ordinal);
        Assert.DoesNotContain(_warnings.Append(shown), text => text.Contains("Passw0rd", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_test_right_after_a_change_sees_the_change()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        server.PathProblem = path => path == "/data/wrong.db" ? "unable to open database file" : null;

        Set(server, new() { Database = "/data/wrong.db" });
        Assert.Single(Test(server).Problems);
        Set(server, new() { Database = "/data/right.db" });
        Assert.Empty(Test(server).Problems);
        server.PathProblem = path => path == "/data/right.db" ? "unable to open database file" : null;
        Assert.Single(Test(server).Problems);
    }

    /// <summary>The path is only one of several causes of an error.</summary>
    [Theory]
    [InlineData("unable to open database file (14)", "PrivateTmp")]
    [InlineData("file is not a database (26)", "not a SQLite database")]
    public async Task The_advice_matches_the_error_of_the_plugin(string words, string advice)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        server.PathProblem = _ => words;
        Set(server, new() { Database = "/data/a.db" });

        Assert.Contains(advice, Assert.Single(Test(server).Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_without_a_health_route_is_not_a_problem()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        Set(server, new() { Database = "/data/a.db" });
        server.Intercept = line => line.EndsWith("/health", StringComparison.Ordinal) && line.Contains("datasources", StringComparison.Ordinal) ? FakeGrafana.Answer.Message(404, "Not found") : null;

        GrafanaDataSourceReport report = Test(server);

        Assert.Empty(report.Problems);
        Assert.Equal(18810, report.Requests);
    }

    [Fact]
    public async Task A_missing_plugin_is_installed_only_when_requested_and_allowed()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        server.Plugins.Clear();
        var options = new GrafanaPublishOptions { Database = "/data/a.db", InstallPlugin = true };

        Assert.Equal(ErrorCode.GrafanaPluginMissing, Assert.Throws<TokenDashboardException>(() => { Set(server, options with { InstallPlugin = false }); }).Code);
        Assert.Null(Set(server, options, write: false));
        Assert.Empty(server.Writes);
        server.Forbidden.Add("plugins");
        var refused = Assert.Throws<TokenDashboardException>(() => { Set(server, options); });
        Assert.Equal(ErrorCode.GrafanaPluginMissing, refused.Code);
        Assert.Contains("plugins:install", refused.Message, StringComparison.Ordinal);
        Assert.Contains("'grafana cli plugins install frser-sqlite-datasource'", refused.Message, StringComparison.Ordinal);

        server.Forbidden.Clear();
        Assert.Equal(GrafanaPublishAction.Created, Set(server, options)?.Action);
        Assert.Contains("POST /api/plugins/frser-sqlite-datasource/install", server.Writes);
        Assert.StartsWith("Install Plugin", _asked.First(question => question.Contains("Plugin", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_old_plugin_is_updated_only_when_requested_and_allowed()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        server.PluginVersion = "3.2.1";
        var options = new GrafanaPublishOptions { Database = "/data/a.db", InstallPlugin = true };

        Set(server, options, write: false);
        Assert.StartsWith("Update Plugin", _asked[0], StringComparison.Ordinal);
        Assert.Empty(server.Writes);
        server.Forbidden.Add("plugins");
        Assert.Equal(ErrorCode.GrafanaPluginMissing, Assert.Throws<TokenDashboardException>(() => { Set(server, options); }).Code);
        server.Forbidden.Clear();
        _warnings.Clear();

        Assert.Equal(GrafanaPublishAction.Created, Set(server, options)?.Action);
        Assert.Equal("4.0.3", server.PluginVersion);
        Assert.Empty(_warnings);
        server.ClearRequests();
        Set(server, options);
        Assert.Empty(server.Writes);
    }

    [Fact]
    public async Task A_test_reports_a_missing_plugin_and_data_source_with_advice()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync("9.5.21");
        server.Plugins.Clear();

        GrafanaDataSourceReport report = Test(server);

        Assert.False(report.Healthy);
        Assert.Null(report.PluginVersion);
        Assert.Contains("'grafana-cli plugins install frser-sqlite-datasource'", report.Problems[0], StringComparison.Ordinal);
        Assert.Contains("Set-GrafanaDataSource", report.Problems[1], StringComparison.Ordinal);
        Assert.Empty(server.Writes);
    }

    [Fact]
    public async Task An_old_plugin_a_blocked_path_and_missing_settings_are_problems()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        server.PluginVersion = "3.2.1";
        Set(server, new() { Database = "/data/credentials/a.db" });
        Assert.Contains(_warnings, text => text.Contains("plugins update", StringComparison.Ordinal));
        Assert.Contains(_warnings, text => text.Contains("'credentials'", StringComparison.Ordinal));
        server.DataSources[0]["jsonData"]!["pathPrefix"] = "";

        GrafanaDataSourceReport report = Test(server);

        Assert.Equal(3, report.Problems.Count);
        Assert.Contains("3.5.0 or later", report.Problems[0], StringComparison.Ordinal);
        Assert.Contains("'credentials'", report.Problems[1], StringComparison.Ordinal);
        Assert.Contains("Set-GrafanaDataSource -Database", report.Problems[2], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("attempt to write a readonly database (1544)", null, 0, "WAL mode")]
    [InlineData("unable to open database file", null, 0, "PrivateTmp")]
    [InlineData(null, "no such table: telemetry", 200, "Observicia store")]
    [InlineData(null, "no such table: telemetry", 207, "Observicia store")]
    [InlineData(null, "no such table: telemetry", 400, "Observicia store")]
    [InlineData(null, "no such table: telemetry", 500, "Observicia store")]
    public async Task An_unreadable_database_is_a_problem_with_advice(string? health, string? query, int status, string advice)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        Set(server, new() { Database = "/data/a.db" });
        server.PathProblem = _ => health;
        (server.QueryProblem, server.QueryProblemStatus) = (query, status);

        GrafanaDataSourceReport report = Test(server);

        Assert.Contains(health ?? query!, Assert.Single(report.Problems), StringComparison.Ordinal);
        Assert.Contains(advice, report.Problems[0], StringComparison.Ordinal);
        Assert.Null(report.Requests);
    }

    [Theory]
    [InlineData("""{ "results": { "A": { "status": 200, "frames": [] } } }""")]
    [InlineData("""{ "results": { "A": { "status": 200, "frames": [ { "schema": { "fields": [] }, "data": { "values": [] } } ] } } }""")]
    [InlineData("""{ "results": { "A": { "status": 200, "frames": [ { "data": { "values": [ [] ] } } ] } } }""")]
    [InlineData("""{ "results": { "A": "none" } }""")]
    [InlineData("""{ "results": {} }""")]
    [InlineData("""{ "results": "none" }""")]
    [InlineData("{}")]
    public async Task A_response_without_a_count_is_a_problem(string answer)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        Set(server, new() { Database = "/data/a.db" });
        server.Intercept = line => line == "POST /api/ds/query" ? new FakeGrafana.Answer(200, answer, "application/json") : null;

        GrafanaDataSourceReport report = Test(server);

        Assert.Contains("failed: the response has no count.", Assert.Single(report.Problems), StringComparison.Ordinal);
        Assert.Null(report.Requests);
    }

    [Fact]
    public async Task A_data_source_of_another_type_or_without_a_path_is_a_problem()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        server.DataSources.Add(new JsonObject { ["uid"] = "prom", ["name"] = "P", ["type"] = "prometheus" });
        server.DataSources.Add(new JsonObject { ["uid"] = "empty", ["name"] = "E", ["type"] = "frser-sqlite-datasource" });

        Assert.Contains("of type 'prometheus'", Test(server, "prom").Problems[0], StringComparison.Ordinal);
        Assert.Contains("has no database", Test(server, "empty").Problems[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_query_is_tested_even_if_the_account_cannot_read_settings()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        Set(server, new() { Database = "/data/a.db" });
        server.Forbidden.Add("datasources");

        GrafanaDataSourceReport report = Test(server);

        Assert.Equal((true, 18810L, null), (report.Healthy, report.Requests, report.Database));
        Assert.Contains(_warnings, text => text.Contains("datasources:read", StringComparison.Ordinal));
    }

    [Fact]
    public void A_WAL_store_in_an_owner_only_folder_causes_a_warning()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no such permissions.");
            return;
        }
        using var folder = new TemporaryFolder();
        string store = folder.File("a.db");
        StoreWriter.Create(store, [], CancellationToken.None);
        SetMode("WAL");

        Assert.Contains("WAL mode", Assert.Single(StoreWarnings.Of(store)), StringComparison.Ordinal);
        File.SetUnixFileMode(folder.Path, File.GetUnixFileMode(folder.Path) | UnixFileMode.GroupWrite);
        Assert.Empty(StoreWarnings.Of(store));
        File.SetUnixFileMode(folder.Path, File.GetUnixFileMode(folder.Path) & ~UnixFileMode.GroupWrite);
        SetMode("DELETE");
        Assert.Empty(StoreWarnings.Of(store));
        Assert.Empty(StoreWarnings.Of(folder.File("none.db")));
        Assert.Empty(StoreWarnings.Of("relative.db"));

        void SetMode(string mode)
        {
            using SqliteConnection connection = SqliteEngine.Open(store, SqliteOpenMode.ReadWrite);
            connection.Execute($"PRAGMA journal_mode = {mode}");
        }
    }

    private GrafanaPublishResult? Set(FakeGrafana server, GrafanaPublishOptions options, bool write = true)
    {
        using GrafanaDataSourceService service = Service(server, write);
        return service.Set(options);
    }

    private GrafanaDataSourceReport Test(FakeGrafana server, string? uid = null)
    {
        using GrafanaDataSourceService service = Service(server, write: false);
        return service.Test(uid ?? Uid);
    }

    private GrafanaDataSourceService Service(FakeGrafana server, bool write)
    {
        var callbacks = new PublishCallbacks(
            (target, action) =>
            {
                _asked.Add($"{action} {target}");
                return write;
            },
            _ => { },
            _warnings.Add,
            _ => { });
        return new GrafanaDataSourceService(PublishRun.Connection(server.Url), callbacks, TestContext.Current.CancellationToken);
    }
}
