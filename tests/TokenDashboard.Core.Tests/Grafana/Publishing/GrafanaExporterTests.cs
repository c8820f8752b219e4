using System.Text.Json.Nodes;
using TokenDashboard.Grafana.Http;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Publishing;
using TokenDashboard.Grafana.Results;
using TokenDashboard.Testing;

namespace TokenDashboard.Tests.Grafana.Publishing;

public sealed class GrafanaExporterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(GrafanaPublisherTests.Versions), MemberType = typeof(GrafanaPublisherTests))]
    public async Task An_export_is_identical_after_publishing_it_to_another_server(string version)
    {
        await using FakeGrafana first = await FakeGrafana.StartAsync();
        await using FakeGrafana second = await FakeGrafana.StartAsync(version);
        PublishRun.Of(first, PublishRun.Json());
        // Like Grafana's editor, which adds a field to text and value.
        first.EditInBrowser("token-usage", content => content["templating"]!["list"]![0]!["current"]!["selected"] = false);

        DashboardDocument once = Read(first, "token-usage");
        Assert.Null(PublishRun.Of(second, once.Json).Error);
        DashboardDocument twice = Read(second, "token-usage");

        Assert.Equal(once.Json, twice.Json);
        Assert.Contains("\"value\": null", once.Json, StringComparison.Ordinal);
        Assert.Contains("\"selected\": false", once.Json, StringComparison.Ordinal);
        Assert.DoesNotContain(once.Root, field => field.Key is "id" or "version");
        Assert.Equal(GrafanaPublishAction.Unchanged, PublishRun.Of(first, once.Json).Dashboard);
    }

    [Theory]
    [MemberData(nameof(GrafanaPublisherTests.Versions), MemberType = typeof(GrafanaPublisherTests))]
    public async Task Versions_contain_their_author_and_message(string version)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync(version);
        PublishRun.Of(server, PublishRun.Json());
        server.EditInBrowser("token-usage", content => content["refresh"] = "5m", "Calmer");

        foreach (GrafanaApi api in version.StartsWith("13", StringComparison.Ordinal) ? [GrafanaApi.Legacy, GrafanaApi.Resource] : new[] { GrafanaApi.Auto })
        {
            using GrafanaExporter exporter = Exporter(server, api);
            Assert.Equal(
                [(2, "alice", false, "Calmer"), (1, "sa-publisher", true, "Published by TokenDashboard")],
                exporter.Versions("token-usage").Select(each => (each.Version, each.CreatedBy, each.Published, each.Message)));
            Assert.Equal(ErrorCode.DashboardNotFound, Assert.Throws<TokenDashboardException>(() => exporter.Versions("none")).Code);
        }
    }

    [Fact]
    public async Task Dashboards_are_found_by_uid_and_title()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        PublishRun.Of(server, PublishRun.Json("Cost of tokens", "cost"));
        PublishRun.Of(server, PublishRun.Json("Users", "users"));

        foreach (GrafanaApi api in new[] { GrafanaApi.Legacy, GrafanaApi.Resource })
        {
            using GrafanaExporter exporter = Exporter(server, api);
            Assert.Equal(["cost"], exporter.Find([], null, (_, title) => title.StartsWith("Cost", StringComparison.Ordinal)));
            Assert.Equal(["users"], exporter.Find([], null, (uid, _) => uid.StartsWith('u')));
        }
    }

    [Fact]
    public async Task Only_changes_made_in_Grafana_are_written_to_the_file()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        string json = DashboardDocument.Parse(PublishRun.Json(), "test").Json;
        string path = Path.Combine(_folder.Path, "mine.json");
        File.WriteAllText(path, json);
        PublishRun.Of(server, json);
        using GrafanaExporter exporter = Exporter(server);

        Assert.Equal(GrafanaPublishAction.Unchanged, exporter.TakeOver(DashboardDocument.Parse(json, path), path)!.Action);
        Assert.Equal(json, File.ReadAllText(path));

        server.EditInBrowser("token-usage", content =>
        {
            content["panels"]![0]!["title"] = "Sum";
            content["panels"]!.AsArray().Insert(0, new JsonObject { ["id"] = 9, ["type"] = "text", ["title"] = "New" });
        });
        GrafanaExportResult result = exporter.TakeOver(DashboardDocument.Parse(json, path), path)!;

        Assert.Equal((GrafanaPublishAction.Updated, path), (result.Action, result.Path));
        Assert.Equal(2, result.Changes!.Count);
        string taken = File.ReadAllText(path);
        // After these changes are undone, the file is identical: the order of keys, the data source, and ids and versions did not change.
        JsonObject back = DashboardDocument.Parse(taken, path).Root;
        back["panels"]!.AsArray().RemoveAt(0);
        back["panels"]![0]!["title"] = "Total";
        Assert.Equal(json, DashboardDocument.FromObject(back).Json);
        Assert.Equal(GrafanaPublishAction.Unchanged, exporter.TakeOver(DashboardDocument.Parse(taken, path), path)!.Action);
        Assert.Equal(GrafanaPublishAction.Unchanged, PublishRun.Of(server, taken).Dashboard);
        Assert.Equal(
            ErrorCode.DashboardInvalid,
            Assert.Throws<TokenDashboardException>(() => exporter.TakeOver(DashboardDocument.Parse("""{ "title": "x" }""", path), path)).Code);
    }

    /// <summary>The data source of the dashboard's variable, the other data source of the server, and the data source after publishing.</summary>
    [Theory]
    [InlineData("lite", "lite", "lite", false)]
    [InlineData("lite", "lite", "lite", true)]
    [InlineData("default", "", "default", false)]
    [InlineData("lite", "", "tokendashboard-sqlite", false)]
    [InlineData("", "lite", "tokendashboard-sqlite", false)]
    public async Task A_published_export_keeps_a_data_source_that_the_server_has(string set, string existing, string expected, bool narrow)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        PublishRun.Of(server, PublishRun.Json());
        if (existing.Length > 0)
            server.DataSources.Add(new JsonObject { ["uid"] = existing, ["name"] = "Other", ["type"] = DataSourcePlugin.Sqlite.Id, ["version"] = 1, ["readOnly"] = false });
        server.EditInBrowser("token-usage", content => content["templating"]!["list"]![0]!["current"] = set.Length == 0 ? [] : new JsonObject { ["text"] = "Other", ["value"] = set });
        DashboardDocument exported = Read(server, "token-usage");
        if (narrow)
            server.Forbidden.Add("datasources");

        PublishRun run = PublishRun.Of(server, exported.Json, new GrafanaPublishOptions { Force = true });

        Assert.Null(run.Error);
        Assert.Equal(expected, (string?)server.Dashboards["token-usage"].Content["templating"]!["list"]![0]!["current"]!["value"]);
        Assert.Equal(expected == set, Read(server, "token-usage").Json == exported.Json);
        Assert.Empty(run.Warnings);
        // A specified data source has precedence.
        Assert.Null(PublishRun.Of(server, exported.Json, new GrafanaPublishOptions { Force = true, DataSourceUid = DataSourcePlugin.Sqlite.DefaultUid }).Error);
        Assert.Equal(DataSourcePlugin.Sqlite.DefaultUid, (string?)server.Dashboards["token-usage"].Content["templating"]!["list"]![0]!["current"]!["value"]);
    }

    [Fact]
    public async Task A_dashboard_with_fixed_data_sources_needs_no_default_data_source()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        const string Json = """
            { "uid": "own", "title": "Own", "panels": [ { "id": 1, "type": "stat", "datasource": { "type": "frser-sqlite-datasource", "uid": "lite" } } ] }
            """;

        Assert.Equal(GrafanaPublishAction.Created, PublishRun.Of(server, Json, new GrafanaPublishOptions()).Dashboard);
        Assert.Equal(ErrorCode.GrafanaDataSourceMissing, PublishRun.Of(server, PublishRun.Json(), new GrafanaPublishOptions()).Error?.Code);
    }

    [Fact]
    public async Task Exports_follow_the_folders_of_the_server_and_skip_unchanged_files()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        PublishRun.Of(server, PublishRun.Json(), new GrafanaPublishOptions { Database = "/d.db", Folder = "LLM/../a:b" });

        GrafanaExportResult created = Save(server, "token-usage")!;
        GrafanaExportResult unchanged = Save(server, "token-usage")!;
        PublishRun.Of(server, PublishRun.Json("Renamed"));
        GrafanaExportResult updated = Save(server, "token-usage")!;

        Assert.Equal(_folder.File("LLM/_/a_b/token-usage.json"), created.Path);
        Assert.Equal("LLM/../a:b", created.Folder);
        Assert.Equal(
            [(GrafanaPublishAction.Created, 1L), (GrafanaPublishAction.Unchanged, 1L), (GrafanaPublishAction.Updated, 2L)],
            new[] { created, unchanged, updated }.Select(result => (result.Action, result.Version)));
        Assert.Equal("Renamed", DashboardDocument.Parse(File.ReadAllText(updated.Path), updated.Path).Title);
    }

    [Theory]
    [InlineData("aux")]
    [InlineData("CON")]
    [InlineData("com1")]
    [InlineData("nul.v1")]
    [InlineData("lpt9 .x")]
    [InlineData("a.")]
    [InlineData("a ")]
    [InlineData("a/b")]
    public async Task Files_and_folders_have_valid_names_on_Windows(string name)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        PublishRun.Of(server, PublishRun.Json());
        server.Dashboards[name] = server.Dashboards["token-usage"];
        server.Folders.Add(new("odd", name));
        server.Dashboards[name].FolderUid = "odd";

        string path = Path.GetRelativePath(_folder.Path, Save(server, name)!.Path);

        string[] parts = path.Split(Path.DirectorySeparatorChar);
        Assert.Equal(2, parts.Length);
        Assert.All(parts, part => Assert.DoesNotMatch(@"(?i)^(con|prn|aux|nul|com\d|lpt\d)\s*(\.|$)|[. ]$", part));
        Assert.NotEqual($"{name}.json", parts[1]);
    }

    [Fact]
    public async Task Uids_with_the_same_file_name_get_separate_stable_files()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        PublishRun.Of(server, PublishRun.Json());
        foreach (string uid in (string[])["Usage", "usage", "a:b", "a?b", "aux", "_aux"])
            server.Dashboards[uid] = server.Dashboards["token-usage"];
        string[] uids = ["a:b", "a?b", "aux", "_aux", "usage", "Usage"];

        string[] first = [.. uids.Select(uid => Save(server, uid)!.Path)];
        GrafanaExportResult[] second = [.. uids.Select(uid => Save(server, uid)!)];

        Assert.Equal(uids.Length, first.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.Equal(first, second.Select(result => result.Path));
        Assert.All(second, result => Assert.Equal(GrafanaPublishAction.Unchanged, result.Action));
    }

    [Theory]
    [InlineData("LLM/token-usage.json", false)]
    [InlineData("LLM", true)]
    public async Task A_symbolic_link_in_the_folder_is_not_followed(string link, bool folder)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Symbolic links need a privilege on Windows.");
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        PublishRun.Of(server, PublishRun.Json(), new GrafanaPublishOptions { Database = "/d.db", Folder = "LLM" });
        using var outside = new TemporaryFolder();
        File.WriteAllText(outside.File("token-usage.json"), "mine");
        Directory.CreateDirectory(_folder.File("out/LLM"));
        if (folder)
            Directory.Delete(_folder.File("out/LLM"));
        File.CreateSymbolicLink(_folder.File($"out/{link}"), folder ? outside.Path : outside.File("token-usage.json"));
        // The specified folder itself can be a link.
        Directory.CreateSymbolicLink(_folder.File("chosen"), _folder.File("out"));

        TokenDashboardException failure = Assert.Throws<TokenDashboardException>(() => Save(server, "token-usage", _folder.File("chosen")));

        Assert.Equal(ErrorCode.DashboardWriteFailed, failure.Code);
        Assert.Equal("mine", File.ReadAllText(outside.File("token-usage.json")));
    }

    [Fact]
    public async Task Dashboards_are_found_by_tag_and_folder_across_pages()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        server.Folders.AddRange([new("a", "LLM"), new("b", "Tokens", "a"), new("c", "LLM2")]);
        Add("in-a", "a", "x");
        Add("in-b", "b", "x", "y");
        Add("in-c", "c", "x");
        Add("outside", "");
        for (int index = 0; index < 1000; index++)
            Add($"many-{index:0000}", "c");

        Assert.Equal(["in-a", "in-b"], Find([], "LLM"));
        Assert.Equal(["in-b"], Find([], "LLM/Tokens"));
        Assert.Equal(["in-b"], Find(["x", "y"], null));
        Assert.Equal(["in-a", "in-b"], Find(["x"], "LLM"));
        Assert.Equal(["outside"], Find([], "General"));
        Assert.Equal(1004, Find([], null).Count);
        Assert.Empty(server.Writes);

        void Add(string uid, string folder, params string[] tags)
        {
            var dashboard = new FakeGrafana.Dashboard(1) { FolderUid = folder };
            dashboard.Save(new JsonObject { ["title"] = uid, ["tags"] = new JsonArray([.. tags.Select(tag => (JsonNode)tag)]) }, "", "alice");
            server.Dashboards[uid] = dashboard;
        }

        IReadOnlyList<string> Find(string[] tags, string? folder)
        {
            using GrafanaExporter exporter = Exporter(server);
            return exporter.Find(tags, folder);
        }
    }

    [Fact]
    public async Task Publishing_an_old_version_restores_it()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        PublishRun.Of(server, PublishRun.Json());
        PublishRun.Of(server, PublishRun.Json("Renamed"));

        DashboardDocument old = Read(server, "token-usage", 1);
        PublishRun run = PublishRun.Of(server, old.Json);

        Assert.Equal("Token usage", old.Title);
        Assert.Equal((GrafanaPublishAction.Updated, 3L), (run.Dashboard, run.Results[^1].Version));
        Assert.Equal(old.Json, Read(server, "token-usage").Json);
    }

    [Theory]
    [InlineData("none", null, ErrorCode.DashboardNotFound)]
    [InlineData("token-usage", 7L, ErrorCode.DashboardNotFound)]
    [InlineData("newer", null, ErrorCode.GrafanaSchemaUnsupported)]
    public async Task A_failed_export_reports_its_uid_and_writes_nothing(string uid, long? version, ErrorCode code)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        PublishRun.Of(server, PublishRun.Json());
        PublishRun.Of(server, PublishRun.Json(uid: "newer"));
        server.Dashboards["newer"].IsSchemaV2 = true;

        var exception = Assert.Throws<TokenDashboardException>(() => Save(server, uid, version));

        Assert.Equal(code, exception.Code);
        Assert.Contains($"'{uid}'", exception.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task An_overwritten_dashboard_is_backed_up_without_replacing_other_backups()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        var options = new GrafanaPublishOptions { BackupPath = _folder.Path, Database = "/d.db", Folder = "LLM" };
        Assert.Null(PublishRun.Of(server, PublishRun.Json(), options).Results[^1].BackupPath);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
        DashboardDocument before = Read(server, "token-usage");
        Directory.CreateDirectory(_folder.File("LLM"));
        File.WriteAllText(_folder.File("LLM/token-usage.v1.json"), "of another server");
        bool there = false;
        server.Intercept = line =>
        {
            there |= line == "POST /api/dashboards/db" && File.Exists(_folder.File("LLM/token-usage.v1-2.json"));
            return null;
        };

        PublishRun declined = PublishRun.Of(server, PublishRun.Json("Renamed"), options, write: false);
        Assert.Single(Directory.GetFiles(_folder.File("LLM")));
        PublishRun run = PublishRun.Of(server, PublishRun.Json("Renamed"), options);

        Assert.Null(declined.Error);
        Assert.True(there);
        Assert.Equal(_folder.File("LLM/token-usage.v1-2.json"), run.Results[^1].BackupPath);
        Assert.Equal(before.Json, File.ReadAllText(run.Results[^1].BackupPath!));
        Assert.Equal("of another server", File.ReadAllText(_folder.File("LLM/token-usage.v1.json")));
    }

    [Fact]
    public async Task A_dashboard_is_not_overwritten_if_the_backup_fails()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        PublishRun.Of(server, PublishRun.Json());
        File.WriteAllText(_folder.File("file"), "");

        PublishRun run = PublishRun.Of(server, PublishRun.Json("Renamed"), new GrafanaPublishOptions { BackupPath = _folder.File("file/below") });
        server.Dashboards["token-usage"].IsSchemaV2 = true;
        PublishRun newer = PublishRun.Of(server, PublishRun.Json("Renamed"), new GrafanaPublishOptions { BackupPath = _folder.Path, Force = true });

        Assert.Equal(ErrorCode.DashboardWriteFailed, run.Error?.Code);
        Assert.Equal(ErrorCode.GrafanaSchemaUnsupported, newer.Error?.Code);
        Assert.Single(server.Dashboards["token-usage"].History);
    }

    private static GrafanaExporter Exporter(FakeGrafana server, GrafanaApi api = GrafanaApi.Auto)
    {
        var exporter = new GrafanaExporter(
            PublishRun.Connection(server.Url) with { Api = api }, new PublishCallbacks((_, _) => true, _ => { }, _ => { }, _ => { }), TestContext.Current.CancellationToken);
        exporter.Connect();
        return exporter;
    }

    private static DashboardDocument Read(FakeGrafana server, string uid, long? version = null)
    {
        using GrafanaExporter exporter = Exporter(server);
        return exporter.Read(uid, version);
    }

    private GrafanaExportResult? Save(FakeGrafana server, string uid, long? version = null) => Save(server, uid, _folder.Path, version);

    private static GrafanaExportResult? Save(FakeGrafana server, string uid, string folder, long? version = null)
    {
        using GrafanaExporter exporter = Exporter(server);
        return exporter.Save(uid, version, folder);
    }
}
