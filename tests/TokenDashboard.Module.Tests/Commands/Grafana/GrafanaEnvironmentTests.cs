using TokenDashboard.Testing;

namespace TokenDashboard.Module.Tests.Commands;

/// <summary>
/// Tests the environment variables. They apply to the whole process, so no other test runs in parallel: it could find a server without having
/// connected to one.
/// </summary>
[Collection(nameof(GrafanaEnvironmentTests))]
[CollectionDefinition(nameof(GrafanaEnvironmentTests), DisableParallelization = true)]
public sealed class GrafanaEnvironmentTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tokendashboard-").FullName;

    public GrafanaEnvironmentTests() => File.WriteAllText(Path.Combine(_folder, "one.json"), """{ "uid": "one", "title": "One", "panels": [] }""");

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("GRAFANA_URL", null);
        Environment.SetEnvironmentVariable("GRAFANA_TOKEN", null);
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Address_and_token_default_to_the_environment()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        using var session = new ModuleSession();
        Environment.SetEnvironmentVariable("GRAFANA_URL", server.Url.ToString());
        Environment.SetEnvironmentVariable("GRAFANA_TOKEN", FakeGrafana.Token);

        Run(session, server, "Publish-GrafanaDashboard $folder/one.json").Succeeded();

        Assert.Equal(["one"], server.Dashboards.Keys);
        Environment.SetEnvironmentVariable("GRAFANA_URL", null);
        Environment.SetEnvironmentVariable("GRAFANA_TOKEN", null);
        Assert.Equal("GrafanaUrlInvalid", Run(session, server, "Publish-GrafanaDashboard $folder/one.json").ErrorId);
        Assert.Equal("GrafanaSignInInvalid", Run(session, server, "Connect-Grafana $url").ErrorId);
    }

    [Theory]
    [InlineData("http://127.0.0.1:1", "GrafanaSignInInvalid")]
    [InlineData("https://127.0.0.1:{0}", "GrafanaSignInInvalid")]
    [InlineData("http://localhost:{0}", "GrafanaSignInInvalid")]
    [InlineData("http://127.0.0.1:{0}/grafana", "GrafanaNotJson")]
    public async Task The_environment_token_is_sent_only_to_the_environment_server(string url, string errorId)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        using var session = new ModuleSession();
        (string Name, object? Value) other = ("other", url.Replace("{0}", server.Url.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal));
        Environment.SetEnvironmentVariable("GRAFANA_URL", server.Url.ToString());
        Environment.SetEnvironmentVariable("GRAFANA_TOKEN", FakeGrafana.Token);
        server.Intercept = line => line.Contains("/grafana/", StringComparison.Ordinal) ? FakeGrafana.Answer.Html(404, "none") : null;

        Assert.Equal(errorId, Run(session, server, "Connect-Grafana $other", other).ErrorId);
        Assert.Equal(errorId == "GrafanaNotJson", server.Requests.Count > 0);
        Environment.SetEnvironmentVariable("GRAFANA_URL", null);
        Assert.Equal("GrafanaSignInInvalid", Run(session, server, "Connect-Grafana $url").ErrorId);
    }

    private ModuleSession.Result Run(ModuleSession session, FakeGrafana server, string script, params (string Name, object? Value)[] variables) =>
        session.Run(script, [("folder", _folder), ("url", server.Url), .. variables]);
}
