using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TokenDashboard.Grafana.Http;
using TokenDashboard.Grafana.Publishing;
using TokenDashboard.Grafana.Results;
using TokenDashboard.Testing;
using TokenDashboard.Tests.Grafana.Publishing;

namespace TokenDashboard.Tests.Grafana.Api;

/// <summary>Tests dashboards and folders with the API under /apis, on servers with and without the classic API.</summary>
public class ResourceApiTests
{
    private static readonly GrafanaPublishOptions Options = new() { Database = "/data/observicia.db", Folder = "LLM/Tokens" };

    /// <summary>The version, the status of the classic routes (0 if they are served), and the requested API.</summary>
    public static TheoryData<string, int, GrafanaApi> Servers => new()
    {
        { "12.4.1", 0, GrafanaApi.Resource },
        { "13.3.1", 0, GrafanaApi.Resource },
        { "12.4.1", 404, GrafanaApi.Auto },
        { "13.3.1", 404, GrafanaApi.Auto },
        { "13.3.1", 410, GrafanaApi.Auto },
        { "13.3.1", 410, GrafanaApi.Resource },
    };

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task Publishing_creates_updates_and_skips_dashboards_without_the_classic_API(string version, int gone, GrafanaApi api)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync(version);
        server.LegacyGone = gone == 0 ? null : gone;

        PublishRun created = Publish(server, PublishRun.Json(), Options, api);
        PublishRun updated = Publish(server, PublishRun.Json("Renamed"), Options, api);
        server.ClearRequests();
        PublishRun unchanged = Publish(server, PublishRun.Json("Renamed"), Options, api);

        Assert.All([created, updated, unchanged], run => Assert.Null(run.Error));
        Assert.Equal(["Folder LLM Created", "Folder Tokens Created", "DataSource TokenDashboard Created", "Dashboard Token usage Created"], created.Results.Select(Line));
        Assert.Equal((GrafanaPublishAction.Updated, 2L, "Tokens"), Last(updated));
        Assert.Equal((GrafanaPublishAction.Unchanged, 2L, "Tokens"), Last(unchanged));
        Assert.Empty(server.Writes);
        Assert.DoesNotContain(server.Requests, request => request.Contains("/api/dashboards/uid/", StringComparison.Ordinal) || request.Contains("/api/folders", StringComparison.Ordinal));
        FakeGrafana.Folder inner = server.Folders.Single(folder => folder.Title == "Tokens");
        Assert.Equal(server.Folders.Single(folder => folder.Title == "LLM").Uid, inner.ParentUid);
        Assert.Equal(inner.Uid, server.Dashboards["token-usage"].FolderUid);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_dashboard_published_through_one_API_is_unchanged_through_the_other(bool resourceFirst)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        (GrafanaApi first, GrafanaApi second) = resourceFirst ? (GrafanaApi.Resource, GrafanaApi.Legacy) : (GrafanaApi.Legacy, GrafanaApi.Resource);
        Publish(server, PublishRun.Json(), Options, first);
        server.ClearRequests();

