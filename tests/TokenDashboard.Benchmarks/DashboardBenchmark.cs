using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using TokenDashboard.Grafana.Model;

namespace TokenDashboard.Benchmarks;

/// <summary>Runs all queries of each dashboard one after another, as Grafana's plugin does.</summary>
internal static class DashboardBenchmark
{
    private const double Target = 500;

    // This dashboard reads single requests; the others read rollups.
    private const double RequestsTarget = 2000;
    private static readonly int[] Days = [1, 7, 90];

    // The queries of the four panels in the dashboard of Observicia's SDK. None of them has a time range.
    private static readonly string[] SdkQueries =
    [
        "SELECT timestamp, prompt_tokens, completion_tokens FROM telemetry ORDER BY timestamp",
        "SELECT model, sum(total_tokens) FROM telemetry GROUP BY model",
        "SELECT avg(duration_ms) FROM telemetry",
        "SELECT user_id, sum(prompt_tokens), sum(completion_tokens), sum(total_tokens) FROM telemetry GROUP BY user_id",
    ];

    public static void Run(string rollups, int runs)
    {
        Report.Begin("Dashboards, on the store with rollups");
        double sdk = Measure.Median(runs, () => Measure.Time(() => RunAll(rollups, SdkQueries)));
        foreach (string name in DashboardCatalog.Names)
        {
            DashboardDocument dashboard = DashboardCatalog.Create(name);
            foreach (int days in Days)
            {
                double target = name.Equals("requests", StringComparison.OrdinalIgnoreCase) && days > 1 ? RequestsTarget : Target;
                (double ours, double closed, int queries) = Run(dashboard, Options(rollups, days), runs);
                string range = $"{days} {(days == 1 ? "day" : "days")}";
                Report.Compare(
                    $"{dashboard.Title}, {queries} queries, {range}", ours, "the SDK's own 4 queries, all time", sdk,
                    Report.Milliseconds(target), ours <= target);
                if (closed > 0)
                    Report.Figure($"{dashboard.Title}, its closed row, {range}", Report.Milliseconds(closed));
            }
        }
    }

    /// <summary>Runs all queries of a dashboard several times.</summary>
    /// <returns>
    /// From the median run: the time of the queries outside closed rows, the time of those in closed rows, which Grafana runs only when a row is
    /// opened, and the number of the former.
    /// </returns>
    public static (double Time, double Closed, int Queries) Run(DashboardDocument dashboard, DashboardTestOptions options, int runs) =>
        Enumerable.Range(0, runs).Select(_ => Run(dashboard, options)).OrderBy(run => run.Time).ElementAt(runs / 2);

    /// <summary>Returns the dashboard without its closed rows, which run no queries until a user opens them.</summary>
    public static DashboardDocument WithoutClosedRows(DashboardDocument dashboard)
    {
        JsonNode root = JsonNode.Parse(dashboard.Json)!;
        foreach (JsonNode? row in root["panels"]!.AsArray().Where(row => row!["collapsed"]?.GetValue<bool>() == true).ToArray())
            root["panels"]!.AsArray().Remove(row);
        return DashboardDocument.Parse(root.ToJsonString(), dashboard.Name);
    }

    private static (double Time, double Closed, int Queries) Run(DashboardDocument dashboard, DashboardTestOptions options)
    {
        HashSet<int?> closed = [.. JsonNode.Parse(dashboard.Json)!["panels"]!.AsArray().Where(row => row!["collapsed"]?.GetValue<bool>() == true)
            .SelectMany(row => row!["panels"]!.AsArray()).Select(panel => (int?)panel!["id"]!.GetValue<int>())];
        ILookup<bool, DashboardQueryResult> results = DashboardTest.Run([dashboard], options, CancellationToken.None).Single().Queries.ToLookup(result => closed.Contains(result.PanelId));
        return (results[false].Sum(result => result.Milliseconds), results[true].Sum(result => result.Milliseconds), results[false].Count());
    }

    private static DashboardTestOptions Options(string database, int days) => new()
    {
        Database = database,
        Now = SampleStore.End,
        Range = new TimeRange(SampleStore.End.AddDays(-days), SampleStore.End),
        TimeZone = TimeZoneInfo.Utc,
    };

    private static void RunAll(string path, IEnumerable<string> queries)
    {
        using SqliteConnection connection = SampleStore.Connect(path);
        using SqliteCommand command = connection.CreateCommand();
        foreach (string sql in queries)
        {
            command.CommandText = sql;
            using SqliteDataReader reader = command.ExecuteReader();
            object[] values = new object[reader.FieldCount];
            while (reader.Read())
                reader.GetValues(values);
        }
    }
}
