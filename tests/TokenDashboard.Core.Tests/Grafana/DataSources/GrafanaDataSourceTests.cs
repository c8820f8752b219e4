using System.Text.Json.Nodes;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Results;
using TokenDashboard.Testing;
using TokenDashboard.Tests.Grafana.Publishing;

namespace TokenDashboard.Tests.Grafana.DataSources;

public class GrafanaDataSourceTests
{
    private static readonly GrafanaPublishOptions AsItIs = new();

    [Theory]
    [InlineData("DS_SQLITE", false)]
    [InlineData("DS_SQLITE", true)]
    [InlineData("p1", false)]
    [InlineData("p1", true)]
    public async Task The_default_data_source_is_ignored_if_all_references_are_mapped(string from, bool exists)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        if (exists)
            server.DataSources.Add(Source(DataSourcePlugin.Sqlite.DefaultUid, "TokenDashboard"));
        server.DataSources.Add(Source("lite", "Observicia (production)"));
        string current = from == "p1" ? "p1" : "${DS_SQLITE}";
        string inputs = from == "p1" ? "" : """
            "__inputs": [ { "name": "DS_SQLITE", "type": "datasource", "pluginId": "frser-sqlite-datasource" } ],
            """;
        string json = $$$"""
            {
              "uid": "mapped", "title": "Mapped", {{{inputs}}}
              "templating": { "list": [ { "type": "datasource", "name": "datasource", "query": "frser-sqlite-datasource", "current": { "text": "x", "value": "{{{current}}}" } } ] },
              "panels": [
                { "id": 1, "type": "stat", "datasource": { "type": "frser-sqlite-datasource", "uid": "${datasource}" } },
                { "id": 2, "type": "stat", "datasource": { "type": "frser-sqlite-datasource", "uid": "{{{current}}}" } } ]
            }
            """;
        var map = new DataSourceMap(new Dictionary<string, string> { [from] = "Observicia (production)" });

        PublishRun run = PublishRun.Of(server, json, new GrafanaPublishOptions { DataSources = map });

        Assert.Null(run.Error);
        Assert.Equal(GrafanaPublishKind.Dashboard, Assert.Single(run.Results).Kind);
        Assert.DoesNotContain(server.Requests, request => request.Contains(DataSourcePlugin.Sqlite.DefaultUid, StringComparison.Ordinal));
        JsonObject content = server.Dashboards["mapped"].Content;
        Assert.Equal("lite", (string?)content["templating"]!["list"]![0]!["current"]!["value"]);
        Assert.Equal("lite", (string?)content["panels"]![1]!["datasource"]!["uid"]);

