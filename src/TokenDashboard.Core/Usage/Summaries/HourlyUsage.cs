using System.Runtime.InteropServices;

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

    /// <summary>The tokens of each hour and model, if they were requested; otherwise empty.</summary>
    public IReadOnlyDictionary<(long Start, string Model), long> ModelTokens { get; private init; } = new Dictionary<(long, string), long>();

    public static HourlyUsage Read(
        IReadOnlyList<ITelemetryStore> stores, RequestFilter filter, DateTimeOffset asOf, TimeZoneInfo zone, UsagePrices? prices, bool withModels = false)
    {
        var buckets = new TimeBuckets(TimeUnit.Hour, zone);
        var scope = new UsageScope(filter, withModels ? RequestText.Model : RequestText.None, buckets.Step, zone, CountsRemoved: true);
        var unreadable = new UnreadableReport();
        (Dictionary<long, UsageAccumulator> hours, Dictionary<(long Start, string Model), long> ofModels) = UsageGroups.Read(
            stores, prices?.Apply(scope) ?? scope, unreadable, () => (Hours: new Dictionary<long, UsageAccumulator>(), Models: new Dictionary<(long Start, string Model), long>()),
            (_, part) =>
            {
                TimeBuckets own = buckets.Copy();
                return row =>
                {
                    long start = own.StartOf(row.UtcTicks);
                    UsageGroups.UsageOf(part.Hours, start, prices).Add(row);
                    if (withModels)
                        CollectionsMarshal.GetValueRefOrAddDefault(part.Models, (start, row.Model), out bool _) += row.Values[Measures.TotalTokens];
                };
            },
            (all, part) =>
            {
                UsageGroups.Merge(all.Hours, part.Hours);
                foreach ((var key, long tokens) in part.Models)
                    CollectionsMarshal.GetValueRefOrAddDefault(all.Models, key, out bool _) += tokens;
            });
        return new HourlyUsage([.. hours.OrderBy(hour => hour.Key).Select(hour => (hour.Key, hour.Value))], unreadable, filter.Range, asOf, zone, prices) { ModelTokens = ofModels };
    }

    /// <summary>Whether it contains all usage of a time range, and nothing later, so that this need not be read again. The start of the range is the start of an hour.</summary>
    public bool Covers(DateTimeOffset since, DateTimeOffset until) =>
        (range.Since is null || range.Since <= since) && (range.Until is null || range.Until >= until) && !(Total.Values.Time(Measures.LastTicks) >= until);

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
