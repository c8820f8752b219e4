using TokenDashboard.Telemetry;

namespace TokenDashboard.Usage;

/// <summary>The rows of a result, and what could not be read on the way to it.</summary>
/// <typeparam name="T">What a row is.</typeparam>
/// <param name="Rows">The rows, in order.</param>
/// <param name="Unreadable">Stored values that could not be read.</param>
public sealed record QueryResult<T>(IReadOnlyList<T> Rows, UnreadableReport Unreadable);
