namespace TokenDashboard.Usage;

/// <summary>The rows of a result in order, and the unreadable values.</summary>
internal sealed record QueryResult<T>(IReadOnlyList<T> Rows, UnreadableReport Unreadable)
{
    /// <summary>The total of all rows, if requested and if there are any. Subtotals are among the rows.</summary>
    public T? Total { get; init; }
}
