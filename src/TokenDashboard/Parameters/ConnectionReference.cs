namespace TokenDashboard.Parameters;

/// <summary>The type of the parameter Connection: a connection, or the name of a connection of the session. PowerShell converts both.</summary>
public sealed class ConnectionReference
{
    private readonly GrafanaConnection? _connection;

    /// <summary>Refers to a connection of the session.</summary>
    public ConnectionReference(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Name = name;
    }

    /// <summary>Refers to a connection, which can come from another session.</summary>
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

    /// <summary>The connection.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.GrafanaConnectionNotFound"/>.</exception>
    internal GrafanaConnection Resolve() => _connection ?? SessionConnections.Current.Find(Name);
}
