using Microsoft.Data.Sqlite;

namespace TokenDashboard.Engines.Sqlite.Queries;

/// <summary>
/// Single requests as a stream. No read lock is held while the caller works on a request: rows are read ahead in short windows. For
/// other orders than by id, ids and sort keys are read first (16 bytes per request), and the rows are fetched in that order.
/// </summary>
internal sealed class RequestReader(
    TokenStore store, string source, RequestFilter filter, RequestOrder order, bool descending, UnreadableReport unreadable, List<RowRange>? ranges = null)
{
    private const int FetchSize = 250;

    public IEnumerable<TokenRequest> Read(ulong skip, ulong first)
    {
        using var scanner = new RequestScanner(
            store, filter, order == RequestOrder.Id ? RequestText.All : RequestTexts.Of(order), descending && order == RequestOrder.Id, ranges ?? UsageReader.RangesOf(store, filter.Range))
        { Unreadable = unreadable };
        foreach (TokenRequest request in order == RequestOrder.Id ? InOrderOfIds(scanner, skip, first) : InOrder(scanner, skip, first))
            yield return request;
    }

    private IEnumerable<TokenRequest> InOrderOfIds(RequestScanner scanner, ulong skip, ulong first)
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

    private IEnumerable<TokenRequest> InOrder(RequestScanner scanner, ulong skip, ulong first)
    {
        List<(long Key, long Id)> keys = SortedKeys(scanner);
        long begin = (long)Math.Min(skip, (ulong)keys.Count);
        long end = begin + (long)Math.Min(first, (ulong)(keys.Count - begin));
        bool hasDetails = store.HasDetails;
        using SqliteCommand command = store.CreateCommand(
            $"SELECT {RequestRow.Columns(RequestText.All, hasDetails)} FROM {TelemetrySql.Source(hasDetails)} WHERE {TelemetrySql.Table}.rowid IN (SELECT value FROM json_each($ids))");
        SqliteParameter ids = command.Parameters.Add("$ids", SqliteType.Text);
        for (int at = (int)begin; at < end; at += FetchSize)
        {
            List<(long Key, long Id)> page = keys.GetRange(at, (int)Math.Min(FetchSize, end - at));
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

    private List<(long Key, long Id)> SortedKeys(RequestScanner scanner)
    {
        var keys = new List<(long Key, long Id)>();
        var names = new Dictionary<string, long>(StringComparer.Ordinal);
        scanner.ReadAll(row => keys.Add((KeyOf(row, names), row.Id)));
        if (names.Count > 0)
        {
            // Each name is compared once, not once per request.
            string[] sorted = [.. names.Keys.Order(NameOrder.ByCodePoint)];
            long[] rankOf = new long[sorted.Length];
            for (int rank = 0; rank < sorted.Length; rank++)
                rankOf[names[sorted[rank]]] = rank;
            for (int i = 0; i < keys.Count; i++)
                keys[i] = (rankOf[keys[i].Key], keys[i].Id);
        }
        keys.Sort();
        if (descending)
            keys.Reverse();
        return keys;
    }

    private long KeyOf(RequestRow row, Dictionary<string, long> names)
    {
        long Number(string name)
        {
            names.TryAdd(name, names.Count);
            return names[name];
        }
        return order switch
        {
            RequestOrder.Timestamp => row.UtcTicks,
            RequestOrder.PromptTokens => row.PromptTokens,
            RequestOrder.CompletionTokens => row.CompletionTokens,
            RequestOrder.TotalTokens => row.TotalTokens,
            // The bits of non-negative doubles sort like the doubles.
            RequestOrder.DurationMs => double.IsNaN(row.DurationMs) ? -1 : BitConverter.DoubleToInt64Bits(row.DurationMs),
            RequestOrder.User => Number(row.User),
            RequestOrder.Model => Number(row.Model),
            RequestOrder.Provider => Number(row.Provider),
            _ => row.Id,
        };
    }

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
        ReasoningTokens = row.Values.IfKnown(Measures.ReasoningTokens),
        RecordedCost = row.Values.Knows(Measures.RecordedCost) ? (decimal)row.Values.Real(Measures.RecordedCost) : null,
        DurationMs = double.IsNaN(row.DurationMs) ? null : row.DurationMs,
        PolicyPassed = !row.PolicyFailed,
        InterruptedStream = row.InterruptedStream,
        TraceId = row.TraceId,
        SpanId = row.SpanId,
        ParentSpanId = row.ParentSpanId,
    };
}
