using System.Globalization;
using CsCheck;

[assembly: AssemblyFixture(typeof(TokenDashboard.Tests.PropertySeed))]

namespace TokenDashboard.Tests;

/// <summary>
/// Checks properties on samples from a fixed seed, so that every run of a commit has the same result.
/// TOKENDASHBOARD_TEST_SEED sets another seed, and TOKENDASHBOARD_TEST_EFFORT multiplies the number of samples. A failure shows the seed of its sample,
/// which CsCheck_Seed repeats and shrinks.
/// </summary>
internal static class Property
{
    internal static readonly ulong Seed = Number("TOKENDASHBOARD_TEST_SEED", 1);

    private static readonly ulong Effort = Number("TOKENDASHBOARD_TEST_EFFORT", 1);

    public static void ForAll<T>(this Gen<T> gen, Action<T> property, int iter = 100, int threads = -1, Func<T, string>? print = null)
    {
        if (Environment.GetEnvironmentVariable("CsCheck_Seed") is not null)
        {
            gen.Sample(property, iter: iter, threads: threads, print: print);
            return;
        }
        // A generator's first number follows its stream closely, so the number of a sample goes into its seed as well.
        void Sample(int i) => gen.Sample(
            property, seed: new PCG((uint)i, (Seed + (ulong)i) * 0x9E3779B97F4A7C15).ToString(), iter: 1, threads: 1, print: print);
        int samples = checked((int)((ulong)iter * Effort));
        if (threads == 1)
        {
            for (int i = 0; i < samples; i++)
                Sample(i);
            return;
        }
        try
        {
            Parallel.For(0, samples, new ParallelOptions { MaxDegreeOfParallelism = threads }, Sample);
        }
        catch (AggregateException exception)
        {
            throw exception.InnerExceptions[0];
        }
    }

    public static void ForAll<T1, T2>(this Gen<(T1, T2)> gen, Action<T1, T2> property, int iter = 100, int threads = -1, Func<(T1, T2), string>? print = null) =>
        gen.ForAll(sample => property(sample.Item1, sample.Item2), iter, threads, print);

    public static void ForAll<T1, T2, T3>(
        this Gen<(T1, T2, T3)> gen, Action<T1, T2, T3> property, int iter = 100, int threads = -1, Func<(T1, T2, T3), string>? print = null) =>
        gen.ForAll(sample => property(sample.Item1, sample.Item2, sample.Item3), iter, threads, print);

    public static void ForAll<T1, T2, T3, T4>(
        this Gen<(T1, T2, T3, T4)> gen, Action<T1, T2, T3, T4> property, int iter = 100, int threads = -1, Func<(T1, T2, T3, T4), string>? print = null) =>
        gen.ForAll(sample => property(sample.Item1, sample.Item2, sample.Item3, sample.Item4), iter, threads, print);

    public static void ForAll<T1, T2, T3, T4, T5>(
        this Gen<(T1, T2, T3, T4, T5)> gen, Action<T1, T2, T3, T4, T5> property, int iter = 100, int threads = -1, Func<(T1, T2, T3, T4, T5), string>? print = null) =>
        gen.ForAll(sample => property(sample.Item1, sample.Item2, sample.Item3, sample.Item4, sample.Item5), iter, threads, print);

    private static ulong Number(string variable, ulong otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? ulong.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}

/// <summary>Prints the seed when a run begins.</summary>
public sealed class PropertySeed
{
    public PropertySeed() => Console.WriteLine($"Properties use the seed {Property.Seed}; TOKENDASHBOARD_TEST_SEED={Property.Seed} repeats them.");
}
