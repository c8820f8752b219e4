using Microsoft.Data.Sqlite;
using TokenDashboard.Engines.Sqlite.Rollups;

namespace TokenDashboard.Engines.Sqlite.Queries;

/// <summary>
/// Single requests as a stream. No read lock is held while the caller works on a request: rows are read ahead in short windows. For
/// other orders than by id, ids and sort keys are read first (16 to 32 bytes per request that can be in the page), and the rows are fetched in that
/// order. The order by cost requires a function for the cost, which receives the numbers, time, provider and model of a request.
/// </summary>
internal sealed class RequestReader(
    TokenStore store, string source, RequestFilter filter, RequestOrder order, bool descending, UnreadableReport unreadable, List<RowRange>? ranges = null,
    Func<TokenRequest, decimal>? costOf = null)
{
    private const int FetchSize = 250;

    // Keys are sorted again after this many, even for a small page.
    private const int LeastKeys = 10_000;

    public IEnumerable<TokenRequest> Read(ulong skip, ulong first)
    {
        if (FindLargest(skip, first) is { } largest)
        {
            using var some = new RowScanner(store, filter, RequestText.None, ranges: largest.Ranges, unreadable: new UnreadableReport());
            List<(long Key, long Id)> keys = Keys(some, KeyOf, skip, first, largest.Least is { } least ? (least, long.MinValue) : null);
            // Otherwise, another process changed requests or rollups in the meantime.
            if ((largest.Least is null || keys.Count >= (int)(skip + first)) && RollupState.Read(store) == largest.State)
            {
                unreadable.Add(largest.Unreadable);
                foreach (TokenRequest request in InOrder(some, keys, skip, first))
                    yield return request;
                yield break;
            }
        }
        RequestText texts = order switch
        {
            RequestOrder.Id => RequestText.All,
            RequestOrder.Cost => RequestText.Provider | RequestText.Model,
            _ => RequestTexts.Of(order),
        };
        using var scanner = new RowScanner(
            store, filter, texts, descending && order == RequestOrder.Id, ranges ?? UsageReader.RangesOf(store, filter.Range), unreadable: unreadable);
        IEnumerable<TokenRequest> requests = order switch
        {
            RequestOrder.Id => InOrderOfIds(scanner, skip, first),
            RequestOrder.User or RequestOrder.Model or RequestOrder.Provider => InOrder(scanner, Keys(scanner, row => new NameKey(row.NameOf(texts)), skip, first), skip, first),
            RequestOrder.Cost => InOrder(scanner, Keys(scanner, row => costOf!(Materialize(row)), skip, first), skip, first),
            _ => InOrder(scanner, Keys(scanner, KeyOf, skip, first), skip, first),
        };
        foreach (TokenRequest request in requests)
            yield return request;
    }

    // Null if all rows must be read.
    private LargestRows? FindLargest(ulong skip, ulong first) =>
        descending && order is (RequestOrder.Timestamp or RequestOrder.TotalTokens or RequestOrder.DurationMs) && first is > 0 and <= LargestRows.Most && skip <= LargestRows.Most - first
            ? LargestRows.Find(store, filter, KeyOf, (int)(skip + first)) : null;

    private IEnumerable<TokenRequest> InOrderOfIds(RowScanner scanner, ulong skip, ulong first)
    {
        var window = new List<TokenRequest>();
        void Collect(RequestRow row)
        {
            if (skip > 0)
                skip--;
            else
                window.Add(Materialize(row));
        }
        while (first > 0 && scanner.ReadWindow(Collect))
        {
            foreach (TokenRequest request in window)
            {
                if (first-- == 0)
                    yield break;
                yield return request;
            }
            window.Clear();
        }
    }

    private IEnumerable<TokenRequest> InOrder<TKey>(RowScanner scanner, List<(TKey Key, long Id)> keys, ulong skip, ulong first)
    {
        long begin = (long)Math.Min(skip, (ulong)keys.Count);
        long end = begin + (long)Math.Min(first, (ulong)(keys.Count - begin));
        bool hasDetails = store.HasDetails;
        using SqliteCommand command = store.CreateCommand(
            $"SELECT {RequestRow.Columns(RequestText.All, hasDetails)} FROM {TelemetrySql.Source(hasDetails)} WHERE {TelemetrySql.Table}.rowid IN (SELECT value FROM json_each($ids))");
        SqliteParameter ids = command.Parameters.Add("$ids", SqliteType.Text);
        for (int at = (int)begin; at < end; at += FetchSize)
        {
            List<(TKey Key, long Id)> page = keys.GetRange(at, (int)Math.Min(FetchSize, end - at));
            ids.Value = $"[{string.Join(',', page.Select(key => key.Id))}]";
            var found = new Dictionary<long, TokenRequest>(page.Count);
            scanner.ReadRows(command, row => found.Add(row.Id, Materialize(row)));
            foreach ((_, long id) in page)
            {
                // A row that was deleted after the keys were read is not included in the result.
                if (found.TryGetValue(id, out TokenRequest? request))
                    yield return request;
            }
        }
    }

    private void Sort<TKey>(List<(TKey Key, long Id)> keys)
    {
        keys.Sort();
        if (descending)
            keys.Reverse();
    }

    // Keys that cannot be in the page are dropped, so that the ten largest of millions need neither their memory nor their sort.
    private List<(TKey Key, long Id)> Keys<TKey>(RowScanner scanner, Func<RequestRow, TKey> keyOf, ulong skip, ulong first, (TKey Key, long Id)? last = null)
    {
        var keys = new List<(TKey Key, long Id)>();
        int kept = (int)Math.Min(Math.Min(skip, int.MaxValue) + Math.Min(first, int.MaxValue), int.MaxValue);
        scanner.ReadAll(row =>
        {
            (TKey Key, long Id) key = (keyOf(row), row.Id);
            if (last is { } worst && key.CompareTo(worst) > 0 != descending)
                return;
            keys.Add(key);
            if (keys.Count / 2 < kept || keys.Count < LeastKeys)
                return;
            Sort(keys);
            keys.RemoveRange(kept, keys.Count - kept);
            last = kept > 0 ? keys[^1] : last;
        });
        Sort(keys);
        return keys;
    }

    // The key of a sum of requests is the largest of their keys, for the orders that rollups support.
    private long KeyOf(UsageRow row) => order switch
    {
        RequestOrder.Timestamp => row.Values[Measures.LastTicks],
        RequestOrder.PromptTokens => row.Values[Measures.PromptTokens],
        RequestOrder.CompletionTokens => row.Values[Measures.CompletionTokens],
        RequestOrder.TotalTokens => row.Values[Measures.MaxTotalTokens],
        // The bits of non-negative doubles sort like the doubles.
        RequestOrder.DurationMs => row.Values.Knows(Measures.MaxDurationMs) ? BitConverter.DoubleToInt64Bits(Math.Abs(row.Values.Real(Measures.MaxDurationMs))) : -1,
        _ => row.Id,
    };

    private TokenRequest Materialize(RequestRow row) => new()
    {
        Source = source,
        Id = row.Id,
        Timestamp = new DateTimeOffset(row.UtcTicks, TimeSpan.Zero),
        Transaction = row.Transaction,
        User = row.User,
        Model = row.Model,
        Provider = row.Provider,
        RequestType = row.RequestType,
        PromptTokens = row.PromptTokens,
        CompletionTokens = row.CompletionTokens,
        TotalTokens = row.TotalTokens,
        CachedTokens = row.Values.IfKnown(Measures.CachedTokens),
        CacheWriteTokens = row.Values.IfKnown(Measures.CacheWriteTokens),
        HourCacheWriteTokens = row.Values.IfKnown(Measures.HourCacheWriteTokens),
        ReasoningTokens = row.Values.IfKnown(Measures.ReasoningTokens),
        RecordedCost = row.Values.Knows(Measures.RecordedCost) ? (decimal)row.Values.Real(Measures.RecordedCost) : null,
        DurationMs = double.IsNaN(row.DurationMs) ? null : row.DurationMs,
        PolicyPassed = !row.PolicyFailed,
        InterruptedStream = row.InterruptedStream,
        TraceId = row.TraceId,
        SpanId = row.SpanId,
        ParentSpanId = row.ParentSpanId,
    };

    // Rows with the same name usually share one string, whose comparison with itself takes no time.
    private readonly record struct NameKey(string Name) : IComparable<NameKey>
    {
        public int CompareTo(NameKey other) => ReferenceEquals(Name, other.Name) ? 0 : NameOrder.ByCodePoint.Compare(Name, other.Name);
    }
}
