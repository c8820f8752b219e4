using System.Text.RegularExpressions;
using TokenDashboard.Testing;

namespace TokenDashboard.Module.Tests.Host;

/// <summary>The script for timers, run as a timer runs it.</summary>
public sealed partial class PublishScriptTests : IDisposable
{
    private static readonly string Script = Path.Combine(ModuleSession.RepositoryPath, "examples", "Publish-TokenDashboards.ps1");

    private readonly string _folder = Directory.CreateTempSubdirectory("tokendashboard-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_run_that_changes_something_one_that_does_not_and_one_with_a_conflict()
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
    public async Task A_server_that_is_gone_and_one_that_refuses_the_token_end_the_run()
    {
        Uri url;
        await using (FakeGrafana server = await FakeGrafana.StartAsync())
        {
            url = server.Url;
            WriteDashboard("one");
            server.Intercept = line => line.EndsWith("/api/org", StringComparison.Ordinal) ? FakeGrafana.Answer.Message(401, "Invalid API key") : null;
            TokenDash.Result refused = await Run(url);
            Assert.Equal(3, refused.ExitCode);
            Assert.StartsWith("Ended GrafanaUnauthorized: ", Assert.Single(Events(refused)), StringComparison.Ordinal);
        }

        TokenDash.Result gone = await Run(url);

        Assert.Equal(3, gone.ExitCode);
        Assert.StartsWith("Ended GrafanaUnreachable: ", Assert.Single(Events(gone)), StringComparison.Ordinal);
    }

    private Task<TokenDash.Result> Run(Uri url, params string[] arguments) => TokenDash.Run(
        new Dictionary<string, string?> { ["GRAFANA_URL"] = url.ToString(), ["GRAFANA_TOKEN"] = FakeGrafana.Token },
        ["-File", Script, "-Path", Path.Combine(_folder, "*.json"), .. arguments]);

    private void WriteDashboard(string uid) =>
        File.WriteAllText(Path.Combine(_folder, uid + ".json"), $$"""{ "uid": "{{uid}}", "title": "{{uid}}", "panels": [] }""");

    /// <summary>The lines of the log without their times.</summary>
    private static string[] Events(TokenDash.Result result)
    {
        string[] lines = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(lines, line => Assert.Matches(Time(), line));
        return [.. lines.Select(line => Time().Replace(line, ""))];
    }

    [GeneratedRegex("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z ")]
    private static partial Regex Time();
}
