using System.Management.Automation;
using System.Net;
using TokenDashboard.Testing;

namespace TokenDashboard.Module.Tests.Commands;

public sealed class GrafanaConnectionTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tokendashboard-").FullName;

    public GrafanaConnectionTests() => File.WriteAllText(Path.Combine(_folder, "one.json"), """{ "uid": "one", "title": "One", "panels": [] }""");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Commands_use_the_latest_connection_unless_one_is_given()
    {
        await using FakeGrafana test = await FakeGrafana.StartAsync();
        await using FakeGrafana production = await FakeGrafana.StartAsync("11.6.1");
        using var session = new ModuleSession();

        Run(session, "$first = Connect-Grafana $testUrl -Token $token -Name test; $null = Connect-Grafana $productionUrl -Token $token -Name production", test, production).Succeeded();
        Run(session, "Publish-GrafanaDashboard $folder/one.json", test, production).Succeeded();
        Assert.Equal((0, 1), (test.Dashboards.Count, production.Dashboards.Count));
        Run(session, "Publish-GrafanaDashboard $folder/one.json -Connection TEST", test, production).Succeeded();
        Assert.Equal("Unchanged", Run(session, "(Publish-GrafanaDashboard $folder/one.json -Connection $first).Action", test, production).Succeeded().Single().ToString());

        Assert.Equal(
            ["production 11.6.1 True", "test 13.3.1 False"],
            Run(session, "Get-GrafanaConnection | ForEach-Object { \"$($_.Name) $($_.Version) $($_.IsDefault)\" }", test, production).Succeeded().Select(line => line.ToString()));
        Assert.Equal(["production", "test"], session.Complete("Publish-GrafanaDashboard -Connection "));
    }

    [Fact]
    public async Task Disconnecting_the_default_makes_no_other_connection_the_default()
    {
        await using FakeGrafana test = await FakeGrafana.StartAsync();
        await using FakeGrafana production = await FakeGrafana.StartAsync();
        using var session = new ModuleSession();
        Run(session, "$null = Connect-Grafana $testUrl -Token $token -Name test; $null = Connect-Grafana $productionUrl -Token $token -Name production; Disconnect-Grafana", test, production)
            .Succeeded();

        Assert.Equal("GrafanaUrlInvalid", Run(session, "Publish-GrafanaDashboard $folder/one.json", test, production).ErrorId);
        Assert.Equal("GrafanaConnectionNotFound", Run(session, "Disconnect-Grafana", test, production).ErrorId);
        // An empty -Connection does not mean the default connection.
        Assert.All(["$null", "@()"], none => Assert.StartsWith(
            "ParameterArgumentValidationError",
            Run(session, $"$null = Connect-Grafana $testUrl -Token $token -Name test; Disconnect-Grafana -Connection {none}", test, production).ErrorId, StringComparison.Ordinal));
        Assert.Equal("GrafanaConnectionNotFound", Run(session, "Publish-GrafanaDashboard $folder/one.json -Connection production", test, production).ErrorId);
        Run(session, "Get-GrafanaConnection | Disconnect-Grafana", test, production).Succeeded();
        Assert.Empty(Run(session, "Get-GrafanaConnection", test, production).Succeeded());
        Assert.Equal("GrafanaConnectionNotFound", Run(session, "Get-GrafanaConnection test", test, production).ErrorId);
    }

    [Fact]
    public async Task A_connection_stays_in_its_runspace()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        using var first = new ModuleSession();
        using var second = new ModuleSession();
        Run(first, "Connect-Grafana $testUrl -Token $token", server).Succeeded();

        Assert.Empty(Run(second, "Get-GrafanaConnection", server).Succeeded());
        Assert.Empty(Run(first, "Remove-Module TokenDashboard; Import-Module $module; Get-GrafanaConnection", server).Succeeded());
    }

    [Fact]
    public async Task A_failed_connection_is_not_kept()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        using var session = new ModuleSession();

        Assert.Equal("GrafanaUnauthorized", Run(session, "Connect-Grafana $testUrl -Token $wrong", server).ErrorId);
        Assert.Equal("GrafanaSignInInvalid", Run(session, "Connect-Grafana $testUrl", server).ErrorId);
        Assert.Equal("AmbiguousParameterSet", Run(session, "Connect-Grafana $testUrl -Token $token -Credential $credential", server).ErrorId);
        Assert.Empty(Run(session, "Get-GrafanaConnection", server).Succeeded());
    }

    [Fact]
    public async Task No_output_of_a_connection_contains_its_secret()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        var host = new CapturingHost();
        using var session = new ModuleSession(host);

        ModuleSession.Result result = Run(
            session,
            """
            $a = Connect-Grafana $testUrl -Token $token -Name a -Verbose -Debug *>&1
            $b = Connect-Grafana $testUrl -Credential $credential -Name b -Verbose -Debug *>&1
            $a; $b; Connect-Grafana $testUrl -Token $wrong -Name c
            """,
            server);
        string seen = host.Text
            + string.Join('\n', [.. result.Output.Select(item => item.ToString()), result.Terminating?.Exception.ToString() ?? "", .. result.Errors.Select(error => error.Exception.ToString())]);
        seen += string.Join(
            '\n',
            Run(
                session,
                "Get-GrafanaConnection | ForEach-Object { $_ | Out-Default; \"$_\"; $_.PSObject.Properties | ForEach-Object { \"$($_.Name)=$($_.Value)\" }; "
                    + "[Management.Automation.PSSerializer]::Serialize($_, 5) }", server).Succeeded()) + host.Text;

        Assert.Contains("Account=admin", seen, StringComparison.Ordinal);
        Assert.Contains("Grafana 13.3.1 responds", seen, StringComparison.Ordinal);
        string pair = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{FakeGrafana.UserName}:{FakeGrafana.Password}"));
        Assert.All([FakeGrafana.Token, FakeGrafana.Password, pair, "glsa_wrong"], secret => Assert.DoesNotContain(secret, seen, StringComparison.Ordinal));
    }

    [Fact]
    public async Task CaCertificate_and_SkipCertificateCheck_cannot_be_combined()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync(tls: true);
        File.WriteAllText(Path.Combine(_folder, "ca.pem"), server.CertificatePem);
        using var session = new ModuleSession();

        Assert.Equal("GrafanaCertificateInvalid", Run(session, "Connect-Grafana $testUrl -Token $token -CaCertificate $folder/ca.pem -SkipCertificateCheck", server).ErrorId);
        Run(session, "Connect-Grafana $testUrl -Token $token -CaCertificate $folder/ca.pem", server).Succeeded();
        Assert.Empty(server.Dashboards);
    }

    [Fact]
    public async Task Plain_HTTP_to_another_machine_causes_one_warning()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        using var session = new ModuleSession();

        // The host does not exist. The warning is written before anything is sent.
        ModuleSession.Result first = Run(session, "Connect-Grafana http://clear-text.invalid -Token $token -TimeoutSec 1", server);
        ModuleSession.Result second = Run(session, "Connect-Grafana http://CLEAR-text.invalid/grafana -Token $token -TimeoutSec 1", server);
        ModuleSession.Result secure = Run(session, "Connect-Grafana https://hidden-text.invalid -Token $token -TimeoutSec 1", server);
        ModuleSession.Result loopback = Run(session, "Connect-Grafana $testUrl -Token $token", server);

        Assert.Equal([1, 0, 0, 0], new[] { first, second, secure, loopback }.Select(result => result.Warnings.Count));
    }

    private ModuleSession.Result Run(ModuleSession session, string script, FakeGrafana test, FakeGrafana? production = null) => session.Run(
        script,
        ("folder", _folder),
        ("module", ModuleSession.ModulePath),
        ("testUrl", test.Url),
        ("productionUrl", production?.Url),
        ("token", new NetworkCredential("", FakeGrafana.Token).SecurePassword),
        ("wrong", new NetworkCredential("", "glsa_wrong").SecurePassword),
        ("credential", new PSCredential(FakeGrafana.UserName, new NetworkCredential("", FakeGrafana.Password).SecurePassword)));
}
