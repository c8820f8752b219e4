namespace TokenDashboard.Usage;

/// <summary>The rows of a result in order, and the unreadable values.</summary>
internal sealed record QueryResult<T>(IReadOnlyList<T> Rows, UnreadableReport Unreadable)
{
    /// <summary>The rows. A command that writes them releases them here, so that written rows need no memory.</summary>
    public IReadOnlyList<T> Rows { get; set; } = Rows;

    /// <summary>The total of all rows, if it was requested and there are rows. Subtotals are among the rows.</summary>
    public T? Total { get; init; }

    /// <summary>The currencies of the cost of all groups, if the rows are only the largest ones.</summary>
    public IReadOnlyList<string> OmittedCurrencies { get; init; } = [];
}

/// <summary>What the display of a row shows of its result: the caption, and the largest share of a row, which the longest bar represents.</summary>
internal sealed record ShownResult(string Caption, double Largest);
