using System.Text.Json.Nodes;
using TokenDashboard.Engines.Sqlite.Panels;
using TokenDashboard.Grafana.Alerting.Rules;
using TokenDashboard.Grafana.Results;
using TokenDashboard.Testing;
using static TokenDashboard.Tests.Grafana.Alerting.AlertRun;

namespace TokenDashboard.Tests.Grafana.Alerting;

public sealed class AlertRulePublisherTests
{
    private static readonly AlertRule Daily = Rule(
        ("Uid", "daily"), ("Name", "Tokens a day"), ("By", "User"), ("Window", "1d"), ("Limit", 2_000_000), ("For", "10m"), ("Labels", new Dictionary<string, object?> { ["team"] = "ops" }),
        ("User", "O'Brien"));

    [Theory]
    [InlineData("9.5.21")]
    [InlineData("11.6.0")]
    [InlineData("12.2.0")]
    [InlineData("13.3.1")]
    public async Task The_first_run_creates_a_rule_and_the_second_run_writes_nothing(string version)
    {
        await using FakeGrafana server = await Start(version);

        Assert.Equal(["DataSource Unchanged", "Folder Created", "AlertRule Created"], Publish(server, Daily).Actions);
        JsonObject stored = server.AlertRules["daily"];
        Assert.Equal("", (string?)stored["provenance"]);
        Assert.Equal(AlertSql.Of(Daily), (string?)stored["data"]![0]!["model"]!["queryText"]);
        Assert.Equal(86400, (int)stored["data"]![0]!["relativeTimeRange"]!["from"]!);
        Assert.Equal("{\"type\":\"gt\",\"params\":[2000000]}", stored["data"]![2]!["model"]!["conditions"]![0]!["evaluator"]!.ToJsonString());
        Assert.Equal(300, server.IntervalOf(server.Folders[0].Uid, "TokenDashboard 5m"));
        server.ClearRequests();

        Assert.Equal(["DataSource Unchanged", "Folder Unchanged", "AlertRule Unchanged"], Publish(server, Daily).Actions);
        Assert.Empty(server.Writes);
        Assert.False(server.DryRunAsked);
    }

    [Fact]
    public async Task An_update_keeps_settings_that_users_added()
    {
        await using FakeGrafana server = await Start();
        Publish(server, Daily);
        server.EditRule("daily", rule =>
        {
            rule["isPaused"] = true;
            rule["notification_settings"] = new JsonObject { ["receiver"] = "pager" };
            rule["annotations"]!["__dashboardUid__"] = "abc";
        });

        Assert.Equal("AlertRule Unchanged", Publish(server, Daily).Actions[^1]);
        Assert.Equal("AlertRule Updated", Publish(server, Daily with { Limit = 5 }).Actions[^1]);

        JsonObject stored = server.AlertRules["daily"];
        Assert.Equal("pager", (string?)stored["notification_settings"]!["receiver"]);
        Assert.Equal("abc", (string?)stored["annotations"]!["__dashboardUid__"]);
        Assert.True((bool)stored["isPaused"]!);
        Assert.Equal("AlertRule Updated", Publish(server, Daily with { Limit = 5, Paused = false }).Actions[^1]);
        Assert.False((bool)server.AlertRules["daily"]["isPaused"]!);
    }

    public static TheoryData<string> Edits => ["title", "limit", "label", "annotation", "for", "state", "query"];

    [Theory]
    [MemberData(nameof(Edits))]
    public async Task A_change_by_another_user_is_overwritten_only_when_forced(string edit)
    {
        await using FakeGrafana server = await Start();
        Publish(server, Daily);
        server.EditRule("daily", rule => (edit switch
        {
            "title" => (Action)(() => rule["title"] = "Mine"),
            "limit" => () => rule["data"]![2]!["model"]!["conditions"]![0]!["evaluator"]!["params"] = new JsonArray(3),
            "label" => () => rule["labels"]!["mine"] = "yes",
            "annotation" => () => rule["annotations"]!["summary"] = "Mine",
            "for" => () => rule["for"] = "11m",
            "state" => () => rule["noDataState"] = "NoData",
            _ => () => rule["data"]![0]!["model"]!["queryText"] = "SELECT 1",
        })());
        server.ClearRequests();

        AlertPublishing run = Publish(server, Daily);

        Assert.Equal(ErrorCode.GrafanaVersionConflict, run.Error?.Code);
        Assert.Equal("AlertRule Conflict", run.Actions[^1]);
        string changed = Assert.Single(run.Results[^1].Changes!).Path;
        Assert.Contains(changed, run.Error!.Message, StringComparison.Ordinal);
        Assert.Empty(server.Writes);
        Assert.Equal("AlertRule Updated", Publish(server, Daily, new GrafanaPublishOptions { Force = true }).Actions[^1]);
        Assert.Equal("AlertRule Unchanged", Publish(server, Daily).Actions[^1]);
    }

