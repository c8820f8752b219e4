namespace TokenDashboard;

/// <summary>A half-open time range, [Since, Until). A null end is open.</summary>
public sealed record TimeRange
{
    /// <summary>The time range without ends.</summary>
    public static TimeRange All { get; } = new(null, null);

    /// <summary>Creates a range.</summary>
    /// <param name="since">The inclusive start, or null.</param>
    /// <param name="until">The exclusive end, or null.</param>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.RangeInvalid"/>: the range is empty or reversed.</exception>
    public TimeRange(DateTimeOffset? since, DateTimeOffset? until)
    {
        if (since >= until)
        {
            throw new TokenDashboardException(
                ErrorCode.RangeInvalid,
                $"The time range from {since:u} until {until:u} is empty. Its end must be after its start.",
                target: since);
        }
        Since = since;
        Until = until;
    }

    /// <summary>The inclusive start, or null for none.</summary>
    public DateTimeOffset? Since { get; }

    /// <summary>The exclusive end, or null for no upper end.</summary>
    public DateTimeOffset? Until { get; }

    /// <summary>The previous time range of equal length.</summary>
    /// <exception cref="TokenDashboardException">
    /// <see cref="ErrorCode.RangeRequired"/>: an end is open. <see cref="ErrorCode.RangeInvalid"/>: the previous range would begin before the year 1.
    /// </exception>
    public TimeRange Previous()
    {
        if (this is not { Since: { } since, Until: { } until })
        {
            throw new TokenDashboardException(
                ErrorCode.RangeRequired,
                "A comparison with the previous period requires a time range with a start and an end: use -Last, or -Since and -Until.");
        }
        long start = since.UtcTicks - (until - since).Ticks;
        return start >= 0 ? new TimeRange(new DateTimeOffset(start, TimeSpan.Zero), since) : throw new TokenDashboardException(
            ErrorCode.RangeInvalid,
            $"The time range from {since:u} until {until:u} has no previous period, because that would begin before the year 1. Use a shorter time range.",
            target: since);
    }

    /// <summary>Both ends with the offsets of a zone.</summary>
    internal (DateTimeOffset? Since, DateTimeOffset? Until) In(TimeZoneInfo zone)
    {
        DateTimeOffset? InZone(DateTimeOffset? end) => end is { } time ? LocalTime.At(time.UtcTicks, zone) : null;
        return (InZone(Since), InZone(Until));
    }

    /// <summary>Whether a time range contains only part of a bucket, or the bucket has not ended.</summary>
    internal bool Cuts(DateTimeOffset start, DateTimeOffset end, DateTimeOffset now) => Since > start || (Until is { } until && until < now ? until : now) < end;

    internal bool Contains(long utcTicks) =>
        (Since is not { } since || utcTicks >= since.UtcTicks) && (Until is not { } until || utcTicks < until.UtcTicks);
}
