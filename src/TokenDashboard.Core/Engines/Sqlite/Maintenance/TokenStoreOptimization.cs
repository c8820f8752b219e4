namespace TokenDashboard.Engines.Sqlite.Maintenance;

/// <summary>What an optimization did, and what the store's sums are now.</summary>
/// <param name="Database">Full path of the database file.</param>
/// <param name="AddedRequests">Requests summed up by this run.</param>
/// <param name="RepairedPieces">Pieces of time whose sums were computed anew.</param>
/// <param name="Sums">Rows of the table tokendash_rollup.</param>
/// <param name="JournalMode">SQLite's journal mode.</param>
/// <param name="LongestLock">The longest time this run kept the application from writing.</param>
public sealed record TokenStoreOptimization(
    string Database, long AddedRequests, long RepairedPieces, long Sums, string JournalMode, TimeSpan LongestLock);
