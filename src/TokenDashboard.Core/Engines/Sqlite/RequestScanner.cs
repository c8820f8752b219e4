using Microsoft.Data.Sqlite;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Engines.Sqlite;

/// <summary>Reads the requests of a filter, all or those that concern the caller, as <see cref="RowScanner"/> does, and counts their unreadable values.</summary>
internal sealed class RequestScanner(
    TokenStore store, RequestFilter filter, RequestText texts, bool newestFirst = false, List<RowRange>? ranges = null, Func<RequestRow, bool>? concerns = null) : IDisposable
{
    private readonly RowScanner _rows = new(store, filter, texts, newestFirst, ranges);

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
        if (concerns is not null && !concerns(row))
            return;
        Unreadable.Add(row.Values, row.Unreadable);
        if (row.IsTimeReadable && filter.Range.Contains(row.UtcTicks))
            onRow(row);
    });

    /// <summary>Reads the requests that another statement selects (see <see cref="RequestRow.Columns"/>), without counting unreadable values again.</summary>
    public void ReadRows(SqliteCommand command, Action<RequestRow> onRow) => _rows.ReadRows(command, onRow);

    public void Dispose() => _rows.Dispose();
}
