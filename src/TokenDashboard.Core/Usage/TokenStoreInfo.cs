using System.Runtime.InteropServices;

namespace TokenDashboard;

/// <summary>The contents of a store.</summary>
public sealed class TokenStoreInfo
{
    private TokenStoreInfo(string name) => Database = name;

    /// <summary>Path or address of the store. Commands to which the object is piped read this store.</summary>
    public string Database { get; }

    /// <summary>The name that identifies its requests; null if each request has its own source.</summary>
    public string? Source { get; private init; }

    /// <summary>Size in bytes. For a file, without its write-ahead log.</summary>
    public long SizeBytes { get; private init; }

    /// <summary>Stored requests, readable or not.</summary>
    public long Rows { get; private init; }

    /// <summary>Time of the first request, or null in an empty store.</summary>
    public DateTimeOffset? FirstRequest { get; private init; }

    /// <summary>Time of the last request, or null in an empty store.</summary>
    public DateTimeOffset? LastRequest { get; private init; }

    /// <summary>Number of distinct known users.</summary>
    public int Users { get; private init; }

    /// <summary>Requests without a user name.</summary>
    public long RequestsWithoutUser { get; private init; }

    /// <summary>Requests without a valid duration, which latency ignores. Many imported requests have none.</summary>
    public long RequestsWithoutDuration { get; private init; }

    /// <summary>The models, by name.</summary>
    public required TextList<string> Models { get; init; }

    /// <summary>The providers, by name.</summary>
    public required TextList<string> Providers { get; init; }

    /// <summary>Total tokens: the stored totals, or prompt + completion if a stored total is 0.</summary>
    public long TotalTokens { get; private init; }

    /// <summary>Interrupted streams: only their prompt tokens count.</summary>
    public long InterruptedStreams { get; private init; }

    /// <summary>Rows with values that cannot be read, by kind.</summary>
    public required UnreadableReport Unreadable { get; init; }

    /// <summary>SQLite's journal mode: <c>delete</c> by default, or <c>wal</c>. Null in other engines.</summary>
    public string? JournalMode { get; private init; }

    /// <summary>The state of the rollups: <c>none</c>, <c>unusable</c>, <c>current</c>, or the number of requests not in them. Null in engines without rollups.</summary>
    public string? Rollups { get; private init; }

    /// <summary>
    /// The state of the prices that the store contains for panels and alert rules: <c>none</c>, <c>current</c>, <c>stale</c> if the price list or the models
    /// changed, or <c>unknown</c> if the price list cannot be read. Null in engines without such prices.
    /// </summary>
    public string? Prices { get; private init; }

    /// <summary>The engine of the store, with its version.</summary>
    public required string Engine { get; init; }

    /// <summary>The path or address, so that the object can be the value of a parameter Database.</summary>
    public override string ToString() => Database;

    /// <summary>Reads the whole store once: its rollups, if it has them, or every request.</summary>
    internal static TokenStoreInfo Read(ITelemetryStore store, string? prices = null)
    {
        var scope = new UsageScope(new RequestFilter(), RequestText.User | RequestText.Model | RequestText.Provider, Step: 0, TimeZoneInfo.Utc, CountsRemoved: false);
        var parts = new List<(MeasureValues Values, Dictionary<(string User, string Model, string Provider), long> Requests)>();
        UnreadableReport unreadable = store.ReadUsage(scope, part =>
        {
            if (part == 0)
                parts.Clear();
            (MeasureValues Values, Dictionary<(string User, string Model, string Provider), long> Requests) own = (new(), []);
            parts.Add(own);
            return row =>
            {
                own.Values.Add(row.Values);
                CollectionsMarshal.GetValueRefOrAddDefault(own.Requests, (row.User, row.Model, row.Provider), out _) += row.Values[Measures.Requests];
            };
        });
        var values = new MeasureValues();
        parts.ForEach(part => values.Add(part.Values));
        TextList<string> Known(Func<(string User, string Model, string Provider), string> nameOf) =>
            new(parts.SelectMany(part => part.Requests.Keys.Select(nameOf)).Where(name => name.Length > 0).Distinct().Order(NameOrder.ByCodePoint));
        long requests = values[Measures.Requests];
        StoreFacts facts = store.ReadFacts();
        return new TokenStoreInfo(store.Name)
        {
            Source = store.Source,
            SizeBytes = facts.SizeBytes,
            Rows = requests + unreadable.Timestamps,
            FirstRequest = values.Time(Measures.FirstTicks),
            LastRequest = values.Time(Measures.LastTicks),
            Users = Known(names => names.User).Count,
            RequestsWithoutUser = parts.Sum(part => part.Requests.Where(names => names.Key.User.Length == 0).Sum(names => names.Value)),
            RequestsWithoutDuration = requests - values[Measures.TimedRequests],
            Models = Known(names => names.Model),
            Providers = Known(names => names.Provider),
            TotalTokens = values[Measures.TotalTokens],
            InterruptedStreams = values[Measures.InterruptedStreams],
            Unreadable = unreadable,
            JournalMode = facts.JournalMode,
            Rollups = facts.Rollups,
            Prices = prices,
            Engine = facts.Engine,
        };
    }
}
