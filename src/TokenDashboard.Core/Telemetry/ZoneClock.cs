namespace TokenDashboard.Telemetry;

/// <summary>A stretch of time in which a zone's clock keeps one offset from UTC.</summary>
/// <param name="Since">The second since 1970 at which it begins.</param>
/// <param name="Until">The second since 1970 at which it has ended.</param>
/// <param name="Offset">Seconds to add to UTC.</param>
/// <param name="Before">The offset before it.</param>
internal readonly record struct ZoneClock(long Since, long Until, int Offset, int Before)
{
    /// <summary>The stretches of a zone between two instants, the first and the last open to their sides.</summary>
    /// <param name="zone">The zone.</param>
    /// <param name="from">No earlier change of the clock is looked for.</param>
    /// <param name="until">No later change of the clock is looked for.</param>
    internal static IReadOnlyList<ZoneClock> Of(TimeZoneInfo zone, DateTimeOffset from, DateTimeOffset until)
    {
        var clocks = new List<ZoneClock>();
        long since = long.MinValue / 4;
        int offset = OffsetAt(from.UtcTicks, zone), before = offset;
        // Two changes are never closer than a day, except in a few odd years long ago.
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
