using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Data.Sqlite;
using TokenDashboard.Import.Records;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Engines.Sqlite.Imports;

/// <summary>Reads the keys a store knows, and those of rows it has not taken in yet, in short reads that keep no writer waiting.</summary>
internal sealed class ImportKeyCopy
{
    private const int Page = 10_000;

    private readonly TokenStore _store;
    private readonly bool _hasKeys;
    private readonly bool _hasSpans;
    private (long Hour, byte[] Hash) _lastKey = (-1, []);
    private byte[] _lastSpan = [];
    private long _lastRow;
    private bool _keysRead;

    public ImportKeyCopy(TokenStore store)
    {
        _store = store;
        _hasKeys = store.Scalar<long>($"SELECT count(*) FROM sqlite_schema WHERE name IN ('{ImportSchema.Keys}', '{ImportSchema.State}', '{ImportSchema.Tails}')") == 3;
        _hasSpans = store.Scalar<long>($"SELECT count(*) FROM sqlite_schema WHERE name = '{ImportSchema.Spans}'") == 1;
        _lastRow = _hasKeys ? store.Scalar<long>($"SELECT COALESCE(max(last_row_id), 0) FROM {ImportSchema.State}") : 0;
        _keysRead = !_hasKeys;
    }

    /// <summary>The next keys; none when there are no more.</summary>
    public List<StoredKey> Next()
    {
        var keys = new List<StoredKey>();
        if (!_keysRead)
        {
            ReadKeys(keys);
            _keysRead = keys.Count == 0;
        }
        // Pages of rows without spans give no key, and are not the end.
        for (bool more = true; keys.Count == 0 && more;)
        {
            more = ReadRows(keys);
        }
        return keys;
    }

    public List<(ImportTail Tail, ImportKey Key)> Tails()
    {
        var tails = new List<(ImportTail Tail, ImportKey Key)>();
        if (_hasKeys)
        {
            Read(ImportSchema.ReadTails, [], row => tails.Add((new ImportTail(row.GetInt64(0), Hash(row, 1), Hash(row, 2)), new ImportKey(row.GetInt64(3), Hash(row, 4)))));
        }
        return tails;
    }

    /// <summary>The next spans; none when there are no more.</summary>
    public List<(UInt128 Id, StoredSpan Span)> NextSpans()
    {
        var spans = new List<(UInt128 Id, StoredSpan Span)>();
        if (_hasSpans)
        {
            Read($"SELECT id, parent, hour, hash, tokens_below FROM {ImportSchema.Spans} WHERE id > $0 ORDER BY id LIMIT {Page}", [_lastSpan], row =>
            {
                _lastSpan = row.GetFieldValue<byte[]>(0);
                spans.Add((Hash(row, 0), new StoredSpan(
                    row.IsDBNull(1) ? null : Hash(row, 1), row.IsDBNull(3) ? null : new ImportKey(row.GetInt64(2), Hash(row, 3)), row.GetInt64(4))));
            });
        }
        return spans;
    }

    private void ReadKeys(List<StoredKey> keys) => Read(
        $"SELECT hour, hash, row_id, rank FROM {ImportSchema.Keys} WHERE (hash, hour) > ($0, $1) ORDER BY hash, hour LIMIT {Page}",
        [_lastKey.Hash, _lastKey.Hour],
        row =>
        {
            _lastKey = (row.GetInt64(0), row.GetFieldValue<byte[]>(1));
            keys.Add(new StoredKey(new ImportKey(_lastKey.Hour, Hash(row, 1)), row.IsDBNull(2) ? null : row.GetInt64(2), row.IsDBNull(3) ? [] : row.GetFieldValue<byte[]>(3)));
        });

    private bool ReadRows(List<StoredKey> keys)
    {
        int read = 0;
        Read($"{ImportSchema.NewRequests.Replace("?1", "$0", StringComparison.Ordinal)} LIMIT {Page}", [_lastRow], row =>
        {
            read++;
            _lastRow = row.GetInt64(0);
            byte[] trace = Text(row, 2), span = Text(row, 3);
            if (trace.Length > 0 && span.Length > 0)
            {
                _ = StoredTimestamp.TryParse(Text(row, 1), out long ticks);
                keys.Add(new StoredKey(ImportKeys.OfSpan(ticks, trace, span), null, []));
            }
        });
        return read > 0;
    }

    private void Read(string sql, object[] parameters, Action<SqliteDataReader> onRow) => _store.Read(() =>
    {
        using SqliteCommand command = _store.CreateCommand(sql);
        for (int i = 0; i < parameters.Length; i++)
        {
            command.Parameters.AddWithValue($"${i}", parameters[i]);
        }
        using SqliteDataReader reader = _store.ExecuteReader(command);
        while (reader.Read())
        {
            onRow(reader);
        }
        return true;
    });

    private static byte[] Text(SqliteDataReader row, int column) => row.IsDBNull(column) ? [] : Encoding.UTF8.GetBytes(row.GetString(column));

    private static UInt128 Hash(SqliteDataReader row, int column) => MemoryMarshal.Read<UInt128>(row.GetFieldValue<byte[]>(column));
}
