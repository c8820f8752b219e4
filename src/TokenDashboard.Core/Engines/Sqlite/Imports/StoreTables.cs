using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using TokenDashboard.Engines.Sqlite.Rollups;
using TokenDashboard.Import.Records;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Engines.Sqlite.Imports;

/// <summary>The statements of an import. They are made and used within a transaction that holds the write lock.</summary>
internal sealed partial class StoreTables : IDisposable
{
    // How many rows go between two looks at the clock, and, where all are new, into one statement. A statement by itself costs as much as
    // a row, above all because each also writes the last number of AUTOINCREMENT.
    private const int RowsAtOnce = 16;

    private readonly SqliteConnection _connection;
    private readonly sqlite3 _database;
    private readonly List<sqlite3_stmt> _prepared = [];
    private readonly byte[] _timestamp = GC.AllocateUninitializedArray<byte>(RowsAtOnce * TimestampBytes, pinned: true);
    private readonly UInt128[] _hashes = GC.AllocateUninitializedArray<UInt128>(RowsAtOnce, pinned: true);
    private readonly NativeStatement _insertKey, _insertKeys, _takeBackKey, _findKey, _updateRank, _disownKey, _deleteKey, _insertRequest, _insertRequests, _updateRequest, _deleteRequest, _readTokens;
    private readonly NativeStatement _putDetail, _deleteDetail, _putSpan, _findSpan, _putTail, _readTails, _newRequests, _lastRequest, _lastGivenId, _readState, _writeState;
    private readonly bool _idsAreGiven;

    public StoreTables(SqliteConnection connection)
    {
        _connection = connection;
        _database = connection.Handle!;
        _insertKey = Prepare(ImportSchema.InsertKey);
        _insertKeys = Prepare(ImportSchema.InsertKeys(RowsAtOnce));
        _takeBackKey = Prepare(ImportSchema.TakeBackKey);
        _findKey = Prepare(ImportSchema.FindKey);
        _updateRank = Prepare(ImportSchema.UpdateRank);
        _disownKey = Prepare(ImportSchema.DisownKey);
        _deleteKey = Prepare(ImportSchema.DeleteKey);
        _insertRequest = Prepare(ImportSchema.InsertRequests(1));
        _insertRequests = Prepare(ImportSchema.InsertRequests(RowsAtOnce));
        _updateRequest = Prepare(ImportSchema.UpdateRequest);
        _deleteRequest = Prepare(ImportSchema.DeleteRequest);
        _readTokens = Prepare(ImportSchema.ReadTokens);
        _putDetail = Prepare(ImportSchema.PutDetail);
        _deleteDetail = Prepare(ImportSchema.DeleteDetail);
        _putSpan = Prepare(ImportSchema.PutSpan);
        _findSpan = Prepare(ImportSchema.FindSpan);
        _putTail = Prepare(ImportSchema.PutTail);
        _readTails = Prepare(ImportSchema.ReadTails);
        _newRequests = Prepare(ImportSchema.NewRequests);
        _lastRequest = Prepare(ImportSchema.LastRequest);
        _readState = Prepare(ImportSchema.ReadState);
        _writeState = Prepare(ImportSchema.WriteState);
        // A store made by hand may lack AUTOINCREMENT, and then there is no such table.
        _idsAreGiven = Number(Prepare("SELECT count(*) FROM sqlite_schema WHERE name = 'sqlite_sequence'")) > 0;
        _lastGivenId = _idsAreGiven ? Prepare(ImportSchema.LastGivenId) : _lastRequest;
    }

