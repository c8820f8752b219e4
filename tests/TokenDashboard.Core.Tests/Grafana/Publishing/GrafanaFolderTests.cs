using System.Text.Json.Nodes;
using TokenDashboard.Grafana.Http;
using TokenDashboard.Grafana.Results;
using TokenDashboard.Testing;

namespace TokenDashboard.Tests.Grafana.Publishing;

public class GrafanaFolderTests
{
    [Fact]
    public async Task An_existing_folder_is_found_by_its_title_and_by_its_uid()
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
    public async Task A_folder_is_found_behind_a_thousand_others()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        server.Folders.AddRange(Enumerable.Range(0, 1000).Select(number => new FakeGrafana.Folder($"n{number}", $"Folder {number}")));
        server.Folders.Add(new FakeGrafana.Folder("abc", "LLM"));

        Assert.Equal("abc", PublishRun.Of(server, PublishRun.Json(), Options("LLM")).Results[0].Uid);
    }

    [Fact]
    public async Task Two_folders_of_one_title_are_a_conflict_until_the_uid_says_which()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        server.Folders.AddRange([new FakeGrafana.Folder("a", "LLM"), new FakeGrafana.Folder("b", "LLM")]);

        PublishRun run = PublishRun.Of(server, PublishRun.Json(), Options("LLM"));

        Assert.Equal(ErrorCode.GrafanaFolderConflict, run.Error?.Code);
        Assert.Contains("a, b", run.Error!.Message, StringComparison.Ordinal);
        Assert.Equal(GrafanaPublishAction.Created, PublishRun.Of(server, PublishRun.Json(), Options("LLM", "b")).Dashboard);
    }

    [Fact]
    public async Task A_uid_that_does_not_exist_needs_a_title_and_is_then_made_with_it()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();

        Assert.Equal(ErrorCode.GrafanaFolderConflict, PublishRun.Of(server, PublishRun.Json(), Options(null, "llm")).Error?.Code);
        Assert.Equal(GrafanaPublishAction.Created, PublishRun.Of(server, PublishRun.Json(), Options("LLM", "llm")).Dashboard);
        Assert.Equal(new FakeGrafana.Folder("llm", "LLM"), server.Folders.Single());
    }

    [Fact]
    public async Task Nested_folders_are_made_from_the_outside_in_and_found_again()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        // Of the same title as the inner one, but at the root.
        server.Folders.Add(new FakeGrafana.Folder("decoy", "Tokens"));

        PublishRun first = PublishRun.Of(server, PublishRun.Json(), Options("LLM / Tokens"));
        PublishRun second = PublishRun.Of(server, PublishRun.Json(), Options("LLM/Tokens"));

        Assert.Equal(["LLM Created", "Tokens Created"], first.Results.Take(2).Select(result => $"{result.Name} {result.Action}"));
        Assert.Equal(["LLM Unchanged", "Tokens Unchanged"], second.Results.Take(2).Select(result => $"{result.Name} {result.Action}"));
        Assert.NotEqual("decoy", server.Dashboards["token-usage"].FolderUid);
    }

    [Fact]
    public async Task Nested_folders_are_refused_where_grafana_has_none()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync("10.4.19");

        Assert.Equal(ErrorCode.GrafanaFolderConflict, PublishRun.Of(server, PublishRun.Json(), Options("LLM/Tokens")).Error?.Code);
        Assert.Empty(server.Writes);
    }

    [Theory]
    [InlineData("  ")]
    [InlineData("/")]
    public async Task A_folder_without_a_title_moves_nothing_to_the_root(string folder)
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
    public async Task A_folder_that_lists_do_not_show_yet_is_not_made_twice(string version, GrafanaApi api)
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
    public async Task After_folders_were_renamed_two_runs_still_make_one(string version, GrafanaApi api)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync(version);
        GrafanaConnection connection = PublishRun.Connection(server.Url) with { Api = api };
        PublishRun.Of(server, PublishRun.Json(uid: "one"), Options("LLM"), connection: connection);
        server.Folders[0] = server.Folders[0] with { Title = "Renamed" };
        PublishRun.Of(server, PublishRun.Json(uid: "one"), Options("LLM"), connection: connection);
        server.Folders[1] = server.Folders[1] with { Title = "Renamed too" };
        string made = PublishRun.Of(server, PublishRun.Json(uid: "one"), Options("LLM"), connection: connection).Results[0].Uid!;
        // The list as the other run read it, before this one made the folder.
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
    public async Task No_folder_is_made_for_dashboards_that_are_not(string folder, bool updateOnly)
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
    public async Task General_is_the_place_outside_every_folder()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync("9.5.21");
        PublishRun.Of(server, PublishRun.Json(), Options("LLM"));

        PublishRun run = PublishRun.Of(server, PublishRun.Json(), Options("General"));

        Assert.Equal(GrafanaPublishAction.Updated, run.Dashboard);
        Assert.Equal("", server.Dashboards["token-usage"].FolderUid);
    }

    private static GrafanaPublishOptions Options(string? folder, string? uid = null) => new() { Database = "/data/observicia.db", Folder = folder, FolderUid = uid };

    // The list of folders as it is before any is in it.
    private static FakeGrafana.Answer? WithoutFolders(string line) => !line.StartsWith("GET ", StringComparison.Ordinal) ? null
        : line.Contains("/api/folders?", StringComparison.Ordinal) ? FakeGrafana.Answer.Json(200, new JsonArray())
        : line.Contains("/folders?", StringComparison.Ordinal) ? FakeGrafana.Answer.Json(200, new JsonObject { ["items"] = new JsonArray(), ["metadata"] = new JsonObject() })
        : null;
}
