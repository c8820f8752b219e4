using System.Globalization;
using Microsoft.Data.Sqlite;
using TokenDashboard.Engines.Sqlite;
using TokenDashboard.Engines.Sqlite.Queries;
using TokenDashboard.Telemetry;
using TokenDashboard.Usage;

namespace TokenDashboard.Benchmarks;

/// <summary>Compares reading single requests as objects with a loop that only reads the columns.</summary>
internal static class RequestBenchmark
{
    private const double Target = 1.5;
    private const double FirstTarget = 20;
    private const double MemoryTarget = 64;
    private const int FirstRuns = 21;

    public static void Run(string raw, int runs)
    {
        Report.Begin("Single requests");
        double first = FirstRequest(raw);
        Report.Figure("first request after opening the store", Report.Milliseconds(first), $"{FirstTarget} ms", first <= FirstTarget);
        double memory = Measure.PeakMemory(() => ReadObjects(raw));
        Report.Figure(
            "memory added while all requests are read", string.Create(CultureInfo.InvariantCulture, $"{memory:0} MiB"),
            string.Create(CultureInfo.InvariantCulture, $"flat (under {MemoryTarget:0} MiB)"), memory < MemoryTarget);
        (double ours, double theirs) = Measure.Pair(runs, () => ReadObjects(raw), () => ReadColumns(raw));
        Report.Compare("all requests as objects", ours, "bare reader loop", theirs, Target);
        Report.Figure("the same", Report.PerSecond(ReadColumns(raw), ours));
    }

    public static double FirstRequest(string path) => Measure.Median(FirstRuns, () => Measure.Time(() =>
    {
        using TokenStore store = TokenStore.Open(path, CancellationToken.None);
        var query = new RequestQuery([new SqliteStore(store)], new RequestFilter()) { Order = RequestOrder.Id, Descending = false };
        _ = query.Run(0, ulong.MaxValue).First();
    }));

    /// <summary>The ids of the ten largest requests.</summary>
    public static long[] ReadLargest(string path)
    {
        using TokenStore store = TokenStore.Open(path, CancellationToken.None);
        return [.. new RequestQuery([new SqliteStore(store)], new RequestFilter()) { Order = RequestOrder.TotalTokens, Descending = true }.Run(0, 10).Select(request => request.Id)];
    }

    private static void ReadObjects(string path)
    {
        using TokenStore store = TokenStore.Open(path, CancellationToken.None);
        var query = new RequestQuery([new SqliteStore(store)], new RequestFilter()) { Order = RequestOrder.Id, Descending = false };
        foreach (TokenRequest request in query.Run(0, ulong.MaxValue))
            _ = request;
    }

    private static long ReadColumns(string path)
    {
        using SqliteConnection connection = SampleStore.Connect(path);
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = $"SELECT id, {SampleStore.Columns} FROM telemetry";
        using SqliteDataReader reader = command.ExecuteReader();
        long rows = 0;
        while (reader.Read())
        {
            rows++;
            _ = reader.GetInt64(0);
            for (int column = 1; column <= 6; column++)
                _ = reader.GetString(column);
            for (int column = 7; column <= 9; column++)
                _ = reader.GetInt64(column);
            _ = reader.GetDouble(10);
            _ = reader.GetBoolean(11);
            for (int column = 12; column <= 14; column++)
                _ = reader.GetString(column);
        }
        return rows;
    }
}
