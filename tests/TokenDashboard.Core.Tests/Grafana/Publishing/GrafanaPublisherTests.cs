using System.Net;
using System.Text.Json.Nodes;
using TokenDashboard.Grafana.Results;
using TokenDashboard.Testing;

namespace TokenDashboard.Tests.Grafana.Publishing;

public class GrafanaPublisherTests
{
    private static readonly GrafanaPublishOptions InFolder = new() { Database = "/data/observicia.db", Folder = "LLM" };

    public static TheoryData<string> Versions => ["9.5.21", "10.4.19", "11.4.0", "11.6.1", "12.0.0", "13.3.1"];

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task The_first_run_creates_everything_and_the_second_run_writes_nothing(string version)
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
    public async Task A_dashboard_with_inputs_equals_the_same_dashboard_without_inputs()
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
    public async Task A_changed_dashboard_is_saved_as_the_next_version(string version)
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

    /// <summary>The list of versions replaces the message of the first version. Only the version itself contains the stored message.</summary>
    [Theory]
    [MemberData(nameof(Versions))]
    public async Task The_first_version_is_recognized_as_published_by_its_stored_message(string version)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync(version);
        PublishRun.Of(server, PublishRun.Json());
        server.EditInBrowser("token-usage", content => content["refresh"] = "5m");

        PublishRun run = PublishRun.Of(server, PublishRun.Json("Renamed"));