    /// <summary>
    /// Takes in the keys of rows the application wrote since the last time. Of a large store that takes several transactions.
    /// </summary>
    /// <param name="deadline">When to stop, as <see cref="Stopwatch.GetTimestamp"/>.</param>
    /// <returns>Whether all rows are known now.</returns>
    public bool LearnKeys(long deadline)
    {
        long known = Number(_readState);
        if (Number(_lastRequest) <= known)
        {
            return true;
        }
        bool complete = true;
        _newRequests.Bind(1, known);
        try
        {
            int resultCode;
            for (int count = 1; _newRequests.Step(out resultCode); count++)
            {
                known = _newRequests.Integer(0);
                ReadOnlySpan<byte> trace = _newRequests.Text(2), span = _newRequests.Text(3);
                if (trace.Length > 0 && span.Length > 0)
                {
                    _ = StoredTimestamp.TryParse(_newRequests.Text(1), out long ticks);
                    AddKey(ImportKeys.OfSpan(ticks, trace, span), rowId: null, rank: default);
                }
                if (count % RowsAtOnce == 0 && Stopwatch.GetTimestamp() > deadline)
                {
                    complete = false;
                    resultCode = raw.SQLITE_DONE;
                    break;
                }
            }
            Check(resultCode);
        }
        finally
        {
            _newRequests.Reset();
        }
        WriteState(known);
        return complete;
    }

    /// <summary>Writes rows of a batch until the clock says stop, at least one.</summary>
    /// <returns>The first row that was not written.</returns>
    public int Write(ImportBatch batch, int first, long deadline, ref ImportOutcome outcome)
    {
        long id = Math.Max(Number(_lastRequest), Number(_lastGivenId));
        int next = first;
        do
        {
            ReadOnlySpan<ImportRow> rows = batch.Rows[next..Math.Min(next + RowsAtOnce, batch.Rows.Length)];
            if (!TryPutTogether(batch, rows, ref id, ref outcome))
            {
                foreach (ref readonly ImportRow row in rows)
                {
                    Put(batch, in row, ref id, ref outcome);
                }
            }
            next += rows.Length;
        }
        while (next < batch.Rows.Length && Stopwatch.GetTimestamp() < deadline);
        WriteState(id);
        return next;
    }

    public ILookup<long, (ImportTail Tail, ImportKey Key)> ReadTails()
    {
        var tails = new List<(ImportTail Tail, ImportKey Key)>();
        while (_readTails.Step(out _))
        {
            tails.Add((
                new ImportTail(_readTails.Integer(0), Hash(_readTails.Blob(1)), Hash(_readTails.Blob(2))),
                new ImportKey(_readTails.Integer(3), Hash(_readTails.Blob(4)))));
        }
        Check(_readTails.Run());
        return tails.ToLookup(tail => tail.Tail.Position);
    }

    private static UInt128 Hash(ReadOnlySpan<byte> blob) => blob.Length == 16 ? MemoryMarshal.Read<UInt128>(blob) : default;

    /// <summary>Takes in keys as another store has them.</summary>
    public void AddKeys(IEnumerable<StoredKey> keys)
    {
        foreach (StoredKey key in keys)
        {
            byte[] rank = GC.AllocateUninitializedArray<byte>(key.Rank.Length, pinned: true);
            key.Rank.CopyTo(rank, 0);
            AddKey(key.Key, key.RowId, rank);
        }
    }

    public void Dispose() => _prepared.ForEach(statement => statement.Dispose());

