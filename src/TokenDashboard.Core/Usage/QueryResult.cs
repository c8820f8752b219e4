using TokenDashboard.Telemetry;

namespace TokenDashboard.Usage;

/// <summary>The rows of a result, and the unreadable values.</summary>
/// <typeparam name="T">The type of a row.</typeparam>
/// <param name="Rows">The rows, in order.</param>
/// <param name="Unreadable">The unreadable values.</param>
public sealed record QueryResult<T>(IReadOnlyList<T> Rows, UnreadableReport Unreadable)
{
    /// <summary>The total of all rows, if requested and if there are any. Subtotals are among the rows.</summary>
    public T? Total { get; init; }
}
