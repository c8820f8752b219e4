using TokenDashboard.Engines.Sqlite;
using TokenDashboard.Grafana.Parsing;
using TokenDashboard.Grafana.Rules;

namespace TokenDashboard.Grafana.Emulation;

/// <summary>
/// The database on which queries of dashboards run, each with its own connection. Outside WAL mode, reading blocks the application,
/// so a query is limited to a tenth of a second. A longer query, and all queries after it, run on a copy.
/// </summary>
internal sealed class ProofDatabase : IPluginDatabase
{
    private readonly CancellationToken _cancellation;
    private readonly bool _writerNeverWaits;
    private StoreSnapshot? _snapshot;
    private PluginException? _noSnapshot;

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
    internal bool IsCopied => _snapshot is not null;

    /// <inheritdoc/>
    public PluginResult Run(ReadTarget target, string sql, BrowserView view, TimeSpan time) =>
        EmulatedPlugin.Run(this, sql, target.SeriesByLabel, target.TimeColumns, view.Window, time);

    /// <summary>Runs a query, possibly twice.</summary>
    /// <param name="time">How long it may take.</param>
    /// <param name="read">Runs it; SQLite's failures in it are explained by the guard.</param>
    /// <exception cref="PluginException">The query was refused or stopped.</exception>
    internal T Query<T>(TimeSpan time, Func<TokenStore, QueryGuard, T> read)
    {
        QueryLimits limits = QueryLimits.Of(time);
        if (_writerNeverWaits)
            return Run(Path, limits, read);
        if (_snapshot is null)
        {
            try
            {
                return Run(Path, QueryLimits.WhileWriterWaits, read);
            }
            catch (PluginException exception) when (exception.Rule == DashboardRules.QueryStopped)
            {
                Copy(time);
            }
        }
        return Run(_snapshot!.Path, limits, read);
    }

    public void Dispose() => _snapshot?.Dispose();

    private void Copy(TimeSpan time)
    {
        if (_noSnapshot is not null)
            throw _noSnapshot;
        try
        {
            _snapshot = StoreSnapshot.Take(Path, time, _cancellation);
        }
        catch (PluginException exception)
        {
            _noSnapshot = exception;
            throw;
        }
    }

    private T Run<T>(string path, QueryLimits limits, Func<TokenStore, QueryGuard, T> read)
    {
        using TokenStore store = TokenStore.OpenDatabase(path, _cancellation);
        using var guard = new QueryGuard(store.Handle, limits);
        return store.ReadLong(() => read(store, guard));
    }
}
