using TokenDashboard.Grafana.Rules;

namespace TokenDashboard.Grafana.Emulation;

/// <summary>The plugin's result of a query.</summary>
/// <param name="Sql">The SQL that was run.</param>
/// <param name="Columns">The columns, gaps filled.</param>
/// <param name="Rows">The rows that SQLite returned.</param>
/// <param name="Complete">Whether all rows were read.</param>
/// <param name="Series">The series of a time series query; null for a table.</param>
/// <param name="Milliseconds">How long SQLite took.</param>
internal sealed record PluginResult(
    string Sql, IReadOnlyList<PluginColumn> Columns, int Rows, bool Complete, WideSeries? Series, double Milliseconds);

/// <summary>The plugin refuses a query or its result, with the message that Grafana shows, or this module does not run it.</summary>
internal sealed class PluginException(string message, DashboardRule? rule = null) : Exception(message)
{
    internal DashboardRule Rule { get; } = rule ?? DashboardRules.QueryFailed;
}
