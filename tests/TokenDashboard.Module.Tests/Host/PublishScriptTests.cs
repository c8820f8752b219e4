using System.Text.RegularExpressions;
using TokenDashboard.Testing;

namespace TokenDashboard.Module.Tests.Host;

/// <summary>Runs the script for timers the way a timer does.</summary>
public sealed partial class PublishScriptTests : IDisposable
{
    private static readonly string Script = Path.Combine(ModuleSession.RepositoryPath, "examples", "Publish-TokenDashboards.ps1");

    private readonly string _folder = Directory.CreateTempSubdirectory("tokendashboard-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Runs_log_changes_and_conflicts_and_set_the_exit_code()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        WriteDashboard("one");
        WriteDashboard("two");

        TokenDash.Result first = await Run(server.Url, "-Folder", "LLM");
        server.ClearRequests();
        TokenDash.Result second = await Run(server.Url, "-Folder", "LLM");
        Assert.Empty(server.Writes);
        server.EditInBrowser("one", content => content["refresh"] = "5m");
        TokenDash.Result third = await Run(server.Url, "-Folder", "LLM");
        TokenDash.Result forced = await Run(server.Url, "-Force", "-BackupPath", Path.Combine(_folder, "backup"));

        Assert.Equal((0, ""), (first.ExitCode, first.Error));
        Assert.Equal(["Created Folder 'LLM'", "Created Dashboard 'one'", "Created Dashboard 'two'", "Done: 3 created, 0 updated, 0 unchanged, 0 failed"], Events(first));
        Assert.Equal(0, second.ExitCode);
        Assert.Equal(["Done: 0 created, 0 updated, 3 unchanged, 0 failed"], Events(second));
        Assert.Equal(2, third.ExitCode);
        Assert.StartsWith("Error GrafanaVersionConflict: The dashboard 'one'", Events(third)[0], StringComparison.Ordinal);
        Assert.Equal("Done: 0 created, 0 updated, 2 unchanged, 1 failed", Events(third)[1]);
        Assert.Equal(0, forced.ExitCode);
        Assert.Equal(["Updated Dashboard 'one'", "Done: 0 created, 1 updated, 1 unchanged, 0 failed"], Events(forced));
        Assert.True(File.Exists(Path.Combine(_folder, "backup/LLM/one.v2.json")));
        Assert.All([first, second, third, forced], result => Assert.DoesNotContain(FakeGrafana.Token, result.Output + result.Error, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_rejected_token_ends_the_run()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        WriteDashboard("one");
        server.Intercept = line => line.EndsWith("/api/org", StringComparison.Ordinal) ? FakeGrafana.Answer.Message(401, "Invalid API key") : null;

        TokenDash.Result refused = await Run(server.Url);

        Assert.Equal(3, refused.ExitCode);
        Assert.StartsWith("Ended GrafanaUnauthorized: ", Assert.Single(Events(refused)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_account_without_write_permission_fails_the_run()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        WriteDashboard("one");
        WriteDashboard("two");
        server.Forbidden.Add("dashboards");

        TokenDash.Result result = await Run(server.Url);

        Assert.Equal(3, result.ExitCode);
        Assert.Equal(
            ["Failed Dashboard 'one'", "Error GrafanaForbidden", "Failed Dashboard 'two'", "Error GrafanaForbidden", "Done", "Ended GrafanaForbidden"],
            Events(result).Select(line => line.Split(':')[0]));
        Assert.Contains("Done: 0 created, 0 updated, 0 unchanged, 2 failed", Events(result));
        Assert.Empty(server.Dashboards);
    }

    [Fact]
    public async Task Publishes_alert_rules_and_refreshes_the_rollups_of_the_store()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        string rules = Path.Combine(_folder, "rules");
        string store = Path.Combine(_folder, "store.db");
        Directory.CreateDirectory(rules);
        File.WriteAllText(Path.Combine(rules, "silent.json"), """{ "Name": "Silence", "Uid": "silent", "Kind": "NoTelemetry", "Window": "15m" }""");
        WriteDashboard("one");
        using (var session = new ModuleSession())
            session.Run("$null = New-TokenStore -Path $path -Sample -Days 3 -RequestsPerDay 20 -Seed 3", ("path", store)).Succeeded();

        TokenDash.Result first = await Run(server.Url, "-Folder", "LLM", "-Database", "/data/o.db", "-AlertRule", Path.Combine(rules, "*.json"), "-Store", store);
        server.ClearRequests();
        TokenDash.Result second = await Run(server.Url, "-Folder", "LLM", "-AlertRule", Path.Combine(rules, "*.json"), "-Store", store);
        string[] writes = [.. server.Writes];
        File.WriteAllText(Path.Combine(rules, "broken.json"), """{ "Name": "Broken" }""");
        TokenDash.Result third = await Run(server.Url, "-AlertRule", Path.Combine(rules, "*.json"), "-Store", store + ".none");

        Assert.Equal((0, ""), (first.ExitCode, first.Error));
        Assert.Equal(
            ["Created Folder 'LLM'", "Created DataSource 'TokenDashboard'", "Created Dashboard 'one'", "Created AlertRule 'Silence'"],
            Events(first).Where(line => line.StartsWith("Created", StringComparison.Ordinal)));
        Assert.Equal((0, 1), (second.ExitCode, Events(second).Length));
        Assert.Empty(writes);
        Assert.Equal(2, third.ExitCode);
        Assert.Equal(["Error StoreNotFound", "Error AlertRuleInvalid"], Events(third).SkipLast(1).Select(line => line.Split(':')[0]));
        Assert.EndsWith(", 2 failed", Events(third)[^1], StringComparison.Ordinal);
        Assert.Contains("tokendash_", await File.ReadAllTextAsync(store, System.Text.Encoding.Latin1, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_next_run_finishes_what_a_server_crash_interrupted()
    {
        FakeGrafana server = await FakeGrafana.StartAsync();
        WriteDashboard("one");
        WriteDashboard("two");
        server.Intercept = line => line.StartsWith("GET /api/dashboards/uid/two", StringComparison.Ordinal) ? (Task.Run(server.KillAsync), FakeGrafana.Answer.Dropped).Item2 : null;
        TokenDash.Result killed = await Run(server.Url, "-TimeoutSec", "5");
        string state = server.Snapshot();
        await server.DisposeAsync();
        await using FakeGrafana again = await FakeGrafana.StartAsync();
        again.Restore(state);

        TokenDash.Result after = await Run(again.Url);

        Assert.Equal(3, killed.ExitCode);
        Assert.Equal(["Created Dashboard 'one'", "Failed Dashboard 'two'"], Events(killed).SkipLast(1).Select(line => line.Split(':')[0]));
        // On a busy machine, the time can run out during an attempt.
        Assert.Matches("^Ended Grafana(Unreachable|Timeout):", Events(killed)[^1]);
        Assert.Equal((0, "Created Dashboard 'two'"), (after.ExitCode, Events(after)[0]));
        Assert.All(again.Dashboards.Values, dashboard => Assert.Single(dashboard.History));
    }

    [Fact]
    public async Task Concurrent_runs_save_each_dashboard_or_report_a_conflict()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        string[] uids = [.. Enumerable.Range(0, 10).Select(index => $"d{index}")];
        TokenDash.Result[] results = await Task.WhenAll(new[] { "1m", "5m" }.Select(refresh =>
        {
            string folder = Directory.CreateDirectory(Path.Combine(_folder, refresh)).FullName;
            Assert.All(uids, uid => File.WriteAllText(Path.Combine(folder, uid + ".json"), $$"""{ "uid": "{{uid}}", "title": "{{uid}}", "refresh": "{{refresh}}", "panels": [] }"""));
            return TokenDash.Run(
                new Dictionary<string, string?> { ["GRAFANA_URL"] = server.Url.ToString(), ["GRAFANA_TOKEN"] = FakeGrafana.Token },
                ["-File", Script, "-Path", Path.Combine(folder, "*.json"), "-Folder", "LLM/Tokens"]);
        }));

        string[] events = [.. results.SelectMany(Events)];
        int saved = events.Count(line => line.StartsWith("Created Dashboard", StringComparison.Ordinal) || line.StartsWith("Updated Dashboard", StringComparison.Ordinal));
        Assert.All(results, result => Assert.True(result.ExitCode is 0 or 2, result.Output));
        Assert.Equal(2 * uids.Length, saved + events.Count(line => line.StartsWith("Error GrafanaVersionConflict", StringComparison.Ordinal)));
        Assert.Equal(saved, server.Dashboards.Values.Sum(dashboard => dashboard.History.Count));
        Assert.Equal(uids, server.Dashboards.Keys.Order());
        Assert.Equal(["LLM", "Tokens"], server.Folders.Select(folder => folder.Title));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_proxy_from_the_environment_is_used_without_showing_a_secret(bool refuses)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        WriteDashboard("one");
        server.Intercept = _ => refuses ? FakeGrafana.Answer.Html(407, "<html>Proxy authentication required</html>") : null;

        TokenDash.Result result = await TokenDash.Run(
            new Dictionary<string, string?>
            {
                ["GRAFANA_URL"] = "http://grafana.test/",
                ["GRAFANA_TOKEN"] = FakeGrafana.Token,
                ["HTTP_PROXY"] = $"http://user:pr0xy-secret@127.0.0.1:{server.Url.Port}",
                ["http_proxy"] = null,
                ["NO_PROXY"] = null,
                ["no_proxy"] = null,
            },
            ["-File", Script, "-Path", Path.Combine(_folder, "one.json")]);

        Assert.Equal(refuses ? 3 : 0, result.ExitCode);
        string expected = refuses ? "Ended GrafanaUnreachable: http://grafana.test/ responded to GET /api/health with status 407" : "Created Dashboard 'one'";
        Assert.Contains(Events(result), line => line.StartsWith(expected, StringComparison.Ordinal));
        Assert.All(
            ["pr0xy-secret", FakeGrafana.Token], secret => Assert.DoesNotContain(secret, result.Output + result.Error, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_proxy_is_not_used_for_this_computer()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        await using FakeGrafana proxy = await FakeGrafana.StartAsync();
        proxy.Intercept = _ => FakeGrafana.Answer.Html(503, "");
        WriteDashboard("one");

        TokenDash.Result result = await TokenDash.Run(
            new Dictionary<string, string?>
            {
                ["GRAFANA_URL"] = server.Url.ToString(),
                ["GRAFANA_TOKEN"] = FakeGrafana.Token,
                ["HTTP_PROXY"] = proxy.Url.ToString(),
                ["http_proxy"] = null,
                ["NO_PROXY"] = null,
                ["no_proxy"] = null,
            },
            ["-File", Script, "-Path", Path.Combine(_folder, "one.json")]);

        Assert.Equal(0, result.ExitCode);
        Assert.Empty(proxy.Requests);
    }

    private Task<TokenDash.Result> Run(Uri url, params string[] arguments) => TokenDash.Run(
        new Dictionary<string, string?> { ["GRAFANA_URL"] = url.ToString(), ["GRAFANA_TOKEN"] = FakeGrafana.Token },
        ["-File", Script, "-Path", Path.Combine(_folder, "*.json"), .. arguments]);

    private void WriteDashboard(string uid) =>
        File.WriteAllText(Path.Combine(_folder, uid + ".json"), $$"""{ "uid": "{{uid}}", "title": "{{uid}}", "panels": [] }""");

    /// <summary>The lines of the log without timestamps.</summary>
    private static string[] Events(TokenDash.Result result)
    {
        string[] lines = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(lines, line => Assert.Matches(Time(), line));
        return [.. lines.Select(line => Time().Replace(line, ""))];
    }

    [GeneratedRegex("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z ")]
    private static partial Regex Time();
}
