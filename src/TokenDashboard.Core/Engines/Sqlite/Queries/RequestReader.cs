using Microsoft.Data.Sqlite;

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
        Sort(keys);
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
    private List<(TKey Key, long Id)> Keys<TKey>(RowScanner scanner, Func<RequestRow, TKey> keyOf, ulong skip, ulong first)
    {
        var keys = new List<(TKey Key, long Id)>();
        int kept = (int)Math.Min(Math.Min(skip, int.MaxValue) + Math.Min(first, int.MaxValue), int.MaxValue);
        (TKey Key, long Id)? last = null;
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
        return keys;
    }

    private long KeyOf(RequestRow row) => order switch
    {
        RequestOrder.Timestamp => row.UtcTicks,
        RequestOrder.PromptTokens => row.PromptTokens,
        RequestOrder.CompletionTokens => row.CompletionTokens,
        RequestOrder.TotalTokens => row.TotalTokens,
        // The bits of non-negative doubles sort like the doubles.
        RequestOrder.DurationMs => double.IsNaN(row.DurationMs) ? -1 : BitConverter.DoubleToInt64Bits(row.DurationMs),
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
