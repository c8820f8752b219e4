using System.Numerics;
using System.Runtime.InteropServices;

namespace TokenDashboard.Telemetry;

/// <summary>
/// A value for each of the <see cref="Measures"/>, of one or more requests. Copies share the values. All are in one array, because queries can have millions of
/// groups: the integers, then the bits of the fractions.
/// </summary>
internal readonly struct MeasureValues
{
    private static readonly int IntegerSums = Measures.CountUpTo(Measures.Integers, MeasureAggregate.Sum);
    private static readonly int IntegerMaxima = Measures.CountUpTo(Measures.Integers, MeasureAggregate.Max);
    private static readonly int RealSums = Measures.CountUpTo(Measures.Reals, MeasureAggregate.Sum);
    private static readonly int RealMaxima = Measures.CountUpTo(Measures.Reals, MeasureAggregate.Max);

    private readonly long[] _values = new long[Measures.Integers.Length + Measures.Reals.Length];

    /// <summary>Values of no requests. No measure is negative, so their maximum is 0.</summary>
    public MeasureValues()
    {
        Integers[IntegerMaxima..].Fill(long.MaxValue);
        Reals[RealMaxima..].Fill(double.MaxValue);
    }

    public Span<long> Integers => _values.AsSpan(0, Measures.Integers.Length);

    public Span<double> Reals => MemoryMarshal.Cast<long, double>(_values.AsSpan(Measures.Integers.Length));

    /// <summary>The value of an integer measure.</summary>
    public ref long this[Measure measure] => ref _values[measure.Index];

    public bool Knows(Measure measure) => this[measure.KnownBy ?? Measures.Requests] > 0;

    /// <summary>The value of an integer measure; null if no request has a value.</summary>
    public long? IfKnown(Measure measure) => Knows(measure) ? this[measure] : null;

    /// <summary>The value of a fractional measure.</summary>
    public double Real(Measure measure) => Reals[measure.Index];

    /// <summary>The value of a time measure; null without requests.</summary>
    public DateTimeOffset? Time(Measure measure) => this[Measures.Requests] == 0 ? null : new DateTimeOffset(this[measure], TimeSpan.Zero);

    public void Add(MeasureValues other)
    {
        Add(Integers, other.Integers, IntegerSums, IntegerMaxima);
        Add(Reals, other.Reals, RealSums, RealMaxima);
    }

    private static void Add<T>(Span<T> values, ReadOnlySpan<T> others, int sums, int maxima)
        where T : struct, INumber<T>
    {
        // Called for millions of requests, each with a dozen sums.
        Span<Vector<T>> vectors = MemoryMarshal.Cast<T, Vector<T>>(values[..sums]);
        ReadOnlySpan<Vector<T>> added = MemoryMarshal.Cast<T, Vector<T>>(others[..sums]);
        for (int i = 0; i < vectors.Length; i++)
            vectors[i] += added[i];
        for (int i = vectors.Length * Vector<T>.Count; i < sums; i++)
            values[i] += others[i];
        for (int i = sums; i < maxima; i++)
            values[i] = T.Max(values[i], others[i]);
        for (int i = maxima; i < values.Length; i++)
            values[i] = T.Min(values[i], others[i]);
    }

    /// <summary>Whether two sets of values are equal, except for the rounding of sums of fractions, which depends on their order.</summary>
    public bool Matches(MeasureValues other)
    {
        const double RelativeRounding = 1e-9;
        MeasureValues own = this;
        return Integers.SequenceEqual(other.Integers)
            && Measures.Reals.All(measure => Math.Abs(own.Real(measure) - other.Real(measure)) <= RelativeRounding * Math.Max(1, Math.Abs(own.Real(measure))));
    }
}
