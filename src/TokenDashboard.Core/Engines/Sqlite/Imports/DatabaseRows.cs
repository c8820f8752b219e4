using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using TokenDashboard.Engines.Sqlite.Rollups;
using TokenDashboard.Import.Records;

namespace TokenDashboard.Engines.Sqlite.Imports;

/// <summary>Reads the data to import from a database, and a store's data about imports, in short reads that do not block writers.</summary>
internal static class DatabaseRows
{
    private const int Page = 5_000;

    public const string IdsOfSpans = "SELECT rowid, timestamp, trace_id, span_id FROM telemetry";

    /// <summary>The columns of a request that are read from a store.</summary>
    public static readonly ImportColumn[] Columns =
        [.. Enum.GetValues<ImportColumn>().Except([ImportColumn.EndTime, ImportColumn.Id, ImportColumn.InterruptedStream])];

    /// <summary>The requests that a store contains now: their row id, and then <see cref="Columns"/>.</summary>
    public static IEnumerable<string?[]> Requests(TokenStore store)
    {
        string details = store.HasDetails ? "" : $" LEFT JOIN (SELECT {string.Join(", ", TelemetrySql.DetailColumns.Select(column => $"NULL AS {column}"))}) ON FALSE";
        string row = $"{TelemetrySql.Table}.rowid", columns = string.Join(", ", Columns.Select(ImportColumns.Name));
        return Pages(
            store,
            string.Create(
                CultureInfo.InvariantCulture, $"SELECT {row}, {columns} FROM {TelemetrySql.Source(store.HasDetails)}{details} WHERE {row} > $0 AND {row} <= {store.Rows().Last} ORDER BY {row}"),
            Texts,
            long.MinValue);
    }

    /// <summary>
    /// Messages of OpenCode: the id, the session, the content as JSON and, if it is not in the content, the role. Version 2 keeps the tables of version 1.
    /// </summary>
    public static IEnumerable<string?[]> OpenCodeMessages(TokenStore database)
    {
        IEnumerable<string?[]> Messages(string table, string role) => !database.Has(table) ? []
            : Pages(database, $"SELECT id, session_id, data, {role} FROM {table} WHERE id > $0 ORDER BY id", Texts, "");
        return Messages("message", "NULL").Concat(Messages("session_message", "type"));
    }

    /// <summary>The entries of OpenClaw's sessions, in their order: JSON, which recent versions compress with zstd if it is long.</summary>
    public static IEnumerable<byte[]> OpenClawEntries(TokenStore database)
    {
        bool areCompressed = database.Scalar<long>("SELECT count(*) FROM pragma_table_info('transcript_events') WHERE name = 'event_zstd'") > 0;
        return Pages(
            database,
            $"SELECT session_id, seq, COALESCE(event_json, {(areCompressed ? "event_zstd" : "NULL")}) FROM transcript_events WHERE (session_id, seq) > ($0, $1) ORDER BY session_id, seq",
            row => row.IsDBNull(2) ? [] : row.GetFieldValue<byte[]>(2),
            "",
            -1L);
    }

    /// <summary>The keys that imports into a store have recorded.</summary>
    public static IEnumerable<StoredKey> Keys(TokenStore store) => !store.Has(ImportSchema.Keys) ? [] : Pages(
        store,
        $"SELECT hour, hash, row_id, rank FROM {ImportSchema.Keys} WHERE (hour, hash) > ($0, $1) ORDER BY hour, hash",
        row => new StoredKey(new ImportKey(row.GetInt64(0), Hash(row, 1)), row.IsDBNull(2) ? null : row.GetInt64(2), row.IsDBNull(3) ? [] : row.GetFieldValue<byte[]>(3)),
        -1L,
        Array.Empty<byte>());

    /// <summary>The second before which requests may have been removed from a store without their keys, for its next import; null if none were.</summary>
    public static long? RemovedUntil(TokenStore store) =>
        store.Scalar<long>(ImportSchema.HasRemovedUntil) > 0 ? store.Query($"SELECT removed_until FROM {ImportSchema.State}", Second)[0]
        : store.Has(RollupSchema.Sums) ? RollupStore.RemovedUntil(store)
        : null;

