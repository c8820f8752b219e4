using System.Runtime.InteropServices;

namespace TokenDashboard.Usage.Summaries;

/// <summary>
/// Follows live usage. The first refresh, the first one of a day, and the first one after a store was replaced read the requests of the whole time range. All
/// other refreshes read only new rows. Requests that Remove-TokenUsage removed count in the total and for their user. Without a start, the time
/// range is today in the time zone. Its end is ignored.
/// </summary>
internal sealed class LiveUsageQuery(IReadOnlyList<ITelemetryStore> stores, RequestFilter filter, TimeZoneInfo zone)
{
    /// <summary>The maximum number of requests in <see cref="LiveUsage.Newest"/>.</summary>
    internal const int MostNewest = 100;

    // Periods end at multiples of this.
    private static readonly long Slot = TimeSpan.FromSeconds(10).Ticks;

    private readonly long?[] _last = new long?[stores.Count];
    private readonly Dictionary<long, LiveFigures> _slots = [];
    private readonly Dictionary<string, LiveFigures> _users = [];
    private readonly List<TokenRequest> _newest = [];
    private readonly List<TokenRequest> _ahead = [];
    private LiveFigures _total = new();
    private DateTimeOffset? _since;
    private (long Requests, bool AreLacking) _removed;

    public UsagePrices? Prices { get; init; }

    public UnreadableReport Unreadable { get; private set; } = new();

    /// <summary>Reads new rows.</summary>
    /// <exception cref="TokenDashboardException">One of the <c>Store</c> codes: a read failed, or the store was removed.</exception>
    public LiveUsage Read(DateTimeOffset now)
    {
        DateTimeOffset since = filter.Range.Since ?? TimeExpression.Parse("today").ToInstant(now, zone);
        // Read every store, even after one was replaced.
        int replaced = stores.Count(store => store.ReopenIfReplaced());
        bool begins = since != _since || replaced > 0;
        do
        {
            if (begins)
                Begin(since);
            ReadNew(since, now);
        }
        // Requests that are removed between the two reads are in neither result.
        while (begins && ReadRemoved(since).Sums != _removed);
        _newest.Sort((one, other) => other.Timestamp.CompareTo(one.Timestamp));
        _newest.RemoveRange(Math.Min(_newest.Count, MostNewest), Math.Max(0, _newest.Count - MostNewest));
        var total = new LiveFigures { Minutes = Math.Max(0, (now - since).TotalMinutes), Ahead = (_ahead.Count, _ahead.Sum(request => request.TotalTokens)) };
        total.Add(_total);
        return new LiveUsage(
            now, LocalTime.At(since.UtcTicks, zone), SumSince(SlotOf(now.AddMinutes(-1).UtcTicks), now), SumSince(SlotOf(now.AddHours(-1).UtcTicks), now), total,
            [.. _users.OrderByDescending(user => user.Value.TotalTokens).ThenBy(user => user.Key, NameOrder.ByCodePoint).Select(user => (user.Key, user.Value))], [.. _newest]);
    }

    private void ReadNew(DateTimeOffset since, DateTimeOffset now)
    {
        _ahead.RemoveAll(request => request.Timestamp <= now);
        long hour = SlotOf(now.AddHours(-1).UtcTicks);
        foreach (long old in _slots.Keys.Where(slot => slot < hour).ToArray())
            _slots.Remove(old);
        // Later refreshes have no start, because a request is stored when it ends, which can be long after its time.
        RequestFilter asked = filter with { Range = new TimeRange(new DateTimeOffset(Math.Min(since.UtcTicks, hour), TimeSpan.Zero), null) };
        for (int index = 0; index < stores.Count; index++)
            _last[index] = stores[index].ReadRequestsAfter(_last[index], asked, request => Add(request, since, hour, now), Unreadable);
    }

    private static long SlotOf(long ticks) => ticks - (ticks % Slot);

    private void Begin(DateTimeOffset since)
    {
        _since = since;
        Array.Clear(_last);
        _slots.Clear();
        _users.Clear();
        _newest.Clear();
        _ahead.Clear();
        _total = new LiveFigures();
        Unreadable = new UnreadableReport();
        (Dictionary<(string User, string, string), UsageAccumulator> removed, _removed) = ReadRemoved(since);
        Unreadable.LacksRemoved = _removed.AreLacking;
        foreach (((string user, _, _), UsageAccumulator usage) in removed)
        {
            _total.Add(usage);
            Of(_users, user).Add(usage);
        }
    }

    // Without ids, the sums contain only removed requests. Each sum has one model, and therefore one currency.
    private (Dictionary<(string User, string Model, string Provider), UsageAccumulator> Groups, (long Requests, bool AreLacking) Sums) ReadRemoved(DateTimeOffset since)
    {
        (Dictionary<(string User, string Model, string Provider), UsageAccumulator> removed, UnreadableReport read) = UsageGroups.Sum<(string, string, string)>(
            stores, filter with { Range = new TimeRange(since, null) }, RequestText.User | RequestText.Model | RequestText.Provider, 0, zone, Prices,
            _ => row => (row.User, row.Model, row.Provider), ids: []);
        return (removed, (removed.Values.Sum(usage => usage.Requests), read.LacksRemoved));
    }

    private void Add(TokenRequest request, DateTimeOffset since, long hour, DateTimeOffset now)
    {
        Prices?.Apply(request);
        if (request.Timestamp >= since)
        {
            _total.Add(request);
            Of(_users, request.User).Add(request);
            if (request.Timestamp > now)
                _ahead.Add(request);
        }
        if (SlotOf(request.Timestamp.UtcTicks) >= hour)
            Of(_slots, SlotOf(request.Timestamp.UtcTicks)).Add(request);
        _newest.Add(request);
        if (_newest.Count > MostNewest * MostNewest)
        {
            // The requests are nearly in chronological order.
            _newest.RemoveRange(0, _newest.Count - MostNewest);
        }
    }

    private LiveFigures SumSince(long slot, DateTimeOffset now)
    {
        var sum = new LiveFigures { Minutes = TimeSpan.FromTicks(now.UtcTicks - slot).TotalMinutes };
        // If a clock is ahead, its requests are in the future.
        foreach (LiveFigures usage in _slots.Where(one => one.Key >= slot && one.Key <= now.UtcTicks).Select(one => one.Value))
            sum.Add(usage);
        return sum;
    }

    private static LiveFigures Of<TKey>(Dictionary<TKey, LiveFigures> all, TKey key)
        where TKey : notnull => CollectionsMarshal.GetValueRefOrAddDefault(all, key, out _) ??= new LiveFigures();
}
