using TokenDashboard.Engines.Sqlite;
using TokenDashboard.Engines.Sqlite.Rollups;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Usage;

/// <summary>Usage by a key.</summary>
internal static class UsageGroups
{
    /// <summary>Sums the requests of a filter by a key, from the rollups where the store has them and they can answer.</summary>
    /// <param name="store">The open store.</param>
    /// <param name="filter">Which requests.</param>
    /// <param name="texts">The names the key is made of.</param>
    /// <param name="step">At which multiples of seconds of the zone's clock the key may change; 0 where it does not depend on time.</param>
    /// <param name="zone">The zone.</param>
    /// <param name="keys">Makes a function that gives the key of a request, or of a sum that lies between two multiples of the step, for one thread.</param>
    public static (Dictionary<TKey, UsageAccumulator> Groups, UnreadableReport Unreadable) Sum<TKey>(
        TokenStore store, RequestFilter filter, RequestText texts, int step, TimeZoneInfo zone, Func<Func<UsageRow, TKey>> keys)
        where TKey : notnull
    {
        var parts = new List<Dictionary<TKey, UsageAccumulator>>();
        UnreadableReport unreadable = UsageReader.Read(store, new UsageScope(filter, texts, step, zone, CountsRemoved: true), part =>
        {
            if (part == 0)
            {
                parts.Clear();
            }
            var groups = new Dictionary<TKey, UsageAccumulator>();
            parts.Add(groups);
            Func<UsageRow, TKey> keyOf = keys();
            return row =>
            {
                TKey key = keyOf(row);
                if (!groups.TryGetValue(key, out UsageAccumulator? usage))
                {
                    groups.Add(key, usage = new UsageAccumulator(keepsDurations: true));
                }
                usage.Add(row);
            };
        });
        foreach ((TKey key, UsageAccumulator usage) in parts.Skip(1).SelectMany(part => part))
        {
            if (!parts[0].TryAdd(key, usage))
            {
                parts[0][key].Add(usage);
            }
        }
        return (parts[0], unreadable);
    }
}
