using System.Globalization;
using TokenDashboard.Pricing.Lists;
using TokenDashboard.Usage;

namespace TokenDashboard.Benchmarks;

/// <summary>Compares grouped queries on rollups and on single requests with SQL on the table, DuckDB, and the sqlite3 shell.</summary>
internal static class GroupingBenchmark
{
    // The goals in milliseconds apply to this number of requests.
    private const int RowsOfGoals = 5_000_000;

    private const double MaxRatioWithCost = 1.3;

    // Each run repeats queries that take milliseconds, as in a session that has run them before.
    private const int RollupRuns = 5;

    public static void Run(string raw, string rollups, int rows, int runs)
    {
        string duckDb = "";
        double loading = Measure.Time(() => duckDb = DuckDb.Load(raw));
        var prices = new UsagePrices(PriceFiles.LoadFrom(null));
        Report.Begin("Grouped queries");
        foreach (Question question in Question.All)
        {
            (long, long) expected = default;
            double[] fromRollups = new double[runs], fromRows = new double[runs], sql = new double[runs], duck = new double[runs];
            TimeSpan processors = default;
            for (int run = 0; run < runs; run++)
            {
                sql[run] = Measure.Time(() => expected = question.AnswerBySql(raw));
                duck[run] = Measure.Time(() => question.Check(DuckDb.Answer(duckDb, question.DuckDbSql), expected));
                fromRollups[run] = question.RollupGoal is null ? 0 : Measure.Median(RollupRuns, () => Measure.Time(() => question.Check(question.Answer(rollups), expected)));
                TimeSpan before = Environment.CpuUsage.TotalTime;
                fromRows[run] = Measure.Time(() => question.Check(question.Answer(raw), expected));
                processors += Environment.CpuUsage.TotalTime - before;
            }
            double cores = processors.TotalMilliseconds / fromRows.Sum();
            void Compare(string how, double[] ours, double? goal)
            {
                double median = Measure.Median(ours);
                Report.Compare($"{question.Name}, {how}", median, "SQL", Measure.Median(sql));
                Report.Compare(
                    "the same", median, "DuckDB", Measure.Median(duck), goal is null ? "" : $"{Report.Milliseconds(goal.Value)} at {Report.Count(RowsOfGoals)} requests",
                    rows == RowsOfGoals && goal is not null ? median <= goal : null);
            }
            if (question.RollupGoal is not null)
            {
                Compare("from rollups", fromRollups, question.RollupGoal);
                (double with, double without) = Measure.Pair(RollupRuns * runs, () => question.Answer(rollups, prices), () => question.Answer(rollups));
                Report.Compare("the same, with cost", with, "without", without, MaxRatioWithCost);
            }
            Compare("from rows", fromRows, question.RowGoal);
            Report.Figure("the same, cores used", string.Create(CultureInfo.InvariantCulture, $"{cores:0.0} of {Environment.ProcessorCount}"));
        }
        if (SqliteShell.IsInstalled)
        {
            Question question = Question.UserAndModel;
            (double ours, double shell) = Measure.Pair(runs, () => question.Answer(raw), () => SqliteShell.Run(raw, question.Sql));
            Report.Compare($"{question.Name}, from rows", ours, "sqlite3", shell);
        }
        Report.Figure("loading DuckDB, unless it is loaded already", Report.Milliseconds(loading));
    }
}
