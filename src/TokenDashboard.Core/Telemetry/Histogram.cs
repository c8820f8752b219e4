using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace TokenDashboard.Telemetry;

/// <summary>The number of values in each bin. The sum of the histograms of parts is the histogram of the whole.</summary>
internal sealed class Histogram(HistogramBins bins)
{
    // The maximum number of bins in a list to which bins are added out of order. Queries can have hundreds of thousands of groups with few requests each.
    // More bins are mostly neighbors, and are counted in an array without gaps, which needs no search. If they are not, as with some durations of zero, the
    // array would be mostly empty, so it has at most this many elements for each bin that has a count.
    private const int MostListed = 32;
    private const int MostElements = 8;

    // The array begins and ends at multiples of this number, so that it is seldom enlarged.
    private const int Granularity = 64;

    // The shortest and the longest text of a bin, such as "7":1 and, with a comma, "-691":9223372036854775807.
    private const int ShortestText = 6;
    private const int LongestText = 28;

    private static readonly double[] DurationValues = [.. HistogramBins.Durations.Values().Select(bin => bin.Value)];

    // The listed bins, in order; null if all bins from the lowest one on have a count, which can be 0.
    private short[]? _bins = [];
    private int _lowest;
    private long[] _counts = [];
    private int _length;

    public long Count { get; private set; }

    public void Add(double value) => Add(bins.Of(value), 1);

    public void Add(int bin, long count) => Add(0, bin, count);

    public void Add(Histogram other)
    {
        int next = 0;
        for (int i = 0; i < other._length; i++)
        {
            if (other._counts[i] > 0)
                next = Add(next, other.BinAt(i), other._counts[i]);
        }
    }

    public bool Equals(Histogram other) => ToUtf8().AsSpan().SequenceEqual(other.ToUtf8());

    /// <summary>The duration with the given rank, counted from 1, in a histogram of durations.</summary>
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
    // The first query of a process ends before the runtime would optimize this method.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void AddStored(ReadOnlySpan<byte> json)
    {
        // Queries parse millions of bins here. A general parser would take most of a query's time.
        if (!json.IsEmpty && json[^1] != '}')
            throw new FormatException();
        if (_length == 0)
            Resize(json.Length / ShortestText);
        long last = long.MinValue;
        for (int at = 1, next = 0; at < json.Length - 1;)
        {
            long bin = Number(json, ref at, (byte)'"', (byte)'"');
            long count = Number(json, ref at, (byte)':', json[^1]);
            if (bin < bins.Lowest || bin > bins.Highest || bin <= last || count <= 0)
                throw new FormatException();
            last = bin;
            next = Add(next, (int)bin, count);
        }
    }

    /// <summary>The bins as a JSON object of bin and count, in order. SQL can read it with json_each.</summary>
    public byte[] ToUtf8()
    {
        byte[] json = ArrayPool<byte>.Shared.Rent((_length * LongestText) + 2);
        int used = 1;
        json[0] = (byte)'{';
        for (int i = 0; i < _length; i++)
        {
            if (_counts[i] == 0)
                continue;
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
        json[used++] = (byte)'}';
        byte[] text = json[..used];
        ArrayPool<byte>.Shared.Return(json);
        return text;
    }

    private int BinAt(int index) => _bins is null ? _lowest + index : _bins[index];

    // Adds to a bin, searched in the list from an index on, and returns the next index.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Add(int from, int bin, long count)
    {
        Count += count;
        int at = bin - _lowest;
        if (_bins is not null || (uint)at >= (uint)_length)
            at = Place(from, bin);
        _counts[at] += count;
        return at + 1;
    }

    // The index of a bin, which is added if it is missing.
    private int Place(int from, int bin)
    {
        if (_bins is null)
        {
            if (TryWiden(Math.Min(_lowest, bin), Math.Max(_lowest + _length - 1, bin), _counts.Count(each => each > 0)))
                return bin - _lowest;
            UseList();
            from = 0;
        }
        // Bins are mostly added in order, and often recur.
        int at = from;
        if (at == _length && (at == 0 || _bins[at - 1] < bin))
        {
            Insert(at, (short)bin);
        }
        else if (at >= _length || _bins[at] != bin)
        {
            int found = _bins.AsSpan(from, _length - from).BinarySearch((short)bin);
            at = from + (found < 0 ? ~found : found);
            if (found < 0)
            {
                if (_length >= MostListed && at < _length && TryWiden(Math.Min(_bins[0], bin), Math.Max(_bins[_length - 1], bin), _length))
                    return bin - _lowest;
                Insert(at, (short)bin);
            }
        }
        return at;
    }

    private void Insert(int at, short bin)
    {
        if (_length == _bins!.Length)
            Resize(Math.Max(4, _length * 2));
        if (at < _length)
        {
            _bins.AsSpan(at, _length - at).CopyTo(_bins.AsSpan(at + 1));
            _counts.AsSpan(at, _length - at).CopyTo(_counts.AsSpan(at + 1));
        }
        (_bins[at], _counts[at]) = (bin, 0);
        _length++;
    }

    private void Resize(int length)
    {
        Array.Resize(ref _bins, length);
        Array.Resize(ref _counts, length);
    }

    // Counts all bins from the lowest to the highest one in an array, unless it would be mostly empty.
    private bool TryWiden(int lowest, int highest, int used)
    {
        if (highest - lowest > MostElements * used)
            return false;
        lowest &= -Granularity;
        long[] counts = new long[(((highest - lowest) / Granularity) + 1) * Granularity];
        for (int i = 0; i < _length; i++)
            counts[BinAt(i) - lowest] = _counts[i];
        (_bins, _lowest, _counts, _length) = (null, lowest, counts, counts.Length);
        return true;
    }

    // Lists the bins of the array that have a count.
    [MemberNotNull(nameof(_bins))]
    private void UseList()
    {
        int[] used = [.. Enumerable.Range(0, _length).Where(index => _counts[index] > 0)];
        (_bins, _counts, _length) = ([.. used.Select(index => (short)(_lowest + index))], [.. used.Select(index => _counts[index])], used.Length);
    }

    // The number between two characters. A comma also ends it. Moves past the second character.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
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
}
