namespace TokenDashboard.Engines.Sqlite.Maintenance;

/// <summary>What was removed from a store.</summary>
/// <param name="Database">Full path of the database file.</param>
/// <param name="Before">The first instant whose requests stayed.</param>
/// <param name="RemovedRequests">How many requests were removed. Their sums are kept.</param>
public sealed record TokenUsageRemoval(string Database, DateTimeOffset Before, long RemovedRequests);
