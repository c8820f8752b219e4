namespace TokenDashboard.Grafana.Emulation;

/// <summary>What the plugin makes of a query.</summary>
/// <param name="Sql">The SQL that was run.</param>
/// <param name="Columns">The columns, gaps filled.</param>
/// <param name="Rows">The rows SQLite gave.</param>
/// <param name="Complete">Whether all rows were read.</param>
/// <param name="Series">The series of a time series query; null for a table.</param>
/// <param name="Milliseconds">How long SQLite took to give them.</param>
internal sealed record PluginResult(
    string Sql, IReadOnlyList<PluginColumn> Columns, int Rows, bool Complete, WideSeries? Series, double Milliseconds);
