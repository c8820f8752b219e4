using System.Text;

namespace TokenDashboard.Telemetry;

/// <summary>How many values lie in which bin. Histograms of parts add up to that of the whole.</summary>
internal sealed class Histogram(HistogramBins bins)
{
    private static readonly double[] DurationValues = [.. HistogramBins.Durations.Values().Select(bin => bin.Value)];

    private long[] _counts = [];
    private int _first;

    /// <summary>Number of values.</summary>
    public long Count { get; private set; }

    public void Add(double value) => Add(bins.Of(value), 1);

    public void Add(int bin, long count)
    {
        int index = bin - _first;
        if ((uint)index < (uint)_counts.Length)
        {
            _counts[index] += count;
            Count += count;
            return;
        }
        if (_counts.Length == 0)
        {
            (_counts, _first) = (new long[4], bin - 1);
        }
        else
        {
            Widen(bin);
        }
        _counts[bin - _first] += count;
        Count += count;
    }

    public void Add(Histogram other)
    {
        for (int i = 0; i < other._counts.Length; i++)
        {
            if (other._counts[i] != 0)
            {
                Add(other._first + i, other._counts[i]);
            }
        }
    }

    /// <summary>Whether two histograms count the same.</summary>
    public bool Equals(Histogram other) => Text() == other.Text();

    /// <summary>The duration of the given rank, from 1, in a histogram of durations.</summary>
    public double ValueAt(long rank)
    {
        long passed = 0;
        for (int i = 0; i < _counts.Length; i++)
        {
            passed += _counts[i];
            if (passed >= rank)
            {
                return DurationValues[_first + i - bins.Lowest];
            }
        }
        return 0;
    }

    /// <summary>Adds what <see cref="ToUtf8"/> gave.</summary>
    /// <exception cref="FormatException">It is something else.</exception>
    public void AddStored(ReadOnlySpan<byte> json)
    {
        // Millions of bins go through here: a parser of numbers in general would take most of an answer's time.
        int at = 1;
        if (_counts.Length == 0 && json.Length > 2)
        {
            Reserve(json);
        }
        while (at < json.Length - 1)
        {
            long bin = Number(json, ref at, (byte)'"', (byte)'"');
            long count = Number(json, ref at, (byte)':', json[^1]);
            if (bin < bins.Lowest || bin > bins.Highest || count <= 0)
            {
                throw new FormatException();
            }
            Add((int)bin, count);
        }
    }

    /// <summary>The bins as a JSON object of bin and count, in order, which SQL can read by json_each.</summary>
    public byte[] ToUtf8() => Encoding.UTF8.GetBytes(Text());

    // Makes room for all bins of a text at once: they are in order, and there are seldom others to come.
    private void Reserve(ReadOnlySpan<byte> json)
    {
        int firstAt = 1;
        int lastAt = json[..Math.Max(0, json.LastIndexOf((byte)'"'))].LastIndexOf((byte)'"');
        long first = Number(json, ref firstAt, (byte)'"', (byte)'"');
        long last = lastAt < 0 ? first : Number(json, ref lastAt, (byte)'"', (byte)'"');
        if (first < bins.Lowest || last > bins.Highest || last < first)
        {
            throw new FormatException();
        }
        (_first, _counts) = ((int)first, new long[last - first + 1]);
    }

    // The number between two characters; a comma ends it too. Afterwards comes what follows the second.
    private static long Number(ReadOnlySpan<byte> json, ref int at, byte before, byte after)
    {
        if (json[at++] != before)
        {
            throw new FormatException();
        }
        bool negative = json[at] == '-';
        at += negative ? 1 : 0;
        long number = 0;
        for (; (uint)(json[at] - '0') <= 9; at++)
        {
            number = (number * 10) + (json[at] - '0');
        }
        if (json[at] != after && json[at] != ',')
        {
            throw new FormatException();
        }
        at++;
        return negative ? -number : number;
    }

    private string Text()
    {
        var json = new StringBuilder("{");
        for (int i = 0; i < _counts.Length; i++)
        {
            if (_counts[i] != 0)
            {
                json.Append(json.Length == 1 ? "" : ",").Append('"').Append(_first + i).Append("\":").Append(_counts[i]);
            }
        }
        return json.Append('}').ToString();
    }

    private void Widen(int bin)
    {
        // Grows by half, so that values that come in order do not copy each time.
        int room = _counts.Length / 2;
        int first = bin < _first ? bin - room : _first;
        int end = Math.Max(_first + _counts.Length, bin + 1 + (bin < _first ? 0 : room));
        var counts = new long[end - first];
        _counts.CopyTo(counts, _first - first);
        (_counts, _first) = (counts, first);
    }
}
