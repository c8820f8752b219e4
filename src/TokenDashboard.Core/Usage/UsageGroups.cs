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
    public static (Dictionary<TKey, UsageAccumulator> Groups, UnreadableReport Unreadable) Sum<TKey>(
        IReadOnlyList<ITelemetryStore> stores, RequestFilter filter, RequestText texts, int step, TimeZoneInfo zone, UsagePrices? prices, Func<ITelemetryStore, Func<UsageRow, TKey>> keys)
        where TKey : notnull
    {
        var unreadable = new UnreadableReport();
        var scope = new UsageScope(filter, texts, step, zone, CountsRemoved: true);
        Dictionary<TKey, UsageAccumulator> all = Read<TKey, UsageAccumulator>(
            stores, prices?.Apply(scope) ?? scope, unreadable,
            (store, groups) =>
            {
                Func<UsageRow, TKey> keyOf = keys(store);
                return row =>
                {
                    TKey key = keyOf(row);
                    if (!groups.TryGetValue(key, out UsageAccumulator? usage))
                        groups.Add(key, usage = NewUsage(prices));
                    usage.Add(row);
                };
            },
            (groups, key, usage) =>
            {
                if (!groups.TryAdd(key, usage))
                    groups[key].Add(usage);
            });
        return (all, unreadable);
    }

    /// <summary>
    /// The keys with the largest values of a measure. With as many keys as requests, their usage would fill the memory, so this
    /// keeps only one or two numbers for each.
    /// </summary>
    /// <param name="stores">The open stores.</param>
    /// <param name="filter">The requests to include.</param>
    /// <param name="texts">The names in the key.</param>
    /// <param name="keys">Creates a function for one thread and the requests of one store, which returns the key of a request.</param>
    /// <param name="measure">An integer measure that is a sum; equal keys are ordered by tokens.</param>
    /// <param name="count">The number of keys.</param>
    /// <param name="compare">Orders keys that are equal in both.</param>
    public static HashSet<TKey> Largest<TKey>(
        IReadOnlyList<ITelemetryStore> stores, RequestFilter filter, RequestText texts, Func<ITelemetryStore, Func<UsageRow, TKey>> keys, Measure measure, int count, Comparison<TKey> compare)
        where TKey : notnull
    {
        static void Add(Dictionary<TKey, (long Value, long Tokens)> sums, TKey key, (long Value, long Tokens) added)
        {
            ref (long Value, long Tokens) sum = ref CollectionsMarshal.GetValueRefOrAddDefault(sums, key, out _);
            sum = (sum.Value + added.Value, sum.Tokens + added.Tokens);
        }
        Dictionary<TKey, (long Value, long Tokens)> all = Read<TKey, (long Value, long Tokens)>(
            stores, new UsageScope(filter, texts, 0, TimeZoneInfo.Utc, CountsRemoved: true), new UnreadableReport(),
            (store, sums) =>
            {
                Func<UsageRow, TKey> keyOf = keys(store);
                return row => Add(sums, keyOf(row), (row.Values[measure], row.Values[Measures.TotalTokens]));
            },
            Add);
        // The last of the kept keys is removed first.
        var kept = new PriorityQueue<TKey, (long Value, long Tokens, TKey Key)>(Comparer<(long Value, long Tokens, TKey Key)>.Create((one, other) =>
            one.Value != other.Value ? one.Value.CompareTo(other.Value)
            : one.Tokens != other.Tokens ? one.Tokens.CompareTo(other.Tokens)
            : compare(other.Key, one.Key)));
        foreach ((TKey key, (long value, long tokens)) in all)
        {
            if (kept.Count < count)
                kept.Enqueue(key, (value, tokens, key));
            else
                kept.EnqueueDequeue(key, (value, tokens, key));
        }
        return [.. kept.UnorderedItems.Select(item => item.Element)];
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

    // Reads usage into a dictionary for each part of each store, merges them, and counts the rows.
    private static Dictionary<TKey, TValue> Read<TKey, TValue>(
        IReadOnlyList<ITelemetryStore> stores, UsageScope scope, UnreadableReport unreadable, Func<ITelemetryStore, Dictionary<TKey, TValue>, Action<UsageRow>> begin,
        Action<Dictionary<TKey, TValue>, TKey, TValue> add)
        where TKey : notnull
    {
        var all = new Dictionary<TKey, TValue>();
        foreach (ITelemetryStore store in stores)
        {
            var parts = new List<(Dictionary<TKey, TValue> Sums, UnreadableReport Read)>();
            unreadable.Add(store.ReadUsage(scope, part =>
            {
                if (part == 0)
                    parts.Clear();
                var sums = new Dictionary<TKey, TValue>();
                var read = new UnreadableReport();
                parts.Add((sums, read));
                Action<UsageRow> addRow = begin(store, sums);
                return row =>
                {
                    if (row.IsRollup)
                        read.RollupsRead++;
                    else
                        read.RequestsRead++;
                    addRow(row);
                };
            }));
            foreach ((Dictionary<TKey, TValue> sums, UnreadableReport read) in parts)
            {
                unreadable.Add(read);
                // Usually there is one store, and its first part has most keys.
                if (all.Count == 0)
                {
                    all = sums;
                    continue;
                }
                foreach ((TKey key, TValue value) in sums)
                    add(all, key, value);
            }
        }
        return all;
    }
}