    [Fact]
    public async Task A_rule_created_by_someone_else_is_not_overwritten()
    {
        await using FakeGrafana server = await Start();
        Publish(server, Daily);
        server.EditRule("daily", rule => rule["annotations"]!.AsObject().Remove("__tokendashboard__"));

        Assert.Equal("AlertRule Unchanged", Publish(server, Daily).Actions[^1]);
        Assert.Equal(ErrorCode.GrafanaVersionConflict, Publish(server, Daily with { Limit = 9 }).Error?.Code);
    }

    [Theory]
    [InlineData("file", ErrorCode.GrafanaAlertRuleManaged)]
    [InlineData("converted_prometheus", ErrorCode.GrafanaAlertRuleManaged)]
    [InlineData("api", null)]
    public async Task Provenance_determines_whether_a_rule_can_be_changed(string provenance, ErrorCode? expected)
    {
        await using FakeGrafana server = await Start();
        Publish(server, Daily);
        server.EditRule("daily", rule => rule["provenance"] = provenance);

        Assert.Equal("AlertRule Unchanged", Publish(server, Daily, new GrafanaPublishOptions { Force = true }).Actions[^1]);
        Assert.Equal(expected, Publish(server, Daily with { Limit = 9 }, new GrafanaPublishOptions { Force = true }).Error?.Code);
        Assert.Equal(provenance, (string?)server.AlertRules["daily"]["provenance"]);
    }

    [Fact]
    public async Task Changing_the_interval_of_a_group_keeps_all_its_rules()
    {
        await using FakeGrafana server = await Start();
        Publish(server, Daily);
        AlertRule other = Rule(("Name", "Other"), ("Group", Daily.Group));
        Publish(server, other);

        AlertPublishing run = Publish(server, Daily with { Interval = TimeSpan.FromSeconds(30) });

        Assert.Equal("AlertRule Updated", run.Actions[^1]);
        Assert.Equal(30, server.IntervalOf(server.Folders[0].Uid, Daily.Group));
        Assert.Equal(2, server.AlertRules.Count);
    }

    [Theory]
    [InlineData("", ErrorCode.GrafanaVersionConflict, null)]
    [InlineData("file", ErrorCode.GrafanaAlertRuleManaged, ErrorCode.GrafanaAlertRuleManaged)]
    public async Task Changing_the_interval_of_a_group_with_foreign_rules_is_a_conflict(string provenance, ErrorCode expected, ErrorCode? forced)
    {
        await using FakeGrafana server = await Start();
        Publish(server, Daily);
        Publish(server, Rule(("Name", "Other"), ("Uid", "other"), ("Group", Daily.Group)));
        server.EditRule("other", rule => (rule["annotations"], rule["provenance"]) = (null, provenance));
        AlertRule faster = Daily with { Interval = TimeSpan.FromSeconds(30) };

        AlertPublishing run = Publish(server, faster);

        Assert.Equal(expected, run.Error?.Code);
        Assert.Equal("AlertRule Conflict", run.Actions[^1]);
        Assert.Equal(forced, Publish(server, faster, new GrafanaPublishOptions { Force = true }).Error?.Code);
    }

