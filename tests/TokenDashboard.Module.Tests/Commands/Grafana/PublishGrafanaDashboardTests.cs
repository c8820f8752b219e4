using System.Management.Automation;
using System.Net;
using System.Security;
using TokenDashboard.Testing;

namespace TokenDashboard.Module.Tests.Commands;

public sealed class PublishGrafanaDashboardTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tokendashboard-").FullName;
    private (ModuleSession Session, FakeGrafana Server)? _connected;
    private readonly SecureString _token = new NetworkCredential("", FakeGrafana.Token).SecurePassword;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Files_are_published_once_and_then_unchanged()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        using var session = new ModuleSession();
        WriteDashboard("one");
        WriteDashboard("two");

        const string Publish = "Publish-GrafanaDashboard -Path $folder/*.json -Folder LLM -Database /data/observicia.db";
        IReadOnlyList<PSObject> first = Run(session, server, Publish).Succeeded();
        server.ClearRequests();
        IReadOnlyList<PSObject> second = Run(session, server, Publish).Succeeded();

        Assert.Equal(["Folder LLM Created", "DataSource TokenDashboard Created", "Dashboard Title of one Created", "Dashboard Title of two Created"], first.Select(Line));
        Assert.All(second, result => Assert.Equal("Unchanged", result.Properties["Action"].Value.ToString()));
        Assert.Equal(4, second.Count);
        Assert.Empty(server.Writes);
        Assert.Equal("TokenDashboard.GrafanaPublishResult", first[0].TypeNames[0]);
    }

    [Fact]
    public async Task Without_input_the_built_in_dashboards_are_published()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        using var session = new ModuleSession();

        IReadOnlyList<PSObject> published = Run(session, server, "Publish-GrafanaDashboard -Database /data/o.db").Succeeded();
        IReadOnlyList<PSObject> piped = Run(session, server, "New-GrafanaDashboard | Publish-GrafanaDashboard").Succeeded();
        IReadOnlyList<PSObject> files = session.Run(
            "Export-GrafanaProvisioning $folder/provisioning -Database /data/o.db", ("folder", _folder)).Succeeded();

        Assert.Equal("Dashboard LLM users Created", Line(published[^1]));
        Assert.Equal("Dashboard LLM users Unchanged", Line(piped[^1]));
        Assert.True(File.Exists($"{_folder}/provisioning/dashboards/tokendashboard/tokendashboard-users.json"));
        Assert.Equal(7, files.Count);
        Assert.Empty(Run(session, server, "@() | Publish-GrafanaDashboard").Succeeded());
    }

    [Fact]
    public async Task Dashboard_objects_and_files_can_be_piped()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        using var session = new ModuleSession();
        string bracketed = WriteDashboard("one [1]", "one");
        string[] ways = ["[IO.FileInfo]::new($file)", "$file", "[pscustomobject]@{ FullName = $file }"];

        foreach (string way in ways)
        {
            server.Dashboards.Clear();
            IReadOnlyList<PSObject> files = Run(session, server, way + " | Publish-GrafanaDashboard -Database /data/o.db", ("file", bracketed)).Succeeded();
            Assert.Equal("Dashboard Title of one Created", Line(files[^1]));
        }
        IReadOnlyList<PSObject> objects = Run(
            session,
            server,
            "$type = (Get-Command Publish-GrafanaDashboard).Parameters['InputObject'].ParameterType; $type::Parse([IO.File]::ReadAllText($file), $file) | Publish-GrafanaDashboard",
            ("file", bracketed)).Succeeded();

        Assert.Equal("Dashboard Title of one Unchanged", Line(objects[^1]));
    }

    [Fact]
    public async Task WhatIf_writes_nothing_and_reports_each_write()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        var host = new CapturingHost();
        using var session = new ModuleSession(host);
        WriteDashboard("one");

        IReadOnlyList<PSObject> output = Run(session, server, "Publish-GrafanaDashboard $folder/one.json -Folder LLM -Database /data/o.db -WhatIf").Succeeded();

        Assert.Empty(output);
        Assert.NotEmpty(server.Requests);
        Assert.Empty(server.Writes);
        Assert.Contains("\"Create\" on target \"Folder 'LLM'", host.Text, StringComparison.Ordinal);
        Assert.Contains("\"Create\" on target \"Data source 'TokenDashboard'", host.Text, StringComparison.Ordinal);
        Assert.Contains("\"Create\" on target \"Dashboard 'Title of one'", host.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_conflict_does_not_stop_the_other_dashboards()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        using var session = new ModuleSession();
        WriteDashboard("one");
        WriteDashboard("two");
        Run(session, server, "Publish-GrafanaDashboard $folder/one.json -Database /data/o.db").Succeeded();
        server.EditInBrowser("one", content => content["refresh"] = "5m");
        File.WriteAllText(Path.Combine(_folder, "broken.json"), "{ \"title\": \"once\", \"title\": \"twice\" }");

        ModuleSession.Result result = Run(session, server, "Publish-GrafanaDashboard $folder/*.json, $folder/none.json");

        Assert.Null(result.Terminating);
        Assert.Equal(["Dashboard Title of one Conflict", "Dashboard Title of two Created"], result.Output.Select(Line).Where(line => line.StartsWith("Dashboard", StringComparison.Ordinal)));
        Assert.Equal(["DashboardInvalid", "GrafanaVersionConflict", "DashboardNotFound"], result.Errors.Select(error => error.FullyQualifiedErrorId.Split(',')[0]));
        Assert.Equal(ErrorCategory.ResourceExists, result.Errors[1].CategoryInfo.Category);
        Assert.Contains("Changed there: refresh.", result.Errors[1].ToString(), StringComparison.Ordinal);
        Assert.Equal(
            [" -> 5m"],
            Run(
                session, server,
                "Publish-GrafanaDashboard $folder/one.json -ErrorAction Ignore | Where-Object Action -eq Conflict | ForEach-Object Changes | ForEach-Object { \"$($_.Left) -> $($_.Right)\" }")
                .Succeeded().Select(change => change.ToString()));
        Assert.Equal("Dashboard Title of one Updated", Line(Run(session, server, "Publish-GrafanaDashboard $folder/one.json -Force").Succeeded()[^1]));
    }

    [Fact]
    public async Task A_missing_plugin_ends_the_command()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        using var session = new ModuleSession();
        WriteDashboard("one");
        WriteDashboard("two");
        server.Plugins.Clear();

        ModuleSession.Result result = Run(session, server, "Publish-GrafanaDashboard $folder/*.json");

        Assert.Equal("GrafanaPluginMissing", result.ErrorId);
        Assert.Empty(result.Output);
        Assert.Single(server.Requests, request => request.Contains("/api/plugins/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_forbidden_dashboard_is_one_nonterminating_error()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        using var session = new ModuleSession();
        WriteDashboard("one");
        server.Forbidden.Add("dashboards");

        ModuleSession.Result result = Run(session, server, "Publish-GrafanaDashboard $folder/one.json -Database /data/o.db");

        Assert.Null(result.Terminating);
        Assert.Equal("GrafanaForbidden", result.ErrorId);
        Assert.Equal(["DataSource TokenDashboard Created", "Dashboard Title of one Failed"], result.Output.Select(Line));
        Assert.Equal(result.Errors[0].Exception.Message, result.Output[1].Properties["Message"].Value);
    }

    [Theory]
    [InlineData("POST /api/dashboards/db", 400)]
    [InlineData("POST /api/dashboards/db", 403)]
    [InlineData("POST /api/dashboards/db", 404)]
    [InlineData("POST /api/dashboards/db", 413)]
    [InlineData("POST /api/dashboards/db", 422)]
    [InlineData("POST /api/dashboards/db", 500)]
    [InlineData("GET /api/dashboards/uid/one", 403)]
    [InlineData("GET /api/dashboards/uid/one", 500)]
    [InlineData("GET /api/dashboards/uid/one/versions", 500)]
    public async Task A_dashboard_that_the_server_rejects_fails_and_the_others_are_published(string request, int status)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        using var session = new ModuleSession();
        WriteDashboard("one");
        Run(session, server, "Publish-GrafanaDashboard $folder/one.json -Database /data/o.db").Succeeded();
        server.EditInBrowser("one", content => content["refresh"] = "5m");
        WriteDashboard("two");
        int refused = 0;
        server.Intercept = line => line.Split('?')[0] == request && refused++ == 0 ? FakeGrafana.Answer.Message(status, "not this one") : null;

        ModuleSession.Result result = Run(session, server, "Publish-GrafanaDashboard $folder/*.json -Force");

        Assert.Null(result.Terminating);
        Assert.True(refused > 0);
        Assert.Equal(["Dashboard Title of one Failed", "Dashboard Title of two Created"], result.Output.Select(Line).Where(line => line.StartsWith("Dashboard", StringComparison.Ordinal)));
        Assert.Contains("not this one", Assert.Single(result.Errors).Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_second_dashboard_with_the_same_uid_fails()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        using var session = new ModuleSession();
        WriteDashboard("one");

        ModuleSession.Result result = Run(session, server, "Publish-GrafanaDashboard $folder/one.json, $folder/one.json -Database /data/o.db");

        Assert.Equal("DashboardInvalid", result.ErrorId);
        Assert.Equal(["Dashboard Title of one Created", "Dashboard Title of one Failed"], result.Output.Select(Line).Where(line => line.StartsWith("Dashboard", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("", "", false)]
    [InlineData("", "-WhatIf", false)]
    [InlineData("", "", true)]
    [InlineData("-TimeoutSec 60", "-Folder LLM", false)]
    [InlineData("-Api Resource", "-Folder LLM/Tokens", false)]
    [InlineData("-Api Resource", "", true)]
    public async Task No_stream_shows_the_token_or_the_password(string connect, string more, bool failing)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        var host = new CapturingHost();
        using var session = new ModuleSession(host);
        WriteDashboard("one");
        string pair = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{FakeGrafana.UserName}:{FakeGrafana.Password}"));
        int asked = 0;
        string echo = "";
        bool connected = false;
        server.Intercept = _ => failing && connected && ++asked % 3 == 0 ? FakeGrafana.Answer.Message(500, echo) : null;

        string seen = "";
        foreach (string signIn in (string[])["-Token $token", "-Credential $credential"])
        {
            echo = signIn.StartsWith("-Token", StringComparison.Ordinal) ? $"You sent Bearer {FakeGrafana.Token}" : $"You sent Basic {pair}";
            (string, object?) credential = ("credential", new PSCredential(FakeGrafana.UserName, new NetworkCredential("", FakeGrafana.Password).SecurePassword));
            connected = false;
            seen += string.Join('\n', Raw(session, server, $"Connect-Grafana $url {signIn} {connect} -Verbose -Debug *>&1", credential).Output.Select(Everything));
            connected = true;
            ModuleSession.Result result = Raw(
                session,
                server,
                $"$InformationPreference = 'Continue'; Publish-GrafanaDashboard $folder/one.json -Database /data/o.db -Verbose -Debug {more} *>&1; \"$($Error | ForEach-Object {{ $_.Exception; "
                    + "$_.ErrorDetails; $_.TargetObject; $_.CategoryInfo })\"; Remove-Variable url",
                credential);
            seen += string.Join('\n', [.. result.Output.Select(Everything), .. result.Verbose, .. result.Debug, .. result.Warnings, .. result.Information,
                .. result.Errors.Select(error => error + error.Exception.ToString()), result.Terminating?.ToString() + result.Terminating?.Exception]);
        }
        seen += host.Text;

        Assert.Contains("Grafana 13.3.1 responds", seen, StringComparison.Ordinal);
        Assert.Contains("GET http", seen, StringComparison.Ordinal);
        Assert.Equal(failing, seen.Contains("You sent Bearer ***", StringComparison.Ordinal) && seen.Contains("You sent Basic ***", StringComparison.Ordinal));
        Assert.All([FakeGrafana.Token, FakeGrafana.Password, pair], secret => Assert.DoesNotContain(secret, seen, StringComparison.Ordinal));
    }

    [Fact]
    public void Provisioning_files_are_written_once_and_then_unchanged()
    {
        using var session = new ModuleSession();
        WriteDashboard("one");
        const string Publish = "Export-GrafanaProvisioning $folder/provisioning $folder/one.json -Database /data/o.db -Folder LLM";

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
    public void Prune_removes_only_our_stale_files_and_nothing_after_an_error()
    {
        using var session = new ModuleSession();
        WriteDashboard("one");
        WriteDashboard("two");
        const string Export = "Export-GrafanaProvisioning $folder/provisioning -Database /data/o.db -Prune";
        string ours = Path.Combine(_folder, "provisioning/dashboards/tokendashboard");
        Run(session, null, $"{Export} $folder/*.json").Succeeded();
        string foreign = Path.Combine(_folder, "provisioning/dashboards/foreign.json");
        File.WriteAllText(foreign, "{}");
        string userFile = Path.Combine(ours, "mine.json");
        File.WriteAllText(userFile, """{ "uid": "mine", "title": "Mine" }""");

        ModuleSession.Result failed = Run(session, null, $"{Export} $folder/one.json, $folder/none.json");
        Assert.Equal("DashboardNotFound", failed.ErrorId);
        Assert.Contains("Nothing was pruned", Assert.Single(failed.Warnings), StringComparison.Ordinal);
        Run(session, null, $"{Export} $folder/one.json -WhatIf").Succeeded();
        Assert.True(File.Exists(Path.Combine(ours, "two.json")));
        IReadOnlyList<PSObject> pruned = Run(session, null, $"{Export} $folder/one.json").Succeeded();

        Assert.Equal("ProvisioningFile dashboards/tokendashboard/two.json Removed", Line(pruned[^1]));
        Assert.Equal(["mine.json", "one.json"], Directory.GetFiles(ours, "*.json").Select(file => Path.GetFileName(file)).Order());
        Assert.True(File.Exists(foreign));
    }

    [Fact]
    public void The_table_shows_action_kind_uid_and_full_name_in_80_columns()
    {
        var host = new CapturingHost();
        using var session = new ModuleSession(host);
        WriteDashboard("one");

        Run(session, null, "Export-GrafanaProvisioning $folder/provisioning $folder/one.json -Database /data/o.db | Out-Default").Succeeded();

        string[] lines = [.. host.Text.Split('\n').Select(line => System.Text.RegularExpressions.Regex.Replace(line, "\e\\[[0-9;]*m", "").TrimEnd()).Where(line => line.Length > 0)];
        Assert.Equal(
            [
                "Action    Kind       Uid                     Name",
                "------    ----       ---                     ----",
                "Created   File                               datasources/tokendashboard.yaml",
                "Created   File                               dashboards/tokendashboard.yaml",
                "Created   File       one                     dashboards/tokendashboard/one.json",
            ],
            lines);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Every_dashboard_has_a_result_when_the_server_fails_midway(bool files)
    {
        FakeGrafana server = await FakeGrafana.StartAsync();
        using var session = new ModuleSession();
        string[] names = ["one", "two", "zero"];
        foreach (string name in names)
            WriteDashboard(name);
        Connect(session, server, "-TimeoutSec 5");
        var seen = new List<string>();
        server.Intercept = line => line.StartsWith("GET /api/dashboards/uid/two", StringComparison.Ordinal) || seen.Count > 0 ? Die(line) : null;
        FakeGrafana.Answer Die(string line)
        {
            seen.Add(line);
            return FakeGrafana.Answer.Dropped;
        }

        string publish = files ? "Publish-GrafanaDashboard $folder/*.json " : "'one', 'two', 'zero' | ForEach-Object { \"$folder/$_.json\" } | Publish-GrafanaDashboard ";
        IReadOnlyList<PSObject> output = Run(session, server, $"try {{ {publish} -Database /data/o.db }} catch {{ \"Ended $($_.FullyQualifiedErrorId)\" }}").Succeeded();
        await server.DisposeAsync();

        string MessageOf(string action) => (string)output.First(each => $"{each.Properties["Action"]?.Value}" == action).Properties["Message"].Value;
        // The full error message appears once, and is not repeated for each skipped dashboard.
        Assert.DoesNotContain(MessageOf("Failed"), MessageOf("Skipped"), StringComparison.Ordinal);
        Assert.Equal(
            ["Dashboard Title of one Created", "Dashboard Title of two Failed", "Dashboard Title of zero Skipped"],
            output.SkipLast(1).Select(Line).Where(line => line.StartsWith("Dashboard", StringComparison.Ordinal)));
        // On a busy machine, the time can run out during an attempt.
        Assert.Matches("^Ended Grafana(Unreachable|Timeout),", output[^1].ToString());
        Assert.DoesNotContain(seen, line => line.Contains("zero", StringComparison.Ordinal));
        Assert.Equal(["one"], server.Dashboards.Keys);
    }

    [Theory]
    [InlineData("Legacy")]
    [InlineData("Resource")]
    public async Task Publishing_takes_two_requests_per_dashboard_and_one_when_unchanged(string api)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        using var session = new ModuleSession();
        for (int index = 0; index < 100; index++)
            WriteDashboard($"d{index:000}");
        const string Publish = "Publish-GrafanaDashboard $folder/*.json -Folder LLM -Database /data/o.db";
        Connect(session, server, $"-Api {api}");
        server.ClearRequests();

        var clock = System.Diagnostics.Stopwatch.StartNew();
        Run(session, server, Publish).Succeeded();
        (int first, TimeSpan firstTime) = (server.Requests.Count, clock.Elapsed);
        Assert.Equal(102, server.Writes.Count);
        server.ClearRequests();
        clock.Restart();
        Run(session, server, Publish).Succeeded();
        int second = server.Requests.Count;
        TestContext.Current.TestOutputHelper?.WriteLine($"{api}: {first} requests in {firstTime.TotalSeconds:0.00} s, then {second} in {clock.Elapsed.TotalSeconds:0.00} s");

        Assert.InRange(first, 200, 215);
        Assert.InRange(second, 100, 115);
        Assert.Empty(server.Writes);
        Assert.Single(server.Requests, request => request.StartsWith("GET /api/plugins/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task DataSource_replaces_the_data_sources_of_the_dashboards()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        using var session = new ModuleSession();
        server.DataSources.Add(DataSource("lite", "Observicia (production)", "frser-sqlite-datasource"));
        server.DataSources.Add(DataSource("sql", "Billing", "mysql"));
        string path = Path.Combine(_folder, "mixed.json");
        File.WriteAllText(path, """
            { "uid": "mixed", "title": "Mixed", "panels": [
              { "id": 1, "type": "stat", "datasource": { "type": "frser-sqlite-datasource", "uid": "p1" } },
              { "id": 2, "type": "stat", "datasource": { "type": "postgres", "uid": "p2" } } ] }
            """);
        const string Publish = "Publish-GrafanaDashboard $folder/mixed.json -Force -DataSource ";

        Run(session, server, Publish + "'observicia (PRODUCTION)'").Succeeded();
        Assert.Equal(["lite frser-sqlite-datasource", "p2 postgres"], References());
        ModuleSession.Result mapped = Run(session, server, Publish + "@{ p1 = 'lite'; p2 = 'Billing'; P9 = 'sql' } -DataSourceUid lite");
        Assert.Equal(["lite frser-sqlite-datasource", "sql mysql"], References());
        Assert.Contains("'P9'", Assert.Single(mapped.Warnings), StringComparison.Ordinal);
        server.ClearRequests();
        ModuleSession.Result unknown = Run(session, server, Publish + "@{ p1 = 'nothing' }");

        Assert.Equal("GrafanaDataSourceMissing", unknown.ErrorId);
        Assert.Contains("'Observicia (production)' (uid 'lite', frser-sqlite-datasource), 'Billing' (uid 'sql', mysql)", Assert.Single(unknown.Errors).Exception.Message, StringComparison.Ordinal);
        Assert.Empty(server.Writes);
        Assert.Equal("GrafanaDataSourceConflict", Run(session, server, Publish + "lite -DataSourceUid lite").ErrorId);
        Assert.StartsWith("CannotConvert", Run(session, server, Publish + "''").ErrorId, StringComparison.Ordinal);

        IEnumerable<string> References() => server.Dashboards["mixed"].Content["panels"]!.AsArray().Select(panel => $"{panel!["datasource"]!["uid"]} {panel["datasource"]!["type"]}");
        static System.Text.Json.Nodes.JsonObject DataSource(string uid, string name, string type) =>
            new() { ["id"] = 1, ["uid"] = uid, ["name"] = name, ["type"] = type, ["version"] = 1, ["readOnly"] = false, ["jsonData"] = new System.Text.Json.Nodes.JsonObject() };
    }

    [Fact]
    public async Task Data_sources_are_completed_only_from_the_connection()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        using var session = new ModuleSession();
        server.DataSources.Add(new() { ["uid"] = "lite", ["name"] = "Observicia (production)", ["type"] = "frser-sqlite-datasource" });

        Assert.Empty(session.Complete("Publish-GrafanaDashboard -DataSource "));
        Connect(session, server, "-Name here");
        Assert.Equal(["'Observicia (production)'"], session.Complete("Publish-GrafanaDashboard -DataSource "));
        Assert.Equal(["'Observicia (production)'"], session.Complete("Publish-GrafanaDashboard -Connection here -DataSource obs"));
        Assert.Empty(session.Complete("Publish-GrafanaDashboard -Connection there -DataSource "));
        server.Forbidden.Add("datasources");
        Assert.Empty(session.Complete("Publish-GrafanaDashboard -DataSource "));
        Assert.Equal(["Auto", "Legacy", "Resource"], session.Complete("Connect-Grafana -Api "));
    }

    [Fact]
    public void Provisioning_files_accept_only_uids_of_data_sources()
    {
        using var session = new ModuleSession();
        WriteDashboard("one");
        const string Publish = "Export-GrafanaProvisioning $folder/provisioning $folder/one.json -Database /data/o.db -DataSource ";

        Run(session, null, Publish + "lite").Succeeded();

        Assert.Contains("\"value\": \"lite\"", File.ReadAllText(Path.Combine(_folder, "provisioning/dashboards/tokendashboard/one.json")), StringComparison.Ordinal);
        Assert.Contains("uid: lite", File.ReadAllText(Path.Combine(_folder, "provisioning/datasources/tokendashboard.yaml")), StringComparison.Ordinal);
        Assert.Equal("GrafanaDataSourceMissing", Run(session, null, Publish + "'a name'").ErrorId);
    }

    [Fact]
    public async Task Commands_use_the_API_of_the_connection()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        await using FakeGrafana old = await FakeGrafana.StartAsync("11.6.1");
        using var session = new ModuleSession();
        WriteDashboard("one");
        WriteDashboard("two");

        Connect(session, server, "-Api Resource");
        Assert.Equal("/apis/dashboard.grafana.app/v1", Raw(session, server, "(Connect-Grafana $url -Token $token -Api Resource).ApiPath").Succeeded().Single().ToString());
        Run(session, server, "Publish-GrafanaDashboard $folder/one.json -Database /d.db").Succeeded();
        Connect(session, server, "-Api Legacy");
        Run(session, server, "Publish-GrafanaDashboard $folder/two.json").Succeeded();

        Assert.Equal(
            ["POST /api/datasources", "POST /apis/dashboard.grafana.app/v1/namespaces/default/dashboards", "POST /api/dashboards/db"],
            server.Writes);
        Assert.Equal("GrafanaApiMissing", Raw(session, old, "Connect-Grafana $url -Token $token -Api Resource").ErrorId);
    }

    [Fact]
    public async Task PassThru_returns_each_dashboard_for_the_next_command()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        await using FakeGrafana next = await FakeGrafana.StartAsync();
        using var session = new ModuleSession();
        WriteDashboard("one");
        WriteDashboard("two");
        Connect(session, next, "-Name next");
        Run(session, server, "Publish-GrafanaDashboard $folder/*.json -Database /d.db").Succeeded();
        server.EditInBrowser("one", content => content["refresh"] = "5m");

        IReadOnlyList<PSObject> published = Run(
            session,
            server,
            "Publish-GrafanaDashboard $folder/*.json -PassThru -ErrorAction Ignore | Where-Object { $_.Dashboard -and $_.Action -ne 'Conflict' }"
                + " | ForEach-Object Dashboard | Publish-GrafanaDashboard -Connection next -Database /d.db").Succeeded();

        Assert.Equal(["DataSource TokenDashboard Created", "Dashboard Title of two Created"], published.Select(Line));
        Assert.All(published, result => Assert.Null(result.Properties["Dashboard"].Value));
    }

    [Theory]
    [InlineData("Publish-GrafanaDashboard $folder/one.json -Url $url", "NamedParameterNotFound")]
    [InlineData("Publish-GrafanaDashboard $folder/one.json -DataSourceUid 'not a uid'", "ParameterArgumentValidationError")]
    [InlineData("Publish-GrafanaDashboard $folder/one.json -Folder '  '", "ParameterArgumentValidationError")]
    [InlineData("Export-GrafanaProvisioning $folder $folder/one.json -Database /d.db -Force", "NamedParameterNotFound")]
    [InlineData("Export-GrafanaProvisioning $folder -Database /d.db -AlertRule x", "AmbiguousParameterSet")]
    [InlineData("Connect-Grafana $url -Token $token -OrgId 0", "ParameterArgumentValidationError")]
    [InlineData("Connect-Grafana 'https://admin:pw@localhost' -Token $token", "GrafanaUrlInvalid")]
    [InlineData("Connect-Grafana 'https://admin:pw@[localhost' -Token $token", "ParameterArgumentTransformationError")]
    [InlineData("Connect-Grafana localhost:3000 -Token $token", "GrafanaUrlInvalid")]
    public async Task Invalid_arguments_are_rejected(string command, string errorId)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        using var session = new ModuleSession();
        WriteDashboard("one");

        ModuleSession.Result result = Raw(session, server, command);

        Assert.Equal(errorId, result.ErrorId);
        Assert.DoesNotContain("admin:pw", $"{result.Terminating}{result.Terminating?.Exception}", StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    /// <summary>Runs a script with the server as the default connection.</summary>
    private ModuleSession.Result Run(ModuleSession session, FakeGrafana? server, string script, params (string Name, object? Value)[] variables)
    {
        if (server is not null && _connected != (session, server))
        {
            Connect(session, server);
            server.ClearRequests();
        }
        return Raw(session, server, script, variables);
    }

    private void Connect(ModuleSession session, FakeGrafana server, string more = "")
    {
        Raw(session, server, $"$null = Connect-Grafana $url -Token $token {more}").Succeeded();
        _connected = (session, server);
    }

    private ModuleSession.Result Raw(ModuleSession session, FakeGrafana? server, string script, params (string Name, object? Value)[] variables) =>
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
