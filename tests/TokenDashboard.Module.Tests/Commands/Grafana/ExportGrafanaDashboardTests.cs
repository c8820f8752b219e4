using System.Management.Automation;
using System.Net;
using System.Text.Json.Nodes;
using TokenDashboard.Testing;

namespace TokenDashboard.Module.Tests.Commands;

public sealed class ExportGrafanaDashboardTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tokendashboard-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Exported_dashboards_can_be_published_to_another_server()
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
    public async Task Warns_about_files_whose_dashboard_moved_or_was_deleted()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        using var session = new ModuleSession(new CapturingHost());
        Add(server, "one");
        Add(server, "two");
        Add(server, "three");
        server.Folders.Add(new("llm", "LLM"));
        server.Dashboards["one"].FolderUid = "llm";
        Connect(session, server, "server").Succeeded();
        Assert.Empty(Run(session, "Export-GrafanaDashboard -All -Path $folder").Warnings);
        File.WriteAllText(Path.Combine(_folder, "package.json"), """{ "uid": "another", "name": "not an export" }""");
        File.WriteAllText(Path.Combine(_folder, "broken.json"), "{");
        server.Folders[0] = server.Folders[0] with { Title = "LLM two" };
        server.DeleteInBrowser("two");
        server.Intercept = line => line.EndsWith("/uid/three", StringComparison.Ordinal) ? FakeGrafana.Answer.Message(500, "not now") : null;

        string warning = Assert.Single(Run(session, "Export-GrafanaDashboard -All -Path $folder").Warnings);

        Assert.Contains(Path.Combine("LLM", "one.json"), warning, StringComparison.Ordinal);
        Assert.Contains("two.json", warning, StringComparison.Ordinal);
        Assert.All((string[])["LLM two", "three.json", "package.json", "broken.json"], other => Assert.DoesNotContain(other, warning, StringComparison.Ordinal));
        Assert.Single(Run(session, "Export-GrafanaDashboard -All -Path $folder -WhatIf").Warnings);
        Assert.Empty(Run(session, "Export-GrafanaDashboard one -Path $folder").Warnings);
        Assert.True(File.Exists(Path.Combine(_folder, "LLM", "one.json")));
    }

    [Fact]
    public async Task An_old_version_can_be_restored_with_a_backup()
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
    public async Task A_version_from_the_list_can_be_piped_and_restored()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        using var session = new ModuleSession();
        Connect(session, server, "server").Succeeded();
        File.WriteAllText(Path.Combine(_folder, "one.json"), """{ "uid": "one", "title": "One", "panels": [] }""");
        Run(session, "Publish-GrafanaDashboard $folder/one.json").Succeeded();
        server.EditInBrowser("one", content => content["title"] = "Spoilt");

        IReadOnlyList<PSObject> versions = Run(session, "'one' | Get-GrafanaDashboardVersion").Succeeded();
        Assert.Equal(
            ["2 alice False", "1 sa-publisher True"], versions.Select(each => $"{each.Properties["Version"].Value} {each.Properties["CreatedBy"].Value} {each.Properties["Published"].Value}"));
        Run(session, "Get-GrafanaDashboardVersion one | Where-Object Published | Export-GrafanaDashboard | Publish-GrafanaDashboard -Force").Succeeded();
        Assert.Equal("One", server.Dashboards["one"].Title);
        Assert.Equal("DashboardNotFound", Run(session, "Get-GrafanaDashboardVersion none").ErrorId);
    }

    [Fact]
    public async Task Dashboards_are_exported_by_uid_and_title_patterns()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        using var session = new ModuleSession();
        Add(server, "llm-cost");
        Add(server, "llm-users");
        Add(server, "home");
        Connect(session, server, "server").Succeeded();

        Assert.Equal(["llm-cost", "llm-users"], Run(session, "(Export-GrafanaDashboard llm-*).Uid").Succeeded().Select(uid => uid.ToString()));
        Assert.Equal(["home", "llm-cost"], Run(session, "(Export-GrafanaDashboard -Title *COST, Home).Uid").Succeeded().Select(uid => uid.ToString()));
        Assert.Equal("DashboardNotFound", Run(session, "Export-GrafanaDashboard LLM-*").ErrorId);
        Assert.Equal("DashboardNotFound", Run(session, "Export-GrafanaDashboard -Title none*").ErrorId);
    }

    [Fact]
    public async Task A_change_made_in_Grafana_updates_the_matching_file()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        using var session = new ModuleSession(new CapturingHost());
        Connect(session, server, "server").Succeeded();
        foreach (string uid in new[] { "one", "two" })
            File.WriteAllText(Path.Combine(_folder, $"my-{uid}.json"), $$"""{ "uid": "{{uid}}", "title": "{{uid}}", "panels": [] }""");
        Run(session, "Publish-GrafanaDashboard $folder/*.json").Succeeded();
        server.EditInBrowser("two", content => content["refresh"] = "5m");

        Assert.Equal(["two refresh"], Run(session, "Compare-GrafanaDashboard $folder/*.json | ForEach-Object { \"$($_.Uid) $($_.Path)\" }").Succeeded().Select(line => line.ToString()));
        Run(session, "Export-GrafanaDashboard -File $folder/*.json -WhatIf").Succeeded();
        Assert.DoesNotContain("5m", File.ReadAllText(Path.Combine(_folder, "my-two.json")), StringComparison.Ordinal);
        IReadOnlyList<PSObject> taken = Run(session, "Export-GrafanaDashboard -File $folder/*.json").Succeeded();
        Assert.Equal(
            ["Unchanged my-one.json 0", "Updated my-two.json 1"],
            taken.Select(
                each => $"{each.Properties["Action"].Value} {Path.GetFileName((string)each.Properties["Path"].Value)} {((System.Collections.ICollection)each.Properties["Changes"].Value).Count}"));
        Assert.Contains("5m", File.ReadAllText(Path.Combine(_folder, "my-two.json")), StringComparison.Ordinal);
        Assert.Equal(["Unchanged", "Unchanged"], Run(session, "Publish-GrafanaDashboard $folder/*.json | ForEach-Object Action").Succeeded().Select(action => action.ToString()));
        Assert.Equal("DashboardNotFound", Run(session, "Export-GrafanaDashboard -File $folder/none.json").ErrorId);
    }

    [Fact]
    public async Task A_link_is_updated_only_if_it_is_the_specified_file()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Symbolic links need a privilege on Windows.");
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        using var session = new ModuleSession(new CapturingHost());
        Connect(session, server, "server").Succeeded();
        string outside = Path.Combine(_folder, "outside.json");
        File.WriteAllText(outside, """{ "uid": "one", "title": "one", "panels": [] }""");
        Run(session, "Publish-GrafanaDashboard $folder/outside.json").Succeeded();
        server.EditInBrowser("one", content => content["refresh"] = "5m");
        Directory.CreateDirectory(Path.Combine(_folder, "in"));
        File.CreateSymbolicLink(Path.Combine(_folder, "in", "one.json"), outside);

        Assert.Equal("DashboardWriteFailed", Run(session, "Export-GrafanaDashboard -File $folder/in/*.json").ErrorId);
        Assert.DoesNotContain("5m", File.ReadAllText(outside), StringComparison.Ordinal);
        Run(session, "Export-GrafanaDashboard -File $folder/in/one.json").Succeeded();
        Assert.Contains("5m", File.ReadAllText(outside), StringComparison.Ordinal);
    }

    /// <summary>With -Debug alone, PowerShell prompts before each verbose line. This host, like a timer, cannot answer prompts.</summary>
    [Fact]
    public async Task Debug_alone_writes_requests_without_prompting()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        using var session = new ModuleSession(new CapturingHost());
        Add(server, "one");
        Connect(session, server, "server").Succeeded();

        ModuleSession.Result debug = Run(session, "Export-GrafanaDashboard one -Debug");
        debug.Succeeded();
        Assert.NotEmpty(debug.Debug);
        Assert.Empty(debug.Verbose);
        ModuleSession.Result verbose = Run(session, "Export-GrafanaDashboard one -Verbose");
        verbose.Succeeded();
        Assert.Empty(verbose.Debug);
        Assert.NotEmpty(verbose.Verbose);
        ModuleSession.Result both = Run(session, "Export-GrafanaDashboard one -Verbose -Debug");
        both.Succeeded();
        Assert.True(both.Verbose.Count > 0 && both.Debug.Count > 0);
    }

    [Fact]
    public async Task WhatIf_writes_nothing_and_a_missing_dashboard_does_not_stop_the_others()
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
    public async Task Control_characters_from_a_server_do_not_reach_the_terminal()
    {
        const string Hostile = "a\u001b]0;owned\a\u001b[2J\u202Eb";
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        var host = new CapturingHost();
        using var session = new ModuleSession(host);
        Add(server, "one", "llm");
        Add(server, Hostile);
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
                Export-GrafanaDashboard -All -Path $folder
                Compare-GrafanaDashboard -Uid one -Version 1
                Get-GrafanaDashboardVersion one
                Test-GrafanaDataSource -Uid d
                Publish-GrafanaDashboard -Folder "new" -DataSource d -InputObject (Export-GrafanaDashboard one)
                Get-GrafanaConnection
            )
            # Format each object separately: a list of several types is shown without their views.
            $all | ForEach-Object { $_ | Out-String -Width 200; $_ | Format-List | Out-String -Width 200; $_ | Format-Wide | Out-String -Width 200 }
            $null = Export-GrafanaDashboard broken -Verbose -Debug
            """);

        Assert.Equal(Hostile, title);
        string seen = host.Text + string.Join(
            '\n', [.. shown.Output.Select(item => item.ToString()), .. shown.Verbose, .. shown.Debug, .. shown.Warnings, .. shown.Errors.Select(error => $"{error} {error.CategoryInfo}")]);
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
