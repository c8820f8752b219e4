namespace TokenDashboard.Telemetry;

/// <summary>
/// A store of requests that queries can read, whichever engine keeps it. An engine reads: it gives usage in rows as long or as short as suits
/// it, and single requests in order. What is made of them is the same for every engine.
/// </summary>
public interface ITelemetryStore : IDisposable
{
    /// <summary>The path or the address of the store, without a password.</summary>
    string Name { get; }

    /// <summary>Tells the requests of this store from those of others; null if each request says it itself.</summary>
    string? Source { get; }

    /// <summary>The sources that the requests of this store have.</summary>
    internal IReadOnlyList<string> ReadSources();

    /// <summary>What this engine knows of the store as a whole.</summary>
    internal StoreFacts ReadFacts();

    /// <summary>Reads the usage a query needs.</summary>
    /// <param name="scope">What usage.</param>
    /// <param name="begin">
    /// Gives what is called for each row of a part, by the part's number. Parts may be read at the same time, and follow one another in the
    /// order of rows. Part 0 begins again whenever what was given so far is to be forgotten.
    /// </param>
    /// <returns>What could not be read.</returns>
    /// <exception cref="TokenDashboardException">One of the codes that begin with <c>Store</c>.</exception>
    internal UnreadableReport ReadUsage(UsageScope scope, Func<int, Action<UsageRow>> begin);

    /// <summary>Gives single requests. No lock is held while the caller works on one.</summary>
    /// <param name="filter">The requests to include.</param>
    /// <param name="order">Their order; requests that agree in it are ordered by id.</param>
    /// <param name="descending">Whether the order is reversed.</param>
    /// <param name="page">How many to pass over, and how many to give at most.</param>
    /// <param name="unreadable">Takes what could not be read.</param>
    internal IEnumerable<TokenRequest> ReadRequests(RequestFilter filter, RequestOrder order, bool descending, (ulong Skip, ulong First) page, UnreadableReport unreadable);

    /// <summary>Gives the requests that were stored after another, in the order of ids.</summary>
    /// <param name="id">The id of the other; null for all requests.</param>
    /// <param name="filter">The requests to include.</param>
    /// <param name="onRequest">Takes them.</param>
    /// <param name="unreadable">Takes what could not be read.</param>
    /// <returns>The id of the newest request, of the filter or not. What is stored later has a higher one.</returns>
    internal long ReadRequestsAfter(long? id, RequestFilter filter, Action<TokenRequest> onRequest, UnreadableReport unreadable);

    /// <summary>The number of requests of a filter.</summary>
    internal long CountRequests(RequestFilter filter);

    /// <summary>The names of the newest requests with their number of requests, for as many requests as can be read in a time.</summary>
    /// <param name="name">User, Model, Provider, RequestType or Transaction.</param>
    /// <param name="time">After this no further requests are read.</param>
    internal IReadOnlyDictionary<string, long> ReadNewestNames(RequestText name, TimeSpan time);
}

/// <summary>What an engine knows of a store as a whole.</summary>
/// <param name="SizeBytes">Size in bytes.</param>
/// <param name="JournalMode">SQLite's journal mode; null in other engines.</param>
/// <param name="Rollups">The state of the rollups; null in engines without.</param>
/// <param name="Engine">The engine and its version.</param>
internal sealed record StoreFacts(long SizeBytes, string? JournalMode, string? Rollups, string Engine);
