using TokenDashboard.Grafana.Parsing;

namespace TokenDashboard.Grafana.Emulation;

/// <summary>A database that queries of dashboards run on, as the plugin for it runs them.</summary>
internal interface IPluginDatabase : IDisposable
{
    /// <summary>Runs a query whose variables are inserted already.</summary>
    /// <param name="target">The query.</param>
    /// <param name="sql">The text the browser sends.</param>
    /// <param name="view">What the browser knows.</param>
    /// <param name="time">How long the query may take.</param>
    /// <exception cref="PluginException">The plugin or the database refuses the query or its result, or it was stopped.</exception>
    /// <exception cref="TokenDashboardException">The database cannot be read.</exception>
    PluginResult Run(ReadTarget target, string sql, BrowserView view, TimeSpan time);
}
