using System.IO.Hashing;
using System.Runtime.InteropServices;
using TokenDashboard.Pricing;

namespace TokenDashboard.Usage;

/// <summary>
/// Finds the groups, such as transactions, with the largest values of a measure. There are as many transactions as requests, so the usage of all would fill the
/// memory. In files, a first pass keeps only a hash and four numbers for each, and a second pass reads the requests of the largest transactions again.
/// </summary>
internal sealed class LargestGroups(
    IReadOnlyList<ITelemetryStore> stores, RequestFilter filter, RequestText texts, Func<ITelemetryStore, Func<UsageRow, UsageKey>> keys, UsagePrices? prices)
{
    // Collects the requests that are not in a returned group.
    private static readonly UsageKey Others = new(-1);

    // With this number of additional groups, the cost that the other groups do not exceed is usually less than that of the wanted ones.
    private const int AlsoRead = 100;

    // Groups without a cost come after those that cost nothing.
    private const decimal NoCost = -1;

    // With more ranges of ids than this, looking them up takes longer than reading all requests.
    private const int MostRanges = 1000;

    /// <summary>
    /// Whether the largest groups can be found by a measure. An engine that finds them decides whether there are many. Files find only transactions,
    /// because other groups are fewer.
    /// </summary>
    public static bool CanFind(IReadOnlyList<ITelemetryStore> stores, RequestText texts, Measure measure, UsagePrices? prices) =>
        (measure != Measures.Cost || prices is not null) && (stores is [{ FindsLargest: true }] ? texts != RequestText.None : texts.HasFlag(RequestText.Transaction));

    /// <summary>
    /// Finds the largest groups by an integer measure that is a sum, or by cost, and the usage of all requests, or null if all groups are returned. Equal
    /// groups are ordered by tokens, then by name.
    /// </summary>
    public (Dictionary<UsageKey, UsageAccumulator> Groups, UsageAccumulator? All, UnreadableReport Unreadable) Find(Measure measure, int count)
    {
        if (stores is [{ FindsLargest: true }])
            return FindOnServer(measure, count);
        if (measure != Measures.Cost)
            return FindInFiles(count, () => row => row.Values[measure], usage => usage.Values[measure]);
        Func<UsageRow, decimal> CostOf()
        {
            var priced = new PricedUsage(prices!);
            return row => priced.CostOf(row) ?? NoCost;
        }
        (Dictionary<UsageKey, UsageAccumulator> groups, UsageAccumulator? all, UnreadableReport unreadable) = FindInFiles(count, CostOf, usage => UsageCost.Of(usage)?.Amount ?? NoCost);
        if (!Money.AreSeveral(UsageCost.Of(all)?.Currency))
            return (groups, all, unreadable);
        // The cost of a group in several currencies is unknown, so the sum of its requests does not determine its place.
        (groups, unreadable) = UsageGroups.Sum(stores, filter, texts, 0, TimeZoneInfo.Utc, prices, keys);
        return (groups, null, unreadable);
    }

    private (Dictionary<UsageKey, UsageAccumulator> Groups, UsageAccumulator? All, UnreadableReport Unreadable) FindInFiles(
        int count, Func<Func<UsageRow, decimal>> values, Func<UsageAccumulator, decimal> valueOfGroup)
    {
        var unreadable = new UnreadableReport();
        var scope = new UsageScope(filter, texts, 0, TimeZoneInfo.Utc, CountsRemoved: true);
        (Dictionary<UsageKey, UsageAccumulator> groups, Dictionary<UInt128, KeySum> sums, UsageAccumulator all) = UsageGroups.Read(
            stores, prices?.Apply(scope) ?? scope, unreadable,
            () => (Groups: new Dictionary<UsageKey, UsageAccumulator>(), Sums: new Dictionary<UInt128, KeySum>(), Others: UsageGroups.NewUsage(prices)),
            (store, part) =>
            {
                Func<UsageRow, UsageKey> keyOf = keys(store);
                Func<UsageRow, UInt128> hashOf = Hashes(store);
                Func<UsageRow, decimal> valueOf = values();
                return row =>
                {
                    if (row.Utf8Of(RequestText.Transaction).IsEmpty)
                    {
                        // There are few such groups, with many requests each.
                        UsageGroups.UsageOf(part.Groups, keyOf(row), prices).Add(row);
                        return;
                    }
                    Add(part.Sums, hashOf(row), new KeySum(valueOf(row), row.Values[Measures.TotalTokens], row.Id, row.Id));
                    part.Others.Add(row);
                };
            },
            (part, other) =>
            {
                UsageGroups.Merge(part.Groups, other.Groups);
                foreach ((UInt128 key, KeySum sum) in other.Sums)
                    Add(part.Sums, key, sum);
                part.Others.Add(other.Others);
            });
        foreach (UsageAccumulator usage in groups.Values)
            all.Add(usage);
        foreach ((UsageKey key, UsageAccumulator usage) in Sum(Largest(sums, count)))
            groups.Add(key, usage);
        IEnumerable<KeyValuePair<UsageKey, UsageAccumulator>> first = groups.OrderByDescending(group => valueOfGroup(group.Value)).ThenByDescending(group => group.Value.TotalTokens)
            .ThenBy(group => group.Key, UsageKey.ByName).Take(count);
        return (first.ToDictionary(), all, unreadable);

        static void Add(Dictionary<UInt128, KeySum> sums, UInt128 key, in KeySum added)
        {
            ref KeySum sum = ref CollectionsMarshal.GetValueRefOrAddDefault(sums, key, out bool exists);
            sum = exists ? sum.Plus(added) : added;
        }
    }

    private (Dictionary<UsageKey, UsageAccumulator> Groups, UsageAccumulator? All, UnreadableReport Unreadable) FindOnServer(Measure measure, int count)
    {
        (Dictionary<UsageKey, UsageAccumulator> Groups, UnreadableReport Unreadable) Read(LargestNames? largest) =>
            UsageGroups.Sum(stores, filter, texts, 0, TimeZoneInfo.Utc, prices, keys, largest: largest);
        bool isCost = measure == Measures.Cost;
        var largest = new LargestNames(texts, measure, count + (isCost ? AlsoRead : 0))
        {
            HighestRatesOf = isCost ? (provider, model, size) => UsagePrices.HighestRates(prices!.PricesOf(provider, model, size, filter.Range)) : null,
        };
        (Dictionary<UsageKey, UsageAccumulator> groups, UnreadableReport unreadable) = Read(largest);
        if (isCost && count > 0 && unreadable.MostOmittedCost is { } omitted)
        {
            // The groups show the least cost of those that are wanted.
            decimal least = groups.Values.Select(usage => UsageCost.Of(usage)?.Amount ?? 0).OrderDescending().ElementAtOrDefault(count - 1);
            if ((double)least <= omitted)
                (groups, unreadable) = Read(least > 0 ? largest with { LeastCost = least } : null);
        }
        if (unreadable.MostOmittedCost is null)
            return (groups, null, unreadable);
        (Dictionary<int, UsageAccumulator> whole, unreadable) = UsageGroups.Sum<int>(stores, filter, RequestText.None, 0, TimeZoneInfo.Utc, prices, _ => _ => 0);
        return (groups, UsageGroups.Sum(whole.Values, prices), unreadable);
    }

    // The lowest and highest ids of the requests of the largest groups.
    private Dictionary<UInt128, (long First, long Last)> Largest(Dictionary<UInt128, KeySum> sums, int count)
    {
        // The smallest group is removed first.
        var largest = new PriorityQueue<UInt128, (decimal Value, long Tokens)>();
        foreach ((UInt128 key, KeySum sum) in sums)
        {
            if (largest.Count < count)
                largest.Enqueue(key, sum.Order);
            else
                largest.EnqueueDequeue(key, sum.Order);
        }
        if (!largest.TryPeek(out _, out (decimal, long) smallest))
            return [];
        List<UInt128> larger = [.. largest.UnorderedItems.Where(item => item.Priority != smallest).Select(item => item.Element)];
        HashSet<UInt128> equal = [.. sums.Where(sum => sum.Value.Order == smallest).Select(sum => sum.Key)];
        int places = count - larger.Count;
        IEnumerable<UInt128> first = equal.Count <= places ? equal : FirstByName(equal, places, equal.Count > MostRanges ? null : [.. equal.Select(key => (sums[key].First, sums[key].First))]);
        return larger.Concat(first).ToDictionary(key => key, key => (sums[key].First, sums[key].Last));
    }

    // Their names were not kept and must be read again: from the first request of each, by its id, or, if there are too many, from all requests.
    private IEnumerable<UInt128> FirstByName(HashSet<UInt128> equal, int places, IReadOnlyList<(long First, long Last)>? ids)
    {
        void Trim(SortedSet<(UsageKey Key, UInt128 Hash)> names)
        {
            while (names.Count > places)
                names.Remove(names.Max);
        }
        var byName = Comparer<(UsageKey Key, UInt128 Hash)>.Create((one, other) => UsageKey.ByName.Compare(one.Key, other.Key));
        return UsageGroups.Read(
            stores, new UsageScope(filter, texts, 0, TimeZoneInfo.Utc, CountsRemoved: true) { Ids = ids }, new UnreadableReport(), () => new SortedSet<(UsageKey Key, UInt128 Hash)>(byName),
            (store, names) =>
            {
                Func<UsageRow, UsageKey> keyOf = keys(store);
                Func<UsageRow, UInt128> hashOf = Hashes(store);
                return row =>
                {
                    if (hashOf(row) is var hash && equal.Contains(hash) && names.Add((keyOf(row), hash)))
                        Trim(names);
                };
            },
            (names, others) =>
            {
                names.UnionWith(others);
                Trim(names);
            }).Select(name => name.Hash);
    }

    private Dictionary<UsageKey, UsageAccumulator> Sum(Dictionary<UInt128, (long First, long Last)> wanted)
    {
        Dictionary<UsageKey, UsageAccumulator> groups = UsageGroups.Sum<UsageKey>(stores, filter, texts, 0, TimeZoneInfo.Utc, prices, store =>
        {
            Func<UsageRow, UsageKey> keyOf = keys(store);
            Func<UsageRow, UInt128> hashOf = Hashes(store);
            return row => wanted.ContainsKey(hashOf(row)) ? keyOf(row) : Others;
        }, [.. wanted.Values]).Groups;
        groups.Remove(Others);
        return groups;
    }

    // A hash of the names in a request's key.
    private Func<UsageRow, UInt128> Hashes(ITelemetryStore store)
    {
        if (texts == RequestText.Transaction)
            return row => XxHash128.HashToUInt128(row.Utf8Of(RequestText.Transaction));
        RequestText[] names = [.. Enum.GetValues<RequestText>().Where(text => text is not (RequestText.None or RequestText.All) && texts.HasFlag(text))];
        byte[]? source = store.Source is null ? null : Encoding.UTF8.GetBytes(store.Source);
        var hash = new XxHash128();
        return row =>
        {
            foreach (RequestText name in names)
            {
                hash.Append(name == RequestText.Source && source is not null ? source : row.Utf8Of(name));
                // UTF-8 never contains this byte.
                hash.Append([0xFF]);
            }
            UInt128 value = hash.GetCurrentHashAsUInt128();
            hash.Reset();
            return value;
        };
    }

    // The sum of a key, and the lowest and highest id of its requests. A negative value is unknown.
    private readonly record struct KeySum(decimal Value, long Tokens, long First, long Last)
    {
        public (decimal Value, long Tokens) Order => (Value, Tokens);

        public KeySum Plus(in KeySum other) => new(
            Value < 0 ? other.Value : other.Value < 0 ? Value : Value + other.Value,
            Tokens + other.Tokens, Math.Min(First, other.First), Math.Max(Last, other.Last));
    }
}
