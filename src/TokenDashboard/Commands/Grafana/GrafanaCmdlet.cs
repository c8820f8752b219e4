namespace TokenDashboard.Commands;

/// <summary>The base class of commands that work on a Grafana server. The failure of one item is one error record. The failure of the server ends the command.</summary>
public abstract class GrafanaCmdlet : DashboardCmdlet
{
    private bool _ready;

    /// <summary>The server: a connection or its name. The default is the most recent connection, then GRAFANA_URL and GRAFANA_TOKEN.</summary>
    [Parameter, ArgumentCompleter(typeof(ConnectionCompleter)), ValidateNotNull]
    public ConnectionReference? Connection { get; set; }
    private protected GrafanaConnection Server => ServerConnection.Resolve(Connection);

    /// <summary>Whether a piped object of this kind is a dashboard. Other results of publishing also have a uid.</summary>
    private protected static bool IsDashboard(string? kind) => !Enum.TryParse(kind, out GrafanaPublishKind of) || of == GrafanaPublishKind.Dashboard;

    /// <summary>Runs work that everything else requires. A failure ends the command.</summary>
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
