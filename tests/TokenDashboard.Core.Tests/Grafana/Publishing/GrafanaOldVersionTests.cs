using TokenDashboard.Grafana.DataSources;
using TokenDashboard.Grafana.Http;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Results;
using TokenDashboard.Testing;

namespace TokenDashboard.Tests.Grafana.Publishing;

/// <summary>Servers before version 9, which use numeric ids for folders, data sources and versions of dashboards.</summary>
public class GrafanaOldVersionTests
{
    private static readonly GrafanaPublishOptions InFolder = new() { Database = "/data/a.db", Folder = "LLM" };

    [Fact]
    public async Task Dashboards_are_created_updated_and_kept_in_their_folder()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync("7.5.5");

        Assert.Equal(["Folder Created", "DataSource Created", "Dashboard Created"], Actions(server, PublishRun.Json(), InFolder));
        Assert.Equal(server.Folders.Single().Uid, server.Dashboards["token-usage"].FolderUid);
        Assert.Equal(["Folder Unchanged", "DataSource Unchanged", "Dashboard Unchanged"], Actions(server, PublishRun.Json(), InFolder));
        Assert.Equal(["Folder Unchanged", "DataSource Updated", "Dashboard Updated"], Actions(server, PublishRun.Json("Renamed"), InFolder with { Database = "/data/b.db" }));
        Assert.Equal(["DataSource Unchanged", "Dashboard Updated"], Actions(server, PublishRun.Json("Again"), new()));
        Assert.Equal(server.Folders.Single().Uid, server.Dashboards["token-usage"].FolderUid);
        server.EditInBrowser("token-usage", content => content["refresh"] = "5m");
        Assert.Equal(ErrorCode.GrafanaVersionConflict, PublishRun.Of(server, PublishRun.Json()).Error?.Code);
    }

    [Fact]
    public async Task A_folder_created_by_a_concurrent_run_is_used()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync("7.5.5");
        server.Intercept = line =>
        {
            if (line == "POST /api/folders")
            {
                server.Folders.Add(new("other", "LLM"));
                server.Intercept = _ => null;
            }
            return null;
        };

        Assert.Equal(["Folder Unchanged", "DataSource Created", "Dashboard Created"], Actions(server, PublishRun.Json(), InFolder));
        Assert.Equal("other", server.Dashboards["token-usage"].FolderUid);
    }

    [Fact]
    public async Task A_data_source_is_tested_by_its_numeric_id()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync("7.5.5");
        PublishRun.Of(server, PublishRun.Json(), InFolder);

        Assert.Empty(Test(server).Problems);
        server.PathProblem = _ => "file is not a database (26)";
        server.ClearRequests();
        string problem = Assert.Single(Test(server).Problems);
        Assert.Contains("not a SQLite database", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("PrivateTmp", problem, StringComparison.Ordinal);
        // The plugin's error has status 503, but the request must not be retried.
        Assert.Single(server.Requests, line => line.EndsWith("/health", StringComparison.Ordinal) && line.Contains("datasources", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Connecting_warns_once_below_version_9()
    {
        foreach ((string version, int count) in new[] { ("7.5.5", 1), ("8.5.27", 1), ("9.5.21", 0), ("13.3.1", 0) })
        {
            await using FakeGrafana server = await FakeGrafana.StartAsync(version);
            var warnings = new List<string>();
            PublishRun.Connection(server.Url).Probe(new PublishCallbacks((_, _) => true, _ => { }, warnings.Add, _ => { }), TestContext.Current.CancellationToken);
            Assert.Equal(count, warnings.Count);
        }
    }

    private static GrafanaDataSourceReport Test(FakeGrafana server)
    {
        using var service = new GrafanaDataSourceService(
            PublishRun.Connection(server.Url), new PublishCallbacks((_, _) => true, _ => { }, _ => { }, _ => { }), TestContext.Current.CancellationToken);
        return service.Test(DataSourcePlugin.Sqlite.DefaultUid);
    }

    private static IEnumerable<string> Actions(FakeGrafana server, string json, GrafanaPublishOptions options)
    {
        PublishRun run = PublishRun.Of(server, json, options);
        Assert.Null(run.Error);
        Assert.Empty(run.Warnings);
        return run.Results.Select(result => $"{result.Kind} {result.Action}");
    }
}
