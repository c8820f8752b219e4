namespace TokenDashboard.Telemetry.Times;

/// <summary>A period, in seconds since 1970, in which a time zone has one offset, in seconds to add to UTC, and the previous offset.</summary>
internal readonly record struct ZoneClock(long Since, long Until, int Offset, int Before)
{
    /// <summary>The periods of a time zone between the clock changes of a time range. The first has no start, and the last has no end.</summary>
    internal static IReadOnlyList<ZoneClock> Of(TimeZoneInfo zone, DateTimeOffset from, DateTimeOffset until)
    {
        var clocks = new List<ZoneClock>();
        long since = long.MinValue / 4;
        int offset = OffsetAt(from.UtcTicks, zone), before = offset;
        // Two changes are at least a day apart, except in a few historical cases.
        for (long at = from.UtcTicks; at < until.UtcTicks; at += TimeSpan.TicksPerDay)
        {
            long next = Math.Min(at + TimeSpan.TicksPerDay, until.UtcTicks);
            if (OffsetAt(next, zone) == offset)
                continue;
            int old = offset;
            long changed = LocalTime.FirstTicksWhere(at, next, ticks => OffsetAt(ticks, zone) != old);
            long change = (changed - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerSecond;
            clocks.Add(new ZoneClock(since, change, offset, before));
            (since, before, offset) = (change, offset, OffsetAt(next, zone));
        }
        clocks.Add(new ZoneClock(since, long.MaxValue / 4, offset, before));
        return clocks;
    }

    private static int OffsetAt(long utcTicks, TimeZoneInfo zone) => (int)(LocalTime.OffsetTicks(utcTicks, zone) / TimeSpan.TicksPerSecond);
}
