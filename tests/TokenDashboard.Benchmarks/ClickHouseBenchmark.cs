using System.Diagnostics;
using System.Globalization;
using TokenDashboard.Engines;
using TokenDashboard.Engines.ClickHouse;
using TokenDashboard.Engines.ClickHouse.Sync;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Pricing;
using TokenDashboard.Pricing.Lists;
using TokenDashboard.Telemetry;
using TokenDashboard.Usage;

namespace TokenDashboard.Benchmarks;

/// <summary>Measures sending to ClickHouse, and queries on 5 and 50 million requests, which are generated in the server.</summary>
internal static class ClickHouseBenchmark
{
    private const double SendTarget = 150_000;
    private const double QueryTarget = 1000;
    private const double DashboardTarget = 2000;
    private const int SentRows = 1_000_000;
    private const int Sources = 20;
    private const int Port = 18129;
    private const string Database = "tokendashboard_benchmark";

    private static readonly long[] Sizes = [5_000_000, 50_000_000];

    public static void Run(int runs)
    {
        if (Environment.GetEnvironmentVariable("TOKENDASHBOARD_TEST_CLICKHOUSE") is not { Length: > 0 } setting)
        {
            Console.WriteLine("\nClickHouse: skipped, because TOKENDASHBOARD_TEST_CLICKHOUSE is not set to a server or a library.");
            return;
        }
        string folder = Directory.CreateTempSubdirectory("tokendashboard-").FullName;
        using Process? engine = ClickHouseAddress.Matches(setting) ? null : Start(setting, Path.Combine(folder, "engine"));
        string server = engine is null ? setting : $"clickhouse://127.0.0.1:{Port}";
        string store = SampleStore.Make(folder, SentRows);
        Execute(server, $"DROP DATABASE IF EXISTS {Database}");
        Execute(server, $"CREATE DATABASE {Database}");
        string address = $"{server.TrimEnd('/')}/{Database}";
        try
        {
            Report.Begin("ClickHouse");
            MeasureSync(store, address);
            foreach (long size in Sizes)
            {
                GenerateRequests(address, size);
                MeasureQueries(address, size, runs);
                MeasureDashboards(address, size);
            }
        }
        finally
        {
            Execute(server, $"DROP DATABASE {Database}");
            engine?.Kill();
            engine?.WaitForExit();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Process Start(string library, string folder)
    {
        Directory.CreateDirectory(folder);
        string program = Path.Combine(AppContext.BaseDirectory, "TokenDashboard.SecondProcess.dll");
        var process = Process.Start(new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [program, "clickhouse", library, folder, $"{Port}"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        process.StandardOutput.ReadLine();
        return process;
    }

    private static void MeasureSync(string store, string address)
    {
        using var sync = new TokenStoreSync(store, address, new TokenStoreSyncOptions { Source = "sent" }, CancellationToken.None);
        sync.CreateTable();
        TokenStoreSyncResult? result = null;
        double memory = Measure.PeakMemory(() => result = sync.Run());
        Report.Figure(
            "requests sent", Report.PerSecond(result!.Sent, result.Seconds * 1000),
            string.Create(CultureInfo.InvariantCulture, $"{SendTarget:N0} per second"), result.Sent / result.Seconds >= SendTarget);
        Report.Figure("memory added while requests are sent", string.Create(CultureInfo.InvariantCulture, $"{memory:0} MiB"));
        Report.Figure("a run with nothing to send", Report.Milliseconds(Measure.Time(() => sync.Run())));
    }

    // Twenty sources with 41 users and 12 models each, over 90 days.
    private static void GenerateRequests(string address, long size)
    {
        foreach (string table in new[] { RequestTable.Name, UsageTables.Days, UsageTables.Sums })
            Execute(address, $"TRUNCATE TABLE {table}");
        const long Batch = 5_000_000;
        for (long first = 0; first < size; first += Batch)
        {
            Execute(address, string.Create(CultureInfo.InvariantCulture, $"""
                INSERT INTO token_request SELECT intDiv(number, {Sources}), toDateTime64('2026-08-01 00:00:00', 6, 'UTC') + toIntervalSecond(intDiv(number * 7776000, {size})),
                    concat('user', toString(cityHash64(number) % 41)),
                    ['gpt-4o', 'gpt-4o-mini', 'gpt-4.1', 'gpt-4.1-mini', 'gpt-5', 'gpt-5-mini', 'o3', 'claude-sonnet-4-5', 'claude-haiku-4-5', 'claude-opus-4-1', 'gemini-2.5-pro', 'gemini-2.5-flash'][cityHash64(number, 1) % 12 + 1] AS model,
                    multiIf(model LIKE 'claude%', 'anthropic', model LIKE 'gemini%', 'google', 'openai'), 'chat', toString(intDiv(number, 5)), '', '', '',
                    cityHash64(number, 2) % 4000 AS a, cityHash64(number, 3) % 1000 AS b, a + b, if(number % 3 = 0, intDiv(a, 2), NULL), {string.Join(", ", Measures.Parts.Skip(1).Select(_ => "NULL"))}, NULL,
                    exp(cityHash64(number, 4) % 80000 / 10000) AS d, toInt16(ceil(log(d) / 0.02)), cityHash64(number, 5) % 50 = 0, cityHash64(number, 6) % 200 = 0, 0, number, 1, 0, concat('host', toString(number % {Sources}))
                FROM numbers({first}, {Math.Min(Batch, size - first)})
                """));
        }
        Execute(address, "OPTIMIZE TABLE token_request FINAL");
        PriceList prices = PriceFiles.Load();
        using var server = new ClickHouseServer(ClickHouseAddress.Parse(address), null, CancellationToken.None);
        double time = Measure.Time(() =>
        {
            foreach (string source in Enumerable.Range(0, Sources).Select(number => $"host{number}"))
            {
                var sent = new SentRows(server, source, RequestTable.NoTime, RequestTable.NoTime);
                var usage = new SentUsage(server, source);
                usage.Begin(sent.ReadWatermark());
                sent.ReadWindows(long.MinValue);
                usage.Sum(sent.Days, isWhole: true);
                new SentPrices(server, source).Write(prices, 1);
            }
        });
        Report.Figure($"building the rollups of {Report.Count(size)} requests", Report.PerSecond(size, time));
    }

    // Dashboards over a week, and over 90 days without their closed rows, which would take minutes. The time range ends within a quarter of an hour, like
    // one that ends now. Each dashboard runs once, because the server has just read the same tables.
    private static void MeasureDashboards(string address, long size)
    {
        foreach ((string name, int days) in DashboardCatalog.Names.SelectMany(name => new[] { 7, 90 }.Select(days => (name, days))))
        {
            DashboardDocument dashboard = DashboardCatalog.Create(name, plugin: DataSourcePlugin.ClickHouse);
            if (days > 7)
                dashboard = DashboardBenchmark.WithoutClosedRows(dashboard);
            var end = new DateTimeOffset(2026, 10, 29, 13, 7, 21, TimeSpan.Zero);
            var options = new DashboardTestOptions { Database = address, Now = end, Range = new TimeRange(end.AddDays(-days), end), TimeZone = TimeZoneInfo.Utc };
            (double time, double closed, int queries) = DashboardBenchmark.Run(dashboard, options, 1);
            Report.Figure(
                $"{dashboard.Title}, {queries} queries, {days} days, {Report.Count(size)} requests", Report.Milliseconds(time), Report.Milliseconds(DashboardTarget), time <= DashboardTarget);
            if (closed > 0)
                Report.Figure($"{dashboard.Title}, its closed row, {days} days, {Report.Count(size)} requests", Report.Milliseconds(closed));
        }
    }

    private static void MeasureQueries(string address, long size, int runs)
    {
        using ITelemetryStore store = TelemetryStores.Open(address, CancellationToken.None);
        var prices = new UsagePrices(PriceFiles.Load());
        var week = new TimeRange(new DateTimeOffset(2026, 10, 20, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2026, 10, 27, 0, 0, 0, TimeSpan.Zero));
        TimeZoneInfo berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
        var transaction = new RequestFilter
        {
            Transaction = [store.ReadNewestNames(RequestText.Transaction, TimeSpan.FromMinutes(1)).Keys.First(name => name.Length > 0)],
            Literal = new HashSet<string> { nameof(RequestFilter.Transaction) },
        };
        foreach ((string what, Action query) in new (string, Action)[]
        {
            ("by user and model", () => Usage([UsageDimension.User, UsageDimension.Model], new RequestFilter(), TimeZoneInfo.Utc)),
            ("by day in Europe/Berlin", () => Usage([UsageDimension.Day], new RequestFilter(), berlin)),
            ("by user and model, a week", () => Usage([UsageDimension.User, UsageDimension.Model], new RequestFilter { Range = week }, TimeZoneInfo.Utc)),
            ("by hour", () => Usage([UsageDimension.Hour], new RequestFilter(), TimeZoneInfo.Utc)),
            ("by day and user", () => Usage([UsageDimension.Day, UsageDimension.User], new RequestFilter(), TimeZoneInfo.Utc)),
            ("by hour, one user", () => Usage([UsageDimension.Hour], new RequestFilter { User = ["user7"] }, TimeZoneInfo.Utc)),
            ("by source", () => Usage([UsageDimension.Source], new RequestFilter(), TimeZoneInfo.Utc)),
            ("transactions, top 10", () => Usage([UsageDimension.Transaction], new RequestFilter(), TimeZoneInfo.Utc, (10, UsageOrder.Default))),
            ("transactions, top 10 by cost", () => Usage([UsageDimension.Transaction], new RequestFilter(), TimeZoneInfo.Utc, (10, UsageOrder.Cost))),
            ("the 20 largest requests", () => _ = new RequestQuery([store], new RequestFilter()) { Order = RequestOrder.TotalTokens, Descending = true }.Run(0, 20).Count()),
            ("the requests of one transaction", () => _ = new RequestQuery([store], transaction).Run(0, ulong.MaxValue).Count()),
        })
        {
            double time = Measure.Median(runs, () => Measure.Time(query));
            Report.Figure($"{what}, {Report.Count(size)} requests", Report.Milliseconds(time), Report.Milliseconds(QueryTarget), time <= QueryTarget);
        }

        void Usage(UsageDimension[] groupBy, RequestFilter filter, TimeZoneInfo zone, (int, UsageOrder)? largest = null) =>
            _ = new UsageQuery(groupBy, zone) { Prices = prices, Largest = largest }.Run([store], filter).Rows.Count;
    }

    private static void Execute(string address, string sql)
    {
        using var server = new ClickHouseServer(ClickHouseAddress.Parse(address), null, CancellationToken.None);
        server.Execute(sql);
    }
}