        Assert.Equal((GrafanaPublishAction.Unchanged, 1L, "Tokens"), Last(Publish(server, PublishRun.Json(), Options, second)));
        Assert.Empty(server.Writes);
        Assert.Equal((GrafanaPublishAction.Updated, 2L, "Tokens"), Last(Publish(server, PublishRun.Json("Renamed"), Options, second)));
    }

    [Fact]
    public async Task A_dashboard_moves_only_when_a_folder_is_specified()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        Publish(server, PublishRun.Json(), Options);

        Assert.Equal((GrafanaPublishAction.Unchanged, 1L, "Tokens"), Last(Publish(server, PublishRun.Json(), Options with { Folder = null })));
        Assert.Equal((GrafanaPublishAction.Updated, 2L, "Dashboards"), Last(Publish(server, PublishRun.Json(), Options with { Folder = "General" })));
        Assert.Equal("", server.Dashboards["token-usage"].FolderUid);
    }

    [Fact]
    public async Task An_edit_in_the_browser_is_overwritten_only_when_forced()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        server.LegacyGone = 410;
        Publish(server, PublishRun.Json(), Options);
        server.EditInBrowser("token-usage", content => content["refresh"] = "5m");

        PublishRun refused = Publish(server, PublishRun.Json("Renamed"), Options);

        Assert.Equal((GrafanaPublishAction.Conflict, ErrorCode.GrafanaVersionConflict), (refused.Dashboard!.Value, refused.Error!.Code));
        Assert.Contains("by 'alice' on 2026-03-04", refused.Error.Message, StringComparison.Ordinal);
        Assert.Equal(GrafanaPublishAction.Updated, Publish(server, PublishRun.Json("Renamed"), Options with { Force = true }).Dashboard);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_managed_or_schema_v2_dashboard_is_not_overwritten_even_when_forced(bool newer)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        Publish(server, PublishRun.Json(), Options);
        server.Dashboards["token-usage"].ManagedBy = newer ? null : "terraform";
        server.Dashboards["token-usage"].IsSchemaV2 = newer;
        server.ClearRequests();

        PublishRun run = Publish(server, PublishRun.Json("Renamed"), Options with { Force = true });

        Assert.Equal(newer ? ErrorCode.GrafanaSchemaUnsupported : ErrorCode.GrafanaDashboardManaged, run.Error?.Code);
        Assert.Equal(GrafanaPublishAction.Conflict, run.Dashboard);
        Assert.Empty(server.Writes);
    }

    [Fact]
    public async Task Export_finds_dashboards_by_folder_and_tag_across_pages_and_reads_versions()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        server.LegacyGone = 404;
        Publish(server, PublishRun.Json("First"), Options);
        Publish(server, PublishRun.Json("Second"), Options);
        for (int index = 0; index < 150; index++)
        {
            var other = new FakeGrafana.Dashboard(1000 + index);
            other.Save(new JsonObject { ["title"] = $"Other {index}", ["tags"] = new JsonArray(index == 149 ? "rare" : "other") }, "", "alice");
            server.Dashboards.Add($"other-{index:000}", other);
        }
        using var exporter = new GrafanaExporter(Connection(server, GrafanaApi.Auto), Silent, TestContext.Current.CancellationToken);
        exporter.Connect();

        Assert.Equal(["token-usage"], exporter.Find([], "LLM/Tokens"));
        Assert.Equal(["token-usage"], exporter.Find(["llm"], "LLM"));
        Assert.Equal(["other-149"], exporter.Find(["rare"], null));
        Assert.Equal(151, exporter.Find([], null).Count);
        Assert.Equal(("Second", "token-usage"), (exporter.Read("token-usage").Title, exporter.Read("token-usage").Uid));
        Assert.Equal("First", exporter.Read("token-usage", 1).Title);
        Assert.Equal(ErrorCode.DashboardNotFound, Assert.Throws<TokenDashboardException>(() => exporter.Read("nothing")).Code);
        Assert.Equal(ErrorCode.DashboardNotFound, Assert.Throws<TokenDashboardException>(() => exporter.Read("token-usage", 9)).Code);
    }

    [Theory]
    [InlineData("POST", 400, "BadRequest", ErrorCode.GrafanaRequestFailed)]
    [InlineData("POST", 401, "Unauthorized", ErrorCode.GrafanaUnauthorized)]
    [InlineData("POST", 403, "Forbidden", ErrorCode.GrafanaForbidden)]
    [InlineData("POST", 409, "AlreadyExists", ErrorCode.GrafanaVersionConflict)]
    [InlineData("POST", 412, "Conflict", ErrorCode.GrafanaVersionConflict)]
    [InlineData("POST", 422, "Invalid", ErrorCode.GrafanaRequestFailed)]
    [InlineData("POST", 500, "InternalError", ErrorCode.GrafanaRequestFailed)]
    [InlineData("GET", 401, "Unauthorized", ErrorCode.GrafanaUnauthorized)]
    [InlineData("GET", 403, "Forbidden", ErrorCode.GrafanaForbidden)]
    [InlineData("GET", 406, "NotAcceptable", ErrorCode.GrafanaSchemaUnsupported)]
    [InlineData("GET", 500, "InternalError", ErrorCode.GrafanaRequestFailed)]
    public async Task A_Kubernetes_status_maps_to_an_error_code_and_keeps_its_message(string method, int status, string reason, ErrorCode code)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        server.Intercept = line => line.StartsWith(method, StringComparison.Ordinal) && line.Contains("/dashboards", StringComparison.Ordinal)
            && line.Contains("/namespaces/", StringComparison.Ordinal) ? FakeGrafana.Answer.Kubernetes(status, "refused for this test", reason) : null;

        PublishRun run = Publish(server, PublishRun.Json(), Options);

        Assert.Equal(code, run.Error?.Code);
        Assert.Contains("refused for this test", run.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_write_whose_response_is_lost_is_not_repeated()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        var lost = new HashSet<string>();
        server.Lose = line => !line.StartsWith("GET", StringComparison.Ordinal) && lost.Add(line) ? FakeGrafana.Answer.Dropped : null;

        PublishRun created = Publish(server, PublishRun.Json(), Options);
        lost.Clear();
        PublishRun updated = Publish(server, PublishRun.Json("Renamed"), Options);

        Assert.Null(created.Error);
        Assert.Equal(2, server.Folders.Count);
        Assert.Equal((GrafanaPublishAction.Updated, 2L, "Tokens"), Last(updated));
        Assert.Equal(2, server.Dashboards["token-usage"].Version);
    }

    [Theory]
    [InlineData("11.6.1", GrafanaApi.Auto, "/api")]
    [InlineData("12.4.1", GrafanaApi.Auto, "/api")]
    [InlineData("13.3.1", GrafanaApi.Auto, "/api")]
    [InlineData("13.3.1", GrafanaApi.Legacy, "/api")]
    [InlineData("12.4.1", GrafanaApi.Resource, "/apis/dashboard.grafana.app/v1beta1")]
    [InlineData("13.3.1", GrafanaApi.Resource, "/apis/dashboard.grafana.app/v1")]
    public async Task The_classic_API_is_used_unless_the_resource_API_is_requested(string version, GrafanaApi api, string path)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync(version);

        Assert.Equal(path, Connection(server, api).Probe(Silent, TestContext.Current.CancellationToken).ApiPath);
        Publish(server, PublishRun.Json(), new GrafanaPublishOptions { Database = "/d.db" }, api);
        Assert.Contains(server.Writes, request => request.Contains(path == "/api" ? "/api/dashboards/db" : path, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(500, false)]
    [InlineData(400, false)]
    [InlineData(405, false)]
    [InlineData(502, false)]
    [InlineData(200, true)]
    [InlineData(502, true)]
    [InlineData(302, true)]
    public async Task A_proxy_that_blocks_apis_fails_only_the_resource_API(int status, bool html)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        Publish(server, PublishRun.Json(), Options, GrafanaApi.Auto);
        server.Intercept = line => !line.Contains(" /apis/", StringComparison.Ordinal) ? null
            : html ? FakeGrafana.Answer.Html(status, "<html>Blocked</html>") : FakeGrafana.Answer.Message(status, "blocked");

        PublishRun auto = Publish(server, PublishRun.Json("Renamed"), Options, GrafanaApi.Auto);
        PublishRun resource = Publish(server, PublishRun.Json("Again"), Options, GrafanaApi.Resource);

        Assert.Null(auto.Error);
        Assert.Equal((GrafanaPublishAction.Updated, 2L, "Tokens"), Last(auto));
        Assert.NotNull(resource.Error);
        Assert.Equal("Renamed", server.Dashboards["token-usage"].Title);
    }

    [Theory]
    [InlineData("11.6.1")]
    [InlineData("14.0.0")]
    public async Task A_server_without_the_resource_API_is_an_error_before_any_write(string version)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync(version);
        server.ApiVersions.RemoveAll(served => served.StartsWith("v1", StringComparison.Ordinal));

        PublishRun run = Publish(server, PublishRun.Json(), Options);

        Assert.Equal(ErrorCode.GrafanaApiMissing, run.Error?.Code);
        Assert.Contains("-Api", run.Error!.Message, StringComparison.Ordinal);
        Assert.Empty(server.Writes);
    }

    [Fact]
    public async Task Paths_contain_the_namespace_of_the_server()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        server.Namespace = "stacks-123";

        Assert.Null(Publish(server, PublishRun.Json(), Options).Error);
        Assert.Equal(
            ["/namespaces/stacks-123/dashboards", "/namespaces/stacks-123/folders"],
            server.Requests.Select(request => Regex.Match(request, "/namespaces/[^/]*/[^/?]*").Value).Where(path => path.Length > 0).Distinct().Order());
    }

    private static PublishCallbacks Silent => new((_, _) => true, _ => { }, _ => { }, _ => { });

    private static GrafanaConnection Connection(FakeGrafana server, GrafanaApi api) => PublishRun.Connection(server.Url) with { Api = api };

    private static PublishRun Publish(FakeGrafana server, string json, GrafanaPublishOptions options, GrafanaApi api = GrafanaApi.Resource) =>
        PublishRun.Of(server, json, options, connection: Connection(server, api));

    private static (GrafanaPublishAction Action, long? Version, string? Folder) Last(PublishRun run)
    {
        Assert.Null(run.Error);
        GrafanaPublishResult last = run.Results[^1];
        return (last.Action, last.Version, last.FolderTitle);
    }

    private static string Line(GrafanaPublishResult result) => $"{result.Kind} {result.Name} {result.Action}";
}
