using System.Buffers.Text;
using System.Text;

namespace TokenDashboard.Store.Rollups;

/// <summary>
/// How many requests took how long, in bins that grow by 2 %, so that a bin's value is at most 1 % off any duration in it. Histograms of
/// parts add up to that of the whole. The bins are those of DDSketch (Masson, Rim, Lee: "DDSketch: a fast and fully-mergeable quantile
/// sketch with relative-error guarantees", VLDB 2019).
/// </summary>
internal sealed class DurationHistogram
{
    /// <summary>The largest relative error of a bin's value.</summary>
    public const double RelativeError = 0.01;

    /// <summary>The bin of durations too short to be told apart, a nanosecond and less.</summary>
    public const int LowestBin = -691;

    /// <summary>The bin of the longest duration that is believed.</summary>
    public const int HighestBin = 1382;

    private const double Growth = (1 + RelativeError) / (1 - RelativeError);
    private static readonly double LogGrowth = Math.Log(Growth);

    private long[] _counts = [];
    private int _first;

    /// <summary>Number of durations.</summary>
    public long Count { get; private set; }

    /// <summary>The bin of a duration.</summary>
    /// <param name="milliseconds">0 to 10^12.</param>
    public static int BinOf(double milliseconds) =>
        milliseconds <= 0 ? LowestBin : Math.Clamp((int)Math.Ceiling(Math.Log(milliseconds) / LogGrowth), LowestBin, HighestBin);

    /// <summary>The duration in milliseconds a bin stands for; 0 for the lowest.</summary>
    public static double ValueOf(int bin) => bin <= LowestBin ? 0 : 2 * Math.Pow(Growth, bin) / (Growth + 1);

    public void Add(double milliseconds) => Add(BinOf(milliseconds), 1);

    public void Add(int bin, long count)
    {
        if (_counts.Length == 0)
        {
            (_counts, _first) = (new long[4], bin - 1);
        }
        if (bin < _first || bin >= _first + _counts.Length)
        {
            Widen(bin);
        }
        _counts[bin - _first] += count;
        Count += count;
    }

    public void Add(DurationHistogram other)
    {
        for (int i = 0; i < other._counts.Length; i++)
        {
            if (other._counts[i] != 0)
            {
                Add(other._first + i, other._counts[i]);
            }
        }
    }

    /// <summary>The value of the bin of the given rank, from 1.</summary>
    public double ValueAt(long rank)
    {
        long passed = 0;
        for (int i = 0; i < _counts.Length; i++)
        {
            passed += _counts[i];
            if (passed >= rank)
            {
                return ValueOf(_first + i);
            }
        }
        return 0;
    }

    /// <summary>Adds what <see cref="Write"/> wrote.</summary>
    /// <exception cref="FormatException">It is something else.</exception>
    public void AddStored(ReadOnlySpan<byte> json)
    {
        int at = 1;
        while (at < json.Length - 1)
        {
            at++;
            if (!Utf8Parser.TryParse(json[at..], out int bin, out int read) || bin is < LowestBin or > HighestBin)
            {
                throw new FormatException();
            }
            at += read + 2;
            if (at >= json.Length || !Utf8Parser.TryParse(json[at..], out long count, out read) || count <= 0)
            {
                throw new FormatException();
            }
            at += read + 1;
            Add(bin, count);
        }
    }

    /// <summary>Writes the bins as a JSON object of bin and count, in order, which SQL can read by json_each.</summary>
    public void Write(StringBuilder json)
    {
        json.Append('{');
        for (int i = 0; i < _counts.Length; i++)
        {
            if (_counts[i] != 0)
            {
                json.Append(json[^1] == '{' ? "" : ",").Append('"').Append(_first + i).Append("\":").Append(_counts[i]);
            }
        }
        json.Append('}');
    }

    private void Widen(int bin)
    {
        // Grows by half, so that durations that come in order do not copy each time.
        int room = _counts.Length / 2;
        int first = bin < _first ? bin - room : _first;
        int end = Math.Max(_first + _counts.Length, bin + 1 + (bin < _first ? 0 : room));
        var counts = new long[end - first];
        _counts.CopyTo(counts, _first - first);
        (_counts, _first) = (counts, first);
    }
}
