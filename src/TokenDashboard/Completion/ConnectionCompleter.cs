using System.Collections;
using TokenDashboard.Parameters;

namespace TokenDashboard.Completion;

/// <summary>Offers the names of the session's Grafana connections.</summary>
public sealed class ConnectionCompleter : Completer
{
    private protected override IEnumerable<(string Text, string ToolTip)> Values(string parameterName, IDictionary boundParameters) =>
        SessionConnections.Current.All.Select(connection => (connection.Name, connection.Url.ToString()));
}
