namespace TokenDashboard.Benchmarks;

/// <summary>Grouped answers, from rollups and from single requests, against SQL on the table.</summary>
internal static class GroupingBenchmark
{
    private const double RollupTarget = 1 / 50d;
    private const double RowTarget = 1.3;

    public static void Run(string raw, string rollups, int runs)
    {
        Report.Begin("Grouped answers");
        foreach (Question question in Question.All)
        {
            (long, long) expected = default;
            double[] fromRollups = new double[runs], fromRows = new double[runs], sql = new double[runs];
            for (int run = 0; run < runs; run++)
            {
                sql[run] = Measure.Time(() => expected = question.AnswerBySql(raw));
                fromRollups[run] = Measure.Time(() => question.Check(question.Answer(rollups), expected));
                fromRows[run] = Measure.Time(() => question.Check(question.Answer(raw), expected));
            }
            double ofSql = Measure.Median(sql);
            Report.Compare($"{question.Name}, from rollups", Measure.Median(fromRollups), "SQL", ofSql, RollupTarget);
            Report.Compare($"{question.Name}, from rows", Measure.Median(fromRows), "SQL", ofSql, RowTarget);
        }
        if (SqliteShell.IsInstalled)
        {
            Question question = Question.UserAndModel;
            (double ours, double shell) = Measure.Pair(runs, () => question.Answer(raw), () => SqliteShell.Run(raw, question.Sql));
            Report.Compare($"{question.Name}, from rows", ours, "sqlite3", shell);
        }
    }
}
