using System.Management.Automation;
using System.Net;
using System.Text.Json.Nodes;
using TokenDashboard.Testing;

namespace TokenDashboard.Module.Tests;

public sealed class ExportGrafanaDashboardTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tokendashboard-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Everything_goes_to_files_and_from_there_to_another_server()
    {
        await using FakeGrafana source = await FakeGrafana.StartAsync("11.6.1");
        await using FakeGrafana target = await FakeGrafana.StartAsync();
        using var session = new ModuleSession();
        Add(source, "one", "llm");
        Add(source, "two");
        Connect(session, source, "source").Succeeded();
        Connect(session, target, "target").Succeeded();

        IReadOnlyList<PSObject> exported = Run(session, "Export-GrafanaDashboard -All -Path $folder -Connection source").Succeeded();
        Assert.Equal(["Created one 1", "Created two 1"], exported.Select(result => $"{result.Properties["Action"].Value} {result.Properties["Uid"].Value} {result.Properties["Version"].Value}"));
        Assert.True(File.Exists(Path.Combine(_folder, "one.json")));
        Run(session, "Export-GrafanaDashboard -All -Path $folder -Connection source | Publish-GrafanaDashboard").Succeeded();
        Assert.Equal(["one", "two"], target.Dashboards.Keys.Order());

        Assert.Equal("Unchanged", Run(session, "(Export-GrafanaDashboard -Tag llm -Connection source | Publish-GrafanaDashboard).Action").Succeeded().Single().ToString());
        Assert.Equal(["Unchanged", "Unchanged"], Run(session, "'one', 'two' | Export-GrafanaDashboard -Path $folder | ForEach-Object Action").Succeeded().Select(action => action.ToString()));
        Assert.Empty(source.Writes);
    }

    [Fact]
    public async Task An_old_version_is_restored_by_publishing_it_with_a_backup_of_the_present_one()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        using var session = new ModuleSession();
        Add(server, "one");
        server.EditInBrowser("one", content => content["title"] = "Spoilt");
        Connect(session, server, "server").Succeeded();

        Assert.Equal("GrafanaVersionConflict", Run(session, "$null = Export-GrafanaDashboard one -Version 1 | Publish-GrafanaDashboard").ErrorId);
        PSObject result = Run(session, "Export-GrafanaDashboard one -Version 1 | Publish-GrafanaDashboard -Force -BackupPath $folder").Succeeded().Single();

        Assert.Equal("one", server.Dashboards["one"].Title);
        Assert.Contains("Spoilt", File.ReadAllText((string)result.Properties["BackupPath"].Value), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatIf_writes_no_file_and_one_dashboards_trouble_does_not_keep_the_others_back()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        using var session = new ModuleSession(new CapturingHost());
        Add(server, "one");
        Connect(session, server, "server").Succeeded();

        Assert.Empty(Run(session, "Export-GrafanaDashboard one -Path $folder -WhatIf").Succeeded());
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
        ModuleSession.Result mixed = Run(session, "Export-GrafanaDashboard none, one -Path $folder");
        Assert.Equal("DashboardNotFound", mixed.ErrorId);
        Assert.Null(mixed.Terminating);
        Assert.Single(mixed.Output);
        Assert.Equal("DashboardNotFound", Run(session, "Export-GrafanaDashboard -Tag none").ErrorId);
        Assert.Equal("GrafanaConnectionNotFound", Run(session, "Export-GrafanaDashboard one -Connection none").ErrorId);
    }

    [Fact]
    public async Task A_terminal_obeys_nothing_that_a_server_says()
    {
        const string Hostile = "a\u001b]0;owned\a\u001b[2J\u202Eb";
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        var host = new CapturingHost();
        using var session = new ModuleSession(host);
        Add(server, "one", "llm");
        server.EditInBrowser("one", content => content["title"] = Hostile);
        server.Folders.Add(new("hostile", Hostile));
        server.Dashboards["one"].FolderUid = "hostile";
        server.DataSources.Add(new JsonObject { ["uid"] = "d", ["name"] = Hostile, ["type"] = "frser-sqlite-datasource", ["version"] = 1, ["jsonData"] = new JsonObject { ["path"] = Hostile } });
        server.PathProblem = _ => Hostile;
        server.QueryProblem = Hostile;
        Connect(session, server, "server").Succeeded();
        server.Intercept = line => line.Contains("broken", StringComparison.Ordinal) ? FakeGrafana.Answer.Html(500, Hostile) : null;

        object? title = Run(session, "(Export-GrafanaDashboard one -Path $folder).Title").Succeeded().Single().BaseObject;
        ModuleSession.Result shown = Run(session, """
            $PSStyle.OutputRendering = 'Ansi'
            $all = @(
                Export-GrafanaDashboard one
                Export-GrafanaDashboard one -Path $folder
                Compare-GrafanaDashboard -Uid one -Version 1
                Test-GrafanaDataSource -Uid d
                Publish-GrafanaDashboard -Folder "new" -DataSource d -InputObject (Export-GrafanaDashboard one)
                Get-GrafanaConnection
            )
            $all | Format-Table | Out-String -Width 200
            $all | Format-List | Out-String -Width 200
            $null = Export-GrafanaDashboard broken -Verbose -Debug
            """);

        Assert.Equal(Hostile, title);
        string seen = host.Text + string.Join('\n', [.. shown.Output.Select(item => item.ToString()), .. shown.Verbose, .. shown.Debug, .. shown.Warnings, .. shown.Errors.Select(error => $"{error} {error.CategoryInfo}")]);
        Assert.Contains("owned", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b]", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b[2J", seen, StringComparison.Ordinal);
        Assert.DoesNotContain(seen, character => character is '\a' or '\u202E');
    }

    private static void Add(FakeGrafana server, string uid, params string[] tags)
    {
        var dashboard = new FakeGrafana.Dashboard(1);
        dashboard.Save(new JsonObject { ["title"] = uid, ["uid"] = uid, ["tags"] = new JsonArray([.. tags.Select(tag => (JsonNode)tag)]) }, "", "alice");
        server.Dashboards[uid] = dashboard;
    }

    private static ModuleSession.Result Connect(ModuleSession session, FakeGrafana server, string name) => session.Run(
        "$null = Connect-Grafana $url -Token $token -Name $name", ("url", server.Url), ("name", name), ("token", new NetworkCredential("", FakeGrafana.Token).SecurePassword));

    private ModuleSession.Result Run(ModuleSession session, string script) => session.Run(script, ("folder", _folder));
}
