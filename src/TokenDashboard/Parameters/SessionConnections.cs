using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;
using TokenDashboard.Grafana.Http;

namespace TokenDashboard.Parameters;

/// <summary>
/// The Grafana servers one session is connected to, by name, in memory only. Sessions of one process do not share them, so that one
/// runspace's default never receives what another meant to publish.
/// </summary>
internal sealed class SessionConnections
{
    private static readonly ConditionalWeakTable<Runspace, SessionConnections> Sessions = [];

    private readonly Dictionary<string, GrafanaConnection> _byName = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Those of the runspace that runs on this thread.</summary>
    internal static SessionConnections Current => Sessions.GetValue(Runspace.DefaultRunspace, _ => new SessionConnections());

    /// <summary>The one connected last; null where there is none, or it was disconnected.</summary>
    internal GrafanaConnection? Default { get; private set; }

    /// <summary>All, by name; the default one knows that it is.</summary>
    internal IEnumerable<GrafanaConnection> All =>
        [.. _byName.Values.OrderBy(connection => connection.Name, StringComparer.OrdinalIgnoreCase)
            .Select(connection => connection with { IsDefault = ReferenceEquals(connection, Default) })];

    /// <summary>The connection of a name.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.GrafanaConnectionNotFound"/>.</exception>
    internal GrafanaConnection Find(string name) => _byName.TryGetValue(name, out GrafanaConnection? connection)
        ? connection
        : throw new TokenDashboardException(
            ErrorCode.GrafanaConnectionNotFound,
            $"This session has no Grafana connection '{name}'. " + (_byName.Count == 0
                ? "Make one with Connect-Grafana."
                : $"It has: {string.Join(", ", All.Select(one => $"'{one.Name}'"))}. Connect-Grafana -Name makes another."),
            target: name);

    /// <summary>Remembers a connection, in place of one of the same name, and makes it the default.</summary>
    internal void Add(GrafanaConnection connection)
    {
        _byName[connection.Name] = connection;
        Default = connection;
    }

    /// <summary>Forgets a connection. No other becomes the default: what was meant for one server must not go to another.</summary>
    internal void Remove(GrafanaConnection connection)
    {
        _byName.Remove(connection.Name);
        if (Default?.Name.Equals(connection.Name, StringComparison.OrdinalIgnoreCase) == true)
            Default = null;
    }

    /// <summary>Forgets all.</summary>
    internal void Clear()
    {
        _byName.Clear();
        Default = null;
    }
}
