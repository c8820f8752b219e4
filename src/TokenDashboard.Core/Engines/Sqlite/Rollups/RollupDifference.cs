using TokenDashboard.Telemetry;

namespace TokenDashboard.Engines.Sqlite.Rollups;

/// <summary>A rollup that differs from the requests.</summary>
internal sealed record RollupDifference(RollupKey Key, UsageAccumulator? Expected, UsageAccumulator? Found)
{
    /// <summary>The sums in which two sets of sums differ.</summary>
    public static IEnumerable<RollupDifference> Between(Dictionary<RollupKey, UsageAccumulator> expected, Dictionary<RollupKey, UsageAccumulator> found) => expected.Keys
        .Union(found.Keys)
        .Select(key => new RollupDifference(key, expected.GetValueOrDefault(key), found.GetValueOrDefault(key)))
        .Where(both => both.Expected is null || both.Found is null || !both.Expected.Matches(both.Found));
}
