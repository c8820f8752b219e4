using System.Management.Automation;
using System.Net;
using System.Security;
using TokenDashboard.Testing;

namespace TokenDashboard.Module.Tests;

public sealed class PublishGrafanaDashboardTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tokendashboard-").FullName;
    private readonly SecureString _token = new NetworkCredential("", FakeGrafana.Token).SecurePassword;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Files_are_published_once_and_then_unchanged()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        using var session = new ModuleSession();
        WriteDashboard("one");
        WriteDashboard("two");

        const string Publish = "Publish-GrafanaDashboard -Path $folder/*.json -Url $url -Token $token -Folder LLM -Database /data/observicia.db";
        IReadOnlyList<PSObject> first = Run(session, server, Publish).Succeeded();
        server.ClearRequests();
        IReadOnlyList<PSObject> second = Run(session, server, Publish).Succeeded();

        Assert.Equal(["Folder LLM Created", "DataSource TokenDashboard Created", "Dashboard Title of one Created", "Dashboard Title of two Created"], first.Select(Line));
        Assert.All(second, result => Assert.Equal("Unchanged", result.Properties["Action"].Value.ToString()));
        Assert.Equal(4, second.Count);
        Assert.Empty(server.Writes);
        Assert.Equal("TokenDashboard.Grafana.GrafanaPublishResult", first[0].TypeNames[0]);
    }

    [Fact]
    public async Task Without_input_the_products_own_dashboards_are_published()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        using var session = new ModuleSession();

        IReadOnlyList<PSObject> published = Run(session, server, "Publish-GrafanaDashboard -Url $url -Token $token -Database /data/o.db").Succeeded();
        IReadOnlyList<PSObject> piped = Run(session, server, "New-GrafanaDashboard | Publish-GrafanaDashboard -Url $url -Token $token").Succeeded();
        IReadOnlyList<PSObject> files = session.Run(
            "Publish-GrafanaDashboard -ProvisioningPath $folder/provisioning -Database /data/o.db", ("folder", _folder)).Succeeded();

        Assert.Equal("Dashboard LLM users Created", Line(published[^1]));
        Assert.Equal("Dashboard LLM users Unchanged", Line(piped[^1]));
        Assert.True(File.Exists($"{_folder}/provisioning/dashboards/tokendashboard/tokendashboard-users.json"));
        Assert.Equal(6, files.Count);
        Assert.Empty(Run(session, server, "@() | Publish-GrafanaDashboard -Url $url -Token $token").Succeeded());
    }

    [Fact]
    public async Task Dashboard_objects_and_files_come_through_the_pipeline()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        using var session = new ModuleSession();
        string bracketed = WriteDashboard("one [1]", "one");
        string[] ways = ["[IO.FileInfo]::new($file)", "$file", "[pscustomobject]@{ FullName = $file }"];

        foreach (string way in ways)
        {
            server.Dashboards.Clear();
            IReadOnlyList<PSObject> files = Run(session, server, way + " | Publish-GrafanaDashboard -Url $url -Token $token -Database /data/o.db", ("file", bracketed)).Succeeded();
            Assert.Equal("Dashboard Title of one Created", Line(files[^1]));
        }
        IReadOnlyList<PSObject> objects = Run(
            session,
            server,
            "$type = (Get-Command Publish-GrafanaDashboard).Parameters['InputObject'].ParameterType; $type::Parse([IO.File]::ReadAllText($file), $file) | Publish-GrafanaDashboard -Url $url -Token $token",
            ("file", bracketed)).Succeeded();

        Assert.Equal("Dashboard Title of one Unchanged", Line(objects[^1]));
    }

    [Fact]
    public async Task WhatIf_only_reads_and_tells_each_write()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        var host = new CapturingHost();
        using var session = new ModuleSession(host);
        WriteDashboard("one");

        IReadOnlyList<PSObject> output = Run(session, server, "Publish-GrafanaDashboard $folder/one.json -Url $url -Token $token -Folder LLM -Database /data/o.db -WhatIf").Succeeded();

        Assert.Empty(output);
        Assert.NotEmpty(server.Requests);
        Assert.Empty(server.Writes);
        Assert.Contains("\"Create\" on target \"Folder 'LLM'", host.Text, StringComparison.Ordinal);
        Assert.Contains("\"Create\" on target \"Data source 'TokenDashboard'", host.Text, StringComparison.Ordinal);
        Assert.Contains("\"Create\" on target \"Dashboard 'Title of one'", host.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_dashboards_conflict_does_not_keep_the_others_back()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        using var session = new ModuleSession();
        WriteDashboard("one");
        WriteDashboard("two");
        Run(session, server, "Publish-GrafanaDashboard $folder/one.json -Url $url -Token $token -Database /data/o.db").Succeeded();
        server.EditInBrowser("one", content => content["refresh"] = "5m");
        File.WriteAllText(Path.Combine(_folder, "broken.json"), "{ \"title\": \"once\", \"title\": \"twice\" }");

        ModuleSession.Result result = Run(session, server, "Publish-GrafanaDashboard $folder/*.json, $folder/none.json -Url $url -Token $token");

        Assert.Null(result.Terminating);
        Assert.Equal(["Dashboard Title of one Conflict", "Dashboard Title of two Created"], result.Output.Select(Line).Where(line => line.StartsWith("Dashboard", StringComparison.Ordinal)));
        Assert.Equal(["DashboardInvalid", "GrafanaVersionConflict", "DashboardNotFound"], result.Errors.Select(error => error.FullyQualifiedErrorId.Split(',')[0]));
        Assert.Equal(ErrorCategory.ResourceExists, result.Errors[1].CategoryInfo.Category);
        Assert.Equal("Dashboard Title of one Updated", Line(Run(session, server, "Publish-GrafanaDashboard $folder/one.json -Url $url -Token $token -Force").Succeeded()[^1]));
    }

    [Fact]
    public async Task What_no_dashboard_can_survive_ends_the_command()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        using var session = new ModuleSession();
        WriteDashboard("one");
        WriteDashboard("two");
        server.Plugins.Clear();

        ModuleSession.Result result = Run(session, server, "Publish-GrafanaDashboard $folder/*.json -Url $url -Token $token");

        Assert.Equal("GrafanaPluginMissing", result.ErrorId);
        Assert.Empty(result.Output);
        Assert.Single(server.Requests, request => request.Contains("/api/plugins/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_dashboard_that_may_not_be_written_is_one_error_among_results()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        using var session = new ModuleSession();
        WriteDashboard("one");
        server.Forbidden.Add("dashboards");

        ModuleSession.Result result = Run(session, server, "Publish-GrafanaDashboard $folder/one.json -Url $url -Token $token -Database /data/o.db");

        Assert.Null(result.Terminating);
        Assert.Equal("GrafanaForbidden", result.ErrorId);
        Assert.Equal("DataSource TokenDashboard Created", Line(Assert.Single(result.Output)));
    }

    [Fact]
    public async Task Address_and_token_come_from_the_environment_where_they_are_not_given()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        using var session = new ModuleSession();
        WriteDashboard("one");
        try
        {
            Environment.SetEnvironmentVariable("GRAFANA_URL", server.Url.ToString());
            Environment.SetEnvironmentVariable("GRAFANA_TOKEN", FakeGrafana.Token);
            Assert.Equal("Dashboard Title of one Created", Line(Run(session, server, "Publish-GrafanaDashboard $folder/one.json -Database /data/o.db").Succeeded()[^1]));
        }
        finally
        {
            Environment.SetEnvironmentVariable("GRAFANA_URL", null);
            Environment.SetEnvironmentVariable("GRAFANA_TOKEN", null);
        }
        Assert.Equal("GrafanaUrlInvalid", Run(session, server, "Publish-GrafanaDashboard $folder/one.json").ErrorId);
        Assert.Equal("GrafanaSignInInvalid", Run(session, server, "Publish-GrafanaDashboard $folder/one.json -Url $url").ErrorId);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("-WhatIf", false)]
    [InlineData("", true)]
    [InlineData("-TimeoutSec 1 -Folder LLM", false)]
    public async Task No_stream_shows_the_token_or_the_password(string more, bool failing)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        var host = new CapturingHost();
        using var session = new ModuleSession(host);
        WriteDashboard("one");
        string pair = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{FakeGrafana.UserName}:{FakeGrafana.Password}"));
        int asked = 0;
        string echo = "";
        server.Intercept = _ => failing && ++asked % 3 == 0 ? FakeGrafana.Answer.Message(500, echo) : null;

        string seen = "";
        foreach (string signIn in (string[])["-Token $token", "-Credential $credential"])
        {
            echo = signIn.StartsWith("-Token", StringComparison.Ordinal) ? $"You sent Bearer {FakeGrafana.Token}" : $"You sent Basic {pair}";
            ModuleSession.Result result = Run(
                session,
                server,
                $"$InformationPreference = 'Continue'; Publish-GrafanaDashboard $folder/one.json -Url $url {signIn} -Database /data/o.db -Verbose -Debug {more} *>&1; \"$($Error | ForEach-Object {{ $_.Exception; $_.ErrorDetails; $_.TargetObject; $_.CategoryInfo }})\"; Remove-Variable url",
                ("credential", new PSCredential(FakeGrafana.UserName, new NetworkCredential("", FakeGrafana.Password).SecurePassword)));
            seen += string.Join('\n', [.. result.Output.Select(Everything), .. result.Verbose, .. result.Debug, .. result.Warnings, .. result.Information,
                .. result.Errors.Select(error => error + error.Exception.ToString()), result.Terminating?.ToString() + result.Terminating?.Exception]);
        }
        seen += host.Text;

        Assert.Contains("Grafana 13.3.1 answers", seen, StringComparison.Ordinal);
        Assert.Contains("GET http", seen, StringComparison.Ordinal);
        Assert.Equal(failing, seen.Contains("You sent Bearer ***", StringComparison.Ordinal) && seen.Contains("You sent Basic ***", StringComparison.Ordinal));
        Assert.All([FakeGrafana.Token, FakeGrafana.Password, pair], secret => Assert.DoesNotContain(secret, seen, StringComparison.Ordinal));
    }

    [Fact]
    public void Provisioning_files_are_written_once_and_left_alone_then()
    {
        using var session = new ModuleSession();
        WriteDashboard("one");
        const string Publish = "Publish-GrafanaDashboard $folder/one.json -ProvisioningPath $folder/provisioning -Database /data/o.db -Folder LLM";

        Assert.Empty(Run(session, null, Publish + " -WhatIf").Succeeded());
        Assert.False(Directory.Exists(Path.Combine(_folder, "provisioning")));
        IReadOnlyList<PSObject> first = Run(session, null, Publish).Succeeded();
        IReadOnlyList<PSObject> second = Run(session, null, Publish).Succeeded();

        Assert.Equal(
            ["ProvisioningFile datasources/tokendashboard.yaml Created", "ProvisioningFile dashboards/tokendashboard.yaml Created", "ProvisioningFile dashboards/tokendashboard/one.json Created"],
            first.Select(Line));
        Assert.All(second, result => Assert.EndsWith("Unchanged", Line(result), StringComparison.Ordinal));
        Assert.All(first, result => Assert.True(File.Exists((string)result.Properties["Path"].Value)));
    }

    [Fact]
    public void Pruning_removes_only_stale_files_of_ours_and_nothing_after_an_error()
    {
        using var session = new ModuleSession();
        WriteDashboard("one");
        WriteDashboard("two");
        const string Publish = "-ProvisioningPath $folder/provisioning -Database /data/o.db -Prune";
        string ours = Path.Combine(_folder, "provisioning/dashboards/tokendashboard");
        Run(session, null, $"Publish-GrafanaDashboard $folder/*.json {Publish}").Succeeded();
        string foreign = Path.Combine(_folder, "provisioning/dashboards/foreign.json");
        File.WriteAllText(foreign, "{}");

        ModuleSession.Result failed = Run(session, null, $"Publish-GrafanaDashboard $folder/one.json, $folder/none.json {Publish}");
        Assert.Equal("DashboardNotFound", failed.ErrorId);
        Assert.Contains("Nothing was pruned", Assert.Single(failed.Warnings), StringComparison.Ordinal);
        Run(session, null, $"Publish-GrafanaDashboard $folder/one.json {Publish} -WhatIf").Succeeded();
        Assert.True(File.Exists(Path.Combine(ours, "two.json")));
        IReadOnlyList<PSObject> pruned = Run(session, null, $"Publish-GrafanaDashboard $folder/one.json {Publish}").Succeeded();

        Assert.Equal("ProvisioningFile dashboards/tokendashboard/two.json Removed", Line(pruned[^1]));
        Assert.Equal(["one.json"], Directory.GetFiles(ours).Select(file => Path.GetFileName(file)));
        Assert.True(File.Exists(foreign));
        Assert.Equal("AmbiguousParameterSet", Run(session, null, "Publish-GrafanaDashboard $folder/one.json -Prune -Url http://localhost").ErrorId);
    }

    [Fact]
    public void The_table_shows_action_kind_uid_and_the_whole_name_in_eighty_columns()
    {
        var host = new CapturingHost();
        using var session = new ModuleSession(host);
        WriteDashboard("one");

        Run(session, null, "Publish-GrafanaDashboard $folder/one.json -ProvisioningPath $folder/provisioning -Database /data/o.db | Out-Default").Succeeded();

        string[] lines = [.. host.Text.Split('\n').Select(line => System.Text.RegularExpressions.Regex.Replace(line, "\e\\[[0-9;]*m", "").TrimEnd()).Where(line => line.Length > 0)];
        Assert.Equal(
            [
                "Action    Kind       Uid                      Name",
                "------    ----       ---                      ----",
                "Created   File                                datasources/tokendashboard.yaml",
                "Created   File                                dashboards/tokendashboard.yaml",
                "Created   File       one                      dashboards/tokendashboard/one.json",
            ],
            lines);
    }

    [Fact]
    public async Task Ctrl_C_ends_a_request_under_way()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        using var session = new ModuleSession();
        WriteDashboard("one");
        server.Delay = new TaskCompletionSource().Task;
        using PowerShell shell = PowerShell.Create(session.Runspace);
        shell.AddCommand("Publish-GrafanaDashboard").AddParameter("Path", Path.Combine(_folder, "one.json")).AddParameter("Url", server.Url).AddParameter("Token", _token);
        Task running = Task.Factory.FromAsync(shell.BeginInvoke(), result => shell.EndInvoke(result));
        SpinWait.SpinUntil(() => server.Requests.Count > 0);

        shell.Stop();

        await Assert.ThrowsAsync<PipelineStoppedException>(() => running);
        Assert.Empty(shell.Streams.Error);
    }

    [Theory]
    [InlineData("-Url $url -Token $token -ProvisioningPath $folder -Database /d.db", "AmbiguousParameterSet")]
    [InlineData("-ProvisioningPath $folder -Database /d.db -Force", "AmbiguousParameterSet")]
    [InlineData("-Url $url -Token $token -DataSourceUid 'not a uid'", "ParameterArgumentValidationError")]
    [InlineData("-Url $url -Token $token -OrgId 0", "ParameterArgumentValidationError")]
    [InlineData("-Url 'https://admin:pw@localhost' -Token $token", "GrafanaUrlInvalid")]
    [InlineData("-Url localhost:3000 -Token $token", "GrafanaUrlInvalid")]
    public async Task Arguments_that_make_no_sense_are_refused(string arguments, string errorId)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        using var session = new ModuleSession();
        WriteDashboard("one");

        Assert.Equal(errorId, Run(session, server, $"Publish-GrafanaDashboard $folder/one.json {arguments}").ErrorId);
        Assert.Empty(server.Requests);
    }

    private ModuleSession.Result Run(ModuleSession session, FakeGrafana? server, string script, params (string Name, object? Value)[] variables) =>
        session.Run(script, [("folder", _folder), ("url", server?.Url), ("token", _token), .. variables]);

    private string WriteDashboard(string fileName, string? uid = null)
    {
        uid ??= fileName;
        string path = Path.Combine(_folder, fileName + ".json");
        File.WriteAllText(path, $$"""
            { "uid": "{{uid}}", "title": "Title of {{uid}}", "schemaVersion": 39, "annotations": { "list": [] },
              "templating": { "list": [ { "type": "datasource", "name": "datasource", "query": "frser-sqlite-datasource" } ] }, "panels": [] }
            """);
        return path;
    }

    private static string Line(PSObject result) => $"{result.Properties["Kind"].Value} {result.Properties["Name"].Value} {result.Properties["Action"].Value}";

    private static string Everything(PSObject item) =>
        item + string.Join('\n', item.Properties.Where(property => property.IsGettable).Select(property => $"{property.Name}={property.Value}"));
}
