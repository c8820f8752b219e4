using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;

namespace TokenDashboard.Engines.ClickHouse.Sync;

/// <summary>
/// Requests that are sent together in ClickHouse's format Native (https://clickhouse.com/docs/interfaces/formats/Native). It is columnar like the
/// server's storage, so the server needs half the time.
/// </summary>
internal sealed class RequestBatch
{
    private readonly Column[] _columns = [.. RequestTable.Columns.Select(column => new Column(column.Name, column.Type))];

    // The bytes of the columns that follow the columns of EncodedRows: checksum, version, is_removed and source.
    private readonly byte[] _bookkeeping;

    public RequestBatch(string source)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Write(0L);
        writer.Write(0L);
        writer.Write(false);
        writer.Write(source);
        _bookkeeping = bytes.ToArray();
    }

    public int Count { get; private set; }

    public long First { get; private set; }

    /// <summary>The day of each request, since 1970.</summary>
    public List<int> Days { get; } = [];

    public void Add(EncodedRows rows, in EncodedRow row, ulong version)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_bookkeeping, row.Checksum);
        BinaryPrimitives.WriteUInt64LittleEndian(_bookkeeping.AsSpan(sizeof(ulong)), version);
        ReadOnlySpan<byte> rest = rows.BytesOf(row);
        foreach (Column column in _columns)
            rest = column.Take(rest.IsEmpty ? _bookkeeping : rest);
        First = Count++ == 0 ? row.Id : First;
        Days.Add(row.Day);
    }

    /// <summary>Removes all requests. Returns the columns that have values, and their bytes in an array of the shared pool.</summary>
    public (string[] Columns, ArraySegment<byte> Bytes) TakeAll()
    {
        Column[] columns = [.. _columns.Where(column => column.HasValues)];
        byte[] bytes = ArrayPool<byte>.Shared.Rent(columns.Sum(column => column.MostBytes) + 100);
        using var stream = new MemoryStream(bytes);
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        writer.Write7BitEncodedInt(columns.Length);
        writer.Write7BitEncodedInt(Count);
        foreach (Column column in columns)
            column.WriteTo(writer);
        Array.ForEach(_columns, column => column.Clear());
        Count = 0;
        Days.Clear();
        return ([.. columns.Select(column => column.Name)], new ArraySegment<byte>(bytes, 0, (int)stream.Position));
    }

    private sealed class Column(string name, string type)
    {
        // See SerializationLowCardinality.cpp: the block contains the keys, and an index has one byte or four.
        private const long KeysVersion = 1, KeysOfBlock = 1 << 9, IndexesOfByte = 0, IndexesOfInt = 2;

        private readonly int _size = type switch { "String" or "LowCardinality(String)" => 0, "Bool" or "UInt8" => 1, "Int16" => 2, _ => sizeof(long) };
        private readonly bool _isNullable = type.StartsWith("Nullable", StringComparison.Ordinal);
        private readonly bool _hasKeys = type.StartsWith("LowCardinality", StringComparison.Ordinal);

        // The values of rows or keys, the rows without a value, and the key of each row.
        private readonly ArrayBufferWriter<byte> _values = new();
        private readonly ArrayBufferWriter<byte> _nulls = new();
        private readonly List<int> _indexes = [];
        private readonly Dictionary<ulong, (int Index, int Begin, int Length)> _keys = [];
        private int _keyCount;

        public string Name => name;

        // An omitted column is NULL.
        public bool HasValues => !_isNullable || _nulls.WrittenSpan.Contains((byte)0);

        public int MostBytes => name.Length + type.Length + 40 + _nulls.WrittenCount + _values.WrittenCount + (sizeof(int) * _indexes.Count);

        // Reads the value at the beginning of a row, and returns the rest of the row.
        public ReadOnlySpan<byte> Take(ReadOnlySpan<byte> row)
        {
            if (_isNullable)
            {
                _nulls.Write(row[..1]);
                if (row[0] != 0)
                {
                    // A missing value is 0 in a column, and has no bytes in a row.
                    _values.Write(stackalloc byte[sizeof(long)]);
                    return row[1..];
                }
                row = row[1..];
            }
            int size = _size > 0 ? _size : SizeOfText(row);
            if (_hasKeys)
                _indexes.Add(IndexOf(row[..size]));
            else
                _values.Write(row[..size]);
            return row[size..];
        }

        public void WriteTo(BinaryWriter writer)
        {
            writer.Write(name);
            writer.Write(type);
            if (!_hasKeys)
            {
                writer.Write(_nulls.WrittenSpan);
                writer.Write(_values.WrittenSpan);
                return;
            }
            bool isShort = _keyCount <= byte.MaxValue;
            writer.Write(KeysVersion);
            writer.Write(KeysOfBlock | (isShort ? IndexesOfByte : IndexesOfInt));
            writer.Write((long)_keyCount);
            writer.Write(_values.WrittenSpan);
            writer.Write((long)_indexes.Count);
            if (isShort)
                _indexes.ForEach(index => writer.Write((byte)index));
            else
                _indexes.ForEach(writer.Write);
        }

        public void Clear()
        {
            _values.ResetWrittenCount();
            _nulls.ResetWrittenCount();
            _indexes.Clear();
            _keys.Clear();
            _keyCount = 0;
        }

        private int IndexOf(ReadOnlySpan<byte> text)
        {
            ulong hash = XxHash3.HashToUInt64(text);
            if (_keys.TryGetValue(hash, out var key) && text.SequenceEqual(_values.WrittenSpan.Slice(key.Begin, key.Length)))
                return key.Index;
            // If two texts have the same hash, the second text is added as a separate key each time.
            _keys.TryAdd(hash, (_keyCount, _values.WrittenCount, text.Length));
            _values.Write(text);
            return _keyCount++;
        }

        private static int SizeOfText(ReadOnlySpan<byte> row)
        {
            int length = 0, digits = 0;
            do
                length |= (row[digits] & 0x7F) << (7 * digits);
            while (row[digits++] >= 0x80);
            return digits + length;
        }
    }
}
