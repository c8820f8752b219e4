namespace TokenDashboard.Benchmarks;

/// <summary>Runs the same queries on stores of several sizes, to show which times grow with the store.</summary>
internal static class GrowthBenchmark
{
    private const int NewRows = 1_000;
    private static readonly int[] Sizes = [500_000, 1_000_000, 2_000_000, 5_000_000, 10_000_000];

    public static void Run(Options options)
    {
        Report.Begin(
            "Growth", "requests", "first request", "user and model by SQL", "from rows", "from rollups", "by day", "7 days", "building rollups", $"refreshing {NewRows:N0}", "longest lock");
        foreach (int rows in Sizes.Where(size => size <= options.Rows))
        {
            string raw = SampleStore.Make(options.Folder, rows);
            string rollups = SampleStore.Copy(raw, "growth.db");
            (double build, double buildLock) = RollupBenchmark.Build(rollups);
            double FromRollups(Question question) => Measure.Median(options.Runs, () => Measure.Time(() => question.Answer(rollups)));
            (double fromRows, double sql) = Measure.Pair(options.Runs, () => Question.UserAndModel.Answer(raw), () => Question.UserAndModel.AnswerBySql(raw));
            (double fromRollups, double byDay, double lastWeek) = (FromRollups(Question.UserAndModel), FromRollups(Question.Day), FromRollups(Question.LastWeek));
            int used = 0;
            (double refresh, double refreshLock) = RollupBenchmark.Refresh(rollups, NewRows, options.Runs, ref used);
            double[] times = [RequestBenchmark.FirstRequest(raw), sql, fromRows, fromRollups, byDay, lastWeek, build, refresh, Math.Max(buildLock, refreshLock)];
            Report.Line([Report.Count(rows), .. times.Select(Report.Milliseconds)]);
            SampleStore.Remove(rollups);
        }
    }
}
