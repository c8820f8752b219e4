using System.Management.Automation;
using System.Net;
using TokenDashboard.Testing;

namespace TokenDashboard.Module.Tests.Commands;

public sealed class CompareGrafanaDashboardTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tokendashboard-").FullName;

    public CompareGrafanaDashboardTests() => File.WriteAllText(
        Path.Combine(_folder, "one.json"), """{ "uid": "one", "title": "One", "refresh": "1m", "panels": [ { "id": 1, "title": "Total", "type": "stat" } ] }""");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Compares_files_servers_and_versions()
    {
        await using FakeGrafana first = await FakeGrafana.StartAsync("11.6.1");
        await using FakeGrafana second = await FakeGrafana.StartAsync();
        var host = new CapturingHost();
        using var session = new ModuleSession(host);
        Connect(session, second, "second").Succeeded();
        Connect(session, first, "first").Succeeded();
        Run(session, "$null = Publish-GrafanaDashboard $folder/one.json; $null = Publish-GrafanaDashboard $folder/one.json -Connection second").Succeeded();
        Assert.Empty(Run(session, "Compare-GrafanaDashboard $folder/*.json; Compare-GrafanaDashboard -Uid one -WithConnection second").Succeeded());
        first.EditInBrowser("one", content => content["refresh"] = "5m");
        first.EditInBrowser("one", content => content["panels"]![0]!["type"] = "gauge");
        first.ClearRequests();

        string[] both = ["refresh Changed 1m 5m", "panels[1].type Changed stat gauge"];
        Assert.Equal(both, Lines(Run(session, "Compare-GrafanaDashboard $folder/one.json").Succeeded()));
        Assert.Equal(both, Lines(Run(session, "Export-GrafanaDashboard one -Connection second | Compare-GrafanaDashboard").Succeeded()));
        Assert.Equal(both, Lines(Run(session, "Compare-GrafanaDashboard -Uid one -Connection second -WithConnection first").Succeeded()));
        Assert.Equal(both, Lines(Run(session, "Compare-GrafanaDashboard -Uid one -Version 1").Succeeded()));
        Assert.Equal(both[..1], Lines(Run(session, "Compare-GrafanaDashboard -Uid one -Version 1 -WithVersion 2").Succeeded()));
        Assert.Empty(first.Writes);

        Run(session, "Compare-GrafanaDashboard $folder/one.json | Out-Default").Succeeded();
        Assert.Contains("Dashboard: one, panel Total", host.Text, StringComparison.Ordinal);
        Assert.Contains("Changed panels[1].type", host.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dashboard_without_counterpart_or_uid_is_an_error()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        using var session = new ModuleSession();
        Connect(session, server, "server").Succeeded();

        ModuleSession.Result missing = Run(session, "Compare-GrafanaDashboard $folder/one.json");
        File.WriteAllText(Path.Combine(_folder, "two.json"), """{ "title": "Two" }""");
        ModuleSession.Result without = Run(session, "Compare-GrafanaDashboard $folder/two.json");

        Assert.Equal(("DashboardNotFound", "DashboardInvalid"), (missing.ErrorId, without.ErrorId));
        Assert.Null(missing.Terminating);
    }

    private static IEnumerable<string> Lines(IReadOnlyList<PSObject> differences) => differences.Select(difference =>
        $"{difference.Properties["Path"].Value} {difference.Properties["Kind"].Value} {difference.Properties["Left"].Value} {difference.Properties["Right"].Value}");

    private static ModuleSession.Result Connect(ModuleSession session, FakeGrafana server, string name) => session.Run(
        "$null = Connect-Grafana $url -Token $token -Name $name", ("url", server.Url), ("name", name), ("token", new NetworkCredential("", FakeGrafana.Token).SecurePassword));

    private ModuleSession.Result Run(ModuleSession session, string script) => session.Run(script, ("folder", _folder));
}
