using System.Text.Json.Nodes;
using TokenDashboard.Grafana.Alerting.Rules;
using TokenDashboard.Grafana.Results;
using TokenDashboard.Testing;
using static TokenDashboard.Tests.Grafana.Alerting.AlertRun;

namespace TokenDashboard.Tests.Grafana.Alerting;

public sealed class AlertRuleGroupTests
{
    private static readonly AlertRule Slow = Rule(("Name", "Slow"), ("Uid", "slow"), ("Interval", "10m"));
    private static readonly AlertRule Fast = Rule(("Name", "Fast"), ("Uid", "fast"), ("Interval", "1m"));

    [Theory]
    [InlineData("9.5.21")]
    [InlineData("13.3.1")]
    public async Task A_rule_that_moves_to_another_group_gets_its_interval(string version)
    {
        await using FakeGrafana server = await AlertPublishing.StartAsync(version);
        AlertPublishing.Of(server, [Slow, Fast]);
        // The rule of another tool in this group already has the interval and must not change.
        server.EditRule("slow", rule => rule["provenance"] = "api");

        AlertPublishing run = AlertPublishing.Of(server, [Slow, Fast with { Interval = Slow.Interval, Group = Slow.Group }]);

        Assert.Null(run.Error);
        Assert.Equal("AlertRule Updated", run.Actions[^1]);
        Assert.Equal((600, 600), (server.RuleIntervals["slow"], server.RuleIntervals["fast"]));
        Assert.Equal(("api", ""), ((string?)server.AlertRules["slow"]["provenance"], (string?)server.AlertRules["fast"]["provenance"]));
    }

    [Fact]
    public async Task A_rule_that_moves_to_another_folder_gets_the_interval_of_its_group()
    {
        await using FakeGrafana server = await AlertPublishing.StartAsync();
        AlertRule there = Slow with { Folder = "There", Group = "g" }, here = Fast with { Folder = "Here", Group = "g" };
        AlertPublishing.Of(server, [there, here]);

        Assert.Null(AlertPublishing.Of(server, [there, here with { Folder = "There", Interval = there.Interval }]).Error);

        Assert.Equal(600, server.RuleIntervals["fast"]);
    }

    [Theory]
    [InlineData("9.5.21")]
    [InlineData("13.3.1")]
    public async Task A_rule_added_to_the_group_during_publishing_is_kept(string version)
    {
        await using FakeGrafana server = await AlertPublishing.StartAsync(version);
        AlertPublishing.Of(server, [Fast]);
        server.Intercept = line =>
        {
            if (line.StartsWith("PUT ", StringComparison.Ordinal) && line.Contains("/rule-groups/", StringComparison.Ordinal) && !server.AlertRules.ContainsKey("alices"))
            {
                var added = (JsonObject)server.AlertRules["fast"].DeepClone();
                (added["uid"], added["title"]) = ("alices", "Alice's");
                server.AlertRules["alices"] = added;
                server.RuleIntervals["alices"] = 60;
            }
            return null;
        };

        Assert.Null(AlertPublishing.Of(server, [Fast with { Interval = Slow.Interval }]).Error);

        Assert.Equal((600, 600), (server.RuleIntervals["fast"], server.RuleIntervals["alices"]));
        Assert.Equal(["alices", "fast"], server.AlertRules.Keys.Order());
    }

