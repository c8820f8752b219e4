using System.Runtime.InteropServices;
using TokenDashboard.Engines.Sqlite.Rollups;
using TokenDashboard.Import.Records;

namespace TokenDashboard.Engines.Sqlite.Imports;

/// <summary>The statements of an import. They are prepared and used within a transaction that holds the write lock.</summary>
internal sealed partial class StoreTables(StoreWriteConnection connection)
{
    // The number of rows between two checks of the clock and, if all are new, in one statement. A statement alone costs as much as
    // a row, mainly because each also writes the last number of AUTOINCREMENT.
    private const int RowsAtOnce = 16;

    private readonly byte[] _timestamp = GC.AllocateUninitializedArray<byte>(RowsAtOnce * TimestampBytes, pinned: true);
    private readonly UInt128[] _hashes = GC.AllocateUninitializedArray<UInt128>(RowsAtOnce, pinned: true);
    private string? _lastGivenId;

    /// <summary>Earlier requests whose keys are unknown are not written; null before a write.</summary>
    public DateTime? RemovedUntil { get; private set; }

    /// <summary>Creates missing tables. The first time, records until when requests were removed, because their keys are unknown.</summary>
    public void Create()
    {
        connection.Execute(ImportSchema.Create);
        if ((long)connection.Scalar(ImportSchema.HasRemovedUntil) > 0)
            return;
        connection.Execute($"ALTER TABLE {ImportSchema.State} ADD COLUMN removed_until INTEGER");
        if (Has(RollupSchema.Sums))
            SetRemovedUntil(connection.Connection.Query(RollupSchema.RemovedUntil, DatabaseRows.Second).First());
    }

    /// <summary>Records the second before which requests may have been removed without their keys.</summary>
    public void SetRemovedUntil(long? second) => connection.Run($"UPDATE {ImportSchema.State} SET removed_until = ?1", second);

    /// <summary>
    /// Adds the keys of rows that the application wrote since the last time, until the deadline. Returns whether all rows are known now, or no import
    /// has run, so that no keys are needed. For a large store, this takes several transactions.
    /// </summary>
    public bool LearnKeys(long deadline)
    {
        if (!Has(ImportSchema.Keys))
            return true;
        long known = Number($"SELECT last_row_id FROM {ImportSchema.State}");
        if (Number(LastRequest) <= known)
            return true;
        bool complete = true;
        int count = 0;
        foreach ((long id, ImportKey? key) in connection.Connection.Query($"{DatabaseRows.IdsOfSpans} WHERE rowid > {known} ORDER BY rowid", DatabaseRows.KeyOfSpan))
        {
            known = id;
            if (key is { } span)
                AddKey(span, rowId: null, rank: []);
            complete = ++count % RowsAtOnce != 0 || Stopwatch.GetTimestamp() <= deadline;
            if (!complete)
                break;
        }
        WriteState(known);
        return complete;
    }

    /// <summary>Writes rows of a batch until the deadline, but at least one. Returns the first row that was not written.</summary>
    public int Write(ImportBatch batch, int first, long deadline, ref ImportOutcome outcome)
    {
        // A manually created store may lack AUTOINCREMENT, and therefore this table.
        _lastGivenId ??= Has("sqlite_sequence") ? "SELECT COALESCE(max(seq), 0) FROM sqlite_sequence WHERE name = 'telemetry'" : LastRequest;
        // NULL is 0, which is before all import times.
        RemovedUntil ??= DateTime.UnixEpoch.AddSeconds(Number($"SELECT removed_until FROM {ImportSchema.State}"));
        long id = Math.Max(Number(LastRequest), Number(_lastGivenId));
        int next = first;
        do
        {
            ReadOnlySpan<ImportRow> rows = batch.Rows[next..Math.Min(next + RowsAtOnce, batch.Rows.Length)];
            if (!TryPutTogether(batch, rows, ref id, ref outcome))
            {
                foreach (ref readonly ImportRow row in rows)
                    Put(batch, in row, ref id, ref outcome);
            }
            next += rows.Length;
        }
        while (next < batch.Rows.Length && Stopwatch.GetTimestamp() < deadline);
        WriteState(id);
        return next;
    }

    private bool Has(string table) => (long)connection.Scalar($"SELECT count(*) FROM sqlite_schema WHERE name = '{table}'") > 0;

    private static UInt128 Hash(ReadOnlySpan<byte> blob) => blob.Length == 16 ? MemoryMarshal.Read<UInt128>(blob) : default;

    /// <summary>
    /// Inserts rows that are all new with two statements. If a row is not new, or cannot just be inserted, it returns false, and nothing was changed.
    /// </summary>
    private bool TryPutTogether(ImportBatch batch, ReadOnlySpan<ImportRow> rows, ref long id, ref ImportOutcome outcome)
    {
        if (rows.Length < RowsAtOnce)
            return false;
        NativeStatement insert = connection.Statement(InsertKeys);
        for (int i = 0; i < rows.Length; i++)
        {
            ref readonly ImportRow row = ref rows[i];
            if ((row.Role != ImportRole.Request && (row.Role != ImportRole.Call || IsTracedBelow(in row))) || row.Replaced is not null || row.UtcTicks < RemovedUntil?.Ticks)
                return false;
            BindKey(insert, i, row.Key, id + 1 + i, batch.Text(row, row.Rank));
        }
        connection.Run(insert);
        int inserted = connection.Changes;
        if (inserted < rows.Length)
        {
            for (int i = 0; i < rows.Length && inserted > 0; i++)
            {
                connection.Run($"DELETE FROM {ImportSchema.Keys} WHERE hour = ?1 AND hash = ?2 AND row_id > ?3", rows[i].Key.Hour, rows[i].Key.Hash, id);
                inserted -= connection.Changes;
            }
            return false;
        }
        insert = connection.Statement(InsertRequests);
        for (int i = 0; i < rows.Length; i++)
            BindRequest(insert, i, id + 1 + i, batch, in rows[i]);
        connection.Run(insert);
        foreach (ref readonly ImportRow row in rows)
        {
            id++;
            PutCompanions(id, batch, in row);
            outcome.Tokens += row.CountedTokens;
            outcome.Imported++;
        }
        return true;
    }

