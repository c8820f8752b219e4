using Microsoft.Win32.SafeHandles;
using TokenDashboard.Import.Records;

namespace TokenDashboard.Engines.Sqlite.Imports;

/// <summary>
/// Writes batches into a store while its application writes too. All that must be unique is decided within the transaction, so several
/// imports may run at once.
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

    /// <summary>Requests before this time are written only where they are known; known after a write.</summary>
    public DateTime? RemovedUntil => _tables.RemovedUntil;

    /// <summary>Opens a store for importing, and makes it where there is none.</summary>
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
                // Another import was faster.
            }
        }
        StoreWriteConnection connection = StoreWriteConnection.Open(path, cancellation);
        Settle(path);
        return new ImportWriter(connection);
    }

    /// <summary>A writer into a temporary store that knows what a store knows, for finding out what an import into that would do.</summary>
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

    /// <summary>Where files ended without ending their last line, by position.</summary>
    public ILookup<long, (ImportTail Tail, ImportKey Key)> ReadTails()
    {
        ILookup<long, (ImportTail Tail, ImportKey Key)>? tails = null;
        _connection.InTransaction(() => tails = _connection.Connection.Query(
            $"SELECT position, before, line, hour, hash FROM {ImportSchema.Tails}", DatabaseRows.Tail).ToLookup(tail => tail.Tail.Position));
        return tails!;
    }

    /// <summary>Writes all rows and adds to the report what became of them.</summary>
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

    /// <summary>Takes in what another store knows of imports, without changing that store or keeping it locked.</summary>
    private void LearnFrom(TokenStore store)
    {
        _connection.InTransaction(() => _tables.SetRemovedUntil(DatabaseRows.RemovedUntil(store)));
        InTransactions(DatabaseRows.Keys(store).Concat(DatabaseRows.NewKeys(store)), key => _tables.AddKey(key.Key, key.RowId, key.Rank));
        InTransactions(DatabaseRows.Spans(store), span => _tables.PutSpan(span.Id, span.Span));
        InTransactions(DatabaseRows.Tails(store), tail => _tables.AddTail(tail.Tail, tail.Key));
    }

    /// <summary>
    /// Lets the disk catch up before the store is locked. A file to import was often just written; file systems with a journal put it on
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
            // SQLite will say what is wrong with the folder.
        }
    }

    private void InTransactions<T>(IEnumerable<T> items, Action<T> add)
    {
        foreach (T[] some in items.Chunk(10_000))
            _connection.InTransaction(() => Array.ForEach(some, add));
    }

    public void Dispose() => _connection.Dispose();
}
