using Microsoft.Win32.SafeHandles;
using TokenDashboard.Import.Records;

namespace TokenDashboard.Engines.Sqlite.Imports;

/// <summary>
/// Writes batches into a store while its application also writes. Uniqueness is checked within the transaction, so several
/// imports can run at the same time.
/// </summary>
internal sealed class ImportWriter : IDisposable
{
    private readonly StoreWriteConnection _connection;
    private readonly StoreTables _tables;

    private ImportWriter(StoreWriteConnection connection)
    {
        (_connection, _tables) = (connection, new StoreTables(connection));
        try
        {
            connection.InTransaction(_tables.Create);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public TimeSpan LongestLock => _connection.LongestLock;

    /// <summary>Requests before this time are written only if their keys are known. Set after a write.</summary>
    public DateTime? RemovedUntil => _tables.RemovedUntil;

    /// <summary>Opens a store for importing, and creates it if it is missing.</summary>
    public static ImportWriter Open(string path, CancellationToken cancellation)
    {
        if (!Path.Exists(path))
        {
            try
            {
                StoreWriter.Create(path, [], cancellation);
            }
            catch (TokenDashboardException exception) when (exception.Code == ErrorCode.StoreExists)
            {
                // Another import created it first.
            }
        }
        StoreWriteConnection connection = StoreWriteConnection.Open(path, cancellation);
        Settle(path);
        return new ImportWriter(connection);
    }

    /// <summary>A writer for a temporary store with the same data about imports as another store, to determine what an import into that store would do.</summary>
    public static ImportWriter OpenTemporary(string path, CancellationToken cancellation)
    {
        var writer = new ImportWriter(StoreWriteConnection.OpenTemporary(path, cancellation));
        try
        {
            if (Path.Exists(path))
            {
                using TokenStore store = TokenStore.Open(path, cancellation);
                writer.LearnFrom(store);
            }
            return writer;
        }
        catch
        {
            writer.Dispose();
            throw;
        }
    }

    /// <summary>The ends of files that ended within their last line, by position.</summary>
    public ILookup<long, (ImportTail Tail, ImportKey Key)> ReadTails()
    {
        ILookup<long, (ImportTail Tail, ImportKey Key)>? tails = null;
        _connection.InTransaction(() => tails = _connection.Connection.Query(
            $"SELECT position, before, line, hour, hash FROM {ImportSchema.Tails}", DatabaseRows.Tail).ToLookup(tail => tail.Tail.Position));
        return tails!;
    }

    /// <summary>Writes all rows and adds the outcome to the report.</summary>
    public void Write(ImportBatch batch, ImportReport report)
    {
        int written = 0;
        while (written < batch.Rows.Length)
        {
            var outcome = default(ImportOutcome);
            int next = written;
            _connection.InTransaction(() =>
            {
                long deadline = _connection.Deadline;
                (outcome, next) = (default, written);
                if (_tables.LearnKeys(deadline))
                    next = _tables.Write(batch, written, deadline, ref outcome);
            });
            report.Outcome += outcome;
            written = next;
        }
        report.LongestLock = LongestLock > report.LongestLock ? LongestLock : report.LongestLock;
    }

    /// <summary>Copies another store's data about imports, without changing or locking that store.</summary>
    private void LearnFrom(TokenStore store)
    {
        _connection.InTransaction(() => _tables.SetRemovedUntil(DatabaseRows.RemovedUntil(store)));
        InTransactions(DatabaseRows.Keys(store).Concat(DatabaseRows.NewKeys(store)), key => _tables.AddKey(key.Key, key.RowId, key.Rank));
        InTransactions(DatabaseRows.Spans(store), span => _tables.PutSpan(span.Id, span.Span));
        InTransactions(DatabaseRows.Tails(store), tail => _tables.AddTail(tail.Tail, tail.Key));
    }

    /// <summary>
    /// Flushes the disk before the store is locked. A file to import was often just written. File systems with a journal write it to
    /// disk together with the next file that is flushed, and the first commit would wait for all of it.
    /// </summary>
    private static void Settle(string path)
    {
        try
        {
            StoreWriter.RemoveLeftovers(path);
            using SafeFileHandle file = File.OpenHandle($"{path}.{Guid.NewGuid():N}.tmp", FileMode.CreateNew, FileAccess.Write, FileShare.Delete, FileOptions.DeleteOnClose);
            RandomAccess.Write(file, [0], 0);
            RandomAccess.FlushToDisk(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // SQLite will report the problem with the folder.
        }
    }

    private void InTransactions<T>(IEnumerable<T> items, Action<T> add)
    {
        foreach (T[] some in items.Chunk(10_000))
            _connection.InTransaction(() => Array.ForEach(some, add));
    }

    public void Dispose() => _connection.Dispose();
}