    private void Put(ImportBatch batch, in ImportRow row, ref long id, ref ImportOutcome outcome)
    {
        // It may be one of the removed requests, which rollups already include.
        if (row.UtcTicks < RemovedUntil?.Ticks && row.Role is not (ImportRole.TokensBelow or ImportRole.Link or ImportRole.Aggregate) && Find(row.Key) is null)
        {
            outcome.BeforeRemoval++;
            return;
        }
        switch (row.Role)
        {
            case ImportRole.TokensBelow:
                NoteTokensBelow(row.Span, row.TotalTokens, row.Key.Hour, ref outcome);
                return;
            case ImportRole.Link:
                NoteLink(row.Span, row.Parent, ref outcome);
                return;
            case ImportRole.Event when FindSpan(row.Parent) is { Key: null, TokensBelow: not CountedByEvent } && FindCall(row.Parent, row.Key.Hour) is not null:
                outcome.Duplicates++;
                return;
            case ImportRole.Event:
                NoteTokensBelow(row.Parent, CountedByEvent, 0, ref outcome);
                break;
            case ImportRole.Aggregate:
            case ImportRole.Parent when !NoteParent(row.Span, row.Key):
            case ImportRole.Call when IsTracedBelow(in row):
                TakeOut(row.Key);
                outcome.Aggregates++;
                outcome.AggregateTokens += row.CountedTokens;
                return;
        }
        bool replaces = false;
        if (row.Replaced is { } replacedKey && Find(replacedKey) is not null)
        {
            if (TakeOut(replacedKey) is not { } shorter)
            {
                // The row was removed in the meantime, or has another key since then.
                AddKey(row.Key, rowId: null, rank: []);
                outcome.Duplicates++;
                return;
            }
            replaces = true;
            outcome.Tokens -= shorter;
            if (!row.KeepsReplaced)
                connection.Run($"DELETE FROM {ImportSchema.Keys} WHERE hour = ?1 AND hash = ?2", replacedKey.Hour, replacedKey.Hash);
        }
        else if (row is { KeepsReplaced: true, Replaced: { } otherKey })
        {
            AddKey(otherKey, rowId: null, rank: []);
        }
        byte[] rank = batch.Text(row, row.Rank).ToArray();
        if (AddKey(row.Key, id + 1, rank))
        {
            id++;
            BindRequest(connection.Statement(InsertRequest), 0, id, batch, in row);
            connection.Run(connection.Statement(InsertRequest));
            PutCompanions(id, batch, in row);
            outcome.Tokens += row.CountedTokens;
            outcome.Imported += replaces ? 0 : 1;
            outcome.Updated += replaces ? 1 : 0;
            return;
        }
        if (rank.Length > 0 && Find(row.Key) is { RowId: { } stored, Rank: var storedRank } && rank.AsSpan().SequenceCompareTo(storedRank) > 0
            && TokensOf(stored) is { } replaced)
        {
            RollupChanges.Announce(connection, stored);
            BindRequest(connection.Statement(UpdateRequest), 0, stored, batch, in row);
            connection.Run(connection.Statement(UpdateRequest));
            PutCompanions(stored, batch, in row);
            RollupChanges.Announce(connection, stored);
            connection.Run($"UPDATE {ImportSchema.Keys} SET rank = ?3 WHERE hour = ?1 AND hash = ?2", row.Key.Hour, row.Key.Hash, rank);
            outcome.Updated++;
            outcome.Tokens += row.CountedTokens - replaced;
            return;
        }
        outcome.Duplicates++;
    }

    /// <summary>Removes an imported row, and returns its tokens; null if there is no such row. Rows of the application are never removed.</summary>
    private long? TakeOut(ImportKey key)
    {
        if (Find(key) is not { } stored)
        {
            AddKey(key, rowId: null, rank: []);
            return null;
        }
        if (stored.RowId is not { } id)
            return null;
        long? tokens = TokensOf(id);
        RollupChanges.Announce(connection, id, isRemoved: true);
        connection.Run("DELETE FROM telemetry WHERE rowid = ?1", id);
        connection.Run($"DELETE FROM {TelemetrySql.DetailTable} WHERE row_id = ?1", id);
        // The keys of withdrawn rows are kept, so that they are not imported again.
        connection.Run($"UPDATE {ImportSchema.Keys} SET row_id = NULL WHERE hour = ?1 AND hash = ?2", key.Hour, key.Hash);
        return tokens;
    }

    /// <summary>The total tokens of a row; null if it was removed.</summary>
    private long? TokensOf(long id)
    {
        NativeStatement read = connection.Statement("SELECT prompt_tokens, completion_tokens, total_tokens FROM telemetry WHERE rowid = ?1", id);
        return connection.TryRead(read, row => row.Integer(2) is 0 ? row.Integer(0) + row.Integer(1) : row.Integer(2), out long tokens) ? tokens : null;
    }
}
