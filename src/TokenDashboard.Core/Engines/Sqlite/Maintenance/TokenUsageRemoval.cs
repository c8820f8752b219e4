namespace TokenDashboard;

/// <summary>The result of removing requests.</summary>
/// <param name="Database">Full path of the database file.</param>
/// <param name="Before">The time before which requests were removed.</param>
/// <param name="RemovedRequests">The number of removed requests. Their rollups are kept.</param>
public sealed record TokenUsageRemoval(string Database, DateTimeOffset Before, long RemovedRequests)
{
    /// <summary>The store and the number of removed requests.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Database}: {RemovedRequests:N0} requests removed");
}
