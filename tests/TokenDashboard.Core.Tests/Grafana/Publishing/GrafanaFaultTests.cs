using System.Net;
using System.Net.Sockets;
using TokenDashboard.Grafana.Results;
using TokenDashboard.Testing;

namespace TokenDashboard.Tests.Grafana.Publishing;

/// <summary>Every fault of the network or the server has an error code and advice, and does not reveal the token.</summary>
public class GrafanaFaultTests
{
    private static readonly GrafanaPublishOptions Options = new() { Database = "/data/observicia.db", Folder = "LLM" };

    private const string LoginPage = "<!DOCTYPE html><html><head><title>Sign in</title><script>var x = 1;</script></head><body><h1>Please sign in</h1></body></html>";

    /// <summary>The request that fails, the fault, the error code, and words of the message.</summary>
    public static TheoryData<string, string, ErrorCode, string> Faults => new()
    {
        { "GET /api/health", "html 200", ErrorCode.GrafanaNotJson, "Sign in Please sign in" },
        { "GET /api/health", "html 404", ErrorCode.GrafanaNotJson, "sub-path" },
        { "GET /api/health", "html 502", ErrorCode.GrafanaUnreachable, "proxy" },
        { "GET /api/health", "html 401", ErrorCode.GrafanaUnauthorized, "proxy" },
        { "GET /api/health", "html 403", ErrorCode.GrafanaForbidden, "proxy" },
        { "GET /api/health", "redirect", ErrorCode.GrafanaNotJson, "sign-in" },
        { "GET /api/health", "empty", ErrorCode.GrafanaNotJson, "no content" },
        { "GET /api/health", "half", ErrorCode.GrafanaNotJson, "not JSON" },
        { "GET /api/health", "other", ErrorCode.GrafanaNotJson, "not from Grafana" },
        { "GET /api/health", "array", ErrorCode.GrafanaNotJson, "not from Grafana's API" },
        { "GET /api/health", "failing", ErrorCode.GrafanaRequestFailed, "database" },
        { "GET /api/org", "401", ErrorCode.GrafanaUnauthorized, "token" },
        { "GET /api/org", "500", ErrorCode.GrafanaRequestFailed, "status 500" },
        { "GET /api/org", "array", ErrorCode.GrafanaNotJson, "not from Grafana's API" },
        { "GET /api/folders", "403", ErrorCode.GrafanaForbidden, "folders:read" },
        { "POST /api/folders", "403", ErrorCode.GrafanaForbidden, "folders:create" },
        { "POST /api/folders", "409", ErrorCode.GrafanaFolderConflict, "Run the command again" },
        { "POST /api/folders", "412", ErrorCode.GrafanaFolderConflict, "Run the command again" },
        { "POST /api/folders", "other", ErrorCode.GrafanaNotJson, "not from Grafana's API" },
        { "GET /api/plugins/frser-sqlite-datasource/settings", "404", ErrorCode.GrafanaPluginMissing, "grafana cli plugins install frser-sqlite-datasource" },
        { "GET /api/datasources/uid/tokendashboard-sqlite", "403", ErrorCode.GrafanaForbidden, "role Admin" },
        { "GET /api/datasources/uid/tokendashboard-sqlite", "array", ErrorCode.GrafanaNotJson, "not from Grafana's API" },
        { "POST /api/datasources", "409", ErrorCode.GrafanaDataSourceConflict, "Run the command again" },
        { "POST /api/datasources", "403", ErrorCode.GrafanaForbidden, "datasources:create" },
        { "GET /api/dashboards/uid/token-usage", "403", ErrorCode.GrafanaForbidden, "dashboards:read" },
        { "GET /api/dashboards/uid/token-usage", "other", ErrorCode.GrafanaNotJson, "not from Grafana's API" },
        { "POST /api/dashboards/db", "403", ErrorCode.GrafanaForbidden, "dashboards:write" },
        { "POST /api/dashboards/db", "kubernetes 403", ErrorCode.GrafanaForbidden, "folder is managed by repo (Forbidden)" },
        { "POST /api/dashboards/db", "412 version-mismatch", ErrorCode.GrafanaVersionConflict, "Nothing was written" },
        { "POST /api/dashboards/db", "409", ErrorCode.GrafanaVersionConflict, "Nothing was written" },
        { "POST /api/dashboards/db", "412 name-exists", ErrorCode.GrafanaRequestFailed, "duplicate titles" },
        { "POST /api/dashboards/db", "412 plugin-dashboard", ErrorCode.GrafanaDashboardManaged, "another tool manages it" },
        { "POST /api/dashboards/db", "400 provisioned", ErrorCode.GrafanaDashboardManaged, "Cannot save provisioned dashboard" },
        { "POST /api/dashboards/db", "400", ErrorCode.GrafanaRequestFailed, "refused for this test" },
        { "POST /api/dashboards/db", "401", ErrorCode.GrafanaUnauthorized, "token" },
        { "POST /api/dashboards/db", "html 504", ErrorCode.GrafanaUnreachable, "proxy" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_fault_has_an_error_code_and_advice(string request, string fault, ErrorCode code, string words)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        server.Intercept = line => line.Split('?')[0] == request ? Answer(fault) : null;

        PublishRun run = PublishRun.Of(server, PublishRun.Json(), Options);

        Assert.Equal(code, run.Error?.Code);
        Assert.Contains(words, run.Error!.Message, StringComparison.Ordinal);
        Assert.Empty(server.Dashboards);
    }

    [Theory]
    [InlineData("9.5.21", "'grafana-cli plugins install frser-sqlite-datasource'", "GF_INSTALL_PLUGINS")]
    [InlineData("11.6.1", "'grafana cli plugins install frser-sqlite-datasource'", "GF_INSTALL_PLUGINS")]
    [InlineData("13.3.1", "'grafana cli plugins install frser-sqlite-datasource'", "GF_PLUGINS_PREINSTALL")]
    public async Task The_error_for_a_missing_plugin_contains_the_install_command(string version, string command, string variable)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync(version);
        server.Plugins.Clear();

        PublishRun run = PublishRun.Of(server, PublishRun.Json());

        Assert.Equal(ErrorCode.GrafanaPluginMissing, run.Error?.Code);
        Assert.Contains(command, run.Error!.Message, StringComparison.Ordinal);
        Assert.Contains(variable, run.Error.Message, StringComparison.Ordinal);
        Assert.Empty(server.Writes);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    public async Task A_response_with_a_wrong_content_encoding_is_rejected(string encoding)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        server.Intercept = line => line.StartsWith("GET /api/dashboards/uid", StringComparison.Ordinal)
            ? FakeGrafana.Answer.Message(200, "Some text that no program has compressed") with { Encoding = encoding }
            : null;

        PublishRun run = PublishRun.Of(server, PublishRun.Json(), Options);

        Assert.Equal(ErrorCode.GrafanaNotJson, run.Error?.Code);
        Assert.StartsWith($"The server at {server.Url} is not Grafana: ", run.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_token_is_unauthorized()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();

        PublishRun run = PublishRun.Of(server, PublishRun.Json(), connection: PublishRun.Connection(server.Url, "glsa_wrong"));

        Assert.Equal(ErrorCode.GrafanaUnauthorized, run.Error?.Code);
    }

    [Fact]
    public async Task An_organization_other_than_that_of_the_token_is_forbidden()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        var connection = new GrafanaConnection(server.Url) { Token = PublishRun.Secure(FakeGrafana.Token), OrgId = 2 };

        PublishRun run = PublishRun.Of(server, PublishRun.Json(), connection: connection);

        Assert.Equal(ErrorCode.GrafanaForbidden, run.Error?.Code);
        Assert.Contains("organization 1 ('Main Org.')", run.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_closed_port_is_unreachable()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        // The socket reserves its port without listening, so that no other process can use it.
        using var closed = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        closed.Bind(new IPEndPoint(IPAddress.Loopback, 0));

        PublishRun run = PublishRun.Of(server, PublishRun.Json(), connection: PublishRun.Connection(new Uri($"http://{closed.LocalEndPoint}")));

        Assert.Equal(ErrorCode.GrafanaUnreachable, run.Error?.Code);
    }

    [Fact]
    public async Task An_unknown_host_is_unreachable()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();

        PublishRun run = PublishRun.Of(server, PublishRun.Json(), connection: PublishRun.Connection(new Uri("http://grafana.invalid:3000")));

        Assert.Equal(ErrorCode.GrafanaUnreachable, run.Error?.Code);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_server_that_drops_connections_is_unreachable(bool reset)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Task dropping = Task.Run(async () =>
        {
            while (true)
            {
                using Socket client = await listener.AcceptSocketAsync(TestContext.Current.CancellationToken);
                client.LingerState = new LingerOption(reset, 0);
            }
        }, TestContext.Current.CancellationToken);
        GrafanaConnection connection = PublishRun.Connection(new Uri($"http://{listener.LocalEndpoint}")) with { RetryDelay = TimeSpan.Zero };
        await using FakeGrafana server = await FakeGrafana.StartAsync();

        // Each attempt can drop the connection at another stage.
        for (int time = 0; time < 50; time++)
            Assert.Equal(ErrorCode.GrafanaUnreachable, PublishRun.Of(server, PublishRun.Json(), connection: connection).Error?.Code);

        listener.Stop();
        await Assert.ThrowsAnyAsync<SystemException>(() => dropping);
    }

