using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;

namespace TokenDashboard.Parameters;

/// <summary>
/// The connections of a session to Grafana servers, by name, in memory only. Sessions of one process do not share them, so that the
/// default of one runspace does not affect another.
/// </summary>
internal sealed class SessionConnections
{
    private static readonly ConditionalWeakTable<Runspace, SessionConnections> Sessions = [];

    private readonly Dictionary<string, GrafanaConnection> _byName = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The connections of the runspace of this thread.</summary>
    internal static SessionConnections Current => Sessions.GetValue(Runspace.DefaultRunspace, _ => new SessionConnections());

    /// <summary>The last connection; null if there is none, or if it was removed.</summary>
    internal GrafanaConnection? Default { get; private set; }

    /// <summary>All connections by name; the default connection has IsDefault set.</summary>
    internal IEnumerable<GrafanaConnection> All =>
        [.. _byName.Values.OrderBy(connection => connection.Name, StringComparer.OrdinalIgnoreCase)
            .Select(connection => connection with { IsDefault = ReferenceEquals(connection, Default) })];

    /// <summary>Finds a connection by name.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.GrafanaConnectionNotFound"/>.</exception>
    internal GrafanaConnection Find(string name) => _byName.TryGetValue(name, out GrafanaConnection? connection)
        ? connection
        : throw new TokenDashboardException(
            ErrorCode.GrafanaConnectionNotFound,
            $"This session has no Grafana connection '{name}'. " + (_byName.Count == 0
                ? "Create it with Connect-Grafana."
                : $"Existing connections: {string.Join(", ", All.Select(one => $"'{one.Name}'"))}. To create a connection, use Connect-Grafana -Name."),
            target: name);

    /// <summary>Stores a connection, replaces one of the same name, and makes it the default.</summary>
    internal void Add(GrafanaConnection connection)
    {
        _byName[connection.Name] = connection;
        Default = connection;
    }

    /// <summary>Removes a connection. No other connection becomes the default, so that nothing is sent to another server by mistake.</summary>
    internal void Remove(GrafanaConnection connection)
    {
        _byName.Remove(connection.Name);
        if (Default?.Name.Equals(connection.Name, StringComparison.OrdinalIgnoreCase) == true)
            Default = null;
    }

    internal void Clear()
    {
        _byName.Clear();
        Default = null;
    }
}
