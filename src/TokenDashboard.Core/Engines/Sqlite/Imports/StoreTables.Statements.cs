using System.Runtime.InteropServices;
using SQLitePCL;
using TokenDashboard.Import.Records;

namespace TokenDashboard.Engines.Sqlite.Imports;

/// <summary>Binds and runs single statements.</summary>
internal sealed partial class StoreTables
{
    private const int TimestampBytes = 40;
    private const int KeyColumns = 4;

    private const string LastRequest = "SELECT COALESCE(max(rowid), 0) FROM telemetry";

    // In the order in which they are bound, after the id.
    private static readonly string[] Columns =
    [
        "timestamp", .. Enum.GetValues<ImportColumn>().Where(column => column <= ImportColumns.LastText).Select(ImportColumns.Name),
        "prompt_tokens", "completion_tokens", "total_tokens", "duration_ms", "success",
    ];

    private static readonly string UpdateRequest = $"UPDATE telemetry SET {string.Join(", ", Columns.Select((column, index) => $"{column} = ?{index + 2}"))} WHERE rowid = ?1";

    // OR FAIL and OR IGNORE: otherwise, SQLite keeps copies of pages to roll back a single statement, which takes more time than the
    // rows. If anything fails here, the whole transaction is rolled back.
    private static readonly string InsertKeys = $"INSERT OR IGNORE INTO {ImportSchema.Keys} VALUES {Values(RowsAtOnce, KeyColumns)}";
    private static readonly string InsertRequest = InsertInto(1);
    private static readonly string InsertRequests = InsertInto(RowsAtOnce);
    private static readonly string InsertDetail =
        $"INSERT OR REPLACE INTO {TelemetrySql.DetailTable} (row_id, {string.Join(", ", TelemetrySql.DetailColumns)}) VALUES {Values(1, TelemetrySql.DetailColumns.Length + 1)}";

    public bool AddKey(ImportKey key, long? rowId, byte[] rank)
    {
        connection.Run($"INSERT INTO {ImportSchema.Keys} VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING", key.Hour, key.Hash, rowId, rank);
        return connection.Changes > 0;
    }

    private StoredKey? Find(ImportKey key) => connection.TryRead(
        connection.Statement($"SELECT row_id, rank FROM {ImportSchema.Keys} WHERE hour = ?1 AND hash = ?2", key.Hour, key.Hash),
        row => new StoredKey(key, row.Type(0) != raw.SQLITE_NULL ? row.Integer(0) : null, row.Blob(1).ToArray()), out StoredKey stored) ? stored : null;

    private void BindRequest(NativeStatement statement, int place, long id, ImportBatch batch, in ImportRow row)
    {
        int parameter = place * (Columns.Length + 1);
        Span<byte> timestamp = _timestamp.AsSpan(place * TimestampBytes, TimestampBytes);
        statement.Bind(++parameter, id);
        statement.BindText(++parameter, timestamp[..StoredTimestamp.FormatForStorage(row.UtcTicks, timestamp)]);
        for (ImportColumn column = 0; column <= ImportColumns.LastText; column++)
            statement.BindText(++parameter, batch.Text(row, row.TextOf(column)));
        statement.Bind(++parameter, row.PromptTokens);
        statement.Bind(++parameter, row.CompletionTokens);
        statement.Bind(++parameter, row.TotalTokens);
        // NaN is stored as NULL.
        statement.Bind(++parameter, row.DurationMs);
        statement.Bind(++parameter, row.PolicyPassed ? 1L : 0L);
    }

    private void PutCompanions(long id, ImportBatch batch, in ImportRow row)
    {
        static object? Known(long tokens) => tokens == ImportRow.None ? null : tokens;
        if (row.HasDetail)
            connection.Run(InsertDetail, id, Known(row.CachedTokens), Known(row.CacheWriteTokens), Known(row.ReasoningTokens), Known(row.HourCacheWriteTokens), row.Cost);
        if (row.Tail is { } tail)
            AddTail(tail, row.Key);
    }

    public void AddTail(ImportTail tail, ImportKey key) =>
        connection.Run($"INSERT OR REPLACE INTO {ImportSchema.Tails} VALUES (?1, ?2, ?3, ?4, ?5)", tail.Position, tail.Before, tail.Line, key.Hour, key.Hash);

    private void BindKey(NativeStatement statement, int place, ImportKey key, long rowId, ReadOnlySpan<byte> rank)
    {
        int first = place * KeyColumns;
        _hashes[place] = key.Hash;
        statement.Bind(first + 1, key.Hour);
        statement.BindBlob(first + 2, MemoryMarshal.AsBytes(_hashes.AsSpan(place, 1)));
        statement.Bind(first + 3, rowId);
        if (rank.IsEmpty)
            statement.BindNull(first + 4);
        else
            statement.BindBlob(first + 4, rank);
    }

    private void WriteState(long rowId) => connection.Run($"UPDATE {ImportSchema.State} SET last_row_id = ?1", rowId);

    private long Number(string sql) => connection.TryRead(connection.Statement(sql), row => row.Integer(0), out long number) ? number : 0;

    private static string InsertInto(int rows) => $"INSERT OR FAIL INTO telemetry (rowid, {string.Join(", ", Columns)}) VALUES {Values(rows, Columns.Length + 1)}";

    private static string Values(int rows, int columns) => string.Join(", ", Enumerable.Range(0, rows).Select(row =>
        $"({string.Join(", ", Enumerable.Range((row * columns) + 1, columns).Select(number => $"?{number}"))})"));
}
