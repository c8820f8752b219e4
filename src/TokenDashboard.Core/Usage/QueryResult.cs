using TokenDashboard.Telemetry;

namespace TokenDashboard.Usage;

/// <summary>The rows of a result, and what could not be read on the way to it.</summary>
/// <typeparam name="T">What a row is.</typeparam>
/// <param name="Rows">The rows, in order.</param>
/// <param name="Unreadable">Stored values that could not be read.</param>
public sealed record QueryResult<T>(IReadOnlyList<T> Rows, UnreadableReport Unreadable)
{
    /// <summary>The sum of all rows, where it was asked for and there are any. Subtotals are among the rows.</summary>
    public T? Total { get; init; }
}
