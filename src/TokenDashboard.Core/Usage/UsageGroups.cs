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
            var parts = new List<Dictionary<TKey, UsageAccumulator>>();
            var reads = new List<UnreadableReport>();
            unreadable.Add(store.ReadUsage(scope, part =>
            {
                if (part == 0)
                {
                    parts.Clear();
                    reads.Clear();
                }
                var groups = new Dictionary<TKey, UsageAccumulator>();
                parts.Add(groups);
                Func<UsageRow, TKey> keyOf = keys(store);
                var read = new UnreadableReport();
                reads.Add(read);
                return row =>
                {
                    if (row.IsRollup)
                    {
                        read.RollupsRead++;
                    }
                    else
                    {
                        read.RequestsRead++;
                    }
                    TKey key = keyOf(row);
                    if (!groups.TryGetValue(key, out UsageAccumulator? usage))
                    {
                        groups.Add(key, usage = NewUsage(prices));
                    }
                    usage.Add(row);
                };
            }));
            reads.ForEach(unreadable.Add);
            if (all.Count == 0)
            {
                // Mostly there is one store, and its first part holds most groups.
                all = parts[0];
                parts.RemoveAt(0);
            }
            foreach ((TKey key, UsageAccumulator usage) in parts.SelectMany(part => part))
            {
                if (!all.TryAdd(key, usage))
                {
                    all[key].Add(usage);
                }
            }
        }
        return (all, unreadable);
    }

    /// <summary>The sum of usage.</summary>
    public static UsageAccumulator Sum(IEnumerable<UsageAccumulator> parts, UsagePrices? prices)
    {
        UsageAccumulator sum = NewUsage(prices);
        foreach (UsageAccumulator part in parts)
        {
            sum.Add(part);
        }
        return sum;
    }

    /// <summary>Usage of no request.</summary>
    public static UsageAccumulator NewUsage(UsagePrices? prices) => prices is null ? new UsageAccumulator(keepsDurations: true) : new PricedUsage(prices);
}