    [Fact]
    public async Task A_rule_stays_in_its_nested_folder_unless_it_specifies_another()
    {
        await using FakeGrafana server = await Start();
        Publish(server, Daily, new GrafanaPublishOptions { Folder = "LLM/Alerts" });
        string folder = server.Folders.Single(each => each.Title == "Alerts").Uid;
        Assert.Equal(folder, (string?)server.AlertRules["daily"]["folderUID"]);

        Assert.Equal("AlertRule Unchanged", Publish(server, Daily).Actions[^1]);
        Assert.Equal("AlertRule Updated", Publish(server, Daily with { Folder = "Elsewhere" }, new GrafanaPublishOptions { Folder = "LLM/Alerts" }).Actions[^1]);
        Assert.Equal(server.Folders.Single(each => each.Title == "Elsewhere").Uid, (string?)server.AlertRules["daily"]["folderUID"]);
        Assert.Equal(ErrorCode.GrafanaFolderConflict, Publish(server, Daily with { Folder = "General" }).Error?.Code);
    }

    [Fact]
    public async Task The_data_source_is_found_by_uid_or_name()
    {
        await using FakeGrafana server = await Start();
        server.DataSources[0]["uid"] = "own-uid";
        server.DataSources[0]["name"] = "Own name";

        TokenDashboardException? missing = Publish(server, Daily).Error;
        Assert.Equal(ErrorCode.GrafanaDataSourceMissing, missing?.Code);
        Assert.DoesNotContain("-Database", missing!.Message, StringComparison.Ordinal);
        Assert.Equal(ErrorCode.GrafanaDataSourceMissing, Publish(server, Daily, new GrafanaPublishOptions { DataSourceName = "No name" }).Error?.Code);
        Publish(server, Daily, new GrafanaPublishOptions { DataSourceName = "Own name" });

        Assert.Equal("own-uid", (string?)server.AlertRules["daily"]["data"]![0]!["datasourceUid"]);
        Assert.Equal("AlertRule Unchanged", Publish(server, Daily, new GrafanaPublishOptions { DataSourceUid = "own-uid" }).Actions[^1]);
    }

    [Fact]
    public async Task A_rule_moves_to_a_data_source_of_another_plugin_only_when_forced()
    {
        await using FakeGrafana server = await Start();
        var clickHouse = (JsonObject)server.DataSources[0].DeepClone();
        (clickHouse["uid"], clickHouse["name"], clickHouse["type"], clickHouse["id"]) = ("fleet", "Fleet", "grafana-clickhouse-datasource", 99);
        server.DataSources.Add(clickHouse);
        server.Plugins.Add("grafana-clickhouse-datasource");
        Publish(server, Daily);

        TokenDashboardException? kept = Publish(server, Daily, new GrafanaPublishOptions { DataSourceUid = "fleet" }).Error;
        Assert.Equal(ErrorCode.GrafanaVersionConflict, kept?.Code);
        Assert.Contains("'tokendashboard-sqlite', not 'fleet'", kept!.Message, StringComparison.Ordinal);
        Assert.Contains("another Name or Uid", kept.Message, StringComparison.Ordinal);
        Assert.Equal("AlertRule Unchanged", Publish(server, Daily).Actions[^1]);
        Assert.Equal("AlertRule Updated", Publish(server, Daily, new GrafanaPublishOptions { DataSourceUid = "fleet", Force = true }).Actions[^1]);
        server.EditRule("daily", rule => rule["data"]![0]!["model"]!["rawSql"] = "SELECT 1");
        Assert.Equal(ErrorCode.GrafanaVersionConflict, Publish(server, Daily).Error?.Code);
    }

    [Fact]
    public async Task Declined_changes_are_not_written()
    {
        await using FakeGrafana server = await Start();

        AlertPublishing run = Publish(server, [Daily], write: false);

        Assert.Equal(["DataSource Unchanged"], run.Actions);
        Assert.Null(run.Error);
        Assert.Equal(2, run.Asked.Count);
        Assert.Empty(server.Writes);
    }

