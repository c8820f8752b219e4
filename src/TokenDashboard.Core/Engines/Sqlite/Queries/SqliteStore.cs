using System.Runtime.InteropServices;
using TokenDashboard.Engines.Sqlite.Rollups;
using TokenDashboard.Pricing;

namespace TokenDashboard.Engines.Sqlite.Queries;

/// <summary>
/// Reads an open SQLite database for queries, and disposes it with this object or when its file is replaced. The default source is the
/// file's name.
/// </summary>
internal sealed class SqliteStore(TokenStore store, string? source = null) : ITelemetryStore
{
    public string Name => store.Path;

    public string Source { get; } = source ?? Path.GetFileName(store.Path);

    IReadOnlyList<string> ITelemetryStore.ReadSources() => [Source];

    UnreadableReport ITelemetryStore.ReadUsage(UsageScope scope, Func<int, Action<UsageRow>> begin) => UsageReader.Read(store, scope, begin);

    IEnumerable<TokenRequest> ITelemetryStore.ReadRequests(
        RequestFilter filter, RequestOrder order, bool descending, (ulong Skip, ulong First) page, UnreadableReport unreadable) =>
        new RequestReader(store, Source, filter, order, descending, unreadable).Read(page.Skip, page.First);

    IEnumerable<TokenRequest> ITelemetryStore.ReadRequestsByCost(
        RequestFilter filter, Func<TokenRequest, decimal> costOf, Func<string, string, int, IReadOnlyDictionary<string, double>> highestRatesOf, bool descending,
        (ulong Skip, ulong First) page, UnreadableReport unreadable) =>
        new RequestReader(store, Source, filter, RequestOrder.Cost, descending, unreadable, costOf: costOf).Read(page.Skip, page.First);

    long ITelemetryStore.ReadRequestsAfter(long? id, RequestFilter filter, Action<TokenRequest> onRequest, UnreadableReport unreadable)
    {
        RowRange rows = store.Rows();
        List<RowRange> ranges = id is { } after ? [new RowRange(after + 1, rows.Last)] : UsageReader.RangesOf(store, filter.Range) ?? [rows];
        // Later rows are returned by the next call.
        ranges = [.. ranges.Select(range => range with { Last = Math.Min(range.Last, rows.Last) })];
        foreach (TokenRequest request in new RequestReader(store, Source, filter, RequestOrder.Id, descending: false, unreadable, ranges).Read(0, ulong.MaxValue))
            onRequest(request);
        return rows.Last;
    }

    void ITelemetryStore.ReportReads(Action<long> onRead)
    {
        int thread = Environment.CurrentManagedThreadId;
        long all = 0;
        store.OnRead = rows =>
        {
            // Other threads only count, because the caller's thread shows the number.
            long read = Interlocked.Add(ref all, rows);
            if (Environment.CurrentManagedThreadId == thread)
                onRead(read);
        };
    }

    void ITelemetryStore.LeaveOutNew() => store.LastRow = store.Rows().Last;

    bool ITelemetryStore.ReopenIfReplaced()
    {
        if (!store.IsReplaced)
        {
            store.Check();
            return false;
        }
        TokenStore replaced = store;
        store = replaced.OpenAgain();
        replaced.Dispose();
        return true;
    }

    // Without rollups, the first stored request is assumed to be among the first thousand rows.
    DateTimeOffset? ITelemetryStore.ReadFirstTime() => store.Query(
        store.Has(RollupSchema.Sums) ? RollupSchema.FirstKnown : TelemetrySql.First("FALSE"),
        row => row.IsDBNull(0) ? (DateTimeOffset?)null : DateTimeOffset.FromUnixTimeSeconds(row.GetInt64(0)))[0];

    long ITelemetryStore.CountRequests(RequestFilter filter)
    {
        long count = 0;
        UsageReader.Read(store, new UsageScope(filter, RequestText.None, Step: 0, TimeZoneInfo.Utc, CountsRemoved: false), part =>
        {
            if (part == 0)
                count = 0;
            return row => Interlocked.Add(ref count, row.Values[Measures.Requests]);
        });
        return count;
    }

    IReadOnlyDictionary<string, long> ITelemetryStore.ReadNewestNames(RequestText name, TimeSpan time)
    {
        var counts = new Dictionary<string, long>();
        var watch = Stopwatch.StartNew();
        using var scanner = new RowScanner(store, new RequestFilter(), name, newestFirst: true, unreadable: new UnreadableReport());
        while (scanner.ReadWindow(row => CollectionsMarshal.GetValueRefOrAddDefault(counts, row.NameOf(name), out _)++) && watch.Elapsed < time)
        {
        }
        return counts;
    }

    StoreFacts ITelemetryStore.ReadFacts()
    {
        string rollups = "none";
        if (RollupState.Read(store) is { } state)
        {
            RowRange after = state.After(store);
            rollups = !state.IsUsable ? "unusable"
                : after.Last < after.First ? "current"
                : string.Create(CultureInfo.InvariantCulture, $"{after.Last - after.First + 1:N0} requests behind");
        }
        return new StoreFacts(new FileInfo(store.Path).Length, store.Scalar<string>("PRAGMA journal_mode"), rollups, $"SQLite {store.Scalar<string>("SELECT sqlite_version()")}");
    }

    /// <summary>The state of the prices that the store has for panels and alert rules: <c>none</c>, <c>current</c> or <c>stale</c>.</summary>
    public string StateOfPrices(PriceList prices) => PriceTable.IsCurrent(store, prices) switch { null => "none", true => "current", false => "stale" };

    public void Dispose() => store.Dispose();
}
