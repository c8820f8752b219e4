using TokenDashboard.Grafana.Parsing;

namespace TokenDashboard.Grafana.Emulation;

/// <summary>A database on which queries of dashboards run as in its plugin.</summary>
internal interface IPluginDatabase : IDisposable
{
    /// <summary>Runs a query with inserted variables.</summary>
    /// <param name="target">The query.</param>
    /// <param name="sql">The text the browser sends.</param>
    /// <param name="view">The state of the frontend.</param>
    /// <param name="time">The time limit of the query.</param>
    /// <exception cref="PluginException">The plugin or the database refuses the query or its result, or it was stopped.</exception>
    /// <exception cref="TokenDashboardException">The database cannot be read.</exception>
    PluginResult Run(ReadTarget target, string sql, BrowserView view, TimeSpan time);
}
