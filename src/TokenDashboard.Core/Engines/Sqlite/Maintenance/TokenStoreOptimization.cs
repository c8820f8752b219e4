namespace TokenDashboard;

/// <summary>The result of an optimization, and the state of the rollups.</summary>
/// <param name="Database">Full path of the database file.</param>
/// <param name="AddedRequests">The number of requests that this run added.</param>
/// <param name="RepairedBuckets">The number of rebuilt buckets.</param>
/// <param name="JournalMode">SQLite's journal mode.</param>
/// <param name="LongestLock">The longest time for which the application could not write.</param>
public sealed record TokenStoreOptimization(string Database, long AddedRequests, long RepairedBuckets, string JournalMode, TimeSpan LongestLock)
{
    /// <summary>The store and the number of added requests.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Database}: {AddedRequests:N0} requests added");
}
