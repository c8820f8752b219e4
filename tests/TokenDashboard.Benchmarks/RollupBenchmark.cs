using System.Globalization;
using TokenDashboard.Engines.Sqlite.Maintenance;

namespace TokenDashboard.Benchmarks;

/// <summary>What rollups cost.</summary>
internal static class RollupBenchmark
{
    private const double LockTarget = 250;
    private static readonly int[] NewRows = [0, 1_000, 10_000, 100_000];

    /// <summary>Builds the rollups of a store, once: on millions of requests chance evens out by itself.</summary>
    /// <returns>Milliseconds, and the longest lock in milliseconds.</returns>
    public static (double Time, double LongestLock) Build(string path)
    {
        using var optimizer = new StoreOptimizer(path, CancellationToken.None);
        double time = Measure.Time(() => optimizer.Refresh());
        return (time, optimizer.LongestLock.TotalMilliseconds);
    }

    /// <summary>Refreshes after new rows came.</summary>
    /// <param name="path">A store with rollups.</param>
    /// <param name="rows">How many come each time.</param>
    /// <param name="runs">How often.</param>
    /// <param name="used">How many rows of the store were given again as new ones so far.</param>
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

    public static void Run(string rollups, int rows, (double Time, double LongestLock) build, int runs)
    {
        Report.Begin("Rollups");
        double longest = build.LongestLock;
        Report.Figure("building the rollups", $"{Report.Milliseconds(build.Time)}, {Report.PerSecond(rows, build.Time)}");
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
