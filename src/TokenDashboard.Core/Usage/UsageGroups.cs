using System.Runtime.InteropServices;

namespace TokenDashboard.Usage;

/// <summary>Usage by a key.</summary>
internal static class UsageGroups
{
    /// <summary>
    /// Aggregates the requests that a filter selects, over all stores, by a key with some texts. The key can change at multiples of the step, in
    /// seconds of the zone's clock. The step is 0 if the key does not depend on time. The key's function is created for one thread and the requests of one
    /// store. It receives single requests, and sums between two such multiples. Ids are ranges that contain all requests of interest. A
    /// store may return only the largest required keys by a measure. If the key changes only at the ends of buckets, a function returns the end of the
    /// bucket that contains an instant. If keys repeat, the cycle is the number of seconds after which they do.
    /// </summary>
    public static (Dictionary<TKey, UsageAccumulator> Groups, UnreadableReport Unreadable) Sum<TKey>(
        IReadOnlyList<ITelemetryStore> stores, RequestFilter filter, RequestText texts, int step, TimeZoneInfo zone, UsagePrices? prices, Func<ITelemetryStore, Func<UsageRow, TKey>> keys,
        IReadOnlyList<(long First, long Last)>? ids = null, LargestNames? largest = null, Func<long, long>? endOfBucket = null, int cycle = 0)
        where TKey : notnull
    {
        var unreadable = new UnreadableReport();
        var scope = new UsageScope(filter, texts, step, zone, CountsRemoved: true) { Ids = ids, EndOfBucket = endOfBucket, Cycle = cycle, Largest = largest };
        Dictionary<TKey, UsageAccumulator> all = Read(
            stores, prices?.Apply(scope) ?? scope, unreadable, () => new Dictionary<TKey, UsageAccumulator>(),
            (store, groups) =>
            {
                Func<UsageRow, TKey> keyOf = keys(store);
                return row => UsageOf(groups, keyOf(row), prices).Add(row);
            },
            Merge);
        return (all, unreadable);
    }

    public static UsageAccumulator Sum(IEnumerable<UsageAccumulator> parts, UsagePrices? prices)
    {
        UsageAccumulator sum = NewUsage(prices);
        foreach (UsageAccumulator part in parts)
            sum.Add(part);
        return sum;
    }

    /// <summary>Usage of no requests.</summary>
    public static UsageAccumulator NewUsage(UsagePrices? prices) => prices is null ? new UsageAccumulator(keepsDurations: true) : new PricedUsage(prices);

    /// <summary>The usage of a key, initially without requests.</summary>
    public static UsageAccumulator UsageOf<TKey>(Dictionary<TKey, UsageAccumulator> groups, TKey key, UsagePrices? prices)
        where TKey : notnull => CollectionsMarshal.GetValueRefOrAddDefault(groups, key, out _) ??= NewUsage(prices);

    /// <summary>Adds usage to the usage of the same keys.</summary>
    public static void Merge<TKey>(Dictionary<TKey, UsageAccumulator> groups, IEnumerable<KeyValuePair<TKey, UsageAccumulator>> others)
        where TKey : notnull
    {
        foreach ((TKey key, UsageAccumulator usage) in others)
        {
            if (!groups.TryAdd(key, usage))
                groups[key].Add(usage);
        }
    }

    /// <summary>Reads usage into a separate object for each part of each store, merges these objects, and counts the rows.</summary>
    public static TPart Read<TPart>(
        IReadOnlyList<ITelemetryStore> stores, UsageScope scope, UnreadableReport unreadable, Func<TPart> create, Func<ITelemetryStore, TPart, Action<UsageRow>> begin, Action<TPart, TPart> add)
    {
        var all = new List<TPart>();
        foreach (ITelemetryStore store in stores)
        {
            var parts = new List<(TPart Part, UnreadableReport Read)>();
            unreadable.Add(store.ReadUsage(scope, number =>
            {
                if (number == 0)
                    parts.Clear();
                TPart part = create();
                var read = new UnreadableReport();
                parts.Add((part, read));
                Action<UsageRow> addRow = begin(store, part);
                return row =>
                {
                    if (row.IsRollup)
                        read.RollupsRead++;
                    else
                        read.RequestsRead++;
                    addRow(row);
                };
            }));
            foreach ((TPart part, UnreadableReport read) in parts)
            {
                unreadable.Add(read);
                // Usually there is one store, and its first part has most keys.
                if (all.Count == 0)
                    all.Add(part);
                else
                    add(all[0], part);
            }
        }
        return all.Count > 0 ? all[0] : create();
    }
}
