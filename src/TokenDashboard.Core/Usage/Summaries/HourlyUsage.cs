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
    public IReadOnlyList<TokenUsage> Buckets(TimeUnit unit, DayOfWeek firstDayOfWeek = DayOfWeek.Monday) => Buckets(new TimeBuckets(unit, zone, firstDayOfWeek), all => all);

    /// <summary>The first bucket with the most tokens; null without requests.</summary>
    // The figures of the other buckets would take time.
    public TokenUsage? Busiest(TimeUnit unit) =>
        Buckets(new TimeBuckets(unit, zone), all => all.OrderByDescending(hours => hours.Sum(hour => hour.TotalTokens)).Take(1)).FirstOrDefault();

    /// <summary>The usage from an hour on, by its start in UTC ticks.</summary>
    public UsageAccumulator From(long start) => UsageGroups.Sum(Hours.Where(hour => hour.Start >= start).Select(hour => hour.Usage), prices);

    private TokenUsage[] Buckets(TimeBuckets buckets, Func<IEnumerable<IGrouping<long, UsageAccumulator>>, IEnumerable<IGrouping<long, UsageAccumulator>>> select)
    {
        UsageTotals totals = Totals;
        return [.. select(Hours.GroupBy(hour => buckets.StartOf(hour.Start), hour => hour.Usage)).Select(hours =>
        {
            (DateTimeOffset start, DateTimeOffset end) = buckets.Bounds(hours.Key);
            return new TokenUsage(default, start, end, range.Cuts(start, end, asOf), UsageGroups.Sum(hours, prices), totals);
        })];
    }
}
