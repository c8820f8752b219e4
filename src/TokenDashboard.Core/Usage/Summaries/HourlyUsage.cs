namespace TokenDashboard.Usage.Summaries;

/// <summary>Usage by hour in a time zone. Days, weeks and months consist of whole hours, so longer buckets need no other query.</summary>
internal sealed class HourlyUsage(
    IReadOnlyList<(long Start, UsageAccumulator Usage)> hours, UnreadableReport unreadable, TimeRange range, DateTimeOffset asOf, TimeZoneInfo zone, UsagePrices? prices)
{
    /// <summary>The hours with requests in order, by their start in UTC ticks.</summary>
    public IReadOnlyList<(long Start, UsageAccumulator Usage)> Hours => hours;

    public UsageAccumulator Total { get; } = UsageGroups.Sum(hours.Select(hour => hour.Usage), prices);

    /// <summary>The totals for shares.</summary>
    public UsageTotals Totals => UsageTotals.Of([Total], prices);

    public UnreadableReport Unreadable => unreadable;

    public static HourlyUsage Read(IReadOnlyList<ITelemetryStore> stores, RequestFilter filter, DateTimeOffset asOf, TimeZoneInfo zone, UsagePrices? prices)
    {
        (IReadOnlyList<(UsageKey Key, UsageAccumulator Usage)> hours, _, UnreadableReport unreadable) = new UsageQuery([UsageDimension.Hour], zone) { Prices = prices }.Read(stores, filter);
        return new HourlyUsage([.. hours.Select(hour => (hour.Key.BucketTicks, hour.Usage))], unreadable, filter.Range, asOf, zone, prices);
    }

    /// <summary>The buckets with requests, in order.</summary>
    public IReadOnlyList<TokenUsage> Buckets(TimeUnit unit, DayOfWeek firstDayOfWeek = DayOfWeek.Monday)
    {
        var buckets = new TimeBuckets(unit, zone, firstDayOfWeek);
        UsageTotals totals = Totals;
        return [.. Merge(hour => buckets.StartOf(hour)).Select(bucket =>
        {
            (DateTimeOffset start, DateTimeOffset end) = buckets.Bounds(bucket.Key);
            return new TokenUsage(default, start, end, range.Cuts(start, end, asOf), bucket.Usage, totals);
        })];
    }

    /// <summary>Usage by a key that is computed from the start of each hour in UTC ticks, in the order of the first hour of each key.</summary>
    public IReadOnlyList<(TKey Key, UsageAccumulator Usage)> Merge<TKey>(Func<long, TKey> keyOf)
        where TKey : notnull => [.. Hours.GroupBy(hour => keyOf(hour.Start), hour => hour.Usage).Select(hours => (hours.Key, UsageGroups.Sum(hours, prices)))];
}