    /// <summary>Inserts rows that are all new with two statements.</summary>
    /// <returns>False where one is not new, or is not simply to be inserted; then nothing was done.</returns>
    private bool TryPutTogether(ImportBatch batch, ReadOnlySpan<ImportRow> rows, ref long id, ref ImportOutcome outcome)
    {
        if (rows.Length < RowsAtOnce)
        {
            return false;
        }
        for (int i = 0; i < rows.Length; i++)
        {
            ref readonly ImportRow row = ref rows[i];
            if ((row.Role != ImportRole.Request && (row.Role != ImportRole.Call || IsTracedBelow(in row))) || row.Replaces)
            {
                return false;
            }
            BindKey(_insertKeys, i, row.Key, id + 1 + i, batch.Text(row, row.Rank));
        }
        Check(_insertKeys.Run());
        int inserted = raw.sqlite3_changes(_database);
        if (inserted < rows.Length)
        {
            for (int i = 0; i < rows.Length && inserted > 0; i++)
            {
                BindKey(_takeBackKey, rows[i].Key);
                _takeBackKey.Bind(3, id);
                Check(_takeBackKey.Run());
                inserted -= raw.sqlite3_changes(_database);
            }
            return false;
        }
        for (int i = 0; i < rows.Length; i++)
        {
            BindRequest(_insertRequests, i, id + 1 + i, batch, in rows[i]);
        }
        Check(_insertRequests.Run());
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
        switch (row.Role)
        {
            case ImportRole.TokensBelow:
                NoteTokensBelow(row.Span, row.TotalTokens, row.Key.Hour, ref outcome);
                return;
            case ImportRole.Link:
                NoteLink(row.Span, row.Parent, ref outcome);
                return;
            case ImportRole.Aggregate:
            case ImportRole.Parent when !NoteParent(row.Span, row.Key):
            case ImportRole.Call when IsTracedBelow(in row):
                TakeOut(row.Key);
                outcome.Aggregates++;
                outcome.AggregateTokens += row.CountedTokens;
                return;
        }
        bool replaces = row.Replaces && Find(row.Replaced, out long? _, out _);
        if (replaces)
        {
            outcome.Tokens -= TakeOut(row.Replaced) ?? 0;
            BindKey(_deleteKey, row.Replaced);
            Check(_deleteKey.Run());
        }
        ReadOnlySpan<byte> rank = batch.Text(row, row.Rank);
        if (AddKey(row.Key, id + 1, rank))
        {
            id++;
            PutRequest(id, batch, in row);
            outcome.Tokens += row.CountedTokens;
            outcome.Imported += replaces ? 0 : 1;
            outcome.Updated += replaces ? 1 : 0;
            return;
        }
        if (rank.Length > 0 && Find(row.Key, out long? rowId, out byte[] storedRank) && rowId is { } stored && rank.SequenceCompareTo(storedRank) > 0
            && TokensOf(stored) is { } replaced)
        {
            RollupChanges.Announce(_connection, stored);
            BindRequest(_updateRequest, 0, stored, batch, in row);
            Check(_updateRequest.Run());
            PutCompanions(stored, batch, in row);
            RollupChanges.Announce(_connection, stored);
            BindKey(_updateRank, row.Key);
            _updateRank.BindBlob(3, rank);
            Check(_updateRank.Run());
            outcome.Updated++;
            outcome.Tokens += row.CountedTokens - replaced;
            return;
        }
        outcome.Duplicates++;
    }

    /// <summary>Removes a row that an import brought in; a row the application wrote is none of our business.</summary>
    /// <returns>Its tokens, or null where there was none.</returns>
    private long? TakeOut(ImportKey key)
    {
        if (!Find(key, out long? rowId, out _))
        {
            AddKey(key, rowId: null, rank: default);
            return null;
        }
        if (rowId is not { } id)
        {
            return null;
        }
        long? tokens = TokensOf(id);
        RollupChanges.Announce(_connection, id);
        foreach (NativeStatement delete in (ReadOnlySpan<NativeStatement>)[_deleteRequest, _deleteDetail])
        {
            delete.Bind(1, id);
            Check(delete.Run());
        }
        BindKey(_disownKey, key);
        Check(_disownKey.Run());
        return tokens;
    }

    /// <summary>The tokens of a row, counted as everywhere; null where it was removed.</summary>
    private long? TokensOf(long id)
    {
        _readTokens.Bind(1, id);
        bool found = _readTokens.Step(out int resultCode);
        long prompt = _readTokens.Integer(0), completion = _readTokens.Integer(1), total = _readTokens.Integer(2);
        _readTokens.Reset();
        Check(resultCode);
        return !found ? null : total == 0 ? prompt + completion : total;
    }
}
