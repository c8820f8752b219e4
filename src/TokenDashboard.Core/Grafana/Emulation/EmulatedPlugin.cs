using System.Diagnostics;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using TokenDashboard.Grafana.Parsing;
using TokenDashboard.Grafana.Rules;

namespace TokenDashboard.Grafana.Emulation;

/// <summary>Runs queries as Grafana's plugin frser-sqlite-datasource 4 does, up to the frames it would send.</summary>
internal static class EmulatedPlugin
{
    /// <summary>Browsers cannot draw more rows, and all rows are in memory.</summary>
    internal const int MaxRows = 200_000;

    /// <summary>Runs a query with inserted variables.</summary>
    /// <param name="database">The database.</param>
    /// <param name="sql">The text the browser sends.</param>
    /// <param name="seriesByLabel">Whether the query is of the type time series.</param>
    /// <param name="timeColumns">The names of time columns.</param>
    /// <param name="window">The values of the plugin's own <c>$__from</c> and <c>$__to</c>.</param>
    /// <param name="time">The time limit of the query.</param>
    /// <exception cref="PluginException">The plugin or SQLite refuses the query or its result, or it was stopped.</exception>
    /// <exception cref="TokenDashboardException">The database cannot be read.</exception>
    internal static PluginResult Run(
        ProofDatabase database, string sql, bool seriesByLabel, IReadOnlyList<string> timeColumns, TimeWindow window, TimeSpan time)
    {
        (string finished, long? fill) = PluginMacros.Apply(sql, window);
        if (CommonTables.Copies(finished) > QueryLimits.MaxCopies)
            throw QueryGuard.Stopped($"has more than {QueryLimits.MaxCopies} nested copies of common table expressions");
        bool complete = true;
        double milliseconds = 0;
        List<PluginColumn> columns = database.Query(time, (store, guard) =>
        {
            long begun = Stopwatch.GetTimestamp();
            using SqliteCommand command = store.CreateCommand(finished);
            try
            {
                using SqliteDataReader reader = store.ExecuteReader(command);
                List<PluginColumn> read = ReadLast(reader, timeColumns, out complete);
                milliseconds = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
                return read;
            }
            catch (SqliteException exception) when (store.Cancellation.IsCancellationRequested)
            {
                throw new OperationCanceledException("The query was stopped.", exception);
            }
            catch (SqliteException exception) when (guard.Explain(exception) is { } explained)
            {
                throw explained;
            }
            // For SQLite, remaining names with a dollar sign are parameters.
            catch (InvalidOperationException)
            {
                IEnumerable<string> names = VariableUse.In(SqlText.Blank(finished)).Select(use => finished.Substring(use.Index, use.Length)).Distinct();
                throw new PluginException($"there is no value for {string.Join(", ", names)}");
            }
        });
        int rows = columns.Count == 0 ? 0 : columns[0].Values.Count;
        if (fill is { } seconds)
            GapFilling.Fill(columns, seconds);
        return new PluginResult(finished, columns, rows, complete, seriesByLabel ? WideSeries.Of(columns) : null, milliseconds);
    }

    // The plugin's driver runs every statement of a text, and returns the result of the last one.
    // https://gitlab.com/cznic/sqlite, stmt.go, "multi-statement script"
    private static List<PluginColumn> ReadLast(SqliteDataReader reader, IReadOnlyList<string> timeColumns, out bool complete)
    {
        List<PluginColumn> columns;
        do
        {
            columns = Read(reader, timeColumns, out complete);
        }
        while (reader.NextResult());
        return columns;
    }

    private static List<PluginColumn> Read(SqliteDataReader reader, IReadOnlyList<string> timeColumns, out bool complete)
    {
        List<PluginColumn> columns = [.. Enumerable.Range(0, reader.FieldCount).Select(i => new PluginColumn(
            reader.GetName(i), raw.sqlite3_column_decltype(reader.Handle!, i).utf8_to_string(), timeColumns.Contains(reader.GetName(i))))];
        complete = true;
        long bytes = 0;
        while (reader.Read())
        {
            if (columns[0].Values.Count == MaxRows)
            {
                complete = false;
                break;
            }
            for (int i = 0; i < columns.Count; i++)
            {
                object? value = reader.IsDBNull(i) ? null : reader.GetValue(i);
                bytes += Size(value);
                columns[i].Add(value);
            }
            if (bytes > QueryLimits.MaxResultBytes)
                throw QueryGuard.Stopped($"returns more than {QueryLimits.MaxResultBytes >> 20} MiB");
        }
        return columns;
    }

    // The plugin writes a BLOB as numbers.
    private static long Size(object? value) => 32 + value switch
    {
        string text => 2L * text.Length,
        byte[] blob => 8L * blob.Length,
        _ => 0,
    };
}

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
