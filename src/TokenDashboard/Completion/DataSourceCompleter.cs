using System.Collections;
using System.Management.Automation;
using TokenDashboard.Grafana.DataSources;
using TokenDashboard.Grafana.Http;
using TokenDashboard.Parameters;

namespace TokenDashboard.Completion;

/// <summary>Offers the data sources of the server a command means, where it is one the session is connected to.</summary>
public sealed class DataSourceCompleter : Completer
{
    /// <summary>Nobody waits longer for a list while typing.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private protected override IEnumerable<(string Text, string ToolTip)> Values(string parameterName, IDictionary boundParameters)
    {
        object? given = boundParameters["Connection"];
        given = (given as PSObject)?.BaseObject ?? given;
        GrafanaConnection? connection = given switch
        {
            GrafanaConnection named => named,
            string name => SessionConnections.Current.Find(name),
            _ => SessionConnections.Current.Default,
        };
        if (connection is null)
        {
            return [];
        }
        var silent = new PublishCallbacks((_, _) => false, _ => { }, _ => { }, _ => { });
        using var service = new GrafanaDataSourceService(connection with { Timeout = Patience }, silent, CancellationToken.None);
        return [.. service.Names().Select(source => (source.Key, source.Value))];
    }
}
