using System.Globalization;
using TokenDashboard.Engines.Sqlite.Maintenance;

namespace TokenDashboard.Benchmarks;

/// <summary>Measures building and refreshing rollups.</summary>
internal static class RollupBenchmark
{
    private const double LockTarget = 250;
    private static readonly int[] NewRows = [0, 1_000, 10_000, 100_000];

    /// <summary>Builds the rollups of a store once: with millions of requests, a single run is representative.</summary>
    /// <returns>The time and the longest lock, in milliseconds.</returns>
    public static (double Time, double LongestLock) Build(string path)
    {
        using var optimizer = new StoreOptimizer(path, CancellationToken.None);
        double time = Measure.Time(() => optimizer.Refresh());
        return (time, optimizer.LongestLock.TotalMilliseconds);
    }

    /// <summary>Refreshes the rollups after rows are added.</summary>
    /// <param name="path">A store with rollups.</param>
    /// <param name="rows">The number of rows that each run adds.</param>
    /// <param name="runs">The number of runs.</param>
    /// <param name="used">The number of existing rows that were already added again as new ones.</param>
    public static (double Time, double LongestLock) Refresh(string path, int rows, int runs, ref int used)
    {
        double longest = 0;
        double[] times = new double[runs];
        for (int run = 0; run < runs; run++)
        {
            SampleStore.Append(path, rows, used);
            used += rows;
            times[run] = Measure.Time(() =>
            {
                using var optimizer = new StoreOptimizer(path, CancellationToken.None);
                optimizer.Refresh();
                longest = Math.Max(longest, optimizer.LongestLock.TotalMilliseconds);
            });
        }
        return (Measure.Median(times), longest);
    }

    public static void Run(string raw, string rollups, int rows, (double Time, double LongestLock) build, int runs)
    {
        Report.Begin("Rollups");
        double longest = build.LongestLock;
        Report.Figure("building the rollups", $"{Report.Milliseconds(build.Time)}, {Report.PerSecond(rows, build.Time)}");
        if (!RequestBenchmark.ReadLargest(rollups).SequenceEqual(RequestBenchmark.ReadLargest(raw)))
            throw new InvalidOperationException("The largest requests differ.");
        (double with, double without) = Measure.Pair(runs, () => RequestBenchmark.ReadLargest(rollups), () => RequestBenchmark.ReadLargest(raw));
        Report.Compare("the ten largest requests", with, "rows", without);
        int used = 0;
        foreach (int newRows in NewRows.Where(newRows => newRows * runs <= rows / 4))
        {
            (double time, double longestLock) = Refresh(rollups, newRows, runs, ref used);
            longest = Math.Max(longest, longestLock);
            string perRow = newRows == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", {time * 1000 / newRows:0} µs per request");
            Report.Figure($"refreshing after {Report.Count(newRows)} new requests", Report.Milliseconds(time) + perRow, newRows == 0 ? "" : "in proportion to new requests");
        }
        Report.Figure("longest lock", Report.Milliseconds(longest), $"{LockTarget} ms", longest <= LockTarget);
    }
}
