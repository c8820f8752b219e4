using TokenDashboard.Telemetry;

namespace TokenDashboard.Usage;

/// <summary>
/// Cuts time into the hours, days, weeks or months of a zone. The buckets follow one another without gap or overlap, across clock changes
/// and in zones offset by half or quarter hours, so the sums of a range's buckets are the sum of the range.
/// </summary>
internal sealed class TimeBuckets(TimeUnit unit, TimeZoneInfo zone)
{
    // The first tick a DateTime cannot hold.
    private const long EndOfTime = 3_155_378_976_000_000_000;

    private long _start;
    private long _end;

    /// <summary>Buckets begin at multiples of so many seconds of the zone's clock, and at clock changes.</summary>
    public int Step => unit == TimeUnit.Hour ? 3600 : 86400;

    /// <summary>No bucket is longer, whatever the clock does in it.</summary>
    public long LongestTicks => unit switch
    {
        TimeUnit.Hour => TimeSpan.TicksPerHour,
        TimeUnit.Day => 2 * TimeSpan.TicksPerDay,
        TimeUnit.Week => 8 * TimeSpan.TicksPerDay,
        _ => 32 * TimeSpan.TicksPerDay,
    };

    /// <summary>The same buckets, to be asked by another thread.</summary>
    public TimeBuckets Copy() => new(unit, zone);

    /// <summary>The first instant of the bucket that holds an instant, in UTC ticks. Cheap where neighbours are asked for in turn.</summary>
    public long StartOf(long utcTicks)
    {
        if (utcTicks < _start || utcTicks >= _end)
        {
            (_start, _end) = unit == TimeUnit.Hour ? HourAround(utcTicks) : DatesAround(utcTicks);
        }
        return _start;
    }

    /// <summary>The first instant after the bucket that holds an instant, in UTC ticks.</summary>
    public long EndOf(long utcTicks)
    {
        StartOf(utcTicks);
        return _end;
    }

    /// <summary>The bucket that begins at an instant, in the zone's time.</summary>
    public (DateTimeOffset Start, DateTimeOffset End) Bounds(long startTicks) =>
        (LocalTime.At(startTicks, zone), LocalTime.At(Math.Min(EndOf(startTicks), EndOfTime - 1), zone));

    // The longest stretch around the instant in which the clock shows one hour by one offset.
    private (long Start, long End) HourAround(long utcTicks)
    {
        long offset = LocalTime.OffsetTicks(utcTicks, zone);
        long intoHour = Modulo(utcTicks + offset, TimeSpan.TicksPerHour);
        long start = Math.Max(0, utcTicks - intoHour);
        long end = Math.Min(EndOfTime, utcTicks - intoHour + TimeSpan.TicksPerHour);
        if (LocalTime.OffsetTicks(start, zone) != offset)
        {
            start = LocalTime.FirstTicksWhere(start, utcTicks, ticks => LocalTime.OffsetTicks(ticks, zone) == offset);
        }
        if (LocalTime.OffsetTicks(end - 1, zone) != offset)
        {
            end = LocalTime.FirstTicksWhere(utcTicks, end - 1, ticks => LocalTime.OffsetTicks(ticks, zone) != offset);
        }
        return (start, end);
    }

    private (long Start, long End) DatesAround(long utcTicks)
    {
        long localTicks = Math.Clamp(utcTicks + LocalTime.OffsetTicks(utcTicks, zone), 0, EndOfTime - 1);
        DateTime first = FirstDateOf(new DateTime(localTicks));
        (long start, long end) = (Boundary(first), Boundary(Next(first)));
        // A clock that goes back over midnight shows the old date again; those instants stay with the date that had begun.
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
        TimeUnit.Week => LocalTime.StartOfWeek(local),
        TimeUnit.Month => new DateTime(local.Year, local.Month, 1),
        _ => local.Date,
    };

    private DateTime Next(DateTime date)
    {
        int days = unit switch
        {
            TimeUnit.Week => 7,
            TimeUnit.Month => DateTime.DaysInMonth(date.Year, date.Month),
            _ => 1,
        };
        return (DateTime.MaxValue - date).Days >= days ? date.AddDays(days) : DateTime.MaxValue;
    }

    private static long Modulo(long value, long divisor) => ((value % divisor) + divisor) % divisor;
}
