using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using TokenDashboard.Import.Records;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Engines.Sqlite.Imports;

/// <summary>Binding and running the single statements.</summary>
internal sealed partial class StoreTables
{
    private const int TimestampBytes = 40;

    private bool AddKey(ImportKey key, long? rowId, ReadOnlySpan<byte> rank)
    {
        BindKey(_insertKey, 0, key, rowId ?? ImportRow.None, rank);
        Check(_insertKey.Run());
        return raw.sqlite3_changes(_database) > 0;
    }

    private bool Find(ImportKey key, out long? rowId, out byte[] rank)
    {
        BindKey(_findKey, key);
        bool found = _findKey.Step(out int resultCode);
        rowId = found && _findKey.Type(0) != raw.SQLITE_NULL ? _findKey.Integer(0) : null;
        rank = found ? _findKey.Blob(1).ToArray() : [];
        _findKey.Reset();
        Check(resultCode);
        return found;
    }

    private void PutRequest(long id, ImportBatch batch, in ImportRow row)
    {
        BindRequest(_insertRequest, 0, id, batch, in row);
        Check(_insertRequest.Run());
        PutCompanions(id, batch, in row);
    }

    private void BindRequest(NativeStatement statement, int place, long id, ImportBatch batch, in ImportRow row)
    {
        int first = place * ImportSchema.RequestColumns;
        Span<byte> timestamp = _timestamp.AsSpan(place * TimestampBytes, TimestampBytes);
        statement.Bind(first + 1, id);
        statement.BindText(first + 2, timestamp[..StoredTimestamp.FormatForStorage(row.UtcTicks, timestamp)]);
        statement.BindText(first + 3, batch.Text(row, row.Transaction));
        statement.BindText(first + 4, batch.Text(row, row.User));
        statement.BindText(first + 5, batch.Text(row, row.Model));
        statement.BindText(first + 6, batch.Text(row, row.Provider));
        statement.BindText(first + 7, batch.Text(row, row.RequestType));
        statement.Bind(first + 8, row.PromptTokens);
        statement.Bind(first + 9, row.CompletionTokens);
        statement.Bind(first + 10, row.TotalTokens);
        Bind(statement, first + 11, row.DurationMs);
        statement.Bind(first + 12, row.PolicyPassed ? 1L : 0L);
        statement.BindText(first + 13, batch.Text(row, row.TraceId));
        statement.BindText(first + 14, batch.Text(row, row.SpanId));
        statement.BindText(first + 15, batch.Text(row, row.ParentSpanId));
    }

    private void PutCompanions(long id, ImportBatch batch, in ImportRow row)
    {
        if (row.HasDetail)
        {
            _putDetail.Bind(1, id);
            Bind(_putDetail, 2, row.CachedTokens);
            Bind(_putDetail, 3, row.CacheWriteTokens);
            Bind(_putDetail, 4, row.ReasoningTokens);
            Bind(_putDetail, 5, row.Cost);
            Check(_putDetail.Run());
        }
        if (row.IsTail)
        {
            AddTail(row.Tail, row.Key);
        }
    }

    public void AddTail(ImportTail tail, ImportKey key)
    {
        (_hashes[0], _hashes[1], _hashes[2]) = (tail.Before, tail.Line, key.Hash);
        _putTail.Bind(1, tail.Position);
        _putTail.BindBlob(2, Bytes(0));
        _putTail.BindBlob(3, Bytes(1));
        _putTail.Bind(4, key.Hour);
        _putTail.BindBlob(5, Bytes(2));
        Check(_putTail.Run());
    }

    private void BindKey(NativeStatement statement, ImportKey key, int place = 0)
    {
        int first = place * ImportSchema.KeyColumns;
        statement.Bind(first + 1, key.Hour);
        _hashes[place] = key.Hash;
        statement.BindBlob(first + 2, Bytes(place));
    }

    private void BindKey(NativeStatement statement, int place, ImportKey key, long rowId, ReadOnlySpan<byte> rank)
    {
        BindKey(statement, key, place);
        int first = place * ImportSchema.KeyColumns;
        Bind(statement, first + 3, rowId);
        if (rank.IsEmpty)
        {
            statement.BindNull(first + 4);
        }
        else
        {
            statement.BindBlob(first + 4, rank);
        }
    }

    private Span<byte> Bytes(int hash) => MemoryMarshal.AsBytes(_hashes.AsSpan(hash, 1));

    private static void Bind(NativeStatement statement, int parameter, long value)
    {
        if (value == ImportRow.None)
        {
            statement.BindNull(parameter);
        }
        else
        {
            statement.Bind(parameter, value);
        }
    }

    private static void Bind(NativeStatement statement, int parameter, double value)
    {
        if (double.IsNaN(value))
        {
            statement.BindNull(parameter);
        }
        else
        {
            statement.Bind(parameter, value);
        }
    }

    private void WriteState(long rowId)
    {
        _writeState.Bind(1, rowId);
        Check(_writeState.Run());
    }

    private long Number(NativeStatement statement)
    {
        statement.Step(out int resultCode);
        long number = statement.Integer(0);
        statement.Reset();
        Check(resultCode);
        return number;
    }

    private NativeStatement Prepare(string sql)
    {
        Check(raw.sqlite3_prepare_v2(_database, sql, out sqlite3_stmt statement));
        _prepared.Add(statement);
        return new NativeStatement(statement);
    }

    private void Check(int resultCode)
    {
        if (resultCode is not (raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE))
        {
            SqliteException.ThrowExceptionForRC(resultCode, _database);
        }
    }
}
