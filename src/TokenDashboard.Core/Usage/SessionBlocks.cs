namespace TokenDashboard.Usage;

/// <summary>
/// Periods of five hours, as in the limits of coding agents. A session begins at the hour of its first request, and the next session at
/// the hour of the first request after its end. Therefore, usage by hour is sufficient.
/// </summary>
internal static class SessionBlocks
{
    private const long Length = 5 * TimeSpan.TicksPerHour;

    /// <summary>The exclusive end of the session that begins at an instant.</summary>
    public static long EndOf(long startTicks) => Math.Min(startTicks + Length, DateTime.MaxValue.Ticks);

    /// <summary>Usage by session, computed from usage by hour. With users, each user has separate sessions.</summary>
    public static Dictionary<UsageKey, UsageAccumulator> Of(Dictionary<UsageKey, UsageAccumulator> hours)
    {
        var blocks = new Dictionary<UsageKey, UsageAccumulator>();
        foreach (IGrouping<string?, KeyValuePair<UsageKey, UsageAccumulator>> user in hours.GroupBy(hour => hour.Key.User))
        {
            long start = 0, end = 0;
            foreach ((UsageKey key, UsageAccumulator usage) in user.OrderBy(hour => hour.Key.BucketTicks))
            {
                if (key.BucketTicks >= end)
                    (start, end) = (key.BucketTicks, EndOf(key.BucketTicks));
                UsageGroups.Merge(blocks, [KeyValuePair.Create(key with { BucketTicks = start }, usage)]);
            }
        }
        return blocks;
    }
}