    public static long? Second(SqliteDataReader row) => row.IsDBNull(0) ? null : row.GetInt64(0);

    /// <summary>The keys of requests that the application wrote since the last import.</summary>
    public static IEnumerable<StoredKey> NewKeys(TokenStore store) => Pages(
        store, $"{IdsOfSpans} WHERE rowid > $0 ORDER BY rowid", KeyOfSpan,
        store.Has(ImportSchema.State) ? store.Scalar<long>($"SELECT COALESCE(max(last_row_id), 0) FROM {ImportSchema.State}") : 0L)
        .Select(row => row.Key).OfType<ImportKey>().Select(key => new StoredKey(key, null, []));

    /// <summary>A row of <see cref="IdsOfSpans"/>, with its key if it has a trace and a span.</summary>
    public static (long Id, ImportKey? Key) KeyOfSpan(SqliteDataReader reader)
    {
        // Called for each of millions of rows.
        var row = new NativeStatement(reader.Handle!);
        ReadOnlySpan<byte> trace = row.Text(2), span = row.Text(3);
        _ = StoredTimestamp.TryParse(row.Text(1), out long ticks);
        return (row.Integer(0), trace.IsEmpty || span.IsEmpty ? null : ImportKey.OfSpan(ticks, trace, span));
    }

    /// <summary>The ends of CSV files that ended within a line.</summary>
    public static IEnumerable<(ImportTail Tail, ImportKey Key)> Tails(TokenStore store) => !store.Has(ImportSchema.Tails) ? [] : Pages(
        store,
        $"SELECT position, before, line, hour, hash FROM {ImportSchema.Tails} WHERE (position, before) > ($0, $1) ORDER BY position, before",
        Tail,
        -1L,
        Array.Empty<byte>());

    public static (ImportTail Tail, ImportKey Key) Tail(SqliteDataReader row) =>
        (new ImportTail(row.GetInt64(0), Hash(row, 1), Hash(row, 2)), new ImportKey(row.GetInt64(3), Hash(row, 4)));

    /// <summary>The data about spans that imports have recorded.</summary>
    public static IEnumerable<(UInt128 Id, StoredSpan Span)> Spans(TokenStore store) => !store.Has(ImportSchema.Spans) ? [] : Pages(
        store,
        $"SELECT id, parent, hour, hash, tokens_below FROM {ImportSchema.Spans} WHERE id > $0 ORDER BY id",
        row => (Hash(row, 0), new StoredSpan(row.IsDBNull(1) ? null : Hash(row, 1), row.IsDBNull(3) ? null : new ImportKey(row.GetInt64(2), Hash(row, 3)), row.GetInt64(4))),
        Array.Empty<byte>());

    public static UInt128 Hash(SqliteDataReader row, int column) => MemoryMarshal.Read<UInt128>(row.GetFieldValue<byte[]>(column));

    /// <summary>Reads rows in the order of their first columns, which are also the parameters for the end of the last page.</summary>
    private static IEnumerable<T> Pages<T>(TokenStore database, string sql, Func<SqliteDataReader, T> read, params object[] last)
    {
        // A separate array, because each page changes it.
        last = [.. last];
        List<T> page;
        do
        {
            using SqliteCommand command = database.CreateCommand($"{sql} LIMIT {Page}");
            for (int i = 0; i < last.Length; i++)
                command.Parameters.AddWithValue($"${i}", last[i]);
            page = database.Read(() => database.Rows(command, row =>
            {
                for (int i = 0; i < last.Length; i++)
                    last[i] = row.GetValue(i);
                return read(row);
            }));
            foreach (T row in page)
                yield return row;
        }
        while (page.Count == Page);
    }

    private static string?[] Texts(SqliteDataReader reader)
    {
        string?[] row = new string?[reader.FieldCount];
        for (int i = 0; i < row.Length; i++)
        {
            row[i] = reader.GetValue(i) switch
            {
                DBNull or byte[] => null,
                double number => number.ToString("R", CultureInfo.InvariantCulture),
                var value => Convert.ToString(value, CultureInfo.InvariantCulture),
            };
        }
        return row;
    }
}
