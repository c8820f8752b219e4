using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using TokenDashboard.Store;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Import;

/// <summary>Binding and running the single statements.</summary>
internal sealed partial class StoreTables
{
    private bool AddKey(ImportKey key, long? rowId, ReadOnlySpan<byte> rank)
    {
        BindKey(_insertKey, key);
        Bind(_insertKey, 3, rowId ?? ImportRow.None);
        if (rank.IsEmpty)
        {
            _insertKey.BindNull(4);
        }
        else
        {
            _insertKey.BindBlob(4, rank);
        }
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

    private void PutRequest(NativeStatement statement, long id, ImportBatch batch, in ImportRow row)
    {
        statement.Bind(1, id);
        statement.BindText(2, _timestamp.AsSpan(0, StoredTimestamp.FormatForStorage(row.UtcTicks, _timestamp)));
        statement.BindText(3, batch.Text(row, row.Transaction));
        statement.BindText(4, batch.Text(row, row.User));
        statement.BindText(5, batch.Text(row, row.Model));
        statement.BindText(6, batch.Text(row, row.Provider));
        statement.BindText(7, batch.Text(row, row.RequestType));
        statement.Bind(8, row.PromptTokens);
        statement.Bind(9, row.CompletionTokens);
        statement.Bind(10, row.TotalTokens);
        Bind(statement, 11, row.DurationMs);
        statement.Bind(12, row.PolicyPassed ? 1L : 0L);
        statement.BindText(13, batch.Text(row, row.TraceId));
        statement.BindText(14, batch.Text(row, row.SpanId));
        statement.BindText(15, batch.Text(row, row.ParentSpanId));
        Check(statement.Run());
        if (row.HasDetail)
        {
            _putDetail.Bind(1, id);
            Bind(_putDetail, 2, row.CachedTokens);
            Bind(_putDetail, 3, row.CacheWriteTokens);
            Bind(_putDetail, 4, row.ReasoningTokens);
            Bind(_putDetail, 5, row.Cost);
            Check(_putDetail.Run());
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

    private void BindKey(NativeStatement statement, ImportKey key)
    {
        statement.Bind(1, key.Hour);
        _hashes[0] = key.Hash;
        statement.BindBlob(2, Bytes(0));
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
