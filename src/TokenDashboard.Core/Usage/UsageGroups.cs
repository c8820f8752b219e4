using System.Runtime.InteropServices;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Usage;

/// <summary>Usage by a key.</summary>
internal static class UsageGroups
{
    /// <summary>Aggregates the requests of a filter by a key, over all stores.</summary>
    /// <param name="stores">The open stores.</param>
    /// <param name="filter">The requests to include.</param>
    /// <param name="texts">The names in the key.</param>
    /// <param name="step">The multiples of seconds of the zone's clock at which the key can change; 0 if it does not depend on time.</param>
    /// <param name="zone">The zone.</param>
    /// <param name="prices">The prices; null for usage without its cost.</param>
    /// <param name="keys">
    /// Creates a function for one thread and the requests of one store. It returns the key of a request, or of a sum between two
    /// multiples of the step.
    /// </param>
    /// <param name="ids">Ranges of ids in which all requests of interest lie; null for all.</param>
    public static (Dictionary<TKey, UsageAccumulator> Groups, UnreadableReport Unreadable) Sum<TKey>(
        IReadOnlyList<ITelemetryStore> stores, RequestFilter filter, RequestText texts, int step, TimeZoneInfo zone, UsagePrices? prices, Func<ITelemetryStore, Func<UsageRow, TKey>> keys,
        IReadOnlyList<(long First, long Last)>? ids = null)
        where TKey : notnull
    {
        var unreadable = new UnreadableReport();
        var scope = new UsageScope(filter, texts, step, zone, CountsRemoved: true) { Ids = ids };
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

    /// <summary>
    /// The keys with the largest values of a measure, and the usage of all. With as many keys as requests, their usage would fill the memory, so this keeps
    /// only four numbers for each of most keys.
    /// </summary>
    /// <param name="stores">The open stores.</param>
    /// <param name="filter">The requests to include.</param>
    /// <param name="texts">The names in the key.</param>
    /// <param name="keys">Creates a function for one thread and the requests of one store, which returns the key of a request.</param>
    /// <param name="isKept">Whether to keep the usage of a key: of such keys there are few, with many requests each.</param>
    /// <param name="measure">An integer measure that is a sum; equal keys are ordered by tokens.</param>
    /// <param name="count">The number of keys.</param>
    /// <param name="compare">Orders keys that are equal in both.</param>
    /// <param name="prices">The prices; null for usage without its cost.</param>
    /// <returns>The usage of the largest keys that was kept; the ids between which the requests of the others lie; and the usage of all.</returns>
    public static (Dictionary<TKey, UsageAccumulator> Kept, Dictionary<TKey, (long First, long Last)> Others, UsageAccumulator All, UnreadableReport Unreadable) Largest<TKey>(
        IReadOnlyList<ITelemetryStore> stores, RequestFilter filter, RequestText texts, Func<ITelemetryStore, Func<UsageRow, TKey>> keys, Func<TKey, bool> isKept, Measure measure, int count,
        Comparison<TKey> compare, UsagePrices? prices)
        where TKey : notnull
    {
        var unreadable = new UnreadableReport();
        var scope = new UsageScope(filter, texts, 0, TimeZoneInfo.Utc, CountsRemoved: true);
        (Dictionary<TKey, UsageAccumulator> kept, Dictionary<TKey, KeySum> sums, UsageAccumulator all) = Read(
            stores, prices?.Apply(scope) ?? scope, unreadable, () => (Kept: new Dictionary<TKey, UsageAccumulator>(), Sums: new Dictionary<TKey, KeySum>(), Others: NewUsage(prices)),
            (store, part) =>
            {
                Func<UsageRow, TKey> keyOf = keys(store);
                return row =>
                {
                    TKey key = keyOf(row);
                    if (isKept(key))
                    {
                        UsageOf(part.Kept, key, prices).Add(row);
                        return;
                    }
                    Add(part.Sums, key, new KeySum(row.Values[measure], row.Values[Measures.TotalTokens], row.Id, row.Id));
                    part.Others.Add(row);
                };
            },
            (part, other) =>
            {
                Merge(part.Kept, other.Kept);
                foreach ((TKey key, KeySum sum) in other.Sums)
                    Add(part.Sums, key, sum);
                part.Others.Add(other.Others);
            });
        // The last of the largest keys is removed first.
        var largest = new PriorityQueue<TKey, (long Value, long Tokens, TKey Key)>(Comparer<(long Value, long Tokens, TKey Key)>.Create((one, other) =>
            one.Value != other.Value ? one.Value.CompareTo(other.Value)
            : one.Tokens != other.Tokens ? one.Tokens.CompareTo(other.Tokens)
            : compare(other.Key, one.Key)));
        foreach ((TKey key, long value, long tokens) in sums.Select(sum => (sum.Key, sum.Value.Value, sum.Value.Tokens)).Concat(kept.Select(usage => (usage.Key, usage.Value.Values[measure], usage.Value.TotalTokens))))
        {
            if (largest.Count < count)
                largest.Enqueue(key, (value, tokens, key));
            else
                largest.EnqueueDequeue(key, (value, tokens, key));
        }
        foreach (UsageAccumulator usage in kept.Values)
            all.Add(usage);
        TKey[] wanted = [.. largest.UnorderedItems.Select(item => item.Element)];
        return (wanted.Where(kept.ContainsKey).ToDictionary(key => key, key => kept[key]), wanted.Where(sums.ContainsKey).ToDictionary(key => key, key => (sums[key].First, sums[key].Last)), all, unreadable);

        static void Add(Dictionary<TKey, KeySum> sums, TKey key, in KeySum added)
        {
            ref KeySum sum = ref CollectionsMarshal.GetValueRefOrAddDefault(sums, key, out bool exists);
            sum = exists ? sum.Plus(added) : added;
        }
    }

    /// <summary>The sum of usage.</summary>
    public static UsageAccumulator Sum(IEnumerable<UsageAccumulator> parts, UsagePrices? prices)
    {
        UsageAccumulator sum = NewUsage(prices);
        foreach (UsageAccumulator part in parts)
            sum.Add(part);
        return sum;
    }

    /// <summary>Usage of no request.</summary>
    public static UsageAccumulator NewUsage(UsagePrices? prices) => prices is null ? new UsageAccumulator(keepsDurations: true) : new PricedUsage(prices);

    private static UsageAccumulator UsageOf<TKey>(Dictionary<TKey, UsageAccumulator> groups, TKey key, UsagePrices? prices)
        where TKey : notnull
    {
        if (!groups.TryGetValue(key, out UsageAccumulator? usage))
            groups.Add(key, usage = NewUsage(prices));
        return usage;
    }

    private static void Merge<TKey>(Dictionary<TKey, UsageAccumulator> groups, Dictionary<TKey, UsageAccumulator> others)
        where TKey : notnull
    {
        foreach ((TKey key, UsageAccumulator usage) in others)
        {
            if (!groups.TryAdd(key, usage))
                groups[key].Add(usage);
        }
    }

    // Reads usage into an object for each part of each store, merges them, and counts the rows.
    private static TPart Read<TPart>(
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

    // The sum of a key, and the ids between which its requests lie.
    private readonly record struct KeySum(long Value, long Tokens, long First, long Last)
    {
        public KeySum Plus(in KeySum other) => new(Value + other.Value, Tokens + other.Tokens, Math.Min(First, other.First), Math.Max(Last, other.Last));
    }
}
