using System.Management.Automation;
using System.Net;
using TokenDashboard.Testing;

namespace TokenDashboard.Module.Tests.Commands;

/// <summary>Tests every command that connects to Grafana: Ctrl+C ends it wherever it waits, and no stream shows the secret.</summary>
public sealed class GrafanaCommandTests : IDisposable
{
    private static readonly string[] Commands =
    [
        // If the Retry-After of the server exceeds the time limit, a command does not wait at all.
        "Connect-Grafana $url -Token $token -TimeoutSec 3600",
        "Publish-GrafanaDashboard $folder/one.json -Folder LLM",
        "Publish-GrafanaAlertRule @{ Name = 'Daily'; Kind = 'Tokens'; Window = '1d'; Limit = 100 }",
        "Export-GrafanaDashboard -All -Path $folder/export",
        "Compare-GrafanaDashboard $folder/one.json",
        "Set-GrafanaDataSource /data/other.db",
        "Test-GrafanaDataSource",
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("tokendashboard-").FullName;

    public GrafanaCommandTests() => File.WriteAllText(Path.Combine(_folder, "one.json"), """{ "uid": "one", "title": "One", "refresh": "1m", "panels": [] }""");

    public static TheoryData<string, int, bool> Waits =>
        [.. from command in Commands from place in new[] { 0, 3 } from retry in new[] { false, true } select (command, place, retry)];

    public static TheoryData<string> All => [.. Commands];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Waits))]
    public async Task Ctrl_C_ends_a_pending_request_and_a_wait_before_a_retry(string command, int place, bool retry)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        using ModuleSession session = Connected(server, new CapturingHost());
        int asked = 0;
        var reached = new TaskCompletionSource();
        server.Intercept = _ =>
        {
            if (asked++ < place)
                return null;
            reached.TrySetResult();
            return retry ? FakeGrafana.Answer.Message(503, "busy") with { RetryAfter = "1800" } : FakeGrafana.Answer.Silent;
        };
        using PowerShell shell = PowerShell.Create(session.Runspace).AddScript(command);
        Task running = Task.Factory.FromAsync(shell.BeginInvoke(), result => shell.EndInvoke(result));
        await reached.Task.WaitAsync(TestContext.Current.CancellationToken);

        shell.Stop();

        await Assert.ThrowsAsync<PipelineStoppedException>(() => running);
        Assert.Empty(shell.Streams.Error);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task No_stream_and_no_WhatIf_message_shows_the_secret(string command)
    {
        await using FakeGrafana server = await FakeGrafana.StartAsync();
        var host = new CapturingHost();
        using ModuleSession session = Connected(server, host);
        bool supportsWhatIf = (bool)session.Run($"(Get-Command {command.Split(' ')[0]}).Parameters.ContainsKey('WhatIf')").Succeeded().Single().BaseObject;
        string seen = "";
        int faults = 0;
        // First with -WhatIf, if supported. Then each request fails once, until all requests have failed.
        for (int failing = supportsWhatIf ? -1 : 0; failing <= faults; failing++)
        {
            int asked = 0;
            server.Intercept = _ => asked++ == failing ? (faults++, FakeGrafana.Answer.Message(500, $"You sent Bearer {FakeGrafana.Token}")).Item2 : null;
            string more = failing == -1 ? "-WhatIf" : "";
            ModuleSession.Result result = session.Run(
                $"$Error.Clear(); $InformationPreference = 'Continue'; {command} -Verbose -Debug {more} *>&1; \"$($Error | ForEach-Object {{ $_.Exception; $_.ErrorDetails; $_.TargetObject; "
                    + "$_.CategoryInfo })\"");
            seen += string.Join('\n', [.. result.Output.Select(Everything), .. result.Verbose, .. result.Debug, .. result.Warnings, .. result.Information,
                .. result.Errors.Select(error => error + error.Exception.ToString()), result.Terminating?.ToString() + result.Terminating?.Exception]);
        }
        seen += host.Text;

        Assert.Contains("GET http", seen, StringComparison.Ordinal);
        Assert.Contains("You sent Bearer ***", seen, StringComparison.Ordinal);
        Assert.Equal(supportsWhatIf, seen.Contains("What if: ", StringComparison.Ordinal));
        Assert.DoesNotContain(FakeGrafana.Token, seen, StringComparison.Ordinal);
    }

    /// <summary>Creates a session that is connected to a server with a data source and an older version of the dashboard.</summary>
    private ModuleSession Connected(FakeGrafana server, CapturingHost host)
    {
        var session = new ModuleSession(host);
        session.Run(
            "$null = Connect-Grafana $url -Token $token -TimeoutSec 3600; $null = Publish-GrafanaDashboard $folder/one.json -Database /data/o.db",
            ("url", server.Url),
            ("folder", _folder),
            ("token", new NetworkCredential("", FakeGrafana.Token).SecurePassword)).Succeeded();
        server.Dashboards["one"].Content["title"] = "Older";
        return session;
    }

    private static string Everything(PSObject item) => item.BaseObject is ErrorRecord error
        ? $"{error} {error.Exception} {error.TargetObject} {error.CategoryInfo}"
        : item + string.Join('\n', item.Properties.Where(property => property.IsGettable).Select(property => $"{property.Name}={property.Value}"));
}
