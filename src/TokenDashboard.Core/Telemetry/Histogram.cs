using System.Buffers;
using System.Globalization;

namespace TokenDashboard.Telemetry;

/// <summary>The number of values in each bin. The sum of histograms of parts is the histogram of the whole.</summary>
internal sealed class Histogram(HistogramBins bins)
{
    // Most rollups have few, distant bins. From this number on, one array of all bins between them is smaller or faster.
    private const int MostSparse = 64;

    // The shortest and the longest text of a bin, such as "7":1 and "-691":9223372036854775807 with a comma.
    private const int ShortestText = 6;
    private const int LongestText = 28;

    private static readonly double[] DurationValues = [.. HistogramBins.Durations.Values().Select(bin => bin.Value)];

    // The bins of the counts in order; null if the counts are those of all bins from the first on.
    private short[]? _bins = [];
    private long[] _counts = [];
    private int _length;
    private int _first;

    /// <summary>Number of values.</summary>
    public long Count { get; private set; }

    public void Add(double value) => Add(bins.Of(value), 1);

    public void Add(int bin, long count)
    {
        Count += count;
        if (_bins is not null && AddSparse(_bins, (short)bin, count))
            return;
        if ((uint)(bin - _first) >= (uint)_length)
            Widen(bin);
        _counts[bin - _first] += count;
    }

    public void Add(Histogram other)
    {
        for (int i = 0; i < other._length; i++)
        {
            if (other._counts[i] != 0)
                Add(other.BinAt(i), other._counts[i]);
        }
    }

    /// <summary>Whether two histograms have the same counts.</summary>
    public bool Equals(Histogram other) => ToUtf8().AsSpan().SequenceEqual(other.ToUtf8());

    /// <summary>The duration of the given rank, from 1, in a histogram of durations.</summary>
    public double ValueAt(long rank)
    {
        long passed = 0;
        for (int i = 0; i < _length; i++)
        {
            passed += _counts[i];
            if (passed >= rank)
                return DurationValues[BinAt(i) - bins.Lowest];
        }
        return 0;
    }

    /// <summary>Adds the result of <see cref="ToUtf8"/>.</summary>
    /// <exception cref="FormatException">The text is invalid.</exception>
    public void AddStored(ReadOnlySpan<byte> json)
    {
        // Millions of bins are parsed here: a general parser would take most of a query's time.
        int at = 1;
        long last = long.MinValue;
        if (_length == 0 && json.Length > 2)
            Reserve(json);
        while (at < json.Length - 1)
        {
            long bin = Number(json, ref at, (byte)'"', (byte)'"');
            long count = Number(json, ref at, (byte)':', json[^1]);
            if (bin < bins.Lowest || bin > bins.Highest || bin <= last || count <= 0)
                throw new FormatException();
            last = bin;
            int index = (int)bin - _first;
            if (_bins is null && (uint)index < (uint)_counts.Length)
            {
                _counts[index] += count;
                Count += count;
            }
            else
            {
                Add((int)bin, count);
            }
        }
    }

    /// <summary>The bins as a JSON object of bin and count, in order, which SQL can read by json_each.</summary>
    public byte[] ToUtf8()
    {
        byte[] json = ArrayPool<byte>.Shared.Rent((_length * LongestText) + 2);
        int used = 1;
        json[0] = (byte)'{';
        for (int i = 0; i < _length; i++)
        {
            if (_counts[i] != 0)
            {
                if (used > 1)
                    json[used++] = (byte)',';
                json[used++] = (byte)'"';
                BinAt(i).TryFormat(json.AsSpan(used), out int written, provider: CultureInfo.InvariantCulture);
                used += written;
                json[used++] = (byte)'"';
                json[used++] = (byte)':';
                _counts[i].TryFormat(json.AsSpan(used), out written, provider: CultureInfo.InvariantCulture);
                used += written;
            }
        }
        json[used++] = (byte)'}';
        byte[] text = json[..used];
        ArrayPool<byte>.Shared.Return(json);
        return text;
    }

    private int BinAt(int index) => _bins is null ? _first + index : _bins[index];

    // Allocates all bins of a text at once: they are in order, and there are seldom others.
    private void Reserve(ReadOnlySpan<byte> json)
    {
        int most = json.Length / ShortestText;
        if (most <= MostSparse)
        {
            (_bins, _counts) = (new short[most], new long[most]);
            return;
        }
        int firstAt = 1;
        int lastAt = json[..Math.Max(0, json.LastIndexOf((byte)'"'))].LastIndexOf((byte)'"');
        long first = Number(json, ref firstAt, (byte)'"', (byte)'"');
        long last = lastAt < 0 ? first : Number(json, ref lastAt, (byte)'"', (byte)'"');
        if (first < bins.Lowest || last > bins.Highest || last < first)
            throw new FormatException();
        (_bins, _first, _counts) = (null, (int)first, new long[last - first + 1]);
        _length = _counts.Length;
    }

    // The number between two characters; a comma also ends it. Moves behind the second character.
    private static long Number(ReadOnlySpan<byte> json, ref int at, byte before, byte after)
    {
        if (json[at++] != before)
            throw new FormatException();
        bool negative = json[at] == '-';
        at += negative ? 1 : 0;
        long number = 0;
        for (; (uint)(json[at] - '0') <= 9; at++)
            number = (number * 10) + (json[at] - '0');
        if (json[at] != after && json[at] != ',')
            throw new FormatException();
        at++;
        return negative ? -number : number;
    }

    // False if there are too many bins; they are then one array.
    private bool AddSparse(short[] sparse, short bin, long count)
    {
        int at = _length == 0 || sparse[_length - 1] < bin ? ~_length : sparse.AsSpan(0, _length).BinarySearch(bin);
        if (at >= 0)
        {
            _counts[at] += count;
            return true;
        }
        at = ~at;
        if (_length == sparse.Length)
        {
            if (_length >= MostSparse)
            {
                MakeDense(sparse);
                return false;
            }
            int length = Math.Min(Math.Max(4, _length * 2), MostSparse);
            Array.Resize(ref sparse, length);
            Array.Resize(ref _counts, length);
            _bins = sparse;
        }
        sparse.AsSpan(at, _length - at).CopyTo(sparse.AsSpan(at + 1));
        _counts.AsSpan(at, _length - at).CopyTo(_counts.AsSpan(at + 1));
        (sparse[at], _counts[at]) = (bin, count);
        _length++;
        return true;
    }

    private void MakeDense(short[] sparse)
    {
        _first = sparse[0];
        var counts = new long[sparse[_length - 1] - _first + 1];
        for (int i = 0; i < _length; i++)
            counts[sparse[i] - _first] = _counts[i];
        (_bins, _counts, _length) = (null, counts, counts.Length);
    }

    private void Widen(int bin)
    {
        // Grows by half, so that values that come in order do not copy each time.
        int room = _length / 2;
        int first = bin < _first ? bin - room : _first;
        int end = Math.Max(_first + _length, bin + 1 + (bin < _first ? 0 : room));
        var counts = new long[end - first];
        _counts.CopyTo(counts, _first - first);
        (_counts, _first, _length) = (counts, first, counts.Length);
    }
}
