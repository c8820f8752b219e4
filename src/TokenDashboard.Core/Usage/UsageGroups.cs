using System.Runtime.InteropServices;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Usage;

/// <summary>Usage by a key.</summary>
internal static class UsageGroups
{
    /// <summary>Sums the requests of a filter by a key, over all stores.</summary>
    /// <param name="stores">The open stores.</param>
    /// <param name="filter">Which requests.</param>
    /// <param name="texts">The names the key is made of.</param>
    /// <param name="step">At which multiples of seconds of the zone's clock the key may change; 0 where it does not depend on time.</param>
    /// <param name="zone">The zone.</param>
    /// <param name="prices">The prices; null for usage without its cost.</param>
    /// <param name="keys">
    /// Makes a function for one thread and the requests of one store. It gives the key of a request, or of a sum that lies between two
    /// multiples of the step.
    /// </param>
    public static (Dictionary<TKey, UsageAccumulator> Groups, UnreadableReport Unreadable) Sum<TKey>(
        IReadOnlyList<ITelemetryStore> stores, RequestFilter filter, RequestText texts, int step, TimeZoneInfo zone, UsagePrices? prices, Func<ITelemetryStore, Func<UsageRow, TKey>> keys)
        where TKey : notnull
    {
        var all = new Dictionary<TKey, UsageAccumulator>();
        var unreadable = new UnreadableReport();
        var scope = new UsageScope(filter, texts, step, zone, CountsRemoved: true);
        scope = prices?.Apply(scope) ?? scope;
        foreach (ITelemetryStore store in stores)
        {
            List<Dictionary<TKey, UsageAccumulator>> parts = Read(store, scope, unreadable, (Dictionary<TKey, UsageAccumulator> groups) =>
            {
                Func<UsageRow, TKey> keyOf = keys(store);
                return row =>
                {
                    TKey key = keyOf(row);
                    if (!groups.TryGetValue(key, out UsageAccumulator? usage))
                        groups.Add(key, usage = NewUsage(prices));
                    usage.Add(row);
                };
            });
            if (all.Count == 0)
            {
                // Mostly there is one store, and its first part holds most groups.
                all = parts[0];
                parts.RemoveAt(0);
            }
            foreach ((TKey key, UsageAccumulator usage) in parts.SelectMany(part => part))
            {
                if (!all.TryAdd(key, usage))
                    all[key].Add(usage);
            }
        }
        return (all, unreadable);
    }

    /// <summary>
    /// The keys with the most of a measure. Where there are as many keys as requests, all of their usage would fill the memory; so this
    /// keeps a number or two for each.
    /// </summary>
    /// <param name="stores">The open stores.</param>
    /// <param name="filter">Which requests.</param>
    /// <param name="texts">The names the key is made of.</param>
    /// <param name="keys">Makes a function for one thread and the requests of one store, which gives the key of a request.</param>
    /// <param name="measure">A measure that is an integer and a sum; of keys that agree in it, those with more tokens come first.</param>
    /// <param name="count">How many keys.</param>
    /// <param name="compare">Orders keys that agree in both.</param>
    public static HashSet<TKey> Largest<TKey>(
        IReadOnlyList<ITelemetryStore> stores, RequestFilter filter, RequestText texts, Func<ITelemetryStore, Func<UsageRow, TKey>> keys, Measure measure, int count, Comparison<TKey> compare)
        where TKey : notnull
    {
        var all = new Dictionary<TKey, (long Value, long Tokens)>();
        var scope = new UsageScope(filter, texts, 0, TimeZoneInfo.Utc, CountsRemoved: true);
        static void Add(Dictionary<TKey, (long Value, long Tokens)> sums, TKey key, long value, long tokens)
        {
            ref (long Value, long Tokens) sum = ref CollectionsMarshal.GetValueRefOrAddDefault(sums, key, out _);
            sum = (sum.Value + value, sum.Tokens + tokens);
        }
        foreach (ITelemetryStore store in stores)
        {
            List<Dictionary<TKey, (long Value, long Tokens)>> parts = Read(store, scope, new UnreadableReport(), (Dictionary<TKey, (long Value, long Tokens)> sums) =>
            {
                Func<UsageRow, TKey> keyOf = keys(store);
                return row => Add(sums, keyOf(row), row.Values[measure], row.Values[Measures.TotalTokens]);
            });
            if (all.Count == 0)
            {
                all = parts[0];
                parts.RemoveAt(0);
            }
            foreach ((TKey key, (long value, long tokens)) in parts.SelectMany(part => part))
                Add(all, key, value, tokens);
        }
        // The last of those kept is the first to go.
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

    // Reads usage into collections, one for each part, and counts what was read.
    private static List<T> Read<T>(ITelemetryStore store, UsageScope scope, UnreadableReport unreadable, Func<T, Action<UsageRow>> begin)
        where T : new()
    {
        var parts = new List<T>();
        var reads = new List<UnreadableReport>();
        unreadable.Add(store.ReadUsage(scope, part =>
        {
            if (part == 0)
            {
                parts.Clear();
                reads.Clear();
            }
            var own = new T();
            parts.Add(own);
            Action<UsageRow> add = begin(own);
            var read = new UnreadableReport();
            reads.Add(read);
            return row =>
            {
                if (row.IsRollup)
                    read.RollupsRead++;
                else
                    read.RequestsRead++;
                add(row);
            };
        }));
        reads.ForEach(unreadable.Add);
        return parts;
    }
}
