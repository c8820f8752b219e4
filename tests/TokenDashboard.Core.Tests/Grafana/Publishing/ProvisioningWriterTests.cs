using System.Text.Json.Nodes;
using TokenDashboard.Grafana.Http;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Publishing;
using TokenDashboard.Grafana.Results;
using YamlDotNet.Serialization;

namespace TokenDashboard.Tests.Grafana.Publishing;

public sealed class ProvisioningWriterTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tokendashboard-").FullName;
    private readonly List<string> _warnings = [];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_files_contain_the_data_source_the_provider_and_the_dashboard()
    {
        List<GrafanaPublishResult> results = Write(Options() with { Folder = "LLM", FolderUid = "llm", OrgId = 2 });

        Assert.Equal(["datasources/tokendashboard.yaml", "dashboards/tokendashboard.yaml", "dashboards/tokendashboard/token-usage.json"], results.Select(result => result.Name));
        Assert.All(results, result => Assert.Equal((GrafanaPublishAction.Created, true), (result.Action, File.Exists(result.Path))));
        Dictionary<object, object> source = First("datasources/tokendashboard.yaml", "datasources");
        Assert.Equal(("TokenDashboard", "tokendashboard-sqlite", "frser-sqlite-datasource", "2"), (source["name"], source["uid"], source["type"], source["orgId"]));
        var settings = (Dictionary<object, object>)source["jsonData"];
        Assert.Equal(
            ("/data/observicia.db", "file:", "_pragma=busy_timeout(5000)&_pragma=query_only(1)", "0"), (settings["path"], settings["pathPrefix"], settings["pathOptions"], settings["attachLimit"]));
        Dictionary<object, object> provider = First("dashboards/tokendashboard.yaml", "providers");
        Assert.Equal(("LLM", "llm", "file", "2"), (provider["folder"], provider["folderUid"], provider["type"], provider["orgId"]));
        Assert.Equal(Path.Combine(_folder, "dashboards", "tokendashboard"), ((Dictionary<object, object>)provider["options"])["path"]);
        JsonObject dashboard = JsonNode.Parse(File.ReadAllText(results[2].Path!))!.AsObject();
        Assert.Equal("tokendashboard-sqlite", dashboard["templating"]!["list"]![0]!["current"]!["value"]!.GetValue<string>());
        Assert.Null(dashboard["id"]);
        Assert.False(dashboard.ContainsKey("version"));
    }

    [Theory]
    [InlineData("General")]
    [InlineData("general")]
    public void The_folder_General_is_the_root(string folder)
    {
        Write(Options() with { Folder = folder });

        Assert.Equal("", First("dashboards/tokendashboard.yaml", "providers")["folder"]);
    }

    [Fact]
    public void A_duplicate_title_in_a_folder_is_rejected()
    {
        var writer = new ProvisioningWriter(Options(), Callbacks(true));
        Assert.Equal(3, writer.Write(DashboardDocument.Parse(PublishRun.Json("Same", "one"), "one")).Count());
        Assert.Equal(
            ErrorCode.DashboardInvalid,
            Assert.Throws<TokenDashboardException>(() => writer.Write(DashboardDocument.Parse(PublishRun.Json("Same", "two"), "two")).ToList()).Code);
        Assert.False(File.Exists(Path.Combine(_folder, "dashboards/tokendashboard/two.json")));
        writer.WarnOfSameTitles();
        Assert.Empty(_warnings);
    }

    [Fact]
    public void A_duplicate_title_in_a_file_of_an_earlier_run_causes_a_warning()
    {
        var first = new ProvisioningWriter(Options(), Callbacks(true));
        Assert.Equal(3, first.Write(DashboardDocument.Parse(PublishRun.Json("Same", "one"), "one")).Count());
        var second = new ProvisioningWriter(Options(), Callbacks(true));
        Assert.Equal(3, second.Write(DashboardDocument.Parse(PublishRun.Json("Same", "two"), "two")).Count());
        second.WarnOfSameTitles();
        Assert.Contains("'one.json', 'two.json'", Assert.Single(_warnings), StringComparison.Ordinal);

        _warnings.Clear();
        Assert.Single(second.Prune());
        second.WarnOfSameTitles();
        Assert.Empty(_warnings);
    }

    [Fact]
    public void A_second_run_changes_no_file()
    {
        List<GrafanaPublishResult> first = Write(Options());
        var longAgo = new DateTime(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc);
        first.ForEach(result => File.SetLastWriteTimeUtc(result.Path!, longAgo));

        List<GrafanaPublishResult> second = Write(Options());

        Assert.All(second, result => Assert.Equal((GrafanaPublishAction.Unchanged, longAgo), (result.Action, File.GetLastWriteTimeUtc(result.Path!))));
        Assert.Equal(3, second.Count);
    }

    [Fact]
    public void Only_changed_files_are_written()
    {
        Write(Options());

        Assert.Equal(["Unchanged", "Unchanged", "Updated"], Write(Options(), json: PublishRun.Json("Renamed")).Select(result => result.Action.ToString()));
        Assert.Equal(["Updated", "Unchanged", "Unchanged"], Write(Options() with { Database = "/data/other.db" }, json: PublishRun.Json("Renamed")).Select(result => result.Action.ToString()));
    }

    [Fact]
    public void Declined_writes_create_no_file_or_folder()
    {
        Assert.Empty(Write(Options(), write: false));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
    }

    [Theory]
    [InlineData("true")]
    [InlineData("null")]
    [InlineData("007")]
    [InlineData("a: b # c")]
    [InlineData("- x")]
    [InlineData("\"quoted\" 'twice'")]
    [InlineData("Tokens für Team Ü")]
    [InlineData("two\nlines")]
    public void Any_name_survives_a_YAML_round_trip(string name)
    {
        Write(Options() with { DataSourceName = name, Folder = name.Replace('/', '-') });

        Assert.Equal(name, First("datasources/tokendashboard.yaml", "datasources")["name"]);
        Assert.Equal(name, First("dashboards/tokendashboard.yaml", "providers")["folder"]);
    }

    [Fact]
    public void Dollar_signs_in_a_path_are_escaped()
    {
        Write(Options() with { Database = "/data/$HOME/${x}.db" });

        Assert.Equal("/data/$$HOME/$${x}.db", ((Dictionary<object, object>)First("datasources/tokendashboard.yaml", "datasources")["jsonData"])["path"]);
    }

    [Fact]
    public void The_provider_file_uses_GrafanaPath()
    {
        Write(Options() with { GrafanaPath = "/etc/grafana/provisioning/" });

        Assert.Equal("/etc/grafana/provisioning/dashboards/tokendashboard", ((Dictionary<object, object>)First("dashboards/tokendashboard.yaml", "providers")["options"])["path"]);
    }

    [Fact]
    public void A_path_that_Grafana_blocks_causes_one_warning()
    {
        Write(Options() with { Database = "/data/.env/x.db" });

        Assert.Contains(".env", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Duplicate_uids_and_nested_folders_are_rejected()
    {
        var writer = new ProvisioningWriter(Options(), Callbacks(true));
        DashboardDocument document = DashboardDocument.Parse(PublishRun.Json(), "test");
        Assert.Equal(3, writer.Write(document).Count());

        Assert.Equal(ErrorCode.DashboardInvalid, Assert.Throws<TokenDashboardException>(() => writer.Write(document)).Code);
        Assert.Equal(ErrorCode.GrafanaFolderConflict, Assert.Throws<TokenDashboardException>(() => new ProvisioningWriter(Options() with { Folder = "A/B" }, Callbacks(true))).Code);
    }

    [Fact]
    public void A_folder_that_cannot_be_created_is_an_error_with_its_path()
    {
        string file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "");

        var exception = Assert.Throws<TokenDashboardException>(() => Write(Options() with { Path = file }));

        Assert.Equal(ErrorCode.DashboardWriteFailed, exception.Code);
        Assert.Contains(file, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pruning_removes_only_unchanged_files_of_earlier_runs()
    {
        string own = Path.Combine(_folder, "dashboards", "tokendashboard");
        Write(Options(), json: PublishRun.Json(uid: "wanted"));
        Write(Options(), json: PublishRun.Json(uid: "old"));
        Write(Options(), json: PublishRun.Json(uid: "edited"));
        Write(Options(), json: PublishRun.Json(uid: "aux"));
        File.AppendAllText(Path.Combine(own, "edited.json"), " ");
        File.WriteAllText(Path.Combine(own, "foreign.json"), PublishRun.Json(uid: "foreign"));
        File.Copy(Path.Combine(own, "old.json"), Path.Combine(own, "copy.json"));
        string outside = Path.Combine(_folder, "outside.json");
        File.WriteAllText(outside, "{}");
        string list = Directory.GetFiles(own, ".*").Single();
        File.AppendAllText(list, $"{new string('0', 64)}  ../../outside.json\nnonsense\n");

        var writer = new ProvisioningWriter(Options(), Callbacks(true));
        _ = writer.Write(DashboardDocument.Parse(PublishRun.Json(uid: "wanted"), "test")).ToList();
        List<GrafanaPublishResult> removed = [.. writer.Prune()];

        Assert.Equal(["aux", "old"], removed.Select(result => result.Uid).Order());
        Assert.All(removed, result => Assert.False(File.Exists(result.Path)));
        Assert.Equal(["copy.json", "edited.json", "foreign.json", "wanted.json"], Directory.GetFiles(own, "*.json").Select(Path.GetFileName).Order());
        Assert.True(File.Exists(outside));
        Assert.Single(_warnings);
        Assert.Equal(["wanted"], new ProvisioningWriter(Options(), Callbacks(true)).Prune().Select(result => result.Uid));
    }

    [Fact]
    public void Declined_pruning_removes_nothing()
    {
        Write(Options());

        Assert.Empty(new ProvisioningWriter(Options(), Callbacks(false)).Prune());
        Assert.Single(new ProvisioningWriter(Options(), Callbacks(true)).Prune());
    }

    [Theory]
    [InlineData("datasources")]
    [InlineData("dashboards/tokendashboard")]
    [InlineData("dashboards/tokendashboard/token-usage.json")]
    public void Nothing_is_written_through_a_symbolic_link(string link)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Symbolic links need a privilege on Windows.");
        string outside = Directory.CreateDirectory(Path.Combine(_folder, "outside")).FullName;
        string root = Directory.CreateDirectory(Path.Combine(_folder, "root")).FullName;
        string path = Path.Combine(root, link);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.CreateSymbolicLink(path, outside);

        Assert.Equal(ErrorCode.DashboardWriteFailed, Assert.Throws<TokenDashboardException>(() => Write(Options() with { Path = root })).Code);
        Assert.Empty(Directory.EnumerateFileSystemEntries(outside));
    }

    [Theory]
    [InlineData("dashboards")]
    [InlineData("dashboards/tokendashboard")]
    public void Nothing_is_removed_through_a_symbolic_link(string link)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Symbolic links need a privilege on Windows.");
        string production = Path.Combine(_folder, "production"), staging = Path.Combine(_folder, "staging");
        Write(Options() with { Path = production });
        Write(Options() with { Path = production }, json: PublishRun.Json("Other", "other"));
        string[] files = Directory.GetFiles(production, "*", SearchOption.AllDirectories);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(staging, link))!);
        Directory.CreateSymbolicLink(Path.Combine(staging, link), Path.Combine(production, link));

        // The dashboard behind the link is up to date.
        Assert.Equal(ErrorCode.DashboardWriteFailed, Assert.Throws<TokenDashboardException>(() => Write(Options() with { Path = staging })).Code);
        var writer = new ProvisioningWriter(Options() with { Path = staging }, Callbacks(true));
        Assert.Equal(ErrorCode.DashboardWriteFailed, Assert.Throws<TokenDashboardException>(() => writer.Prune().ToList()).Code);
        Assert.Equal(files, Directory.GetFiles(production, "*", SearchOption.AllDirectories));
    }

    private ProvisioningOptions Options() => new(_folder) { Database = "/data/observicia.db" };

    private List<GrafanaPublishResult> Write(ProvisioningOptions options, bool write = true, string? json = null) =>
        [.. new ProvisioningWriter(options, Callbacks(write)).Write(DashboardDocument.Parse(json ?? PublishRun.Json(), "test"))];

    private PublishCallbacks Callbacks(bool write) => new((_, _) => write, _ => { }, _warnings.Add, _ => { });

    private Dictionary<object, object> First(string file, string list)
    {
        var content = (Dictionary<object, object>)new DeserializerBuilder().Build().Deserialize(File.ReadAllText(Path.Combine(_folder, file)))!;
        Assert.Equal("1", content["apiVersion"]);
        return (Dictionary<object, object>)((List<object>)content[list]).Single();
    }
}
