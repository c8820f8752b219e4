using TokenDashboard.Grafana.Parsing;

namespace TokenDashboard.Grafana.Emulation;

/// <summary>A database on which queries of dashboards run as in its plugin.</summary>
internal interface IPluginDatabase : IDisposable
{
    /// <summary>Runs the SQL that the browser sends for a query, up to a time limit.</summary>
    /// <exception cref="PluginException">The plugin or the database refuses the query or its result, or it was stopped.</exception>
    /// <exception cref="TokenDashboardException">The database cannot be read.</exception>
    PluginResult Run(ReadTarget target, string sql, BrowserView view, TimeSpan time);
}
