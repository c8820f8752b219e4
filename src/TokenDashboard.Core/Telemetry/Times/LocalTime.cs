namespace TokenDashboard.Telemetry.Times;

/// <summary>Calendar arithmetic in a time zone, correct across its clock changes.</summary>
internal static class LocalTime
{
    /// <summary>The first instant at which the zone's clock shows the given time or a later one. In a gap, this is the instant of the clock change.</summary>
    public static DateTimeOffset FirstInstantAt(DateTime local, TimeZoneInfo zone)
    {
        // Offsets are at most 14 hours, so the result is within 15 hours of the same time in UTC.
        long low = Math.Max(0, local.Ticks - (15 * TimeSpan.TicksPerHour));
        long high = Math.Min(DateTime.MaxValue.Ticks, local.Ticks + (15 * TimeSpan.TicksPerHour));
        bool IsShown(long ticks) => ticks + OffsetTicks(ticks, zone) >= local.Ticks;
        // If the clock goes back past this time, it shows it twice, and in between an earlier one.
        long once = Math.Clamp(local.Ticks - OffsetTicks(low, zone), low, high);
        return At(FirstTicksWhere(low, IsShown(once) ? once : high, IsShown), zone);
    }

    /// <summary>The smallest value in (low, high] for which a monotonic condition holds.</summary>
    public static long FirstTicksWhere(long low, long high, Func<long, bool> condition)
    {
        if (condition(low))
            return low;
        while (high - low > 1)
        {
            long middle = low + ((high - low) / 2);
            if (condition(middle))
                high = middle;
            else
                low = middle;
        }
        return high;
    }

    /// <summary>The IANA name of a zone, also of the local zone of Windows, which has its own names; the id of a zone without one.</summary>
    public static string NameOf(TimeZoneInfo zone) => !zone.HasIanaId && TimeZoneInfo.TryConvertWindowsIdToIanaId(zone.Id, out string? name) ? name : zone.Id;

    /// <summary>The zone's offset from UTC at an instant, in ticks.</summary>
    public static long OffsetTicks(long utcTicks, TimeZoneInfo zone) => zone.GetUtcOffset(new DateTime(utcTicks, DateTimeKind.Utc)).Ticks;

    public static DateTimeOffset At(long utcTicks, TimeZoneInfo zone) =>
        TimeZoneInfo.ConvertTime(new DateTimeOffset(utcTicks, TimeSpan.Zero), zone);

    public static DateTime StartOfWeek(DateTime day, DayOfWeek firstDayOfWeek)
    {
        int since = DaysSince(firstDayOfWeek, day.DayOfWeek);
        return day.Date.Ticks > since * TimeSpan.TicksPerDay ? day.Date.AddDays(-since) : DateTime.MinValue;
    }

    /// <summary>The number of days from the first day of the week, 0 to 6.</summary>
    public static int DaysSince(DayOfWeek firstDayOfWeek, DayOfWeek day) => ((int)day - (int)firstDayOfWeek + 7) % 7;

    public static DateTime StartOfQuarter(DateTime day) => new(day.Year, day.Month - ((day.Month - 1) % 3), 1);
}
