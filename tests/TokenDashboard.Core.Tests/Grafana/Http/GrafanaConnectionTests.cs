using System.Net;
using TokenDashboard.Grafana.Http;
using TokenDashboard.Testing;
using TokenDashboard.Tests.Grafana.Publishing;

namespace TokenDashboard.Tests.Grafana.Http;

public class GrafanaConnectionTests
{
    private static readonly PublishCallbacks Silent = new((_, _) => true, _ => { }, _ => { }, _ => { });

    [Theory]
    [MemberData(nameof(GrafanaPublisherTests.Versions), MemberType = typeof(GrafanaPublisherTests))]
    public async Task A_probe_returns_the_version_the_organization_and_the_permissions(string version)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync(version);
        server.Forbidden.Add("datasources");

        GrafanaConnection connection = PublishRun.Connection(server.Url).Probe(Silent, TestContext.Current.CancellationToken);

        Assert.Equal(version, connection.Version);
        Assert.Equal((1, "Main Org."), (connection.OrgId, connection.OrgName));
        Assert.Equal((true, false), (connection.CanPublish, connection.CanSetDataSource));
        Assert.Equal(server.Url.Authority, connection.Name);
        Assert.Empty(server.Writes);
    }

    [Fact]
    public async Task A_user_can_select_only_their_own_organizations()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        var user = new GrafanaConnection(server.Url) { Credential = new NetworkCredential(FakeGrafana.UserName, FakeGrafana.Password) };

        Assert.Equal((1, "Main Org."), Organization(user));
        Assert.Equal((2, "Second Org."), Organization(user with { OrgId = 2 }));
        Assert.Equal(ErrorCode.GrafanaUnauthorized, Assert.Throws<TokenDashboardException>(() => Organization(user with { OrgId = 3 })).Code);

        static (int?, string?) Organization(GrafanaConnection connection)
        {
            GrafanaConnection probed = connection.Probe(Silent, TestContext.Current.CancellationToken);
            return (probed.OrgId, probed.OrgName);
        }
    }

    [Theory]
    [InlineData(404, """{ "message": "Not found" }""")]
    [InlineData(200, "<html>Sign in</html>")]
    [InlineData(200, "null")]
    [InlineData(502, "<html>Bad gateway</html>")]
    public async Task Permissions_that_the_server_does_not_return_are_unknown(int status, string answer)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        server.Intercept = line => line.Contains("access-control", StringComparison.Ordinal) ? new FakeGrafana.Answer(status, answer, "application/json") : null;

        GrafanaConnection connection = PublishRun.Connection(server.Url).Probe(Silent, TestContext.Current.CancellationToken);

        Assert.Equal((null, null), (connection.CanPublish, connection.CanSetDataSource));
    }

    [Fact]
    public void No_public_member_shows_a_secret()
    {
        var connection = new GrafanaConnection(new Uri("https://g"), PublishRun.Secure(FakeGrafana.Token), new NetworkCredential("admin", FakeGrafana.Password));

        string seen = string.Join('\n', typeof(GrafanaConnection).GetProperties().Select(property => $"{property.Name}={property.GetValue(connection)}"));

        Assert.Contains("Account=admin", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("Secure", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("NetworkCredential", seen, StringComparison.Ordinal);
        Assert.DoesNotContain(FakeGrafana.Password, seen + System.Text.Json.JsonSerializer.Serialize(connection), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://grafana.test", "/nowhere/ca.pem")]
    [InlineData("http://grafana.test", null)]
    public void A_failed_connection_does_not_keep_its_secret(string url, string? authority)
    {
        const string Token = "glsa_7Yh3kPzR2w";
        GrafanaConnection connection = PublishRun.Connection(new Uri(url), Token) with { CaCertificate = authority };
        PublishCallbacks warned = Silent with { Warning = text => throw new InvalidOperationException(text) };

        Assert.ThrowsAny<Exception>(() => connection.Probe(warned, TestContext.Current.CancellationToken));

        Assert.Equal($"'{Token}'", MessageText.Clean($"'{Token}'"));
    }

    [Fact]
    public async Task A_server_is_trusted_only_with_the_certificate_of_its_authority()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync(tls: true);
        await using FakeGrafana other = await FakeGrafana.StartAsync(tls: true);
        using var folder = new TemporaryFolder();
        string pem = Path.Combine(folder.Path, "ca.pem");
        string der = Path.Combine(folder.Path, "ca.der");
        string wrong = Path.Combine(folder.Path, "wrong.pem");
        string broken = Path.Combine(folder.Path, "broken.pem");
        File.WriteAllText(pem, server.CertificatePem);
        using (var certificate = System.Security.Cryptography.X509Certificates.X509Certificate2.CreateFromPem(server.CertificatePem))
            File.WriteAllBytes(der, certificate.RawData);
        File.WriteAllText(wrong, other.CertificatePem);
        File.WriteAllText(broken, "not a certificate");

        Assert.Equal("13.3.1", Probe(pem).Version);
        Assert.Equal("13.3.1", Probe(der).Version);
        Assert.Equal(ErrorCode.GrafanaTlsFailed, Assert.Throws<TokenDashboardException>(() => Probe(wrong)).Code);
        Assert.Equal(ErrorCode.GrafanaCertificateInvalid, Assert.Throws<TokenDashboardException>(() => Probe(broken)).Code);
        Assert.Equal(ErrorCode.GrafanaCertificateInvalid, Assert.Throws<TokenDashboardException>(() => Probe(Path.Combine(folder.Path, "none.pem"))).Code);

        GrafanaConnection Probe(string authority) =>
            (PublishRun.Connection(server.Url) with { CaCertificate = authority }).Probe(Silent, TestContext.Current.CancellationToken);
    }
}
