namespace TokenDashboard.Usage;

/// <summary>The rows of a result in order, and the unreadable values.</summary>
internal sealed record QueryResult<T>(IReadOnlyList<T> Rows, UnreadableReport Unreadable)
{
    /// <summary>The total of all rows, if it was requested and there are rows. Subtotals are among the rows.</summary>
    public T? Total { get; init; }

    /// <summary>The currencies of the cost of all groups, if the rows are only the largest ones.</summary>
    public IReadOnlyList<string> OmittedCurrencies { get; init; } = [];
}
