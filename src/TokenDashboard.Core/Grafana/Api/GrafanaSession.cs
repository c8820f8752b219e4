using TokenDashboard.Grafana.Http;

namespace TokenDashboard.Grafana.Api;

/// <summary>Work on one Grafana server. The server is asked who it is when something of it is first needed.</summary>
public abstract class GrafanaSession : IDisposable
{
    private readonly GrafanaConnection _connection;

    /// <summary>Prepares for a server without connecting to it.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.GrafanaSignInInvalid"/> or <see cref="ErrorCode.GrafanaCertificateInvalid"/>.</exception>
    private protected GrafanaSession(GrafanaConnection connection, PublishCallbacks callbacks, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(callbacks);
        _connection = connection;
        Callbacks = callbacks;
        Client = new GrafanaClient(connection, callbacks, cancellation);
    }

    private protected PublishCallbacks Callbacks { get; }

    private protected GrafanaClient Client { get; }

    private protected GrafanaServer Server => field ??= GrafanaServer.Probe(Client, _connection.OrgId, Callbacks.Verbose);

    private protected IDashboardApi Api => field ??= DashboardApis.Choose(Client, _connection, Server, Callbacks.Verbose);

    private protected GrafanaFolders Folders => field ??= new GrafanaFolders(Client, Server, Api, Callbacks);

    /// <summary>Asks the server who it is and which interfaces it has.</summary>
    /// <exception cref="TokenDashboardException">Any of the Grafana codes.</exception>
    public void Connect() => _ = Folders;

    /// <summary>Closes the connections.</summary>
    public void Dispose()
    {
        Client.Dispose();
        GC.SuppressFinalize(this);
    }
}