        Assert.Equal(ErrorCode.GrafanaVersionConflict, run.Error?.Code);
        // These are the changes since the published version, not the differences from the new one.
        Assert.Equal(["refresh"], run.Results[^1].Changes!.Select(change => change.Path));
        server.RestoreInBrowser("token-usage", 1);
        Assert.Equal(GrafanaPublishAction.Updated, PublishRun.Of(server, PublishRun.Json("Renamed")).Dashboard);
    }

    /// <summary>The responses to the second of two runs that publish the same dashboard.</summary>
    [Theory]
    [InlineData(412, "version-mismatch")]
    [InlineData(412, "name-exists")]
    [InlineData(409, null)]
    [InlineData(500, null)]
    public async Task The_same_dashboard_published_by_a_concurrent_run_is_not_a_conflict(int status, string? word)
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
    public async Task A_deleted_dashboard_is_created_again_only_when_forced(GrafanaApi api)
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
    public async Task UpdateOnly_creates_no_dashboard(string version)
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
    public async Task An_edit_in_the_browser_is_overwritten_only_when_forced(string version)
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
    public async Task An_edit_is_a_conflict_even_if_the_published_dashboard_did_not_change()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        PublishRun.Of(server, PublishRun.Json());
        server.EditInBrowser("token-usage", content => content["refresh"] = "5m");

        Assert.Equal(ErrorCode.GrafanaVersionConflict, PublishRun.Of(server, PublishRun.Json()).Error?.Code);
    }

    [Fact]
    public async Task An_edit_with_a_copied_publish_message_is_still_a_conflict()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        PublishRun.Of(server, PublishRun.Json());
        server.EditInBrowser("token-usage", content => content["refresh"] = "5m", server.Dashboards["token-usage"].History[0].Message);

        Assert.Equal(ErrorCode.GrafanaVersionConflict, PublishRun.Of(server, PublishRun.Json("Renamed")).Error?.Code);
    }

    [Fact]
    public async Task A_restored_older_version_is_a_conflict()
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
    public async Task A_reverted_edit_is_not_a_conflict()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        PublishRun.Of(server, PublishRun.Json());
        server.EditInBrowser("token-usage", content => content["refresh"] = "5m");
        server.EditInBrowser("token-usage", content => content["refresh"] = "1m");

        Assert.Equal(GrafanaPublishAction.Updated, PublishRun.Of(server, PublishRun.Json("Renamed")).Dashboard);
    }

    [Fact]
    public async Task A_dashboard_never_published_by_this_module_is_a_conflict_unless_identical()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        PublishRun.Of(server, PublishRun.Json());
        server.Dashboards["token-usage"].History[0] = new FakeGrafana.HistoryEntry(1, "", "alice");

        Assert.Equal(GrafanaPublishAction.Unchanged, PublishRun.Of(server, PublishRun.Json()).Dashboard);
        Assert.Equal(ErrorCode.GrafanaVersionConflict, PublishRun.Of(server, PublishRun.Json("Renamed")).Error?.Code);
    }

    [Fact]
    public async Task A_schema_migration_by_the_server_is_not_a_change()
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
    [MemberData(nameof(Versions))]
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
    public async Task A_schema_v2_dashboard_is_not_overwritten_even_when_forced(bool force)
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
    public async Task Force_does_not_overwrite_an_edit_made_after_reading()
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
    public async Task A_provisioned_or_managed_dashboard_is_not_overwritten_even_when_forced(string version, bool provisioned)
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
    public async Task A_moved_dashboard_stays_unless_a_folder_is_specified()
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
    public async Task Declined_changes_are_described_and_not_written()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();

        PublishRun run = PublishRun.Of(server, PublishRun.Json(), InFolder, write: false);

        Assert.Null(run.Error);
        Assert.Empty(run.Results);
        Assert.Empty(server.Writes);
        Assert.Equal(["Create Folder", "Create Data", "Create Dashboard"], run.Asked.Select(question => string.Join(' ', question.Split(' ').Take(2))));
    }

    [Fact]
    public async Task Publishing_works_with_a_sub_path_and_a_password()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync(subPath: "/tools/grafana");
        var connection = new GrafanaConnection(server.Url) { Credential = new NetworkCredential(FakeGrafana.UserName, FakeGrafana.Password), OrgId = 1 };

        PublishRun run = PublishRun.Of(server, PublishRun.Json(), connection: connection);

        Assert.Null(run.Error);
        Assert.All(server.Requests, request => Assert.Contains(" /tools/grafana/api", request, StringComparison.Ordinal));
        Assert.Equal($"{server.Url}/d/token-usage", run.Results[^1].Url!.ToString());
    }

    [Fact]
    public async Task Publishing_replaces_the_inputs_of_the_sharing_form()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        string shared = PublishRun.Json(extra: """
            "__inputs": [ { "name": "DS_SQLITE", "type": "datasource", "pluginId": "frser-sqlite-datasource" }, { "name": "VAR_LIMIT", "type": "constant", "value": "100" } ],
            "__requires": [ { "type": "grafana", "id": "grafana" } ], "__elements": {}, "description": "up to ${VAR_LIMIT} of ${DS_SQLITE}, $${other}",
            """).Replace("${datasource}", "${DS_SQLITE}", StringComparison.Ordinal);

        Assert.Null(PublishRun.Of(server, shared).Error);

        JsonObject saved = server.Dashboards["token-usage"].Content;
        Assert.Equal("up to 100 of tokendashboard-sqlite, $${other}", saved["description"]!.GetValue<string>());
        Assert.Equal("tokendashboard-sqlite", (string?)saved["panels"]![0]!["datasource"]!["uid"]);
        Assert.DoesNotContain(saved, field => field.Key.StartsWith("__", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", "\"description\": \"\",", "has no uid")]
    [InlineData("with space", "\"description\": \"\",", "with space")]
    [InlineData("ok", "\"__inputs\": [ { \"name\": \"DS_PROM\", \"type\": \"datasource\", \"pluginId\": \"prometheus\" } ],", "prometheus")]
    [InlineData("ok", "\"__elements\": { \"a\": {} },", "library panels")]
    public async Task A_dashboard_that_cannot_be_published_completely_is_rejected(string uid, string extra, string reason)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();

        PublishRun run = PublishRun.Of(server, PublishRun.Json(uid: uid, extra: extra));

        Assert.Equal(ErrorCode.DashboardInvalid, run.Error?.Code);
        Assert.Contains(reason, run.Error!.Message, StringComparison.Ordinal);
        Assert.Empty(server.Dashboards);
    }

    [Fact]
    public async Task A_dashboard_without_queries_needs_no_data_source()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        server.Plugins.Clear();

        PublishRun run = PublishRun.Of(server, """{ "uid": "other", "title": "Other", "panels": [] }""", new GrafanaPublishOptions());

        Assert.Null(run.Error);
        Assert.Equal(["Dashboard Created"], run.Results.Select(result => $"{result.Kind} {result.Action}"));
        Assert.DoesNotContain(server.Requests, request => request.Contains("/api/datasources", StringComparison.Ordinal) || request.Contains("/api/plugins", StringComparison.Ordinal));
        Assert.Equal(ErrorCode.GrafanaPluginMissing, PublishRun.Of(server, PublishRun.Json(), new GrafanaPublishOptions()).Error?.Code);
    }

    [Fact]
    public async Task Cancellation_stops_a_running_request()
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
