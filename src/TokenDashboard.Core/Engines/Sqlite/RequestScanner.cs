using Microsoft.Data.Sqlite;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Engines.Sqlite;

/// <summary>Reads the requests of a filter, and counts their unreadable values.</summary>
internal sealed class RequestScanner : IDisposable
{
    private readonly RequestFilter _filter;
    private readonly RowScanner _rows;
    private readonly Func<RequestRow, bool>? _concerns;

    /// <param name="store">The open store.</param>
    /// <param name="filter">The requests to include.</param>
    /// <param name="texts">The texts to read of each row.</param>
    /// <param name="newestFirst">Whether ids are descending.</param>
    /// <param name="ranges">The rows to read, in ascending order without overlap; null for all.</param>
    /// <param name="concerns">Selects the rows to include; null for all.</param>
    public RequestScanner(
        TokenStore store, RequestFilter filter, RequestText texts, bool newestFirst = false, List<RowRange>? ranges = null, Func<RequestRow, bool>? concerns = null)
    {
        _filter = filter;
        _rows = new RowScanner(store, filter, texts, newestFirst, ranges);
        _concerns = concerns;
    }

    /// <summary>The unreadable values so far.</summary>
    public UnreadableReport Unreadable { get; init; } = new();

    /// <summary>Reads every window.</summary>
    public void ReadAll(Action<RequestRow> onRow)
    {
        while (ReadWindow(onRow))
        {
        }
    }

    /// <summary>Reads the next window and invokes the callback for each of its requests.</summary>
    /// <returns>False if there was nothing left to read.</returns>
    public bool ReadWindow(Action<RequestRow> onRow) => _rows.ReadWindow(row =>
    {
        if (_concerns is not null && !_concerns(row))
            return;
        Unreadable.Add(row.Values, row.Unreadable);
        if (row.IsTimeReadable && _filter.Range.Contains(row.UtcTicks))
            onRow(row);
    });

    /// <summary>Reads the requests that another statement selects (see <see cref="RequestRow.Columns"/>), without counting unreadable values again.</summary>
    public void ReadRows(SqliteCommand command, Action<RequestRow> onRow) => _rows.ReadRows(command, onRow);

    public void Dispose() => _rows.Dispose();
}
