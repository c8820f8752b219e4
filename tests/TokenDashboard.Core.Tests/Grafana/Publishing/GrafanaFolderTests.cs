using System.Text.Json.Nodes;
using TokenDashboard.Grafana.Results;
using TokenDashboard.Testing;

namespace TokenDashboard.Tests.Grafana.Publishing;

public class GrafanaFolderTests
{
    [Fact]
    public async Task An_existing_folder_is_found_by_its_title_or_uid()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        server.Folders.Add(new FakeGrafana.Folder("abc", "LLM"));

        PublishRun byTitle = PublishRun.Of(server, PublishRun.Json(uid: "one"), Options("LLM"));
        PublishRun byUid = PublishRun.Of(server, PublishRun.Json(uid: "two"), Options(null, "abc"));

        Assert.Equal(("abc", GrafanaPublishAction.Unchanged), (byTitle.Results[0].Uid, byTitle.Results[0].Action));
        Assert.Equal(("LLM", GrafanaPublishAction.Unchanged), (byUid.Results[0].Name, byUid.Results[0].Action));
        Assert.All(server.Dashboards.Values, dashboard => Assert.Equal("abc", dashboard.FolderUid));
    }

    [Fact]
    public async Task A_folder_is_found_among_a_thousand_others()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        server.Folders.AddRange(Enumerable.Range(0, 1000).Select(number => new FakeGrafana.Folder($"n{number}", $"Folder {number}")));
        server.Folders.Add(new FakeGrafana.Folder("abc", "LLM"));

        Assert.Equal("abc", PublishRun.Of(server, PublishRun.Json(), Options("LLM")).Results[0].Uid);
    }

    [Fact]
    public async Task Two_folders_with_the_same_title_are_a_conflict_without_a_uid()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        server.Folders.AddRange([new FakeGrafana.Folder("a", "LLM"), new FakeGrafana.Folder("b", "LLM")]);

        PublishRun run = PublishRun.Of(server, PublishRun.Json(), Options("LLM"));

        Assert.Equal(ErrorCode.GrafanaFolderConflict, run.Error?.Code);
        Assert.Contains("a, b", run.Error!.Message, StringComparison.Ordinal);
        Assert.Equal(GrafanaPublishAction.Created, PublishRun.Of(server, PublishRun.Json(), Options("LLM", "b")).Dashboard);
    }

    [Fact]
    public async Task A_folder_with_a_new_uid_is_created_only_with_a_title()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();

        Assert.Equal(ErrorCode.GrafanaFolderConflict, PublishRun.Of(server, PublishRun.Json(), Options(null, "llm")).Error?.Code);
        Assert.Equal(GrafanaPublishAction.Created, PublishRun.Of(server, PublishRun.Json(), Options("LLM", "llm")).Dashboard);
        Assert.Equal(new FakeGrafana.Folder("llm", "LLM"), server.Folders.Single());
    }

    [Fact]
    public async Task Nested_folders_are_created_once_and_reused()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        // This folder has the title of the inner folder, but is at the root.
        server.Folders.Add(new FakeGrafana.Folder("decoy", "Tokens"));

        PublishRun first = PublishRun.Of(server, PublishRun.Json(), Options("LLM / Tokens"));
        PublishRun second = PublishRun.Of(server, PublishRun.Json(), Options("LLM/Tokens"));

        Assert.Equal(["LLM Created", "Tokens Created"], first.Results.Take(2).Select(result => $"{result.Name} {result.Action}"));
        Assert.Equal(["LLM Unchanged", "Tokens Unchanged"], second.Results.Take(2).Select(result => $"{result.Name} {result.Action}"));
        Assert.NotEqual("decoy", server.Dashboards["token-usage"].FolderUid);
    }

    [Fact]
    public async Task Nested_folders_are_rejected_if_Grafana_does_not_support_them()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync("10.4.19");

        Assert.Equal(ErrorCode.GrafanaFolderConflict, PublishRun.Of(server, PublishRun.Json(), Options("LLM/Tokens")).Error?.Code);
        Assert.Empty(server.Writes);
    }

    [Theory]
    [InlineData("  ")]
    [InlineData("/")]
    public async Task An_empty_folder_title_is_rejected(string folder)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        PublishRun.Of(server, PublishRun.Json(), Options("LLM"));
        server.ClearRequests();

        Assert.Equal(ErrorCode.GrafanaFolderConflict, PublishRun.Of(server, PublishRun.Json(), Options(folder)).Error?.Code);
        Assert.Empty(server.Writes);
    }

    [Theory]
    [InlineData("10.4.19", GrafanaApi.Legacy)]
    [InlineData("13.3.1", GrafanaApi.Legacy)]
    [InlineData("13.3.1", GrafanaApi.Resource)]
    public async Task A_folder_missing_from_the_list_is_not_created_twice(string version, GrafanaApi api)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync(version);
        PublishRun.Of(server, PublishRun.Json(uid: "one"), Options("LLM"));
        string uid = server.Folders.Single().Uid;
        server.Intercept = WithoutFolders;

        PublishRun run = PublishRun.Of(server, PublishRun.Json("Two", "two"), Options("LLM"), connection: PublishRun.Connection(server.Url) with { Api = api });

        Assert.Null(run.Error);
        Assert.Equal((uid, GrafanaPublishAction.Unchanged), (run.Results[0].Uid, run.Results[0].Action));
        Assert.Equal(uid, server.Folders.Single().Uid);
        Assert.Equal(uid, server.Dashboards["two"].FolderUid);
    }

    [Theory]
    [InlineData("9.5.21", GrafanaApi.Legacy)]
    [InlineData("13.3.1", GrafanaApi.Legacy)]
    [InlineData("13.3.1", GrafanaApi.Resource)]
    public async Task Concurrent_runs_create_one_folder_even_after_renames(string version, GrafanaApi api)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync(version);
        GrafanaConnection connection = PublishRun.Connection(server.Url) with { Api = api };
        PublishRun.Of(server, PublishRun.Json(uid: "one"), Options("LLM"), connection: connection);
        server.Folders[0] = server.Folders[0] with { Title = "Renamed" };
        PublishRun.Of(server, PublishRun.Json(uid: "one"), Options("LLM"), connection: connection);
        server.Folders[1] = server.Folders[1] with { Title = "Renamed too" };
        string made = PublishRun.Of(server, PublishRun.Json(uid: "one"), Options("LLM"), connection: connection).Results[0].Uid!;
        // The other run read the list before the folder was created.
        server.Intercept = WithoutFolders;

        PublishRun run = PublishRun.Of(server, PublishRun.Json("Two", "two"), Options("LLM"), connection: connection);

        Assert.Null(run.Error);
        Assert.Equal((made, GrafanaPublishAction.Unchanged), (run.Results[0].Uid, run.Results[0].Action));
        Assert.Equal(["LLM", "Renamed", "Renamed too"], server.Folders.Select(folder => folder.Title).Order());
    }

    [Theory]
    [InlineData("LLM", false)]
    [InlineData("LLM/Tokens", false)]
    [InlineData("LLM", true)]
    public async Task No_folder_is_created_if_its_dashboard_is_not_created(string folder, bool updateOnly)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        PublishRun.Of(server, PublishRun.Json(), Options(folder));
        server.DeleteInBrowser("token-usage");
        server.Folders.Clear();

        PublishRun run = PublishRun.Of(server, PublishRun.Json(), Options(folder) with { UpdateOnly = updateOnly });

        Assert.Equal(ErrorCode.GrafanaDashboardMissing, run.Error?.Code);
        Assert.Equal(GrafanaPublishAction.Conflict, run.Dashboard);
        Assert.Equal(folder.Split('/')[^1], run.Results[^1].FolderTitle);
        Assert.Empty(server.Folders);
        Assert.Equal(GrafanaPublishAction.Created, PublishRun.Of(server, PublishRun.Json(), Options(folder) with { Force = true }).Dashboard);
    }

    [Fact]
    public async Task The_folder_General_is_the_root()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync("9.5.21");
        PublishRun.Of(server, PublishRun.Json(), Options("LLM"));

        PublishRun run = PublishRun.Of(server, PublishRun.Json(), Options("General"));

        Assert.Equal(GrafanaPublishAction.Updated, run.Dashboard);
        Assert.Equal("", server.Dashboards["token-usage"].FolderUid);
    }

    private static GrafanaPublishOptions Options(string? folder, string? uid = null) => new() { Database = "/data/observicia.db", Folder = folder, FolderUid = uid };

    // Returns empty lists of folders.
    private static FakeGrafana.Answer? WithoutFolders(string line) => !line.StartsWith("GET ", StringComparison.Ordinal) ? null
        : line.Contains("/api/folders?", StringComparison.Ordinal) ? FakeGrafana.Answer.Json(200, new JsonArray())
        : line.Contains("/folders?", StringComparison.Ordinal) ? FakeGrafana.Answer.Json(200, new JsonObject { ["items"] = new JsonArray(), ["metadata"] = new JsonObject() })
        : null;
}
