using System.Management.Automation;
using System.Net;
using System.Security;
using TokenDashboard.Testing;

namespace TokenDashboard.Module.Tests.Commands;

public sealed class PublishGrafanaAlertRuleTests : IDisposable
{
    private const string Connect = "$null = Connect-Grafana -Url $url -Token $token; $null = Set-GrafanaDataSource /data/o.db; ";
    private const string Daily = "@{ Name = 'Daily'; Uid = 'daily'; Kind = 'Tokens'; By = 'User'; Window = '1d'; Limit = 100; Labels = @{ team = 'ops' } }";

    private readonly string _folder = Directory.CreateTempSubdirectory("tokendashboard-").FullName;
    private readonly SecureString _token = new NetworkCredential("", FakeGrafana.Token).SecurePassword;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("9.5.21")]
    [InlineData("13.3.1")]
    public async Task A_rule_is_published_once_and_then_unchanged(string version)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync(version);
        using var session = new ModuleSession();

        IReadOnlyList<PSObject> first = Run(session, server, $"{Connect}{Daily} | Publish-GrafanaAlertRule").Succeeded();
        server.ClearRequests();
        IReadOnlyList<PSObject> second = Run(session, server, $"{Daily} | Publish-GrafanaAlertRule").Succeeded();

        Assert.Equal(["DataSource TokenDashboard Unchanged", "Folder TokenDashboard Created", "AlertRule Daily Created"], first.Select(Line));
        Assert.Equal(["DataSource TokenDashboard Unchanged", "Folder TokenDashboard Unchanged", "AlertRule Daily Unchanged"], second.Select(Line));
        Assert.Equal("ops", (string?)server.AlertRules["daily"]["labels"]!["team"]);
        Assert.Empty(server.Writes);
        Assert.False(server.DryRunAsked);
    }

    [Fact]
    public async Task Definitions_can_be_hashtables_objects_rows_paths_or_files()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        using var session = new ModuleSession();
        File.WriteAllText(
            Path.Combine(_folder, "rules [1].json"),
            "[ { \"name\": \"Daily\", \"uid\": \"daily\", \"kind\": \"tokens\", \"by\": \"user\", \"window\": \"1d\", \"limit\": 100, \"labels\": { \"team\": \"ops\" } } ]");
        Run(session, server, Connect + Daily + " | Publish-GrafanaAlertRule").Succeeded();
        string[] ways =
        [
            "'$folder/rules [1].json'".Replace("$folder", _folder, StringComparison.Ordinal),
            "\"$folder/*.json\"",
            "[IO.FileInfo]::new(\"$folder/rules [1].json\")",
            "[pscustomobject]" + Daily.Replace("@{ team", "[pscustomobject]@{ team", StringComparison.Ordinal),
            "([pscustomobject]@{ Name = 'Daily'; Uid = 'daily'; Kind = 'Tokens'; By = 'User'; Window = '1.00:00:00'; Limit = '100'; Model = ''; "
                + "Labels = @{ team = 'ops' } } | ForEach-Object { $_.Window = [timespan]$_.Window; $_ })",
        ];

        foreach (string way in ways)
        {
            Assert.Equal("AlertRule Daily Unchanged", Line(Run(session, server, $"{way} | Publish-GrafanaAlertRule").Succeeded()[^1]));
            Assert.Equal("AlertRule Daily Unchanged", Line(Run(session, server, $"Publish-GrafanaAlertRule ({way})").Succeeded()[^1]));
        }
    }

    [Fact]
    public async Task WhatIf_writes_nothing_and_reports_each_write()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        var host = new CapturingHost();
        using var session = new ModuleSession(host);
        Run(session, server, Connect).Succeeded();
        server.ClearRequests();

        IReadOnlyList<PSObject> output = Run(session, server, $"{Daily} | Publish-GrafanaAlertRule -WhatIf").Succeeded();

        Assert.Equal(["DataSource TokenDashboard Unchanged"], output.Select(Line));
        Assert.Empty(server.Writes);
        Assert.Contains("\"Create\" on target \"Folder 'TokenDashboard'", host.Text, StringComparison.Ordinal);
        Assert.Contains("\"Create\" on target \"Alert rule 'Daily' (uid 'daily')", host.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failing_rule_does_not_stop_the_others()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        using var session = new ModuleSession();
        Run(session, server, $"{Connect}{Daily} | Publish-GrafanaAlertRule").Succeeded();
        server.EditRule("daily", rule => rule["for"] = "1h");

        ModuleSession.Result result = Run(
            session, server, $"{Daily}, @{{ Name = 'Bad'; Kind = 'Weather'; Limt = 3 }}, 'none.json', @{{ Name = 'Silent'; Kind = 'NoTelemetry'; Window = '10m' }} | Publish-GrafanaAlertRule");

        Assert.Null(result.Terminating);
        Assert.Equal(["AlertRule Daily Conflict", "AlertRule Silent Created"], result.Output.Select(Line).Where(line => line.StartsWith("AlertRule", StringComparison.Ordinal)));
        Assert.Equal(["GrafanaVersionConflict", "AlertRuleInvalid", "AlertRuleNotFound"], result.Errors.Select(error => error.FullyQualifiedErrorId.Split(',')[0]));
        Assert.All((string[])["Limt is unknown", "Kind is 'Weather'", "Window is missing"], words => Assert.Contains(words, result.Errors[1].Exception.Message, StringComparison.Ordinal));
        Assert.Equal("AlertRule Daily Updated", Line(Run(session, server, $"{Daily} | Publish-GrafanaAlertRule -Force").Succeeded()[^1]));
    }

    [Theory]
    [InlineData("POST /api/v1/provisioning/alert-rules", 400)]
    [InlineData("POST /api/v1/provisioning/alert-rules", 500)]
    [InlineData("GET /api/v1/provisioning/alert-rules/one", 403)]
    public async Task A_rule_that_the_server_rejects_fails_and_the_others_are_published(string request, int status)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        using var session = new ModuleSession();
        int refused = 0;
        server.Intercept = line => line == request && refused++ == 0 ? FakeGrafana.Answer.Message(status, "not this one") : null;

        ModuleSession.Result result = Run(
            session, server, $"{Connect}'one', 'two' | ForEach-Object {{ @{{ Name = $_; Uid = $_; Kind = 'NoTelemetry'; Window = '10m' }} }} | Publish-GrafanaAlertRule");

        Assert.Null(result.Terminating);
        // The folder of a rule that cannot be read is unknown.
        Assert.Equal(status == 403 ? null : "TokenDashboard", result.Output.Single(each => Line(each) == "AlertRule one Failed").Properties["FolderTitle"].Value);
        Assert.Equal(["AlertRule one Failed", "AlertRule two Created"], result.Output.Select(Line).Where(line => line.StartsWith("AlertRule", StringComparison.Ordinal)));
        Assert.Contains("not this one", Assert.Single(result.Errors).Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_data_source_or_connection_ends_the_command()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        using var session = new ModuleSession();

        ModuleSession.Result result = Run(session, server, $"$null = Connect-Grafana -Url $url -Token $token; {Daily}, {Daily} | Publish-GrafanaAlertRule");

        Assert.Equal("GrafanaDataSourceMissing", result.ErrorId);
        Assert.Single(server.Requests, request => request.Contains("/api/datasources/uid/", StringComparison.Ordinal));
        Assert.Equal("GrafanaConnectionNotFound", Run(session, server, $"{Daily} | Publish-GrafanaAlertRule -Connection nobody").ErrorId);
    }

    [Fact]
    public async Task Every_rule_has_a_result_when_the_server_fails_midway()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        using var session = new ModuleSession();
        Run(session, server, Connect).Succeeded();
        bool dead = false;
        server.Intercept = line => (dead |= line == "GET /api/v1/provisioning/alert-rules/two") ? FakeGrafana.Answer.Dropped : null;

        IReadOnlyList<PSObject> output = Run(
            session,
            server,
            "$rules = 'one', 'two', 'three' | ForEach-Object { @{ Name = $_; Uid = $_; Kind = 'NoTelemetry'; Window = '10m'; Folder = 'LLM/Alerts' } }; "
                + "$null = Connect-Grafana $url -Token $token -TimeoutSec 5; "
                + "try { $rules | Publish-GrafanaAlertRule } catch { \"Ended $($_.FullyQualifiedErrorId)\" }").Succeeded();

        Assert.Equal(
            ["AlertRule one Created", "AlertRule two Failed", "AlertRule three Skipped"], output.SkipLast(1).Select(Line).Where(line => line.StartsWith("AlertRule", StringComparison.Ordinal)));
        Assert.All(output.SkipLast(1).TakeLast(3), rule => Assert.Equal("Alerts", rule.Properties["FolderTitle"].Value));
        // On a busy machine, the time can run out during an attempt.
        Assert.Matches("^Ended Grafana(Unreachable|Timeout),", output[^1].ToString());
        Assert.Equal(["one"], server.AlertRules.Keys);
    }

    [Fact]
    public void Provisioning_files_are_written_once_and_pruned_only_without_errors()
    {
        using var session = new ModuleSession();
        const string Silent = "@{ Name = 'Silent'; Uid = 'silent'; Kind = 'NoTelemetry'; Window = '10m' }";
        const string Export = "Export-GrafanaProvisioning $folder/provisioning -AlertRule";
        string stale = Path.Combine(_folder, "provisioning/alerting/tokendashboard-silent.yaml");

        Assert.Empty(Run(session, null, $"{Export} {Daily} -WhatIf").Succeeded());
        Assert.False(Directory.Exists(Path.Combine(_folder, "provisioning")));
        Assert.Equal(["Created", "Created"], Run(session, null, $"{Export} {Daily}, {Silent}").Succeeded().Select(Action));
        Assert.Equal(["Unchanged", "Unchanged"], Run(session, null, $"{Export} {Daily}, {Silent} -Prune").Succeeded().Select(Action));
        ModuleSession.Result failed = Run(session, null, $"{Export} {Daily}, 'none.json' -Prune");
        Assert.Equal("AlertRuleNotFound", failed.ErrorId);
        Assert.Contains("Nothing was pruned", Assert.Single(failed.Warnings), StringComparison.Ordinal);
        Assert.DoesNotContain("deleteRules", File.ReadAllText(stale), StringComparison.Ordinal);
        Assert.Equal(["Unchanged", "Removed"], Run(session, null, $"{Export} {Daily} -Prune").Succeeded().Select(Action));
        Assert.Contains("deleteRules", File.ReadAllText(stale), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-Prune", "NamedParameterNotFound")]
    [InlineData("-DataSourceUid 'not a uid'", "ParameterArgumentValidationError")]
    public void Invalid_arguments_are_rejected(string arguments, string errorId)
    {
        using var session = new ModuleSession();

        Assert.Equal(errorId, Run(session, null, $"Publish-GrafanaAlertRule {Daily} {arguments}").ErrorId);
    }

    private ModuleSession.Result Run(ModuleSession session, FakeGrafana? server, string script) =>
        session.Run(script, ("folder", _folder), ("url", server?.Url), ("token", _token));

    private static string Line(PSObject result) => $"{result.Properties["Kind"].Value} {result.Properties["Name"].Value} {Action(result)}";

    private static string Action(PSObject result) => result.Properties["Action"].Value.ToString()!;
}
