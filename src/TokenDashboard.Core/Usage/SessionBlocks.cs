using TokenDashboard.Telemetry;

namespace TokenDashboard.Usage;

/// <summary>
/// Blocks of five hours, as the limits of coding agents count them: a block begins with the hour of its first request, and the next with
/// that of the first request after its end. So hours of usage are enough to tell them.
/// </summary>
internal static class SessionBlocks
{
    private const long Length = 5 * TimeSpan.TicksPerHour;

    /// <summary>The first instant after the block that begins at an instant.</summary>
    public static long EndOf(long startTicks) => Math.Min(startTicks + Length, DateTime.MaxValue.Ticks);

    /// <summary>Usage by block, from usage by hour. Where usage is by user, each user has blocks of their own.</summary>
    public static Dictionary<UsageKey, UsageAccumulator> Of(Dictionary<UsageKey, UsageAccumulator> hours)
    {
        var blocks = new Dictionary<UsageKey, UsageAccumulator>();
        foreach (IGrouping<string?, KeyValuePair<UsageKey, UsageAccumulator>> user in hours.GroupBy(hour => hour.Key.User))
        {
            long start = 0, end = 0;
            foreach ((UsageKey key, UsageAccumulator usage) in user.OrderBy(hour => hour.Key.BucketTicks))
            {
                if (key.BucketTicks >= end)
                {
                    (start, end) = (key.BucketTicks, EndOf(key.BucketTicks));
                }
                UsageKey block = key with { BucketTicks = start };
                if (!blocks.TryAdd(block, usage))
                {
                    blocks[block].Add(usage);
                }
            }
        }
        return blocks;
    }
}
