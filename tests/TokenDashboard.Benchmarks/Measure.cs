using System.Diagnostics;

namespace TokenDashboard.Benchmarks;

/// <summary>Times of things, in milliseconds.</summary>
internal static class Measure
{
    public static double Time(Action work)
    {
        long start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    public static double Median(int runs, Func<double> run) => Median([.. Enumerable.Range(0, runs).Select(_ => run())]);

    /// <summary>Medians of two things done in turns, so that a slow moment of the machine meets both.</summary>
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

    /// <summary>How far the process's memory grows during some work, in MiB.</summary>
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
