using System.Globalization;
using Microsoft.Data.Sqlite;
using TokenDashboard.Import;

namespace TokenDashboard.Benchmarks;

/// <summary>Measures the import of a log and of a CSV file.</summary>
internal static class ImportBenchmark
{
    private const int MaxRows = 500_000;
    private const double SpansPerSecond = 300_000;
    private const double LockTarget = 250;

    public static void Run(string raw, int allRows, int runs)
    {
        Report.Begin("Imports");
        int rows = Math.Min(allRows, MaxRows);
        string folder = Path.GetDirectoryName(raw)!;
        (string log, string csv, string target) = (Path.Combine(folder, "import.log"), Path.Combine(folder, "import.csv"), Path.Combine(folder, "import.db"));
        WriteFiles(raw, log, csv, rows);
        double longest = 0;
        void Import(string file, int expected)
        {
            using var importer = new TokenImporter(target, ImportFormat.Auto, null, whatIf: false, CancellationToken.None);
            ImportReport report = importer.Import(file);
            longest = Math.Max(longest, report.LongestLock.TotalMilliseconds);
            if (report.Imported != expected || report.Read != rows)
                throw new InvalidOperationException($"{report.Imported} of {report.Read} requests were imported, not {expected} of {rows}.");
        }
        void ImportIntoNewStore(string file)
        {
            SampleStore.Remove(target);
            Import(file, rows);
        }
        TimeSpan before = Environment.CpuUsage.TotalTime;
        double logTime = Measure.Median(runs, () => Measure.Time(() => ImportIntoNewStore(log)));
        TimeSpan cpu = (Environment.CpuUsage.TotalTime - before) / runs;
        Report.Figure(
            $"Observicia's log, {Report.Count(rows)} spans", $"{Report.Milliseconds(logTime)}, {Report.PerSecond(rows, logTime)}; {Report.Milliseconds(cpu.TotalMilliseconds)} of CPU time",
            $"{Report.Count((long)SpansPerSecond)} per second", rows / logTime * 1000 >= SpansPerSecond);
        double again = Measure.Median(runs, () => Measure.Time(() => Import(log, 0)));
        Report.Figure("the same again, without new spans", $"{Report.Milliseconds(again)}, {Report.PerSecond(rows, again)}");
        (double csvTime, double shellTime) = Measure.Pair(runs, () => ImportIntoNewStore(csv), () => ImportByShell(csv, target));
        if (SqliteShell.IsInstalled)
            Report.Compare($"CSV, {Report.Count(rows)} requests, with a check for duplicates", csvTime, "sqlite3 .import, no check for duplicates", shellTime);
        else
            Report.Figure($"CSV, {Report.Count(rows)} requests", $"{Report.Milliseconds(csvTime)}, {Report.PerSecond(rows, csvTime)}");
        Report.Figure("longest lock", Report.Milliseconds(longest), $"{LockTarget} ms", longest <= LockTarget);
        foreach (string path in (string[])[log, csv, target])
            SampleStore.Remove(path);
    }

    private static void ImportByShell(string csv, string target)
    {
        if (SqliteShell.IsInstalled)
        {
            SampleStore.Remove(target);
            SqliteShell.Run(target, $"CREATE TABLE telemetry ({SampleStore.Columns})", $".import --csv --skip 1 '{csv}' telemetry");
        }
    }

    // No value in the sample needs quoting in CSV or escaping in JSON.
    private static void WriteFiles(string raw, string log, string csv, int rows)
    {
        using SqliteConnection connection = SampleStore.Connect(raw);
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = $"SELECT {SampleStore.Columns} FROM telemetry ORDER BY id LIMIT {rows}";
        using SqliteDataReader reader = command.ExecuteReader();
        using var logWriter = new StreamWriter(log);
        using var csvWriter = new StreamWriter(csv);
        csvWriter.WriteLine(SampleStore.Columns.Replace(" ", "", StringComparison.Ordinal));
        object[] values = new object[14];
        while (reader.Read())
        {
            reader.GetValues(values);
            csvWriter.WriteLine(string.Join(',', values.Select(value => Convert.ToString(value, CultureInfo.InvariantCulture))));
            long start = (DateTime.Parse((string)values[0], CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal) - DateTime.UnixEpoch).Ticks * 100;
            long end = start + (long)((double)values[9] * 1e6);
            logWriter.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $$"""{"type": "span", "timestamp": "{{values[0]}}", "name": "{{values[4]}}.{{values[5]}}.completion", "trace_id": "{{values[11]}}", "span_id": "{{values[12]}}", "parent_id": null, "start_time": {{start}}, "end_time": {{end}}, "attributes": {"transaction_id": "{{values[1]}}", "user.id": "{{values[2]}}", "llm.model": "{{values[3]}}", "llm.provider": "{{values[4]}}", "llm.request.type": "{{values[5]}}", "prompt.tokens": {{values[6]}}, "completion.tokens": {{values[7]}}, "total.tokens": {{values[8]}}, "policy.passed": {{(values[10] is 1L ? "true" : "false")}}}, "status": {"status_code": "UNSET", "description": null}, "events": []}"""));
        }
    }
}
