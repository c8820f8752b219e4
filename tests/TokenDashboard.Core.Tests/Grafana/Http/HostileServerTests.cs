using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using TokenDashboard.Grafana.Http;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Publishing;
using TokenDashboard.Grafana.Results;
using TokenDashboard.Testing;
using TokenDashboard.Tests.Grafana.Publishing;

namespace TokenDashboard.Tests.Grafana.Http;

/// <summary>A hostile server, or one that is not Grafana, cannot cause a hang, fill the memory, or reveal a secret.</summary>
public sealed class HostileServerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>Every form of an echo with every encoding.</summary>
    public static TheoryData<string, string, bool> Echoes => [..
        from way in (string[])["page", "refusal", "redirect", "other"]
        from encoding in (string[])["plain", "header", "part", "end", "unicode", "base64", "base64 inside", "url", "html", "late"]
        from token in (bool[])[true, false]
        select (way, encoding, token)];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("<script")]
    [InlineData("<script>")]
    [InlineData("<style ")]
    [InlineData("<")]
    [InlineData(" ")]
    [InlineData("&amp;")]
    [InlineData("%41")]
    [InlineData("QUJD")]
    public async Task A_huge_page_is_rejected_with_a_short_message(string part)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        server.Intercept = _ => FakeGrafana.Answer.Html(200, "Page " + string.Concat(Enumerable.Repeat(part, 200_000)));

        PublishRun run = PublishRun.Of(server, PublishRun.Json());

        Assert.Equal(ErrorCode.GrafanaNotJson, run.Error?.Code);
        Assert.InRange(run.Error!.Message.Length, 1, 1000);
    }

    [Theory]
    [InlineData("values")]
    [InlineData("names")]
    [InlineData("depth")]
    [InlineData("surrogate")]
    [InlineData("surrogate in a name")]
    public async Task Excessive_or_malformed_JSON_is_rejected(string kind)
    {
        string text = kind switch
        {
            "values" => $"[{string.Join(',', Enumerable.Repeat("1", 2_000_001))}]",
            "names" => $"{{{string.Join(',', Enumerable.Range(0, 1_000_001).Select(number => $"\"{number}\":1"))}}}",
            "depth" => new string('[', 100_000) + new string(']', 100_000),
            "surrogate" => """{ "message": "\ud800", "database": "\ud800", "version": "\ud800" }""",
            _ => """{ "\udc00": 1 }""",
        };
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        server.Intercept = _ => new FakeGrafana.Answer(200, text, "application/json");

        Assert.Equal(ErrorCode.GrafanaNotJson, PublishRun.Of(server, PublishRun.Json()).Error?.Code);
        Assert.Equal(ErrorCode.DashboardInvalid, Assert.Throws<TokenDashboardException>(() => DashboardDocument.Parse(text, "file")).Code);
    }

    [Theory]
    [InlineData("//[", "nowhere")]
    [InlineData("http://me:any@elsewhere.test/grafana/login?a=b", "http://elsewhere.test/grafana/login")]
    public async Task A_redirect_is_reported_without_possible_secrets(string location, string shown)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        server.Intercept = _ => FakeGrafana.Answer.Redirect(location);

        TokenDashboardException? error = PublishRun.Of(server, PublishRun.Json()).Error;

        Assert.Equal(ErrorCode.GrafanaNotJson, error?.Code);
        Assert.Contains($" to {shown}. ", error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Endless_nested_folders_are_rejected()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        PublishRun.Of(server, PublishRun.Json(), new GrafanaPublishOptions { Database = "/d.db", Folder = "LLM" });
        int count = 0;
        server.Intercept = line => line.StartsWith("GET /api/folders/", StringComparison.Ordinal)
            ? FakeGrafana.Answer.Json(200, new JsonObject { ["uid"] = line, ["title"] = "x", ["parentUid"] = $"f{++count}" })
            : null;

        using GrafanaExporter exporter = Exporter(PublishRun.Connection(server.Url));

        Assert.Equal(ErrorCode.GrafanaNotJson, Assert.Throws<TokenDashboardException>(() => exporter.Save("token-usage", null, _folder.Path)).Code);
        Assert.InRange(count, 1, 100);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task Circular_folders_do_not_cause_an_endless_loop()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        server.Folders.AddRange([new("a", "A", "b"), new("b", "B", "a")]);
        PublishRun.Of(server, PublishRun.Json(), new GrafanaPublishOptions { Database = "/d.db", FolderUid = "a" });

        using GrafanaExporter exporter = Exporter(PublishRun.Connection(server.Url));

        Assert.Equal("B/A", exporter.Save("token-usage", null, _folder.Path)!.Folder);
    }

    [Fact]
    public async Task A_password_that_is_a_common_word_does_not_change_data()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        server.AcceptedPassword = FakeGrafana.UserName;
        var connection = new GrafanaConnection(server.Url) { Credential = new NetworkCredential(FakeGrafana.UserName, FakeGrafana.UserName) };
        server.DataSources.Add(new JsonObject
        {
            ["id"] = 7, ["uid"] = DataSourcePlugin.Sqlite.DefaultUid, ["name"] = "admin", ["type"] = DataSourcePlugin.Sqlite.Id, ["version"] = 1, ["readOnly"] = false, ["user"] = "admin",
            ["jsonData"] = new JsonObject { ["path"] = "/admin/old.db" },
        });
        string json = PublishRun.Json("The admin panel of the admin team", extra: "\"description\": \"admin:admin YWRtaW46YWRtaW4=\",");

        PublishRun run = PublishRun.Of(server, json, new GrafanaPublishOptions { Database = "/admin/new.db", Folder = "admin" }, connection: connection);
        Assert.Null(run.Error);
        using GrafanaExporter exporter = Exporter(connection);
        GrafanaExportResult result = exporter.Save("token-usage", null, _folder.Path)!;

        Assert.Equal("admin", (string?)server.DataSources[0]["user"]);
        Assert.Equal("/admin/new.db", (string?)server.DataSources[0]["jsonData"]!["path"]);
        Assert.Equal(("admin", "The admin panel of the admin team"), (result.Folder, result.Title));
        Assert.Equal("admin:admin YWRtaW46YWRtaW4=", (string?)JsonNode.Parse(File.ReadAllText(result.Path))!["description"]);
        // Names in messages are not masked.
        Assert.Contains(run.Verbose, text => text.Contains("'admin'", StringComparison.Ordinal));
    }

    /// <summary>A server or proxy echoes a secret in a page, in a JSON error, in a redirect, or in other JSON.</summary>
    [Theory]
    [MemberData(nameof(Echoes))]
    public async Task An_echoed_secret_does_not_reach_messages(string way, string encoding, bool token)
    {
        string secret = token ? FakeGrafana.Token : FakeGrafana.Password;
        string pair = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{FakeGrafana.UserName}:{FakeGrafana.Password}"));
        string echo = encoding switch
        {
            "plain" => secret,
            "header" => token ? $"Bearer {secret}" : $"Basic {pair}",
            "part" => secret[..^3],
            "end" => secret[3..],
            "unicode" => string.Concat(secret.Select(character => $@"\u{(int)character:x4}")),
            "base64" => Convert.ToBase64String(Encoding.UTF8.GetBytes($"Authorization: {secret}")),
            "base64 inside" => "xy" + Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)).TrimEnd('='),
            "url" => string.Concat(secret.Select(character => $"%{(int)character:X2}")),
            "html" => string.Concat(secret.Select(character => $"&#{(int)character};")),
            _ => new string('x', 250) + secret,
        };
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        server.Intercept = line => line.Contains("/api/org", StringComparison.Ordinal)
            ? way switch
            {
                "page" => FakeGrafana.Answer.Html(200, $"<html>You sent: {echo}</html>"),
                "refusal" => new FakeGrafana.Answer(400, $$"""{ "message": "You sent: {{echo}}" }""", "application/json"),
                "redirect" => FakeGrafana.Answer.Redirect($"/login/{(encoding == "html" ? secret : echo.Replace(@"\", "%5C", StringComparison.Ordinal))}"),
                _ => new FakeGrafana.Answer(200, $$"""[ "You sent: {{echo}}" ]""", "application/json"),
            }
            : null;
        GrafanaConnection connection = token
            ? PublishRun.Connection(server.Url)
            : new GrafanaConnection(server.Url) { Credential = new NetworkCredential(FakeGrafana.UserName, FakeGrafana.Password) };

        PublishRun run = PublishRun.Of(server, PublishRun.Json(), connection: connection);

        string everything = run.Error + string.Join('\n', [.. run.Verbose, .. run.Debug, .. run.Warnings]);
        Assert.Contains("***", run.Error!.Message, StringComparison.Ordinal);
        Assert.All([secret[..^3], secret[3..], pair, echo], text => Assert.DoesNotContain(text, everything, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_token_in_a_folder_title_is_masked_in_the_error_message()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        server.Folders.AddRange([new("a", FakeGrafana.Token), new("b", FakeGrafana.Token)]);

        var options = new GrafanaPublishOptions { Database = "/d.db", Folder = FakeGrafana.Token };
        PublishRun conflict = PublishRun.Of(server, PublishRun.Json(), options);
        server.Folders.RemoveAt(1);
        PublishRun published = PublishRun.Of(server, PublishRun.Json(), options);

        Assert.Equal(ErrorCode.GrafanaFolderConflict, conflict.Error?.Code);
        Assert.Contains("'***'", conflict.Error!.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(FakeGrafana.Token, conflict.Error.Message, StringComparison.Ordinal);
        // The title in results is data.
        Assert.Null(published.Error);
        Assert.Equal(FakeGrafana.Token, published.Results[^1].FolderTitle);
    }

    [Fact]
    public async Task Control_characters_do_not_reach_messages()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        server.Intercept = line => line.Contains("/api/org", StringComparison.Ordinal)
            ? FakeGrafana.Answer.Message(400, "\u001b]0;owned\a\u001b[2J\u009b2J\u202Egnp.exe\u2066\r\nWARNING: all is well")
            : null;

        string message = PublishRun.Of(server, PublishRun.Json()).Error!.Message;

        Assert.Equal(message, MessageText.Visible(message));
        Assert.DoesNotContain(message, character => char.IsControl(character) || character is '\u202E' or '\u2066');
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    public async Task A_uid_that_changes_the_request_path_is_not_requested(string uid)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        using GrafanaExporter exporter = Exporter(PublishRun.Connection(server.Url));
        server.ClearRequests();

        Assert.Equal(ErrorCode.DashboardNotFound, Assert.Throws<TokenDashboardException>(() => exporter.Read(uid)).Code);
        Assert.Empty(server.Requests);
    }

    private static GrafanaExporter Exporter(GrafanaConnection connection)
    {
        var exporter = new GrafanaExporter(
            connection, new PublishCallbacks((_, _) => true, _ => { }, _ => { }, _ => { }), TestContext.Current.CancellationToken);
        exporter.Connect();
        return exporter;
    }
}
