using Microsoft.Data.Sqlite;
using SQLitePCL;
using TokenDashboard.Dashboards.Reading;
using TokenDashboard.Store;

namespace TokenDashboard.Dashboards.Proof;

/// <summary>Runs queries as Grafana's plugin frser-sqlite-datasource 4 does, up to the frames it would send.</summary>
internal static class SqlitePlugin
{
    /// <summary>No browser draws more rows, and they are all held in memory.</summary>
    internal const int MaxRows = 200_000;

    /// <summary>Runs a query whose variables are inserted already.</summary>
    /// <param name="store">The database.</param>
    /// <param name="sql">The text the browser sends.</param>
    /// <param name="seriesByLabel">Whether the query is of the type time series.</param>
    /// <param name="timeColumns">The names of time columns.</param>
    /// <param name="window">What the plugin's own <c>$__from</c> and <c>$__to</c> stand for.</param>
    /// <exception cref="PluginException">The plugin or SQLite refuses the query or its result.</exception>
    /// <exception cref="TokenDashboardException">The database cannot be read.</exception>
    internal static PluginResult Run(TokenStore store, string sql, bool seriesByLabel, IReadOnlyList<string> timeColumns, TimeWindow window)
    {
        (string finished, long? fill) = PluginMacros.Apply(sql, window);
        bool complete = true;
        List<PluginColumn> columns = store.ReadLong(() =>
        {
            using SqliteCommand command = store.CreateCommand(finished);
            try
            {
                using SqliteDataReader reader = store.ExecuteReader(command);
                return ReadLast(reader, timeColumns, out complete);
            }
            // SQL that is wrong, in syntax or in its names, or that calls a function with a value it does not take.
            catch (SqliteException exception) when (exception.SqliteErrorCode is raw.SQLITE_ERROR or raw.SQLITE_MISMATCH or raw.SQLITE_TOOBIG
                or raw.SQLITE_AUTH or raw.SQLITE_RANGE or raw.SQLITE_CONSTRAINT or raw.SQLITE_MISUSE or raw.SQLITE_READONLY)
            {
                throw new PluginException(Message(exception));
            }
            // Names with a dollar sign that nothing replaced are parameters to SQLite.
            catch (InvalidOperationException)
            {
                IEnumerable<string> names = VariableUse.In(SqlText.Blank(finished)).Select(use => finished.Substring(use.Index, use.Length)).Distinct();
                throw new PluginException($"nothing stands for {string.Join(", ", names)}");
            }
        });
        int rows = columns.Count == 0 ? 0 : columns[0].Values.Count;
        if (fill is { } seconds)
        {
            GapFilling.Fill(columns, seconds);
        }
        return new PluginResult(finished, columns, rows, complete, seriesByLabel ? WideSeries.Of(columns) : null);
    }

    // The plugin's driver runs every statement of a text, and gives what the last one gave.
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
        while (reader.Read())
        {
            if (columns[0].Values.Count == MaxRows)
            {
                complete = false;
                break;
            }
            for (int i = 0; i < columns.Count; i++)
            {
                columns[i].Add(reader.IsDBNull(i) ? null : reader.GetValue(i));
            }
        }
        return columns;
    }

    // The library says "SQLite Error 1: 'no such column: x'."
    private static string Message(SqliteException exception)
    {
        string[] parts = exception.Message.Split('\'', 2);
        return parts.Length == 2 ? parts[1].TrimEnd('.').TrimEnd('\'') : exception.Message;
    }
}
