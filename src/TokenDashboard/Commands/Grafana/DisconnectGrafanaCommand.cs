namespace TokenDashboard.Commands;

/// <summary>Removes connections to Grafana servers and their secrets.</summary>
[Cmdlet(VerbsCommunications.Disconnect, "Grafana", DefaultParameterSetName = ConnectionSet, HelpUri = TokenCmdlet.HelpFolder + "Disconnect-Grafana.md")]
[OutputType(typeof(void))]
public sealed class DisconnectGrafanaCommand : TokenCmdlet
{
    private const string ConnectionSet = "Connection";
    private const string AllSet = "All";

    /// <summary>The connections to remove, as objects or by name. By default, the default connection.</summary>
    [Parameter(ParameterSetName = ConnectionSet, Position = 0, ValueFromPipeline = true), ValidateNotNullOrEmpty, ArgumentCompleter(typeof(ConnectionCompleter))]
    [Alias("Name")]
    public ConnectionReference[] Connection { get; set; } = [];

    /// <summary>Removes all connections of this session.</summary>
    [Parameter(ParameterSetName = AllSet, Mandatory = true)] public SwitchParameter All { get; set; }

    private protected override void Process()
    {
        SessionConnections session = SessionConnections.Current;
        foreach (ConnectionReference reference in Connection)
            Guard(() => session.Remove(session.Find(reference.Name)));
        if (All)
        {
            session.Clear();
        }
        else if (Connection.Length == 0)
        {
            session.Remove(session.Default ?? throw new TokenDashboardException(
                ErrorCode.GrafanaConnectionNotFound,
                "This session has no default connection. Use -Connection. Get-GrafanaConnection lists the connections."));
        }
    }

    private protected override bool IsTerminating(TokenDashboardException exception) => false;
}
