namespace TokenDashboard.Commands;

/// <summary>The base of commands that work on a Grafana server. A failure with one item is one error record; a server that fails ends the command.</summary>
public abstract class GrafanaCmdlet : DashboardCmdlet
{
    private bool _ready;

    /// <summary>The server: a connection or its name. The default is the one connected last, then GRAFANA_URL and GRAFANA_TOKEN.</summary>
    [Parameter, ArgumentCompleter(typeof(ConnectionCompleter)), ValidateNotNull]
    public ConnectionReference? Connection { get; set; }
    private protected GrafanaConnection Server => ServerConnection.Resolve(Connection);

    /// <summary>Whether a piped object of a kind is a dashboard, not another result of publishing, which has a uid, too.</summary>
    private protected static bool IsDashboard(string? kind) => !Enum.TryParse(kind, out GrafanaPublishKind of) || of == GrafanaPublishKind.Dashboard;

    /// <summary>Runs work that is required for everything else: a failure ends the command.</summary>
    private protected void Require(Action work)
    {
        _ready = false;
        work();
        _ready = true;
    }

    private protected GrafanaExporter Exporter => field ??= Connect(Server);

    private protected GrafanaExporter Connect(GrafanaConnection connection)
    {
        GrafanaExporter exporter = Keep(new GrafanaExporter(connection, Callbacks, Cancellation));
        Require(exporter.Connect);
        return exporter;
    }

    private protected override bool EndsCommand(TokenDashboardException exception) => !_ready || exception.Code.EndsEverything();
}