    [Theory]
    [InlineData("9.5.21")]
    [InlineData("13.3.1")]
    public async Task The_interval_of_a_moved_rule_is_sent_again_after_a_failure(string version)
    {
        await using FakeGrafana server = await AlertPublishing.StartAsync(version);
        AlertPublishing.Of(server, [Slow, Fast]);
        int failures = 0;
        server.Intercept = line => line.StartsWith("PUT ", StringComparison.Ordinal) && line.Contains("/rule-groups/", StringComparison.Ordinal) && failures++ == 0
            ? FakeGrafana.Answer.Message(503, "busy") : null;

        Assert.Null(AlertPublishing.Of(server, [Slow, Fast with { Interval = Slow.Interval, Group = Slow.Group }]).Error);

        Assert.Equal(600, server.RuleIntervals["fast"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_rule_removed_during_publishing_is_reported(bool alone)
    {
        await using FakeGrafana server = await AlertPublishing.StartAsync();
        if (!alone)
            AlertPublishing.Of(server, [Slow with { Uid = "other", Name = "Other" }]);
        int reads = 0;
        server.Intercept = line =>
        {
            if (line.StartsWith("GET ", StringComparison.Ordinal) && line.Contains("/rule-groups/", StringComparison.Ordinal) && ++reads == 2)
                server.AlertRules.Remove("slow");
            return null;
        };

        AlertPublishing run = AlertPublishing.Of(server, [Slow]);

        Assert.Equal(ErrorCode.GrafanaVersionConflict, run.Error?.Code);
        Assert.Contains("run the command again", run.Error!.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_rule_moved_in_Grafana_stays_unless_a_folder_is_specified()
    {
        await using FakeGrafana server = await AlertPublishing.StartAsync();
        AlertPublishing.Of(server, [Slow]);
        string home = server.Folders[0].Uid;
        server.Folders.Add(new FakeGrafana.Folder("ops", "Ops"));
        server.EditRule("slow", rule => rule["folderUID"] = "ops");

        Assert.Equal("AlertRule Unchanged", AlertPublishing.Of(server, [Slow]).Actions[^1]);
        Assert.Equal("AlertRule Updated", AlertPublishing.Of(server, [Slow with { Limit = 7 }]).Actions[^1]);
        Assert.Equal("ops", (string?)server.AlertRules["slow"]["folderUID"]);
        Assert.Equal("AlertRule Updated", AlertPublishing.Of(server, [Slow with { Limit = 7 }], new GrafanaPublishOptions { Folder = "TokenDashboard" }).Actions[^1]);
        Assert.Equal(home, (string?)server.AlertRules["slow"]["folderUID"]);
    }

    [Fact]
    public async Task Rules_of_a_second_store_replace_those_of_the_first_only_when_forced()
    {
        await using FakeGrafana server = await AlertPublishing.StartAsync();
        var second = (JsonObject)server.DataSources[0].DeepClone();
        (second["uid"], second["name"], second["id"]) = ("ds-b", "B", 99);
        server.DataSources.Add(second);
        AlertPublishing.Of(server, [Slow]);
        server.ClearRequests();

        AlertPublishing run = AlertPublishing.Of(server, [Slow], new GrafanaPublishOptions { DataSourceUid = "ds-b" });

        Assert.Equal("AlertRule Conflict", run.Actions[^1]);
        Assert.Empty(server.Writes);
        Assert.Null(AlertPublishing.Of(server, [Slow with { Uid = "slow-b", Name = "Slow B" }], new GrafanaPublishOptions { DataSourceUid = "ds-b" }).Error);
        Assert.Equal("AlertRule Updated", AlertPublishing.Of(server, [Slow], new GrafanaPublishOptions { DataSourceUid = "ds-b", Force = true }).Actions[^1]);
    }

    [Theory]
    [InlineData("Tokens", 2e6, "{{ printf \"%.0f\" .Values.B.Value }} tokens in 1h, limit 2000000")]
    [InlineData("PolicyFailures", 3, "{{ printf \"%.0f\" .Values.B.Value }} policy failures in 1h, limit 3")]
    [InlineData("P95Duration", 20000, "95 % of requests within {{ printf \"%.0f\" .Values.B.Value }} ms in 1h, limit 20000 ms")]
    [InlineData("Cost", 50, "cost {{ printf \"%.2f\" .Values.B.Value }} in 1h, limit 50")]
    [InlineData("Cost", 0.005, "cost {{ printf \"%.4f\" .Values.B.Value }} in 1h, limit 0.005")]
    public void The_summary_contains_readable_numbers(string kind, double limit, string expected) =>
        Assert.Equal(expected, Rule(("Kind", kind), ("Limit", limit)).Annotations["summary"]);
}
