namespace TokenDashboard.Telemetry;

/// <summary>
/// The bins of a <see cref="Histogram"/>, by number. Bins of durations grow by 2 %, so that a bin's value is at most 1 % off any duration
/// in it, as in DDSketch (Masson, Rim, Lee: "DDSketch: a fast and fully-mergeable quantile sketch with relative-error guarantees",
/// VLDB 2019). The edges that panels show divide bins further, so that the number of requests from an edge on is exact.
/// </summary>
internal sealed class HistogramBins
{
    /// <summary>The largest relative error of the value of a bin of durations.</summary>
    public const double RelativeError = 0.01;

    /// <summary>The ratio of the durations in a bin to the durations in the previous bin.</summary>
    public const double Growth = (1 + RelativeError) / (1 - RelativeError);
    private static readonly double LogGrowth = Math.Log(Growth);

    private readonly double[] _edges;
    private readonly int _highestPower;

    /// <summary>Bins that begin at the edges and, between two powers of the growth, also at the powers between them.</summary>
    private HistogramBins(double[] edges, int lowestPower, int highestPower) =>
        (_edges, Lowest, _highestPower, Highest) = (edges, lowestPower, highestPower, highestPower + edges.Length);

    /// <summary>Bins of durations in milliseconds, from a nanosecond to the longest valid duration.</summary>
    public static HistogramBins Durations { get; } = new([100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 60_000], lowestPower: -691, highestPower: 1382);

    /// <summary>Bins of total tokens: the class of a request is the number of edges that its tokens reach.</summary>
    public static HistogramBins Sizes { get; } = new([1, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000], 0, 0);

    /// <summary>The edges in addition to the powers of the growth.</summary>
    public IReadOnlyList<double> Edges => _edges;

    public int Lowest { get; }

    public int Highest { get; }

    /// <summary>The bin of a value. A value that equals an edge belongs to the bin above it.</summary>
    public int Of(double value)
    {
        int bin = PowerOf(value);
        foreach (double edge in _edges)
        {
            if (value < edge)
                break;
            bin++;
        }
        return bin;
    }

    /// <summary>A value inside each bin, in order. The value of the lowest bin is 0.</summary>
    public IEnumerable<(int Bin, double Value)> Values()
    {
        int passed = 0;
        for (int power = Lowest; power <= _highestPower; power++)
        {
            (double begin, double end) = (Math.Pow(Growth, power - 1), Math.Pow(Growth, power));
            for (; passed < _edges.Length && PowerOf(_edges[passed]) == power; passed++)
            {
                yield return (power + passed, Middle(begin, _edges[passed]));
                begin = _edges[passed];
            }
            yield return (power + passed, power == Lowest ? 0 : Middle(begin, end));
        }
    }

    // The value has the same relative distance from both ends.
    private static double Middle(double begin, double end) => 2 * begin * end / (begin + end);

    private int PowerOf(double value) => value <= 0 || Lowest == _highestPower
        ? Lowest
        : Math.Clamp((int)Math.Ceiling(Math.Log(value) / LogGrowth), Lowest, _highestPower);
}
