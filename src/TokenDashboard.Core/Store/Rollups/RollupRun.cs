namespace TokenDashboard.Store.Rollups;

/// <summary>A stretch of time whose usage is read in one way.</summary>
/// <param name="Level">Which sums are read; null where the requests are read one by one.</param>
/// <param name="From">The second at which it begins.</param>
/// <param name="Until">The second at which it has ended.</param>
internal readonly record struct RollupRun(RollupLevel? Level, long From, long Until);
