namespace TokenDashboard.Telemetry.Times;

/// <summary>
/// Divides time into the minutes, hours, days, weeks, months, quarters or years of a time zone. Even across clock changes, and in time zones with half or
/// quarter hours, buckets have no gaps or overlaps, so the buckets of a time range add up to it.
/// </summary>
internal sealed class TimeBuckets(TimeUnit unit, TimeZoneInfo zone, DayOfWeek firstDayOfWeek = DayOfWeek.Monday)
{
    // The first tick that is too large for a DateTime.
    private const long EndOfTime = 3_155_378_976_000_000_000;

    private long _start;
    private long _end;

    /// <summary>Buckets begin at multiples of this number of seconds of the zone's clock, and at clock changes.</summary>
    public int Step => unit switch { TimeUnit.Minute => 60, TimeUnit.Hour => 3600, _ => 86400 };

    /// <summary>Whether buckets are longer than a day.</summary>
    public bool IsLong => unit > TimeUnit.Day;

    /// <summary>A copy of the buckets for another thread.</summary>
    public TimeBuckets Copy() => new(unit, zone, firstDayOfWeek);

    /// <summary>The start of the bucket that contains an instant, in UTC ticks. Fast for consecutive instants.</summary>
    public long StartOf(long utcTicks)
    {
        if (utcTicks < _start || utcTicks >= _end)
            (_start, _end) = unit <= TimeUnit.Hour ? ClockAround(utcTicks) : DatesAround(utcTicks);
        return _start;
    }

    /// <summary>The exclusive end of the bucket that contains an instant, in UTC ticks.</summary>
    public long EndOf(long utcTicks)
    {
        StartOf(utcTicks);
        return _end;
    }

    /// <summary>The bucket that begins at an instant, in the zone's time.</summary>
    public (DateTimeOffset Start, DateTimeOffset End) Bounds(long startTicks) =>
        (LocalTime.At(startTicks, zone), LocalTime.At(Math.Min(EndOf(startTicks), EndOfTime - 1), zone));

    // The longest period around the instant that has one hour or minute and one offset.
    private (long Start, long End) ClockAround(long utcTicks)
    {
        long length = Step * TimeSpan.TicksPerSecond;
        long offset = LocalTime.OffsetTicks(utcTicks, zone);
        long into = (((utcTicks + offset) % length) + length) % length;
        long start = Math.Max(0, utcTicks - into);
        long end = Math.Min(EndOfTime, utcTicks - into + length);
        if (LocalTime.OffsetTicks(start, zone) != offset)
            start = LocalTime.FirstTicksWhere(start, utcTicks, ticks => LocalTime.OffsetTicks(ticks, zone) == offset);
        if (LocalTime.OffsetTicks(end - 1, zone) != offset)
            end = LocalTime.FirstTicksWhere(utcTicks, end - 1, ticks => LocalTime.OffsetTicks(ticks, zone) != offset);
        return (start, end);
    }

    private (long Start, long End) DatesAround(long utcTicks)
    {
        long localTicks = Math.Clamp(utcTicks + LocalTime.OffsetTicks(utcTicks, zone), 0, EndOfTime - 1);
        DateTime first = FirstDateOf(new DateTime(localTicks));
        (long start, long end) = (Boundary(first), Boundary(Next(first)));
        // If the clock goes back past midnight, it shows the old date again. These instants belong to the new date.
        while (utcTicks >= end)
        {
            first = Next(first);
            (start, end) = (end, Boundary(Next(first)));
        }
        return (start, end);
    }

    private long Boundary(DateTime date) => date switch
    {
        { Ticks: 0 } => 0,
        _ when date == DateTime.MaxValue => EndOfTime,
        _ => LocalTime.FirstInstantAt(date, zone).UtcTicks,
    };

    private DateTime FirstDateOf(DateTime local) => unit switch
    {
        TimeUnit.Week => LocalTime.StartOfWeek(local, firstDayOfWeek),
        TimeUnit.Month => new DateTime(local.Year, local.Month, 1),
        TimeUnit.Quarter => LocalTime.StartOfQuarter(local),
        TimeUnit.Year => new DateTime(local.Year, 1, 1),
        _ => local.Date,
    };

    private DateTime Next(DateTime date)
    {
        int months = unit switch { TimeUnit.Month => 1, TimeUnit.Quarter => 3, TimeUnit.Year => 12, _ => 0 };
        if (months > 0)
            return (date.Year * 12) + date.Month - 1 + months < 120_000 ? date.AddMonths(months) : DateTime.MaxValue;
        // The first week of the year 1 can be shorter.
        int days = unit == TimeUnit.Week ? 7 - LocalTime.DaysSince(firstDayOfWeek, date.DayOfWeek) : 1;
        return (DateTime.MaxValue - date).Days >= days ? date.AddDays(days) : DateTime.MaxValue;
    }
}
