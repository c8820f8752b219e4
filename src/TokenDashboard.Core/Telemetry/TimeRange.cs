namespace TokenDashboard.Telemetry;

/// <summary>A half-open range of time, [Since, Until); an end that is null is open.</summary>
public sealed record TimeRange
{
    /// <summary>Every time.</summary>
    public static TimeRange All { get; } = new(null, null);

    /// <summary>Makes a range.</summary>
    /// <param name="since">The first instant inside, or null.</param>
    /// <param name="until">The first instant after, or null.</param>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.RangeInvalid"/>: the range is empty or reversed.</exception>
    public TimeRange(DateTimeOffset? since, DateTimeOffset? until)
    {
        if (since >= until)
        {
            throw new TokenDashboardException(
                ErrorCode.RangeInvalid,
                $"The range from {since:u} until {until:u} holds no time: its end must lie after its beginning.",
                target: since);
        }
        Since = since;
        Until = until;
    }

    /// <summary>The first instant inside, or null for no lower end.</summary>
    public DateTimeOffset? Since { get; }

    /// <summary>The first instant after, or null for no upper end.</summary>
    public DateTimeOffset? Until { get; }

    /// <summary>The range of equal length that ends where this one begins.</summary>
    /// <exception cref="TokenDashboardException">
    /// <see cref="ErrorCode.RangeRequired"/>: an end is open. <see cref="ErrorCode.RangeInvalid"/>: it would begin before the calendar does.
    /// </exception>
    public TimeRange Previous()
    {
        if (this is not { Since: { } since, Until: { } until })
        {
            throw new TokenDashboardException(
                ErrorCode.RangeRequired,
                "A comparison with the period before needs a range with both ends: give -Last, or -Since and -Until.");
        }
        long start = since.UtcTicks - (until - since).Ticks;
        return start >= 0 ? new TimeRange(new DateTimeOffset(start, TimeSpan.Zero), since) : throw new TokenDashboardException(
            ErrorCode.RangeInvalid,
            $"There is no period before the range from {since:u} until {until:u}: it would begin before the year 1. Give a shorter range.",
            target: since);
    }

    /// <summary>Whether a range lacks a part of a bucket: it begins after the bucket does, or ends before, or the bucket is not over.</summary>
    internal bool Cuts(DateTimeOffset start, DateTimeOffset end, DateTimeOffset now) => Since > start || (Until is { } until && until < now ? until : now) < end;

    internal bool Contains(long utcTicks) =>
        (Since is not { } since || utcTicks >= since.UtcTicks) && (Until is not { } until || utcTicks < until.UtcTicks);
}
