using Microsoft.Data.Sqlite;
using SQLitePCL;
using TokenDashboard.Engines.Sqlite;
using TokenDashboard.Grafana.Parsing;
using TokenDashboard.Grafana.Rules;

namespace TokenDashboard.Grafana.Emulation;

/// <summary>
/// Runs queries like Grafana's plugin frser-sqlite-datasource 4, up to the frames that it would send, each with a separate connection. Outside WAL mode,
/// reading blocks the application, so a query is limited to a tenth of a second. A longer query, and all queries after it, run on a copy.
/// </summary>
internal sealed class ProofDatabase : IPluginDatabase
{
    private readonly CancellationToken _cancellation;
    private readonly bool _writerNeverWaits;
    // Copied once, or not at all if the copy failed.
    private Lazy<StoreSnapshot>? _snapshot;

    /// <exception cref="TokenDashboardException">The database cannot be read.</exception>
    internal ProofDatabase(string path, CancellationToken cancellation)
    {
        _cancellation = cancellation;
        using TokenStore store = TokenStore.OpenDatabase(path, cancellation);
        Path = store.Path;
        _writerNeverWaits = store.Scalar<string>("PRAGMA journal_mode") == "wal";
    }

    internal string Path { get; }
    /// <summary>Whether queries run on a copy.</summary>
    internal bool IsCopied => _snapshot is { IsValueCreated: true };

    public PluginResult Run(ReadTarget target, string sql, BrowserView view, TimeSpan time) => Run(sql, target.SeriesByLabel, target.TimeColumns, view.Window, time);

    internal PluginResult Run(string sql, bool seriesByLabel, IReadOnlyList<string> timeColumns, TimeWindow window, TimeSpan time)
    {
        (string finished, long? fill) = PluginMacros.Apply(sql, window);
        if (CommonTables.Copies(finished) > QueryLimits.MaxCopies)
            throw QueryGuard.Stopped($"has more than {QueryLimits.MaxCopies} nested copies of common table expressions");
        (List<PluginColumn> columns, bool complete, double milliseconds) = Query(finished, timeColumns, time);
        int rows = columns.Count == 0 ? 0 : columns[0].Values.Count;
        if (fill is { } seconds)
            GapFilling.Fill(columns, seconds);
        return new PluginResult(finished, columns, rows, complete, seriesByLabel ? WideSeries.Of(columns) : null, milliseconds);
    }

    public void Dispose()
    {
        if (IsCopied)
            _snapshot!.Value.Dispose();
    }

    private (List<PluginColumn> Columns, bool Complete, double Milliseconds) Query(string sql, IReadOnlyList<string> timeColumns, TimeSpan time)
    {
        if (!_writerNeverWaits && !IsCopied)
        {
            try
            {
                return Query(Path, sql, timeColumns, QueryLimits.WhileWriterWaits);
            }
            catch (PluginException exception) when (exception.Rule == DashboardRules.QueryStopped)
            {
                _snapshot ??= new Lazy<StoreSnapshot>(() => StoreSnapshot.Take(Path, time, _cancellation));
            }
        }
        return Query(_snapshot?.Value.Path ?? Path, sql, timeColumns, QueryLimits.Of(time));
    }

    private (List<PluginColumn> Columns, bool Complete, double Milliseconds) Query(string path, string sql, IReadOnlyList<string> timeColumns, QueryLimits limits)
    {
        using TokenStore store = TokenStore.OpenDatabase(path, _cancellation);
        using var guard = new QueryGuard(store.Handle, limits);
        return store.ReadLong(() =>
        {
            long begun = Stopwatch.GetTimestamp();
            using SqliteCommand command = store.CreateCommand(sql);
            try
            {
                using SqliteDataReader reader = store.ExecuteReader(command);
                (List<PluginColumn> Columns, bool Complete) last;
                // The plugin's driver runs every statement of a text, and returns the result of the last one.
                // https://gitlab.com/cznic/sqlite, stmt.go, "multi-statement script"
                do
                {
                    last = Read(reader, timeColumns);
                }
                while (reader.NextResult());
                return (last.Columns, last.Complete, Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
            }
            catch (SqliteException exception) when (store.Cancellation.IsCancellationRequested)
            {
                throw new OperationCanceledException("The query was stopped.", exception);
            }
            catch (SqliteException exception) when (guard.Explain(exception) is { } explained)
            {
                throw explained;
            }
            // For SQLite, the remaining names with a dollar sign are parameters.
            catch (InvalidOperationException)
            {
                IEnumerable<string> names = VariableUse.In(SqlText.Blank(sql)).Select(use => sql.Substring(use.Index, use.Length)).Distinct();
                throw new PluginException($"there is no value for {string.Join(", ", names)}");
            }
        });
    }

    private static (List<PluginColumn> Columns, bool Complete) Read(SqliteDataReader reader, IReadOnlyList<string> timeColumns)
    {
        List<PluginColumn> columns = [.. Enumerable.Range(0, reader.FieldCount).Select(i => new PluginColumn(
            reader.GetName(i), raw.sqlite3_column_decltype(reader.Handle!, i).utf8_to_string(), timeColumns.Contains(reader.GetName(i))))];
        var size = new ResultSize();
        while (reader.Read())
        {
            if (columns[0].Values.Count == QueryLimits.MaxRows)
                return (columns, false);
            for (int i = 0; i < columns.Count; i++)
            {
                object? value = reader.IsDBNull(i) ? null : reader.GetValue(i);
                size.Add(value);
                columns[i].Add(value);
            }
        }
        return (columns, true);
    }
}
