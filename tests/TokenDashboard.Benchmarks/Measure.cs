using System.Diagnostics;

namespace TokenDashboard.Benchmarks;

/// <summary>Measures times in milliseconds, and memory.</summary>
internal static class Measure
{
    public static double Time(Action work)
    {
        long start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    public static double Median(int runs, Func<double> run) => Median([.. Enumerable.Range(0, runs).Select(_ => run())]);

    /// <summary>Returns the medians of two operations that run alternately, so that a slow moment of the machine affects both.</summary>
    public static (double Ours, double Theirs) Pair(int runs, Action ours, Action theirs)
    {
        (double Ours, double Theirs)[] times = [.. Enumerable.Range(0, runs).Select(_ => (Time(ours), Time(theirs)))];
        return (Median([.. times.Select(time => time.Ours)]), Median([.. times.Select(time => time.Theirs)]));
    }

    public static double Median(double[] times)
    {
        Array.Sort(times);
        return times[times.Length / 2];
    }

    /// <summary>Returns how much the memory of the process grows during an operation, in MiB.</summary>
    public static double PeakMemory(Action work)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        long before = Environment.WorkingSet, peak = before;
        using (new Timer(_ => peak = Math.Max(peak, Environment.WorkingSet), null, 0, 20))
            work();
        return (peak - before) / 1048576d;
    }
}
