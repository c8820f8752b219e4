namespace TokenDashboard.Store.Rollups;

/// <summary>A sum of the rollups that is not that of the requests.</summary>
internal sealed record RollupDifference(RollupLevel Level, long Start, RollupGroup Group, RollupSums? Expected, RollupSums? Found)
{
    private const double RelativeRounding = 1e-9;

    /// <summary>The sums in which two sets of sums differ.</summary>
    public static IEnumerable<RollupDifference> Between(
        Dictionary<(RollupLevel Level, long Start, RollupGroup Group), RollupSums> expected,
        Dictionary<(RollupLevel Level, long Start, RollupGroup Group), RollupSums> found)
    {
        foreach (((RollupLevel level, long start, RollupGroup group), RollupSums sums) in expected)
        {
            RollupSums? other = found.GetValueOrDefault((level, start, group));
            if (other is null || !Same(sums, other))
            {
                yield return new RollupDifference(level, start, group, sums, other);
            }
        }
        foreach (((RollupLevel level, long start, RollupGroup group), RollupSums sums) in found)
        {
            if (!expected.ContainsKey((level, start, group)))
            {
                yield return new RollupDifference(level, start, group, null, sums);
            }
        }
    }

    private static bool Same(RollupSums left, RollupSums right) =>
        left.Requests == right.Requests && left.PromptTokens == right.PromptTokens && left.CompletionTokens == right.CompletionTokens
        && left.TotalTokens == right.TotalTokens && left.PolicyFailures == right.PolicyFailures && left.InterruptedStreams == right.InterruptedStreams
        && left.FirstTicks == right.FirstTicks && left.LastTicks == right.LastTicks && left.DurationMax == right.DurationMax
        // Sums of fractions depend on the order in which they are added.
        && Math.Abs(left.DurationSum - right.DurationSum) <= RelativeRounding * Math.Max(1, Math.Abs(left.DurationSum))
        && left.Durations.Equals(right.Durations);
}
