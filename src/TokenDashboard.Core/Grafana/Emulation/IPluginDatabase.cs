using TokenDashboard.Grafana.Parsing;
using TokenDashboard.Grafana.Rules;

namespace TokenDashboard.Grafana.Emulation;

/// <summary>A database on which queries of dashboards run as in its plugin.</summary>
internal interface IPluginDatabase : IDisposable
{
    /// <summary>Runs the SQL that the browser sends for a query, up to a time limit.</summary>
    /// <exception cref="PluginException">The plugin or the database rejects the query or its result, or the query was stopped.</exception>
    /// <exception cref="TokenDashboardException">The database cannot be read.</exception>
    PluginResult Run(ReadTarget target, string sql, BrowserView view, TimeSpan time);
}

/// <summary>The plugin's result of the SQL that was run. Rows and time are those of the database, the columns include filled gaps, and a table has no series.</summary>
internal sealed record PluginResult(string Sql, IReadOnlyList<PluginColumn> Columns, int Rows, bool Complete, WideSeries? Series, double Milliseconds)
{
    /// <summary>Whether options of a variable have their value in the first column and their text in the second. Otherwise, the columns have names.</summary>
    internal bool ValueIsFirst { get; init; }
}

/// <summary>The plugin rejects a query or its result, with the message that Grafana shows, or this module does not run it.</summary>
internal sealed class PluginException(string message, DashboardRule? rule = null) : Exception(message)
{
    internal DashboardRule Rule { get; } = rule ?? DashboardRules.QueryFailed;
}
