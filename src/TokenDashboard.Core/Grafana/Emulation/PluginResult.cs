using TokenDashboard.Grafana.Rules;

namespace TokenDashboard.Grafana.Emulation;

/// <summary>
/// The plugin's result of the SQL that was run: the rows and the time are those of the database, and the gaps of the columns are filled. A table has no
/// series.
/// </summary>
internal sealed record PluginResult(string Sql, IReadOnlyList<PluginColumn> Columns, int Rows, bool Complete, WideSeries? Series, double Milliseconds);

/// <summary>The plugin refuses a query or its result, with the message that Grafana shows, or this module does not run it.</summary>
internal sealed class PluginException(string message, DashboardRule? rule = null) : Exception(message)
{
    internal DashboardRule Rule { get; } = rule ?? DashboardRules.QueryFailed;
}
