using System.Management.Automation;
using System.Net;
using TokenDashboard.Testing;

namespace TokenDashboard.Module.Tests.Commands;

public sealed class GrafanaDataSourceTests
{
    [Fact]
    public async Task A_data_source_can_be_set_and_tested()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        var host = new CapturingHost();
        using var session = new ModuleSession(host);
        server.Plugins.Clear();

        Assert.Empty(Run(session, server, "Set-GrafanaDataSource /data/a.db -InstallPlugin -WhatIf").Succeeded());
        Assert.Empty(server.Writes);
        Assert.Contains("\"Install\" on target \"Plugin frser-sqlite-datasource", host.Text, StringComparison.Ordinal);
        Assert.Equal("GrafanaPluginMissing", Run(session, server, "Set-GrafanaDataSource /data/a.db").ErrorId);
        Assert.Equal("Created", Run(session, server, "(Set-GrafanaDataSource /data/a.db -InstallPlugin).Action").Succeeded().Single().ToString());

        PSObject report = Run(session, server, "Test-GrafanaDataSource").Succeeded().Single();
        Assert.Equal((true, 18810L), ((bool)report.Properties["Healthy"].Value, (long)report.Properties["Requests"].Value));
        server.PathProblem = _ => "unable to open database file";
        Run(session, server, "Test-GrafanaDataSource | Out-Default").Succeeded();
        Assert.Contains("unable to open database file", host.Text, StringComparison.Ordinal);
        Assert.Equal("ParameterArgumentValidationError", Run(session, server, "Test-GrafanaDataSource 'no uid'").ErrorId);
    }

    [Fact]
    public async Task A_path_does_not_replace_a_ClickHouse_data_source()
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        using var session = new ModuleSession();
        Run(session, server, "Set-GrafanaDataSource clickhouse://llm.example:8123/llm -InstallPlugin").Succeeded();
        int writes = server.Writes.Count;

        Assert.Equal("GrafanaDataSourceConflict", Run(session, server, "Set-GrafanaDataSource /data/a.db -Uid tokendashboard-clickhouse").ErrorId);
        Assert.Equal(writes, server.Writes.Count);
    }

    private static ModuleSession.Result Run(ModuleSession session, FakeGrafana server, string script) => session.Run(
        "$null = Connect-Grafana $url -Token $token; " + script, ("url", server.Url), ("token", new NetworkCredential("", FakeGrafana.Token).SecurePassword));
}