    [Fact]
    public async Task A_write_whose_response_is_lost_is_not_repeated()
    {
        await using FakeGrafana server = await Start();
        server.Lose = line => line.StartsWith("POST /api/v1/", StringComparison.Ordinal) ? FakeGrafana.Answer.Message(503, "busy") : null;

        Assert.Equal("AlertRule Created", Publish(server, Daily).Actions[^1]);
        Assert.Single(server.Writes, write => write.StartsWith("POST /api/v1/", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("9.5.21")]
    [InlineData("11.6.0")]
    [InlineData("13.3.1")]
    public async Task Error_messages_contain_the_response_of_Grafana(string version)
    {
        await using FakeGrafana server = await Start(version);
        Publish(server, Daily);

        AlertPublishing taken = Publish(server, Daily with { Uid = "second" });
        Assert.Equal(ErrorCode.GrafanaVersionConflict, taken.Error?.Code);
        Assert.Equal("AlertRule Conflict", taken.Actions[^1]);
        Assert.Contains("should be unique", taken.Error?.Message, StringComparison.Ordinal);
        server.Forbidden.Add("alerting");
        Assert.Equal(ErrorCode.GrafanaForbidden, Publish(server, Daily with { Limit = 3 }).Error?.Code);
        Assert.Contains("alert.provisioning:write", Publish(server, Daily with { Limit = 3 }).Error?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Conflicting_rules_in_one_run_are_rejected()
    {
        await using FakeGrafana server = await Start();

        Assert.Equal(ErrorCode.AlertRuleInvalid, Publish(server, [Daily, Daily]).Error?.Code);
        Assert.Contains("same name", Publish(server, [Daily, Daily with { Uid = "second" }]).Error?.Message, StringComparison.Ordinal);
        Assert.Contains("Interval", Publish(server, [Daily, Daily with { Uid = "third", Name = "Third", Interval = TimeSpan.FromMinutes(1) }]).Error?.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("user", "User", "By User")]
    [InlineData("user", "Model", null)]
    [InlineData("alertname", "Total", "Grafana")]
    [InlineData("grafana_folder", "Total", "Grafana")]
    [InlineData("__alert_rule_uid__", "Total", "Grafana")]
    public void A_label_that_the_alert_already_has_is_rejected(string label, string by, string? words)
    {
        Exception? refused = Record.Exception(() => Rule(("By", by), ("Window", "1d"), ("Limit", 5), ("Labels", new Dictionary<string, object?> { [label] = "x" })));

        Assert.Equal(words is null ? null : ErrorCode.AlertRuleInvalid, (refused as TokenDashboardException)?.Code);
        Assert.Contains(words ?? "", refused?.Message ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task NoTelemetry_alerts_below_one_request()
    {
        await using FakeGrafana server = await Start();
        Publish(server, Rule(("Kind", "NoTelemetry"), ("Uid", "silent"), ("Window", "15m")));

        JsonObject stored = server.AlertRules["silent"];
        Assert.Equal("{\"type\":\"lt\",\"params\":[1]}", stored["data"]![2]!["model"]!["conditions"]![0]!["evaluator"]!.ToJsonString());
        Assert.Equal("Alerting", (string?)stored["noDataState"]);
    }

    [Theory]
    [InlineData("7.5.5", true)]
    [InlineData("9.5.21", false)]
    [InlineData("10.4.19", false)]
    public async Task A_server_without_unified_alerting_is_an_error_before_any_write(string version, bool unified)
    {
        await using FakeGrafana server = await Start(version);
        server.UnifiedAlerting = unified;

        Assert.Equal(ErrorCode.GrafanaAlertingMissing, Publish(server, Daily).Error?.Code);
        Assert.Empty(server.Writes);
        Assert.Empty(server.Folders);
    }

    [Fact]
    public async Task A_rule_saved_by_a_concurrent_run_is_not_a_conflict()
    {
        await using FakeGrafana server = await Start();
        // This is the response to the second of two runs that save the same rule.
        server.Lose = line => line == "POST /api/v1/provisioning/alert-rules" ? FakeGrafana.Answer.Message(409, "conflicting alert rule found") : null;

        Assert.Null(Publish(server, Daily).Error);
        Assert.Equal("AlertRule Unchanged", Publish(server, Daily).Actions[^1]);
    }

    private static Task<FakeGrafana> Start(string version = "13.3.1") => AlertPublishing.StartAsync(version);

    private static AlertPublishing Publish(FakeGrafana server, AlertRule rule, GrafanaPublishOptions? options = null) => Publish(server, [rule], options);

    private static AlertPublishing Publish(FakeGrafana server, AlertRule[] rules, GrafanaPublishOptions? options = null, bool write = true) =>
        AlertPublishing.Of(server, rules, options, write);
}
