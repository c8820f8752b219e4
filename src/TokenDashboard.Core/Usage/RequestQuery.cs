using System.Collections;
using System.Reflection;
using TokenDashboard.Pricing;

namespace TokenDashboard.Usage;

/// <summary>Single requests of one or several stores, as a stream.</summary>
internal sealed class RequestQuery(IReadOnlyList<ITelemetryStore> stores, RequestFilter filter)
{
    /// <summary>The order of the requests, which is the name of a property. In the order of ids, the requests of each store follow those of the previous store.</summary>
    public RequestOrder Order { get; init; }

    public bool Descending { get; init; }

    public UsagePrices? Prices { get; init; }

    public UnreadableReport Unreadable { get; } = new();

    /// <summary>The currencies of the costs by which requests were ordered.</summary>
    public HashSet<string?> Currencies { get; } = [];

    /// <summary>Whether the first request of stores is before a time.</summary>
    // An import may have stored the newest requests first. In that case, all requests must be searched.
    public static bool IsAnyBefore(IReadOnlyList<ITelemetryStore> stores, DateTimeOffset time) =>
        stores.Min(store => store.ReadFirstTime()) < time || new RequestQuery(stores, new RequestFilter { Range = new TimeRange(null, time) }).Run(0, 1).Any();

    public long Count() => stores.Sum(store => store.CountRequests(filter));

    public IEnumerable<TokenRequest> Run(ulong skip, ulong first)
    {
        if (stores.Count == 1)
            return Priced(Read(stores[0], (skip, first)));
        ulong last = skip > ulong.MaxValue - first ? ulong.MaxValue : skip + first;
        return OfAll(last).Skip((int)Math.Min(skip, int.MaxValue)).Take((int)Math.Min(first, int.MaxValue));
    }

    private IEnumerable<TokenRequest> Read(ITelemetryStore store, (ulong Skip, ulong First) page) => Order == RequestOrder.Cost
        ? store.ReadRequestsByCost(filter, CostOf, HighestRatesOf, Descending, page, Unreadable)
        : store.ReadRequests(filter, Order, Descending, page, Unreadable);

    private decimal CostOf(TokenRequest request)
    {
        Prices?.Apply(request);
        if (request.Cost is not null)
            Currencies.Add(request.Currency);
        return request.Cost ?? -1;
    }

    // Requests that are not read have a currency, too.
    private Dictionary<string, double> HighestRatesOf(string provider, string model, int inputClass)
    {
        IReadOnlyList<StoredPrice> prices = Prices?.PricesOf(provider, model, inputClass, filter.Range) ?? [];
        Currencies.UnionWith(prices.Select(price => price.Currency));
        return UsagePrices.HighestRates(prices);
    }

    private IEnumerable<TokenRequest> Priced(IEnumerable<TokenRequest> requests) => Prices is null ? requests : requests.Select(Prices.Apply);

    private IEnumerable<TokenRequest> OfAll(ulong last)
    {
        IEnumerable<ITelemetryStore> inOrder = Descending ? stores.Reverse() : stores;
        IEnumerable<TokenRequest>[] streams = [.. inOrder.Select(store => Priced(Read(store, (0, last))))];
        return Order == RequestOrder.Id ? streams.SelectMany(stream => stream) : Merge(streams);
    }

    // Each stream is sorted. If requests are equal, the earlier stream comes first.
    private IEnumerable<TokenRequest> Merge(IEnumerable<TokenRequest>[] streams)
    {
        PropertyInfo key = typeof(TokenRequest).GetProperty(Order.ToString())!;
        object? KeyOf(IEnumerator<TokenRequest> stream) => key.GetValue(stream.Current);
        var byKey = Comparer<object?>.Create((one, other) => one is string name ? NameOrder.ByCodePoint.Compare(name, (string?)other) : Comparer.Default.Compare(one, other));
        var waiting = new List<IEnumerator<TokenRequest>>();
        try
        {
            foreach (IEnumerable<TokenRequest> stream in streams)
                waiting.Add(stream.GetEnumerator());
            var left = waiting.Where(stream => stream.MoveNext()).ToList();
            while (left.Count > 0)
            {
                IEnumerator<TokenRequest> next = (Descending ? left.OrderByDescending(KeyOf, byKey) : left.OrderBy(KeyOf, byKey)).First();
                yield return next.Current;
                if (!next.MoveNext())
                    left.Remove(next);
            }
        }
        finally
        {
            waiting.ForEach(stream => stream.Dispose());
        }
    }
}
