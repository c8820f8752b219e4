using System.Management.Automation;
using TokenDashboard.Completion;
using TokenDashboard.Grafana.Http;
using TokenDashboard.Parameters;

namespace TokenDashboard.Commands;

/// <summary>What the commands share that talk to a Grafana server the session knows.</summary>
public abstract class GrafanaCmdlet : TokenCmdlet
{
    /// <summary>The server: a connection or its name; default: the one connected last, then GRAFANA_URL and GRAFANA_TOKEN.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ConnectionCompleter))]
    [ValidateNotNull]
    public ConnectionReference? Connection { get; set; }

    private protected GrafanaConnection Server => ServerConnection.Resolve(Connection);

    private protected PublishCallbacks Callbacks =>
        new((target, action) => ShouldProcess(target, action), WriteVerbose, WriteWarning, WriteDebug);
}
