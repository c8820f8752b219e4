namespace TokenDashboard.Engines.Sqlite;

/// <summary>Reads the requests of a filter, all or only those of interest, as <see cref="RowScanner"/> does, and counts their unreadable values.</summary>
internal sealed class RequestScanner(
    TokenStore store, RequestFilter filter, RequestText texts, bool newestFirst = false, List<RowRange>? ranges = null, Func<RequestRow, bool>? concerns = null)
    : RowScanner(store, filter, texts, newestFirst, ranges)
{
    private readonly TimeRange _time = filter.Range;

    /// <summary>The unreadable values so far. ReadRows does not count them again.</summary>
    public UnreadableReport Unreadable { get; init; } = new();

    protected override Action<RequestRow> Filtered(Action<RequestRow> onRow) => row =>
    {
        if (concerns is not null && !concerns(row))
            return;
        Unreadable.Add(row.Values, row.Unreadable);
        if (row.IsTimeReadable && _time.Contains(row.UtcTicks))
            onRow(row);
    };
}
