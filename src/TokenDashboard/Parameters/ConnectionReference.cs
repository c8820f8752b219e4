using TokenDashboard.Grafana.Http;

namespace TokenDashboard.Parameters;

/// <summary>What the parameter Connection takes: a connection, or the name of one of the session's. PowerShell makes it from either.</summary>
public sealed class ConnectionReference
{
    private readonly GrafanaConnection? _connection;

    /// <summary>Refers to one of the session's connections.</summary>
    public ConnectionReference(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Name = name;
    }

    /// <summary>Refers to a connection itself, also one of another session.</summary>
    public ConnectionReference(GrafanaConnection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        _connection = connection;
        Name = connection.Name;
    }

    /// <summary>The connection's name.</summary>
    public string Name { get; }

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>The connection meant.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.GrafanaConnectionNotFound"/>.</exception>
    internal GrafanaConnection Resolve() => _connection ?? SessionConnections.Current.Find(Name);
}