        static JsonObject Source(string uid, string name) => new() { ["uid"] = uid, ["name"] = name, ["type"] = "frser-sqlite-datasource" };
    }

    [Theory]
    [InlineData("query")]
    [InlineData("datasource")]
    public async Task Only_data_source_variables_are_looked_up_and_failures_are_warnings(string type)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        server.DataSources.Add(new JsonObject { ["uid"] = DataSourcePlugin.Sqlite.DefaultUid, ["name"] = "TokenDashboard", ["type"] = DataSourcePlugin.Sqlite.Id });
        // Responds like a proxy that rejects escaped slashes.
        server.Intercept = line => line.Contains("gpt-4o", StringComparison.Ordinal) ? FakeGrafana.Answer.Html(404, "<h1>Not Found</h1>") : null;
        string json = PublishRun.Json().Replace(
            "\"query\": \"frser-sqlite-datasource\" }",
            $$"""
            "query": "frser-sqlite-datasource" },
            { "type": "{{type}}", "name": "other", "query": "frser-sqlite-datasource", "current": { "text": "openai/gpt-4o", "value": "openai/gpt-4o" } }
            """,
            StringComparison.Ordinal);

        PublishRun run = PublishRun.Of(server, json, AsItIs);

        Assert.Null(run.Error);
        Assert.Equal(type == "datasource", server.Requests.Any(request => request.Contains("gpt-4o", StringComparison.Ordinal)));
        Assert.Equal(type == "datasource" ? 1 : 0, run.Warnings.Count);
        JsonNode list = server.Dashboards["token-usage"].Content["templating"]!["list"]!;
        Assert.Equal(("tokendashboard-sqlite", "openai/gpt-4o"), ((string?)list[0]!["current"]!["value"], (string?)list[1]!["current"]!["value"]));
    }

    [Fact]
    public async Task A_new_data_source_has_the_settings_that_the_plugin_needs()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();

        PublishRun run = PublishRun.Of(server, PublishRun.Json());

        JsonObject made = server.DataSources.Single();
        Assert.Equal("""{"path":"/data/observicia.db","pathPrefix":"file:","pathOptions":"_pragma=busy_timeout(5000)&_pragma=query_only(1)","attachLimit":0}""",
            System.Text.RegularExpressions.Regex.Unescape(made["jsonData"]!.ToJsonString()));
        Assert.Equal(("tokendashboard-sqlite", "TokenDashboard", "frser-sqlite-datasource"), (made["uid"]!.GetValue<string>(), made["name"]!.GetValue<string>(), made["type"]!.GetValue<string>()));
        Assert.Equal("Data source is working", run.Results[0].Message);
    }

    [Fact]
    public async Task An_outdated_data_source_is_corrected_and_keeps_its_other_settings()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        JsonObject existing = Existing();
        existing["jsonData"] = new JsonObject { ["path"] = "/old.db", ["custom"] = true };
        existing["isDefault"] = true;
        server.DataSources.Add(existing);

        PublishRun run = PublishRun.Of(server, PublishRun.Json());

        JsonObject corrected = server.DataSources.Single();
        Assert.Equal(GrafanaPublishAction.Updated, run[GrafanaPublishKind.DataSource]);
        Assert.Equal("/data/observicia.db", corrected["jsonData"]!["path"]!.GetValue<string>());
        Assert.True(corrected["jsonData"]!["custom"]!.GetValue<bool>());
        Assert.True(corrected["isDefault"]!.GetValue<bool>());
        Assert.Equal("Tokens", corrected["name"]!.GetValue<string>());
        Assert.Equal("""{"text":"Tokens","value":"tokendashboard-sqlite"}""", server.Dashboards["token-usage"].Content["templating"]!["list"]![0]!["current"]!.ToJsonString());
    }

    [Fact]
    public async Task An_existing_data_source_is_used_unchanged_without_a_database()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        server.DataSources.Add(Existing());

        PublishRun run = PublishRun.Of(server, PublishRun.Json(), AsItIs);

        Assert.Equal(GrafanaPublishAction.Unchanged, run[GrafanaPublishKind.DataSource]);
        Assert.Equal(["POST /api/dashboards/db"], server.Writes);
    }

    [Fact]
    public async Task The_error_for_a_missing_data_source_lists_the_other_data_sources()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        JsonObject other = Existing();
        other["uid"] = "other";
        server.DataSources.Add(other);

        PublishRun run = PublishRun.Of(server, PublishRun.Json(), AsItIs);

        Assert.Equal(ErrorCode.GrafanaDataSourceMissing, run.Error?.Code);
        Assert.Contains("Set-GrafanaDataSource", run.Error!.Message, StringComparison.Ordinal);
        Assert.Contains("'Tokens' (uid 'other')", run.Error.Message, StringComparison.Ordinal);
        Assert.Empty(server.Writes);
    }

    [Theory]
    [InlineData("prometheus", "tokendashboard-sqlite", "Tokens", "Use another uid.")]
    [InlineData("frser-sqlite-datasource", "another", "TokenDashboard", "with the uid 'another' (type frser-sqlite-datasource). Use that uid")]
    public async Task A_uid_with_another_type_or_a_taken_name_is_a_conflict(string type, string uid, string name, string advice)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        JsonObject existing = Existing();
        (existing["type"], existing["uid"], existing["name"]) = (type, uid, name);
        server.DataSources.Add(existing);

        PublishRun run = PublishRun.Of(server, PublishRun.Json());

        Assert.Equal(ErrorCode.GrafanaDataSourceConflict, run.Error?.Code);
        Assert.Contains(advice, run.Error!.Message, StringComparison.Ordinal);
        Assert.Empty(server.Writes);
    }

    [Theory]
    [InlineData("/data/observicia.db", true)]
    [InlineData("/elsewhere.db", false)]
    public async Task A_provisioned_data_source_with_a_different_path_is_a_conflict(string path, bool agrees)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        JsonObject existing = Existing(path);
        existing["readOnly"] = true;
        server.DataSources.Add(existing);

        PublishRun run = PublishRun.Of(server, PublishRun.Json());

        Assert.Equal(agrees ? GrafanaPublishAction.Unchanged : null, run[GrafanaPublishKind.DataSource]);
        Assert.Equal(agrees ? null : ErrorCode.GrafanaDataSourceConflict, run.Error?.Code);
        Assert.DoesNotContain(server.Writes, request => request.StartsWith("PUT", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_account_without_access_to_data_sources_can_publish_without_changing_one()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        server.DataSources.Add(Existing());
        server.Forbidden.Add("datasources");

        PublishRun asItIs = PublishRun.Of(server, PublishRun.Json(), AsItIs);
        PublishRun withDatabase = PublishRun.Of(server, PublishRun.Json());

        Assert.Equal(GrafanaPublishAction.Created, asItIs.Dashboard);
        // The recommended account for scheduled runs has these permissions, so no run must show a warning.
        Assert.Empty(asItIs.Warnings);
        Assert.Equal(ErrorCode.GrafanaForbidden, withDatabase.Error?.Code);
    }

    [Theory]
    [InlineData("missing", 1)]
    [InlineData("not told", 0)]
    public async Task An_account_without_access_is_warned_only_about_a_missing_data_source(string state, int warnings)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        server.Forbidden.Add("datasources");
        server.Intercept = line => state == "not told" && line == "GET /api/frontend/settings" ? FakeGrafana.Answer.Message(403, "no") : null;

        PublishRun run = PublishRun.Of(server, PublishRun.Json(), AsItIs);

        Assert.Equal((GrafanaPublishAction.Created, warnings), (run.Dashboard, run.Warnings.Count));
    }

    [Theory]
    [InlineData("attempt to write a readonly database (1544)", "WAL")]
    [InlineData("path contains blocked term", "block_list")]
    [InlineData("no file exists at the file path", "PrivateTmp")]
    public async Task A_database_that_Grafana_cannot_read_is_a_warning_with_advice(string problem, string advice)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        server.PathProblem = _ => problem;

        PublishRun run = PublishRun.Of(server, PublishRun.Json());

        Assert.Null(run.Error);
        string warning = Assert.Single(run.Warnings);
        Assert.Contains(problem, warning, StringComparison.Ordinal);
        Assert.Contains(advice, warning, StringComparison.Ordinal);
        Assert.Equal(problem, run.Results[0].Message);
    }

    [Theory]
    [InlineData("/data/my.environment.db", ".env")]
    [InlineData("/home/x/Credentials-usage.db", "credentials")]
    [InlineData("/var/lib/grafana/grafana.db", "grafana.db")]
    [InlineData("observicia.db", "absolute")]
    [InlineData("/data/50%.db", "'%'")]
    public void A_path_that_cannot_work_in_Grafana_causes_a_warning(string path, string word) =>
        Assert.Contains(word, Assert.Single(DataSourceSettings.PathWarnings(path)), StringComparison.Ordinal);

    [Theory]
    [InlineData("/data/observicia.db")]
    [InlineData(@"C:\data\observicia.db")]
    [InlineData("D:/data/observicia.db")]
    [InlineData(@"\\server\share\observicia.db")]
    public void A_valid_path_causes_no_warning(string path) => Assert.Empty(DataSourceSettings.PathWarnings(path));

    private static JsonObject Existing(string path = "/data/observicia.db") => new()
    {
        ["id"] = 9, ["uid"] = "tokendashboard-sqlite", ["name"] = "Tokens", ["type"] = "frser-sqlite-datasource", ["access"] = "proxy",
        ["isDefault"] = false, ["readOnly"] = false, ["version"] = 3,
        ["jsonData"] = new JsonObject { ["path"] = path, ["pathPrefix"] = "file:", ["pathOptions"] = "_pragma=busy_timeout(5000)&_pragma=query_only(1)" },
    };
}
