using System.Text.Json.Nodes;
using TokenDashboard.Engines.Sqlite.Panels;
using TokenDashboard.Grafana.Alerting;
using TokenDashboard.Grafana.Alerting.Rules;
using TokenDashboard.Grafana.Http;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Publishing;
using TokenDashboard.Grafana.Results;
using TokenDashboard.Tests.Grafana.Publishing;
using YamlDotNet.Serialization;
using static TokenDashboard.Tests.Grafana.Alerting.AlertRun;

namespace TokenDashboard.Tests.Grafana.Alerting;

public sealed class AlertProvisioningWriterTests : IDisposable
{
    private static readonly AlertRule Daily = Rule(
        ("Uid", "daily"), ("Name", "Costs $US: 'a' # b"), ("User", "O'Brien, søren $__from"),
        ("Labels", new Dictionary<string, object?> { ["cost"] = "$HOME" }), ("Description", "{{ $labels.user }} ${HOME} $__env{HOME} $5 {{ \"${x}\" }}"));

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_is_valid_YAML_with_escaped_dollar_signs()
    {
        Assert.Equal(GrafanaPublishAction.Created, Writer().Write(Daily)!.Action);
        string text = File.ReadAllText(_folder.File("alerting/tokendashboard-daily.yaml"));

        object? yaml = new DeserializerBuilder().Build().Deserialize(text);
        JsonNode root = JsonNode.Parse(new SerializerBuilder().JsonCompatible().Build().Serialize(yaml))!;
        JsonNode rule = root["groups"]![0]!["rules"]![0]!;
        Assert.Equal("Costs $$US: 'a' # b", (string?)rule["title"]);
        Assert.Equal("$$HOME", (string?)rule["labels"]!["cost"]);
        // Grafana expands the template. Some versions first expand names in braces. This text works in both.
        Assert.Equal("{{ $labels.user }} {{ \"$\" }}{HOME} {{ \"$\" }}__env{HOME} $5 {{ \"${x}\" }}", (string?)rule["annotations"]!["description"]);
        Assert.Equal(AlertSql.Of(Daily), (string?)rule["data"]![0]!["model"]!["queryText"]);
        Assert.Equal("tokendashboard-sqlite", (string?)rule["data"]![0]!["datasourceUid"]);
        Assert.Equal("5m", (string?)root["groups"]![0]!["interval"]);
        Assert.Equal("TokenDashboard", (string?)root["groups"]![0]!["folder"]);
    }

    [Fact]
    public void Only_changed_files_are_written()
    {
        Writer().Write(Daily);
        string path = _folder.File("alerting/tokendashboard-daily.yaml");
        File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch);

        Assert.Equal(GrafanaPublishAction.Unchanged, Writer().Write(Daily)!.Action);
        Assert.Equal(DateTime.UnixEpoch, File.GetLastWriteTimeUtc(path));
        Assert.Equal(GrafanaPublishAction.Updated, Writer().Write(Daily with { Limit = 8 })!.Action);
        Assert.Null(Writer(write: false).Write(Daily with { Limit = 9 }));
        Assert.Equal(["tokendashboard-daily.yaml"], Directory.GetFiles(_folder.File("alerting")).Select(Path.GetFileName));
    }

    [Fact]
    public void Pruning_deletes_the_rules_of_stale_files_once_and_keeps_other_files()
    {
        Writer().Write(Daily);
        Writer().Write(Daily with { Uid = "old", Name = "Old" });
        File.WriteAllText(_folder.File("alerting/tokendashboard-foreign.yaml"), "groups: []\n");
        File.WriteAllText(_folder.File("alerting/other.yaml"), "groups: []\n");
        AlertProvisioningWriter writer = Writer();
        writer.Write(Daily);

        GrafanaPublishResult removed = Assert.Single(writer.Prune());

        Assert.Equal(("old", GrafanaPublishAction.Removed), (removed.Uid, removed.Action));
        string text = File.ReadAllText(_folder.File("alerting/tokendashboard-old.yaml"));
        Assert.Equal("{\"apiVersion\":1,\"deleteRules\":[{\"orgId\":1,\"uid\":\"old\"}]}", JsonNode.Parse(text[text.IndexOf('{')..])!.ToJsonString());
        Assert.Empty(writer.Prune());
        Assert.Equal("groups: []\n", File.ReadAllText(_folder.File("alerting/tokendashboard-foreign.yaml")));
        Assert.Equal(GrafanaPublishAction.Updated, Writer().Write(Daily with { Uid = "old", Name = "Old" })!.Action);
    }

    [Fact]
    public void Dashboards_and_alert_rules_are_pruned_separately()
    {
        var options = new ProvisioningOptions(_folder.File("")) { Database = "/d.db" };
        var dashboards = new ProvisioningWriter(options, Callbacks(true));
        DashboardDocument document = DashboardDocument.Parse(PublishRun.Json(), "test");
        Assert.Equal(3, dashboards.Write(document).Count());
        Writer().Write(Daily);

        Assert.Empty(dashboards.Prune());
        Assert.Single(Writer().Prune());
        Assert.All(new ProvisioningWriter(options, Callbacks(true)).Write(document), result => Assert.Equal(GrafanaPublishAction.Unchanged, result.Action));
        Assert.True(File.Exists(_folder.File("alerting/tokendashboard-daily.yaml")));
    }

    [Fact]
    public void Duplicate_rules_nested_folders_and_invalid_paths_are_errors()
    {
        AlertProvisioningWriter writer = Writer();
        writer.Write(Daily);

        Assert.Equal(ErrorCode.AlertRuleInvalid, Assert.Throws<TokenDashboardException>(() => writer.Write(Daily)).Code);
        Assert.Equal(ErrorCode.AlertRuleInvalid, Assert.Throws<TokenDashboardException>(() => writer.Write(Daily with { Uid = "b", Name = "B", Folder = "A/B" })).Code);
        File.WriteAllText(_folder.File("blocked"), "");
        Assert.Equal(ErrorCode.DashboardWriteFailed, Assert.Throws<TokenDashboardException>(() => Writer("blocked").Write(Daily)).Code);
    }

    private AlertProvisioningWriter Writer(string below = "", bool write = true) =>
        new(new ProvisioningOptions(_folder.File(below)), Callbacks(write));

    private static PublishCallbacks Callbacks(bool write) => new((_, _) => write, _ => { }, _ => { }, _ => { });
}
