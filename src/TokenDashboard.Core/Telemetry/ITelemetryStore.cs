namespace TokenDashboard.Telemetry;

/// <summary>
/// A store of requests that queries can read, on any engine. An engine returns usage in rows of any granularity,
/// and single requests in order. Everything else is the same for all engines.
/// </summary>
internal interface ITelemetryStore : IDisposable
{
    /// <summary>The path or the address of the store, without a password.</summary>
    string Name { get; }

    /// <summary>Identifies the requests of this store; null if each request has its own source.</summary>
    string? Source { get; }

    /// <summary>Whether the engine finds the largest names itself; otherwise their sums are made of single requests.</summary>
    internal bool FindsLargest => false;

    /// <summary>The sources that the requests of this store have.</summary>
    internal IReadOnlyList<string> ReadSources();

    /// <summary>The properties of the store that the engine knows.</summary>
    internal StoreFacts ReadFacts();

    /// <summary>
    /// Reads the usage a query needs, and returns its unreadable values. The callback returns the action for the rows of a part, by the
    /// part's number. Parts can be read concurrently, and are in the order of rows. If part 0 begins again, all previous rows must be
    /// discarded.
    /// </summary>
    internal UnreadableReport ReadUsage(UsageScope scope, Func<int, Action<UsageRow>> begin);

    /// <summary>Returns a page of single requests in an order, equal ones by id. No lock is held while the caller processes one.</summary>
    internal IEnumerable<TokenRequest> ReadRequests(RequestFilter filter, RequestOrder order, bool descending, (ulong Skip, ulong First) page, UnreadableReport unreadable);

    /// <summary>
    /// Reads the requests that were stored after the one with an id, or all, in the order of ids. Returns the id of the newest request, even if
    /// it does not match. Later requests have higher ids.
    /// </summary>
    internal long ReadRequestsAfter(long? id, RequestFilter filter, Action<TokenRequest> onRequest, UnreadableReport unreadable);

    /// <summary>Opens the store again if its file was replaced by another one. Returns whether it was; ids of requests are then others.</summary>
    /// <exception cref="TokenDashboardException">One of the codes that begin with <c>Store</c>: there is no store in its place.</exception>
    internal bool ReopenIfReplaced() => false;

    /// <summary>Leaves out what is stored from now on, so that several reads are about the same requests. An engine that requests reach late need not.</summary>
    internal void LeaveOutNew()
    {
    }

    /// <summary>The time of the first request, also of a removed one; null without any. Of removed ones, only the quarter-hour may be known.</summary>
    internal DateTimeOffset? ReadFirstTime();

    internal long CountRequests(RequestFilter filter);

    /// <summary>The names in the newest requests with their number of requests, for as many requests as can be read in a given time.</summary>
    internal IReadOnlyDictionary<string, long> ReadNewestNames(RequestText name, TimeSpan time);
}

/// <summary>The properties of a store that an engine knows. The journal mode and the state of the rollups are null in engines without.</summary>
internal sealed record StoreFacts(long SizeBytes, string? JournalMode, string? Rollups, string Engine);
