namespace TokenDashboard.Telemetry;

/// <summary>
/// A store of requests that queries can read, on any engine. An engine returns usage as rows of any granularity,
/// and single requests in order. All other code is the same for all engines.
/// </summary>
internal interface ITelemetryStore : IDisposable
{
    /// <summary>The path or the address of the store, without a password.</summary>
    string Name { get; }

    /// <summary>Identifies the requests of this store; null if each request has its own source.</summary>
    string? Source { get; }

    /// <summary>Whether the engine itself finds the names with the largest sums. Otherwise, sums are computed from single requests.</summary>
    internal bool FindsLargest => false;

    /// <summary>The sources that the requests of this store have.</summary>
    internal IReadOnlyList<string> ReadSources();

    /// <summary>The properties of the store that the engine knows.</summary>
    internal StoreFacts ReadFacts();

    /// <summary>
    /// Reads the usage that a query needs, and returns its unreadable values. The callback receives the number of a part and returns the action for
    /// the rows of this part. Parts can be read concurrently, and follow the order of rows. If part 0 begins again, all previous rows must be
    /// discarded.
    /// </summary>
    internal UnreadableReport ReadUsage(UsageScope scope, Func<int, Action<UsageRow>> begin);

    /// <summary>Returns a page of single requests in an order, then by id. No lock is held while the caller processes a request.</summary>
    internal IEnumerable<TokenRequest> ReadRequests(RequestFilter filter, RequestOrder order, bool descending, (ulong Skip, ulong First) page, UnreadableReport unreadable);

    /// <summary>
    /// Returns a page of single requests in the order of their cost, then by id. Engines have no prices, so a function returns the cost. It may receive a
    /// request without its names, except provider and model. An engine may ignore requests of which the highest rates of their models in their class of
    /// input size, by the names in stores, show that they cannot be in the page. A rate that is missing is 0.
    /// </summary>
    internal IEnumerable<TokenRequest> ReadRequestsByCost(
        RequestFilter filter, Func<TokenRequest, decimal> costOf, Func<string, string, int, IReadOnlyDictionary<string, double>> highestRatesOf, bool descending, (ulong Skip, ulong First) page,
        UnreadableReport unreadable);

    /// <summary>
    /// Reads the requests that were stored after the request with an id, or all requests, in the order of ids. Returns the id of the newest request, even
    /// if it does not match. Later requests have higher ids.
    /// </summary>
    internal long ReadRequestsAfter(long? id, RequestFilter filter, Action<TokenRequest> onRequest, UnreadableReport unreadable);

    /// <summary>Opens the store again if another file replaced its file. Returns whether it did; the ids of requests are then different.</summary>
    /// <exception cref="TokenDashboardException">One of the codes that begin with <c>Store</c>: the path contains no store.</exception>
    internal bool ReopenIfReplaced() => false;

    /// <summary>
    /// Reports the number of requests that queries have read so far, on the thread of the caller. Engines that do not know it report nothing.
    /// </summary>
    internal void ReportReads(Action<long> onRead)
    {
    }

    /// <summary>Ignores requests that are stored from now on, so that several reads see the same requests. Not required if requests reach the engine late.</summary>
    internal void LeaveOutNew()
    {
    }

    /// <summary>
    /// The time of the first request, including removed requests; null without requests. For a removed request, possibly the start of its
    /// quarter-hour.
    /// </summary>
    internal DateTimeOffset? ReadFirstTime();

    internal long CountRequests(RequestFilter filter);

    /// <summary>The names in the newest requests with their number of requests, from as many requests as can be read in the given time.</summary>
    internal IReadOnlyDictionary<string, long> ReadNewestNames(RequestText name, TimeSpan time);
}

/// <summary>The properties of a store that an engine knows. The journal mode and the state of the rollups are null in engines without them.</summary>
internal sealed record StoreFacts(long SizeBytes, string? JournalMode, string? Rollups, string Engine);
