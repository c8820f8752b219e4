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
    private const int KeyColumns = 4;
    private const int RequestColumns = 15;

    private const string LastRequest = "SELECT COALESCE(max(id), 0) FROM telemetry";

    private const string UpdateRequest = """
        UPDATE telemetry SET timestamp = ?2, transaction_id = ?3, user_id = ?4, model = ?5, provider = ?6, request_type = ?7,
            trace_id = ?8, span_id = ?9, parent_span_id = ?10, prompt_tokens = ?11, completion_tokens = ?12, total_tokens = ?13,
            duration_ms = ?14, success = ?15
        WHERE id = ?1
        """;

    // OR FAIL and OR IGNORE: for anything else SQLite keeps copies of pages, to take back the statement alone, which takes more time than
    // the rows. Whatever fails here, the transaction is given up.
    private static readonly string InsertKeys = $"INSERT OR IGNORE INTO {ImportSchema.Keys} VALUES {Values(RowsAtOnce, KeyColumns)}";
    private static readonly string InsertRequest = InsertInto(1);
    private static readonly string InsertRequests = InsertInto(RowsAtOnce);

    private bool AddKey(ImportKey key, long? rowId, ReadOnlySpan<byte> rank)
    {
        NativeStatement insert = Statement($"INSERT INTO {ImportSchema.Keys} VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING");
        BindKey(insert, 0, key, rowId ?? ImportRow.None, rank);
        Run(insert);
        return raw.sqlite3_changes(_database) > 0;
    }

    private bool Find(ImportKey key, out long? rowId, out byte[] rank)
    {
        NativeStatement find = Of($"SELECT row_id, rank FROM {ImportSchema.Keys} WHERE hour = ?1 AND hash = ?2", key);
        bool found = find.Step(out int resultCode);
        rowId = found && find.Type(0) != raw.SQLITE_NULL ? find.Integer(0) : null;
        rank = found ? find.Blob(1).ToArray() : [];
        find.Reset();
        Check(resultCode);
        return found;
    }

    private void BindRequest(NativeStatement statement, int place, long id, ImportBatch batch, in ImportRow row)
    {
        int parameter = place * RequestColumns;
        Span<byte> timestamp = _timestamp.AsSpan(place * TimestampBytes, TimestampBytes);
        statement.Bind(++parameter, id);
        statement.BindText(++parameter, timestamp[..StoredTimestamp.FormatForStorage(row.UtcTicks, timestamp)]);
        for (ImportColumn column = 0; column <= ImportColumns.LastText; column++)
            statement.BindText(++parameter, batch.Text(row, row.TextOf(column)));
        statement.Bind(++parameter, row.PromptTokens);
        statement.Bind(++parameter, row.CompletionTokens);
        statement.Bind(++parameter, row.TotalTokens);
        Bind(statement, ++parameter, row.DurationMs);
        statement.Bind(++parameter, row.PolicyPassed ? 1L : 0L);
    }

    private void PutCompanions(long id, ImportBatch batch, in ImportRow row)
    {
        if (row.HasDetail)
        {
            NativeStatement put = Statement($"INSERT OR REPLACE INTO {ImportSchema.Detail} VALUES (?1, ?2, ?3, ?4, ?5)");
            put.Bind(1, id);
            Bind(put, 2, row.CachedTokens);
            Bind(put, 3, row.CacheWriteTokens);
            Bind(put, 4, row.ReasoningTokens);
            Bind(put, 5, row.Cost);
            Run(put);
        }
        if (row.Tail is { } tail)
            AddTail(tail, row.Key);
    }

    public void AddTail(ImportTail tail, ImportKey key)
    {
        NativeStatement put = Statement($"INSERT OR REPLACE INTO {ImportSchema.Tails} VALUES (?1, ?2, ?3, ?4, ?5)");
        (_hashes[0], _hashes[1], _hashes[2]) = (tail.Before, tail.Line, key.Hash);
        put.Bind(1, tail.Position);
        put.BindBlob(2, Bytes(0));
        put.BindBlob(3, Bytes(1));
        put.Bind(4, key.Hour);
        put.BindBlob(5, Bytes(2));
        Run(put);
    }

    /// <summary>A statement about one key.</summary>
    private NativeStatement Of(string sql, ImportKey key)
    {
        NativeStatement statement = Statement(sql);
        BindKey(statement, 0, key);
        return statement;
    }

    private void BindKey(NativeStatement statement, int first, ImportKey key)
    {
        int place = first / KeyColumns;
        _hashes[place] = key.Hash;
        statement.Bind(first + 1, key.Hour);
        statement.BindBlob(first + 2, Bytes(place));
    }

    private void BindKey(NativeStatement statement, int place, ImportKey key, long rowId, ReadOnlySpan<byte> rank)
    {
        int first = place * KeyColumns;
        BindKey(statement, first, key);
        Bind(statement, first + 3, rowId);
        BindBlob(statement, first + 4, rank);
    }

    private static void BindBlob(NativeStatement statement, int parameter, ReadOnlySpan<byte> blob)
    {
        if (blob.IsEmpty)
            statement.BindNull(parameter);
        else
            statement.BindBlob(parameter, blob);
    }

    private Span<byte> Bytes(int hash) => MemoryMarshal.AsBytes(_hashes.AsSpan(hash, 1));

    private static void Bind(NativeStatement statement, int parameter, long value)
    {
        if (value == ImportRow.None)
            statement.BindNull(parameter);
        else
            statement.Bind(parameter, value);
    }

    private static void Bind(NativeStatement statement, int parameter, double value)
    {
        if (double.IsNaN(value))
            statement.BindNull(parameter);
        else
            statement.Bind(parameter, value);
    }

    private void WriteState(long rowId)
    {
        NativeStatement write = Statement($"UPDATE {ImportSchema.State} SET last_row_id = ?1");
        write.Bind(1, rowId);
        Run(write);
    }

    private long Number(string sql)
    {
        NativeStatement statement = Statement(sql);
        statement.Step(out int resultCode);
        long number = statement.Integer(0);
        statement.Reset();
        Check(resultCode);
        return number;
    }

    private NativeStatement Statement(string sql)
    {
        if (!_statements.TryGetValue(sql, out NativeStatement statement))
        {
            Check(raw.sqlite3_prepare_v2(_database, sql, out sqlite3_stmt prepared));
            _prepared.Add(prepared);
            _statements[sql] = statement = new NativeStatement(prepared);
        }
        return statement;
    }

    private static string InsertInto(int rows) => $"""
        INSERT OR FAIL INTO telemetry (id, timestamp, transaction_id, user_id, model, provider, request_type, trace_id, span_id, parent_span_id,
            prompt_tokens, completion_tokens, total_tokens, duration_ms, success)
        VALUES {Values(rows, RequestColumns)}
        """;

    private static string Values(int rows, int columns) => string.Join(", ", Enumerable.Range(0, rows).Select(row =>
        $"({string.Join(", ", Enumerable.Range((row * columns) + 1, columns).Select(number => $"?{number}"))})"));

    private void Run(NativeStatement statement) => Check(statement.Run());

    private void Check(int resultCode)
    {
        if (resultCode is not (raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE))
            SqliteException.ThrowExceptionForRC(resultCode, _database);
    }
}
