using TokenDashboard.Pricing;

namespace TokenDashboard.Usage;

/// <summary>Single requests of one or several stores, as a stream.</summary>
internal sealed class RequestQuery(IReadOnlyList<ITelemetryStore> stores, RequestFilter filter)
{
    /// <summary>The order of the requests. In the order of ids, the requests of each store follow those of the previous store.</summary>
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
        return Page(OfAll(last), skip, first);
    }

    private IEnumerable<TokenRequest> Read(ITelemetryStore store, (ulong Skip, ulong First) page) => Order == RequestOrder.Cost
        ? store.ReadRequestsByCost(filter, CostOf, HighestRatesOf, Descending, page, Unreadable)
        : store.ReadRequests(filter, Order, Descending, page, Unreadable);

    private decimal CostOf(TokenRequest request)
    {
        Prices?.Apply(request);
        if (request.Cost is not null)
            Currencies.Add(request.Currency);
        return KeyOf(request);
    }

    // Requests that are not read have a currency, too.
    private Dictionary<string, double> HighestRatesOf(string provider, string model, int inputClass)
    {
        IReadOnlyList<StoredPrice> prices = Prices?.PricesOf(provider, model, inputClass, filter.Range) ?? [];
        Currencies.UnionWith(prices.Select(price => price.Currency));
        return UsagePrices.HighestRates(prices);
    }

    private static decimal KeyOf(TokenRequest request) => request.Cost ?? -1;

    private IEnumerable<TokenRequest> Priced(IEnumerable<TokenRequest> requests) => Prices is null ? requests : requests.Select(Prices.Apply);

    private IEnumerable<TokenRequest> OfAll(ulong last)
    {
        IEnumerable<ITelemetryStore> inOrder = Descending ? stores.Reverse() : stores;
        IEnumerable<TokenRequest>[] streams = [.. inOrder.Select(store => Priced(Read(store, (0, last))))];
        return Order == RequestOrder.Id ? streams.SelectMany(stream => stream) : Merge(streams);
    }

    private static IEnumerable<TokenRequest> Page(IEnumerable<TokenRequest> requests, ulong skip, ulong first)
    {
        foreach (TokenRequest request in requests)
        {
            if (skip > 0)
                skip--;
            else if (first-- > 0)
                yield return request;
            else
                yield break;
        }
    }

    // Each stream is sorted. If requests are equal, the earlier stream comes first.
    private IEnumerable<TokenRequest> Merge(IEnumerable<TokenRequest>[] streams)
    {
        var waiting = new List<IEnumerator<TokenRequest>>();
        try
        {
            foreach (IEnumerable<TokenRequest> stream in streams)
                waiting.Add(stream.GetEnumerator());
            var left = waiting.Where(stream => stream.MoveNext()).ToList();
            while (left.Count > 0)
            {
                IEnumerator<TokenRequest> next = left.Aggregate((best, other) => (Descending ? Compare(best.Current, other.Current) < 0 : Compare(best.Current, other.Current) > 0) ? other : best);
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

    private int Compare(TokenRequest one, TokenRequest other) => Order switch
    {
        RequestOrder.Timestamp => one.Timestamp.CompareTo(other.Timestamp),
        RequestOrder.PromptTokens => one.PromptTokens.CompareTo(other.PromptTokens),
        RequestOrder.CompletionTokens => one.CompletionTokens.CompareTo(other.CompletionTokens),
        RequestOrder.TotalTokens => one.TotalTokens.CompareTo(other.TotalTokens),
        RequestOrder.Cost => KeyOf(one).CompareTo(KeyOf(other)),
        RequestOrder.DurationMs => Nullable.Compare(one.DurationMs, other.DurationMs),
        RequestOrder.User => NameOrder.ByCodePoint.Compare(one.User, other.User),
        RequestOrder.Model => NameOrder.ByCodePoint.Compare(one.Model, other.Model),
        RequestOrder.Provider => NameOrder.ByCodePoint.Compare(one.Provider, other.Provider),
        _ => one.Id.CompareTo(other.Id),
    };
}
