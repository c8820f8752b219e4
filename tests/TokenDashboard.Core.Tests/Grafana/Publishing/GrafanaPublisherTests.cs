using System.Net;
using System.Text.Json.Nodes;
using TokenDashboard.Grafana.Http;
using TokenDashboard.Grafana.Results;
using TokenDashboard.Testing;

namespace TokenDashboard.Tests.Grafana.Publishing;

public class GrafanaPublisherTests
{
    private static readonly GrafanaPublishOptions InFolder = new() { Database = "/data/observicia.db", Folder = "LLM" };

    public static TheoryData<string> Versions => ["9.5.21", "10.4.19", "11.4.0", "11.6.1", "12.0.0", "13.3.1"];

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task The_first_publishing_creates_everything_and_the_second_writes_nothing(string version)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync(version);

        PublishRun first = PublishRun.Of(server, PublishRun.Json(), InFolder);
        server.ClearRequests();
        PublishRun second = PublishRun.Of(server, PublishRun.Json(), InFolder);

        Assert.Null(first.Error);
        Assert.Equal(["Folder Created", "DataSource Created", "Dashboard Created"], first.Results.Select(result => $"{result.Kind} {result.Action}"));
        Assert.Equal(["Folder Unchanged", "DataSource Unchanged", "Dashboard Unchanged"], second.Results.Select(result => $"{result.Kind} {result.Action}"));
        Assert.Empty(server.Writes);
        Assert.Equal(1, server.Dashboards["token-usage"].Version);
        Assert.Equal(server.Folders.Single().Uid, server.Dashboards["token-usage"].FolderUid);
    }

    [Fact]
    public async Task A_dashboard_with_inputs_is_bound_as_the_same_one_without()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync("11.6.1");
        PublishRun.Of(server, PublishRun.Json());
        string shared = PublishRun.Json(extra: """
            "__inputs": [ { "name": "DS_SQLITE", "type": "datasource", "pluginId": "frser-sqlite-datasource" } ],
            """).Replace("\"query\": \"frser-sqlite-datasource\" }", """
            "query": "frser-sqlite-datasource", "current": { "text": "${DS_SQLITE}", "value": "${DS_SQLITE}" } }
            """, StringComparison.Ordinal);

        Assert.Equal(GrafanaPublishAction.Unchanged, PublishRun.Of(server, shared).Dashboard);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_changed_dashboard_is_updated_with_the_version_that_was_read(string version)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync(version);
        PublishRun.Of(server, PublishRun.Json());

        PublishRun changed = PublishRun.Of(server, PublishRun.Json("Renamed"));

        Assert.Null(changed.Error);
        GrafanaPublishResult result = changed.Results[^1];
        Assert.Equal((GrafanaPublishAction.Updated, 2), (result.Action, result.Version));
        Assert.Equal("Renamed", server.Dashboards["token-usage"].Title);
        Assert.EndsWith(" v2]", server.Dashboards["token-usage"].History[^1].Message);
    }

    /// <summary>The list of versions shows another message for the first one than was stored, which only the version itself tells.</summary>
    [Theory]
    [MemberData(nameof(Versions))]
    public async Task The_first_version_is_known_as_published_though_the_list_hides_its_message(string version)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync(version);
        PublishRun.Of(server, PublishRun.Json());
        server.EditInBrowser("token-usage", content => content["refresh"] = "5m");

        PublishRun run = PublishRun.Of(server, PublishRun.Json("Renamed"));

        Assert.Equal(ErrorCode.GrafanaVersionConflict, run.Error?.Code);
        // What was changed since the published version, not what differs from the new one.
        Assert.Equal(["refresh"], run.Results[^1].Changes!.Select(change => change.Path));
        server.RestoreInBrowser("token-usage", 1);
        Assert.Equal(GrafanaPublishAction.Updated, PublishRun.Of(server, PublishRun.Json("Renamed")).Dashboard);
    }

    /// <summary>Two runs that publish the same: the answers to the one that comes second.</summary>
    [Theory]
    [InlineData(412, "version-mismatch")]
    [InlineData(412, "name-exists")]
    [InlineData(409, null)]
    [InlineData(500, null)]
    public async Task What_another_run_published_just_now_is_no_conflict(int status, string? word)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync("11.4.0");
        server.Lose = line => line == "POST /api/dashboards/db" ? FakeGrafana.Answer.Message(status, "refused", word) : null;

        PublishRun created = PublishRun.Of(server, PublishRun.Json());
        PublishRun changed = PublishRun.Of(server, PublishRun.Json("Renamed"));

        Assert.Null(created.Error);
        Assert.Equal((GrafanaPublishAction.Unchanged, 1), (created.Dashboard, created.Results[^1].Version));
        Assert.Null(changed.Error);
        Assert.Equal((GrafanaPublishAction.Unchanged, 2), (changed.Dashboard, changed.Results[^1].Version));
    }

    [Theory]
    [InlineData(GrafanaApi.Legacy)]
    [InlineData(GrafanaApi.Resource)]
    public async Task A_dashboard_deleted_in_Grafana_is_made_anew_only_when_forced(GrafanaApi api)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        GrafanaConnection connection = PublishRun.Connection(server.Url) with { Api = api };
        PublishRun.Of(server, PublishRun.Json(), connection: connection);
        server.DeleteInBrowser("token-usage");
        server.ClearRequests();

        PublishRun run = PublishRun.Of(server, PublishRun.Json(), connection: connection);

        Assert.Equal((GrafanaPublishAction.Conflict, ErrorCode.GrafanaDashboardMissing), (run.Dashboard, run.Error?.Code));
        Assert.Contains("'alice'", run.Error!.Message, StringComparison.Ordinal);
        Assert.Empty(server.Writes);
        Assert.Equal(GrafanaPublishAction.Created, PublishRun.Of(server, PublishRun.Json(), new GrafanaPublishOptions { Force = true }, connection: connection).Dashboard);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_run_that_only_updates_makes_no_dashboard(string version)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync(version);
        PublishRun.Of(server, PublishRun.Json());
        GrafanaPublishOptions options = new() { UpdateOnly = true };

        Assert.Equal(GrafanaPublishAction.Updated, PublishRun.Of(server, PublishRun.Json("Renamed"), options).Dashboard);
        server.DeleteInBrowser("token-usage");
        server.ClearRequests();
        PublishRun run = PublishRun.Of(server, PublishRun.Json("Renamed"), options);
        Assert.Equal((GrafanaPublishAction.Conflict, ErrorCode.GrafanaDashboardMissing), (run.Dashboard, run.Error?.Code));
        Assert.Empty(server.Writes);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_dashboard_edited_in_the_browser_is_a_conflict_until_forced(string version)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync(version);
        PublishRun.Of(server, PublishRun.Json());
        server.EditInBrowser("token-usage", content => content["refresh"] = "5m");
        server.ClearRequests();

        PublishRun again = PublishRun.Of(server, PublishRun.Json("Renamed"));
        Assert.Equal(GrafanaPublishAction.Conflict, again.Dashboard);
        Assert.Equal(ErrorCode.GrafanaVersionConflict, again.Error?.Code);
        Assert.Contains("'alice'", again.Error!.Message, StringComparison.Ordinal);
        Assert.Empty(server.Writes);

        PublishRun forced = PublishRun.Of(server, PublishRun.Json("Renamed"), new GrafanaPublishOptions { Force = true });
        Assert.Null(forced.Error);
        Assert.Equal(GrafanaPublishAction.Updated, forced.Dashboard);
        Assert.Equal(GrafanaPublishAction.Unchanged, PublishRun.Of(server, PublishRun.Json("Renamed")).Dashboard);
    }

    [Fact]
    public async Task An_edit_is_a_conflict_even_where_the_dashboard_to_publish_did_not_change()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        PublishRun.Of(server, PublishRun.Json());
        server.EditInBrowser("token-usage", content => content["refresh"] = "5m");

        Assert.Equal(ErrorCode.GrafanaVersionConflict, PublishRun.Of(server, PublishRun.Json()).Error?.Code);
    }

    [Fact]
    public async Task A_message_that_another_tool_carried_along_does_not_hide_its_edit()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        PublishRun.Of(server, PublishRun.Json());
        server.EditInBrowser("token-usage", content => content["refresh"] = "5m", server.Dashboards["token-usage"].History[0].Message);

        Assert.Equal(ErrorCode.GrafanaVersionConflict, PublishRun.Of(server, PublishRun.Json("Renamed")).Error?.Code);
    }

    [Fact]
    public async Task An_older_published_version_that_someone_restored_is_not_replaced()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        PublishRun.Of(server, PublishRun.Json());
        JsonObject old = server.Dashboards["token-usage"].Content;
        PublishRun.Of(server, PublishRun.Json("Renamed"));
        server.EditInBrowser("token-usage", content =>
        {
            content.Clear();
            foreach ((string name, JsonNode? value) in old)
                content[name] = value?.DeepClone();
        }, "Restored from version 1");

        Assert.Equal(ErrorCode.GrafanaVersionConflict, PublishRun.Of(server, PublishRun.Json("Renamed")).Error?.Code);
    }

    [Fact]
    public async Task An_edit_that_was_taken_back_is_no_conflict()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        PublishRun.Of(server, PublishRun.Json());
        server.EditInBrowser("token-usage", content => content["refresh"] = "5m");
        server.EditInBrowser("token-usage", content => content["refresh"] = "1m");

        Assert.Equal(GrafanaPublishAction.Updated, PublishRun.Of(server, PublishRun.Json("Renamed")).Dashboard);
    }

    [Fact]
    public async Task A_dashboard_that_was_never_published_from_here_is_a_conflict_unless_it_is_equal()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        PublishRun.Of(server, PublishRun.Json());
        server.Dashboards["token-usage"].History[0] = new FakeGrafana.HistoryEntry(1, "", "alice");

        Assert.Equal(GrafanaPublishAction.Unchanged, PublishRun.Of(server, PublishRun.Json()).Dashboard);
        Assert.Equal(ErrorCode.GrafanaVersionConflict, PublishRun.Of(server, PublishRun.Json("Renamed")).Error?.Code);
    }

    [Fact]
    public async Task A_server_that_migrates_the_schema_on_reading_does_not_look_changed()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        server.MigratesOnRead = true;
        PublishRun.Of(server, PublishRun.Json());
        server.ClearRequests();

        Assert.Equal(GrafanaPublishAction.Unchanged, PublishRun.Of(server, PublishRun.Json()).Dashboard);
        Assert.Empty(server.Writes);
        Assert.Equal(GrafanaPublishAction.Updated, PublishRun.Of(server, PublishRun.Json("Renamed")).Dashboard);
        server.EditInBrowser("token-usage", content => content["refresh"] = "5m");
        Assert.Equal(ErrorCode.GrafanaVersionConflict, PublishRun.Of(server, PublishRun.Json("Renamed")).Error?.Code);
    }

    [Theory]
    [InlineData("11.6.1")]
    [InlineData("13.3.1")]
    public async Task A_save_between_reading_and_writing_is_a_conflict(string version)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync(version);
        PublishRun.Of(server, PublishRun.Json());
        server.Intercept = request =>
        {
            if (request.StartsWith("POST /api/dashboards/db", StringComparison.Ordinal))
                server.Dashboards["token-usage"].Save(new JsonObject { ["title"] = "Mine" }, "", "alice");
            return null;
        };

        PublishRun run = PublishRun.Of(server, PublishRun.Json("Renamed"));

        Assert.Equal(GrafanaPublishAction.Conflict, run.Dashboard);
        Assert.Equal(ErrorCode.GrafanaVersionConflict, run.Error?.Code);
        Assert.Equal("Mine", server.Dashboards["token-usage"].Title);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_dashboard_stored_in_the_newer_schema_is_never_replaced_by_a_lossy_copy(bool force)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        PublishRun.Of(server, PublishRun.Json());
        server.Dashboards["token-usage"].IsSchemaV2 = true;
        server.ClearRequests();

        PublishRun run = PublishRun.Of(server, PublishRun.Json("Renamed"), new GrafanaPublishOptions { Force = force });

        Assert.Equal(GrafanaPublishAction.Conflict, run.Dashboard);
        Assert.Equal(ErrorCode.GrafanaSchemaUnsupported, run.Error?.Code);
        Assert.Empty(server.Writes);
    }

    [Fact]
    public async Task Force_does_not_overwrite_an_edit_nobody_has_read()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        PublishRun.Of(server, PublishRun.Json());
        server.EditInBrowser("token-usage", content => content["refresh"] = "5m");
        server.Intercept = request =>
        {
            if (request.StartsWith("POST /api/dashboards/db", StringComparison.Ordinal))
                server.Dashboards["token-usage"].Save(new JsonObject { ["title"] = "Mine" }, "", "alice");
            return null;
        };

        PublishRun run = PublishRun.Of(server, PublishRun.Json("Renamed"), new GrafanaPublishOptions { Force = true });

        Assert.Equal(ErrorCode.GrafanaVersionConflict, run.Error?.Code);
        Assert.Equal("Mine", server.Dashboards["token-usage"].Title);
    }

    [Theory]
    [InlineData("9.5.21", true)]
    [InlineData("13.3.1", true)]
    [InlineData("12.0.0", false)]
    [InlineData("13.3.1", false)]
    public async Task A_dashboard_of_another_owner_is_refused_even_when_forced(string version, bool provisioned)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync(version);
        PublishRun.Of(server, PublishRun.Json());
        FakeGrafana.Dashboard dashboard = server.Dashboards["token-usage"];
        dashboard.ProvisionedFrom = provisioned ? "llm/tokens.json" : null;
        dashboard.ManagedBy = provisioned ? null : "terraform";
        server.ClearRequests();

        PublishRun run = PublishRun.Of(server, PublishRun.Json("Renamed"), new GrafanaPublishOptions { Force = true });

        Assert.Equal(GrafanaPublishAction.Conflict, run.Dashboard);
        Assert.Equal(ErrorCode.GrafanaDashboardManaged, run.Error?.Code);
        Assert.Contains(provisioned ? "llm/tokens.json" : "terraform 'ops'", run.Error!.Message, StringComparison.Ordinal);
        Assert.Empty(server.Writes);
    }

    [Fact]
    public async Task Without_a_folder_a_dashboard_stays_where_it_was_moved_to_and_with_one_it_is_moved_back()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        server.Folders.Add(new FakeGrafana.Folder("moved", "Elsewhere"));
        PublishRun.Of(server, PublishRun.Json(), InFolder);
        server.Dashboards["token-usage"].FolderUid = "moved";

        PublishRun kept = PublishRun.Of(server, PublishRun.Json("Renamed"));
        Assert.Equal(GrafanaPublishAction.Updated, kept.Dashboard);
        Assert.Equal("Elsewhere", kept.Results[^1].FolderTitle);
        Assert.Equal("moved", server.Dashboards["token-usage"].FolderUid);

        PublishRun back = PublishRun.Of(server, PublishRun.Json("Renamed"), InFolder);
        Assert.Equal(GrafanaPublishAction.Updated, back.Dashboard);
        Assert.Contains(back.Asked, question => question.StartsWith("Move Dashboard", StringComparison.Ordinal));
        Assert.Equal("LLM", server.Folders.Single(folder => folder.Uid == server.Dashboards["token-usage"].FolderUid).Title);
    }

    [Fact]
    public async Task Declined_writes_write_nothing_and_say_what_would_be_done()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();

        PublishRun run = PublishRun.Of(server, PublishRun.Json(), InFolder, write: false);

        Assert.Null(run.Error);
        Assert.Empty(run.Results);
        Assert.Empty(server.Writes);
        Assert.Equal(["Create Folder", "Create Data", "Create Dashboard"], run.Asked.Select(question => string.Join(' ', question.Split(' ').Take(2))));
    }

    [Fact]
    public async Task A_sub_path_is_kept_and_a_password_works_like_a_token()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync(subPath: "/tools/grafana");
        var connection = new GrafanaConnection(server.Url) { Credential = new NetworkCredential(FakeGrafana.UserName, FakeGrafana.Password), OrgId = 1 };

        PublishRun run = PublishRun.Of(server, PublishRun.Json(), connection: connection);

        Assert.Null(run.Error);
        Assert.All(server.Requests, request => Assert.Contains(" /tools/grafana/api", request, StringComparison.Ordinal));
        Assert.Equal($"{server.Url}/d/token-usage", run.Results[^1].Url!.ToString());
    }

    [Fact]
    public async Task The_form_for_sharing_and_the_plain_one_are_bound_to_the_data_source()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        string shared = PublishRun.Json(extra: """
            "__inputs": [ { "name": "DS_SQLITE", "type": "datasource", "pluginId": "frser-sqlite-datasource" }, { "name": "VAR_LIMIT", "type": "constant", "value": "100" } ],
            "__requires": [ { "type": "grafana", "id": "grafana" } ], "__elements": {}, "description": "up to ${VAR_LIMIT} of ${DS_SQLITE}, $${other}",
            """);

        Assert.Null(PublishRun.Of(server, shared).Error);

        JsonObject saved = server.Dashboards["token-usage"].Content;
        Assert.Equal("up to 100 of tokendashboard-sqlite, $${other}", saved["description"]!.GetValue<string>());
        Assert.Equal("""{"text":"TokenDashboard","value":"tokendashboard-sqlite"}""", saved["templating"]!["list"]![0]!["current"]!.ToJsonString());
        Assert.DoesNotContain(saved, field => field.Key.StartsWith("__", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", "\"description\": \"\",", "has no uid")]
    [InlineData("with space", "\"description\": \"\",", "with space")]
    [InlineData("ok", "\"__inputs\": [ { \"name\": \"DS_PROM\", \"type\": \"datasource\", \"pluginId\": \"prometheus\" } ],", "prometheus")]
    [InlineData("ok", "\"__elements\": { \"a\": {} },", "library panels")]
    public async Task A_dashboard_that_cannot_be_published_whole_is_refused(string uid, string extra, string reason)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();

        PublishRun run = PublishRun.Of(server, PublishRun.Json(uid: uid, extra: extra));

        Assert.Equal(ErrorCode.DashboardInvalid, run.Error?.Code);
        Assert.Contains(reason, run.Error!.Message, StringComparison.Ordinal);
        Assert.Empty(server.Dashboards);
    }

    [Fact]
    public async Task A_dashboard_that_reads_no_sqlite_needs_no_data_source()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        server.Plugins.Clear();

        PublishRun run = PublishRun.Of(server, """{ "uid": "other", "title": "Other", "panels": [] }""", new GrafanaPublishOptions());

        Assert.Null(run.Error);
        Assert.Equal(["Dashboard Created"], run.Results.Select(result => $"{result.Kind} {result.Action}"));
    }

    [Fact]
    public async Task Cancellation_ends_a_request_under_way()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        using var source = new CancellationTokenSource();
        server.Delay = new TaskCompletionSource().Task;
        server.Intercept = _ => null;
        Task<PublishRun> run = Task.Run(() => PublishRun.Of(server, PublishRun.Json(), cancellation: source.Token));
        Eventually.Holds(() => server.Requests.Count > 0);

        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }
}
