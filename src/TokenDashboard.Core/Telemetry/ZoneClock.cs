namespace TokenDashboard.Telemetry;

/// <summary>A period in which a time zone has one offset from UTC.</summary>
/// <param name="Since">The start, in seconds since 1970.</param>
/// <param name="Until">The exclusive end, in seconds since 1970.</param>
/// <param name="Offset">Seconds to add to UTC.</param>
/// <param name="Before">The previous offset.</param>
internal readonly record struct ZoneClock(long Since, long Until, int Offset, int Before)
{
    /// <summary>The periods of a time zone between two instants. The first has no start, and the last has no end.</summary>
    /// <param name="zone">The zone.</param>
    /// <param name="from">The start of the search for clock changes.</param>
    /// <param name="until">The end of the search for clock changes.</param>
    internal static IReadOnlyList<ZoneClock> Of(TimeZoneInfo zone, DateTimeOffset from, DateTimeOffset until)
    {
        var clocks = new List<ZoneClock>();
        long since = long.MinValue / 4;
        int offset = OffsetAt(from.UtcTicks, zone), before = offset;
        // Two changes are at least a day apart, except in a few cases long ago.
        for (long at = from.UtcTicks; at < until.UtcTicks; at += TimeSpan.TicksPerDay)
        {
            long next = Math.Min(at + TimeSpan.TicksPerDay, until.UtcTicks);
            if (OffsetAt(next, zone) == offset)
                continue;
            int old = offset;
            long change = SecondOf(LocalTime.FirstTicksWhere(at, next, ticks => OffsetAt(ticks, zone) != old));
            clocks.Add(new ZoneClock(since, change, offset, before));
            (since, before, offset) = (change, offset, OffsetAt(next, zone));
        }
        clocks.Add(new ZoneClock(since, long.MaxValue / 4, offset, before));
        return clocks;
    }

    private static int OffsetAt(long utcTicks, TimeZoneInfo zone) => (int)(LocalTime.OffsetTicks(utcTicks, zone) / TimeSpan.TicksPerSecond);

    private static long SecondOf(long utcTicks) => (utcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerSecond;
}
