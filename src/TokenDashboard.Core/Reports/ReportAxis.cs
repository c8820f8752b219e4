namespace TokenDashboard.Reports;

/// <summary>The time axis of a report: a suitable number of buckets from the start to the end of the time range.</summary>
internal sealed class ReportAxis
{
    private static readonly TimeSpan MostHours = TimeSpan.FromDays(3);
    private static readonly TimeSpan MostDays = TimeSpan.FromDays(100);
    private static readonly TimeSpan MostWeeks = TimeSpan.FromDays(730);

    private readonly List<long> _starts = [];

    public ReportAxis(TokenUsageSummary summary, TimeRange range, TimeZoneInfo zone, DayOfWeek firstDayOfWeek)
    {
        DateTimeOffset since = summary.Start ?? summary.FirstRequest ?? summary.AsOf.AddDays(-1);
        // Requests can be in the future, but future hours without requests are not shown.
        DateTimeOffset until = summary.LastRequest is { } last && (summary.End is null || last >= summary.AsOf) ? last.AddTicks(1) : summary.AsOf;
        until = until > since ? until : since.AddTicks(1);
        Unit = UnitOf(until - since);
        if (Unit == TimeUnit.Month && summary.FirstRequest is { } first && first > since)
        {
            // A chart of centuries without requests is useless.
            since = first;
            Unit = UnitOf(until - since);
        }
        Text = $"{ReportText.Time(LocalTime.At(since.UtcTicks, zone))} to {ReportText.Time(LocalTime.At((summary.End ?? until).UtcTicks, zone))} ({ReportText.Zone(zone)})";
        var buckets = new TimeBuckets(Unit, zone, firstDayOfWeek);
        var shown = new List<ReportBucket>();
        for (long start = buckets.StartOf(since.UtcTicks); start < until.UtcTicks; start = buckets.EndOf(start))
        {
            _starts.Add(start);
            (DateTimeOffset begin, DateTimeOffset end) = buckets.Bounds(start);
            shown.Add(new ReportBucket(
                begin.ToString(Unit switch { TimeUnit.Hour => "yyyy-MM-dd HH:mm", TimeUnit.Month => "yyyy-MM", _ => "yyyy-MM-dd" }, CultureInfo.InvariantCulture),
                range.Cuts(begin, end, summary.AsOf)));
        }
        Buckets = shown;
    }

    public TimeUnit Unit { get; }

    public string UnitName => Unit.ToString().ToLowerInvariant();

    public string Text { get; }

    /// <summary>The buckets, including those without requests.</summary>
    public IReadOnlyList<ReportBucket> Buckets { get; }

    /// <summary>A value for each bucket, found by its start in UTC ticks.</summary>
    public IReadOnlyList<double?> Values(Func<long, double?> valueOf) => [.. _starts.Select(valueOf)];

    /// <summary>Assigns rows to their buckets; null for a bucket without a row.</summary>
    public IReadOnlyList<T?> Place<T>(IEnumerable<T> rows, Func<T, DateTimeOffset> startOf)
        where T : class
    {
        Dictionary<long, T> byStart = rows.ToDictionary(row => startOf(row).UtcTicks);
        return [.. _starts.Select(byStart.GetValueOrDefault)];
    }

    private static TimeUnit UnitOf(TimeSpan length) => length <= MostHours ? TimeUnit.Hour : length <= MostDays ? TimeUnit.Day : length <= MostWeeks ? TimeUnit.Week : TimeUnit.Month;
}