    [Fact]
    public async Task A_server_that_does_not_respond_causes_a_timeout()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        server.Delay = new TaskCompletionSource().Task;
        var connection = new GrafanaConnection(server.Url) { Token = PublishRun.Secure(FakeGrafana.Token), Timeout = TimeSpan.FromMilliseconds(200) };

        PublishRun run = PublishRun.Of(server, PublishRun.Json(), connection: connection);

        Assert.Equal(ErrorCode.GrafanaTimeout, run.Error?.Code);
    }

    [Fact]
    public async Task An_untrusted_certificate_fails_unless_the_check_is_skipped()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync(tls: true);

        PublishRun strict = PublishRun.Of(server, PublishRun.Json());
        PublishRun lenient = PublishRun.Of(
            server, PublishRun.Json(), connection: new GrafanaConnection(server.Url) { Token = PublishRun.Secure(FakeGrafana.Token), SkipCertificateCheck = true });

        Assert.Equal(ErrorCode.GrafanaTlsFailed, strict.Error?.Code);
        Assert.Contains("-SkipCertificateCheck", strict.Error!.Message, StringComparison.Ordinal);
        Assert.Equal(GrafanaPublishAction.Created, lenient.Dashboard);
    }

    [Fact]
    public async Task HTTPS_to_an_HTTP_server_and_HTTP_to_a_TLS_server_are_errors()
    {
        await using FakeGrafana plain = await FakeGrafana.StartAsync();
        await using FakeGrafana secure = await FakeGrafana.StartAsync(tls: true);

        PublishRun https = PublishRun.Of(plain, PublishRun.Json(), connection: PublishRun.Connection(new Uri($"https://127.0.0.1:{plain.Url.Port}")));
        PublishRun http = PublishRun.Of(secure, PublishRun.Json(), connection: PublishRun.Connection(new Uri($"http://127.0.0.1:{secure.Url.Port}")));

        Assert.Equal(ErrorCode.GrafanaTlsFailed, https.Error?.Code);
        Assert.Contains("use http://", https.Error!.Message, StringComparison.Ordinal);
        Assert.Equal(ErrorCode.GrafanaUnreachable, http.Error?.Code);
    }

    [Theory]
    [InlineData("localhost:3000")]
    [InlineData("ftp://grafana.example.com")]
    [InlineData("https://admin:s3cret@grafana.example.com")]
    [InlineData("grafana")]
    public void An_invalid_URL_or_a_URL_with_a_password_is_rejected(string url)
    {
        var exception = Assert.Throws<TokenDashboardException>(() => new GrafanaConnection(new Uri(url, UriKind.RelativeOrAbsolute)));

        Assert.Equal(ErrorCode.GrafanaUrlInvalid, exception.Code);
        Assert.DoesNotContain("s3cret", exception.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://grafana.example.com", "https://grafana.example.com/")]
    [InlineData("http://h:3000/grafana/?orgId=2#x", "http://h:3000/grafana/")]
    [InlineData("http://h:3000//", "http://h:3000/")]
    public void A_URL_is_reduced_to_its_base_address(string url, string expected) =>
        Assert.Equal(expected, new GrafanaConnection(new Uri(url)).Url.ToString());

    [Theory]
    [InlineData("")]
    [InlineData("glsa with space")]
    [InlineData("glsa_\u00fc")]
    public async Task An_invalid_token_is_rejected_and_not_shown(string token)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();

        PublishRun run = PublishRun.Of(server, PublishRun.Json(), connection: PublishRun.Connection(server.Url, token));

        Assert.Equal(ErrorCode.GrafanaSignInInvalid, run.Error?.Code);
        Assert.Empty(server.Requests);
        Assert.True(token.Length == 0 || !run.Error!.ToString().Contains(token, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_connection_needs_either_a_token_or_a_credential()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        var both = new GrafanaConnection(server.Url) { Token = PublishRun.Secure("a"), Credential = new NetworkCredential("a", "b") };

        Assert.Equal(ErrorCode.GrafanaSignInInvalid, PublishRun.Of(server, PublishRun.Json(), connection: new GrafanaConnection(server.Url)).Error?.Code);
        Assert.Equal(ErrorCode.GrafanaSignInInvalid, PublishRun.Of(server, PublishRun.Json(), connection: both).Error?.Code);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Messages_mask_secrets_that_the_server_echoes(bool token)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        string pair = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{FakeGrafana.UserName}:{FakeGrafana.Password}"));
        string[] secrets = token ? [FakeGrafana.Token] : [pair, FakeGrafana.Password];
        server.Intercept = _ => FakeGrafana.Answer.Html(200, $"You sent: {string.Join(' ', secrets)}");
        GrafanaConnection connection = token
            ? PublishRun.Connection(server.Url)
            : new GrafanaConnection(server.Url) { Credential = new NetworkCredential(FakeGrafana.UserName, FakeGrafana.Password) };

        PublishRun run = PublishRun.Of(server, PublishRun.Json(), connection: connection);

        Assert.Contains("You sent: ***", run.Error!.Message, StringComparison.Ordinal);
        string everything = run.Error + string.Join('\n', [.. run.Verbose, .. run.Debug, .. run.Warnings]);
        Assert.All(secrets, secret => Assert.DoesNotContain(secret, everything, StringComparison.Ordinal));
    }

    private static FakeGrafana.Answer Answer(string fault) => fault.Split(' ') switch
    {
        ["html", var status] => FakeGrafana.Answer.Html(int.Parse(status, System.Globalization.CultureInfo.InvariantCulture), LoginPage),
        ["redirect"] => FakeGrafana.Answer.Redirect("/login?redirectTo=secret"),
        ["empty"] => FakeGrafana.Answer.Html(200, ""),
        ["half"] => new FakeGrafana.Answer(200, "{\"database\":\"o", "application/json"),
        ["other"] => FakeGrafana.Answer.Json(200, new System.Text.Json.Nodes.JsonObject { ["hello"] = "world" }),
        ["array"] => FakeGrafana.Answer.Json(200, new System.Text.Json.Nodes.JsonArray(1, 2)),
        ["failing"] => FakeGrafana.Answer.Json(503, new System.Text.Json.Nodes.JsonObject { ["database"] = "failing" }),
        ["kubernetes", _] => FakeGrafana.Answer.Kubernetes(403, "folder is managed by repo", "Forbidden"),
        ["400", "provisioned"] => FakeGrafana.Answer.Message(400, "Cannot save provisioned dashboard"),
        [var status, var word] => FakeGrafana.Answer.Message(int.Parse(status, System.Globalization.CultureInfo.InvariantCulture), "refused for this test", word),
        [var status] => FakeGrafana.Answer.Message(int.Parse(status, System.Globalization.CultureInfo.InvariantCulture), "refused for this test"),
        _ => throw new ArgumentOutOfRangeException(nameof(fault)),
    };
}
