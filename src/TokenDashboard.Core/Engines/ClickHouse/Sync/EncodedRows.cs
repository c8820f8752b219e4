using System.Buffers.Binary;
using System.IO.Hashing;
using TokenDashboard.Engines.Sqlite;

namespace TokenDashboard.Engines.ClickHouse.Sync;

/// <summary>
/// Requests in ClickHouse's format RowBinary (https://clickhouse.com/docs/interfaces/formats/RowBinary), without the columns that
/// <see cref="RequestBatch"/> adds.
/// </summary>
internal sealed class EncodedRows
{
    private const int Texts = 8;

    private byte[] _bytes = new byte[1 << 16];
    private int _length;

    public List<EncodedRow> Rows { get; } = [];

    /// <summary>The ids of rows with times before the bound.</summary>
    public List<long> Earlier { get; } = [];

    /// <summary>The window of the rows; null without rows.</summary>
    public long? Window { get; private set; }

    /// <summary>Adds the current row of a scan, unless its time is before a bound, in microseconds since 1970.</summary>
    public void Add(RequestRow row, long since)
    {
        UnreadableValue unreadable = row.Unreadable;
        long micros = row.IsTimeReadable ? (row.UtcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond : RequestTable.NoTime;
        if (micros is <= RequestTable.NoTime or > RequestTable.LastTime)
        {
            // The column cannot contain such a time, so it is stored as an unreadable time.
            (micros, unreadable) = (RequestTable.NoTime, unreadable | UnreadableValue.Timestamp);
        }
        Window = SentRows.WindowOf(row.Id);
        if (micros < since && micros != RequestTable.NoTime)
        {
            Earlier.Add(row.Id);
            return;
        }
        int begin = _length;
        MeasureValues values = row.Values;
        Write(row.Id);
        Write(micros);
        for (int text = 0; text < Texts; text++)
            Write(row.Utf8(text));
        Write(row.PromptTokens);
        Write(row.CompletionTokens);
        Write(row.TotalTokens);
        foreach (Measure part in Measures.Parts)
            WriteKnown(values, part);
        WriteNullable(values.Knows(Measures.RecordedCost), values.Real(Measures.RecordedCost));
        bool timed = !double.IsNaN(row.DurationMs);
        WriteNullable(timed, row.DurationMs);
        BinaryPrimitives.WriteInt16LittleEndian(Take(sizeof(short)), timed ? (short)HistogramBins.Durations.Of(row.DurationMs) : RequestTable.NoBin);
        Write(row.PolicyFailed);
        Write(row.InterruptedStream);
        Take(1)[0] = (byte)unreadable;
        Rows.Add(new EncodedRow(row.Id, begin, _length, XxHash3.HashToUInt64(_bytes.AsSpan(begin, _length - begin)), SentUsage.DayOf(micros)));
    }

    public ReadOnlySpan<byte> BytesOf(in EncodedRow row) => _bytes.AsSpan(row.Begin, row.End - row.Begin);

    public void Clear()
    {
        Rows.Clear();
        Earlier.Clear();
        Window = null;
        _length = 0;
    }

    private Span<byte> Take(int count)
    {
        if (_length + count > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(_length + count, _bytes.Length * 2));
        _length += count;
        return _bytes.AsSpan(_length - count, count);
    }

    private void Write(long value) => BinaryPrimitives.WriteInt64LittleEndian(Take(sizeof(long)), value);

    private void Write(bool value) => Take(1)[0] = value ? (byte)1 : (byte)0;

    private void Write(ReadOnlySpan<byte> text)
    {
        uint length = (uint)text.Length;
        for (; length >= 0x80; length >>= 7)
            Take(1)[0] = (byte)(length | 0x80);
        Take(1)[0] = (byte)length;
        text.CopyTo(Take(text.Length));
    }

    private void WriteKnown(MeasureValues values, Measure measure)
    {
        Write(!values.Knows(measure));
        if (values.Knows(measure))
            Write(values[measure]);
    }

    private void WriteNullable(bool known, double value)
    {
        Write(!known);
        if (known)
            BinaryPrimitives.WriteDoubleLittleEndian(Take(sizeof(double)), value);
    }
}

/// <summary>
/// The place of a row in the bytes of <see cref="EncodedRows"/>, a checksum that shows whether it was changed after it was sent, and its day since
/// 1970.
/// </summary>
internal readonly record struct EncodedRow(long Id, int Begin, int End, ulong Checksum, int Day);
