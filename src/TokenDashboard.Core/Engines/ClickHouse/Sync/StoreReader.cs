using TokenDashboard.Engines.Sqlite;

namespace TokenDashboard.Engines.ClickHouse.Sync;

/// <summary>Reads the requests of a store by windows of ids, on several cores, with a connection for each core.</summary>
internal sealed class StoreReader : IDisposable
{
    // More cores are faster than any server, and each core holds a window in memory.
    private const int MostReaders = 4;

    private readonly TokenStore _store;
    private readonly EncodedRows _rows = new();

    private StoreReader(TokenStore store) => _store = TokenStore.Open(store.Path, store.Cancellation);

    /// <summary>
    /// Reads requests since a time, in microseconds since 1970, in the order of ids. The rows of a window are valid until the next window is requested.
    /// </summary>
    public static IEnumerable<EncodedRows> Read(TokenStore store, RowRange rows, long since)
    {
        // One more than cores, because one window is being processed.
        StoreReader[] readers = [.. Enumerable.Range(0, Math.Min(Environment.ProcessorCount, MostReaders) + 1).Select(_ => new StoreReader(store))];
        var reading = new Queue<(StoreReader Reader, Task Task)>();
        long? next = NextId(rows.First);
        try
        {
            for (int turn = 0; next is not null || reading.Count > 0; turn++)
            {
                if (next is { } first)
                {
                    StoreReader reader = readers[turn % readers.Length];
                    var window = new RowRange(first, Math.Min(rows.Last, SentRows.LastOf(SentRows.WindowOf(first))));
                    reading.Enqueue((reader, Task.Run(() => reader.Read(window, since))));
                    next = NextId(window.Last + 1);
                }
                if (reading.Count < readers.Length && next is not null)
                    continue;
                (StoreReader read, Task task) = reading.Peek();
                task.GetAwaiter().GetResult();
                reading.Dequeue();
                yield return read._rows;
            }
        }
        finally
        {
            // Whatever their result, the tasks use their connections until they end.
            Task.WaitAny(Task.WhenAll(reading.Select(one => one.Task)));
            Array.ForEach(readers, reader => reader.Dispose());
        }

        // There can be large gaps between ids.
        long? NextId(long id) => id > rows.Last || id < rows.First ? null : store.RowFrom(id, rows.Last);
    }

    /// <inheritdoc/>
    public void Dispose() => _store.Dispose();

    private void Read(RowRange rows, long since)
    {
        _rows.Clear();
        using var scanner = new RowScanner(_store, new RequestFilter(), RequestText.All, ranges: [rows]);
        scanner.ReadAll(row => _rows.Add(row, since));
    }
}
