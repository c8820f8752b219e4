using System.Globalization;
using CsCheck;
using TokenDashboard.Engines.Sqlite;
using TokenDashboard.Engines.Sqlite.Queries;
using TokenDashboard.Telemetry;
using TokenDashboard.Usage;

namespace TokenDashboard.Tests.Grafana.Catalog;

public class PanelSumTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    private static readonly string[] Timestamps =
    [
        "2026-03-04T12:00:00", "2026-03-04T12:59:59.999999", "", "garbage", "2026-03-04 12:00:00", "2026-03-04T12:00:00Z",
        "2026-03-04T12:00:00+02:00", "2026-03-04T12:00", "2026-03-04", "2026-02-30T12:00:00", "2026-03-03T24:00:00", "2026-03-04T12:00:00.",
        "2026-03-04T12:00:00.1x", "2026.5", "2026-03-04T12:60:00",
    ];

    [Fact]
    public void Every_panel_adds_up_to_the_filtered_requests() => Gen.Int.ForAll(seed => Compare(new Random(seed)), iter: 3);

    private static void Compare(Random random)
    {
        List<ExpectedRequest> requests = [.. Enumerable.Range(0, random.Next(200)).Select(_ => new ExpectedRequest(RandomRow(random)))];
        using TestStore store = CatalogView.Stored(requests.Select(request => request.Row));
        DateTimeOffset from = Noon.AddSeconds(random.Next(-90_000, 40_000));
        DateTimeOffset to = from.AddSeconds(random.Next(1, 90_000));
        // Grafana's time range has milliseconds; panels use whole seconds.
        var view = new CatalogView(from.AddMilliseconds(random.Next(1000)), to.AddMilliseconds(random.Next(1000)));
        view.Chosen["bucket"] = [Pick(random, ["0", "60", "3600", "86400"])];
        TimeZoneInfo zone = Pick(random, CatalogView.Zones);
        view.Chosen["zone"] = [zone.Id];
        view.Chosen["user"] = random.Next(2) == 0 ? [] : ["(none)", "ann", Pick(random, ["bob", "O'Brien", "say \"hi\""])];
        view.Chosen["provider"] = random.Next(2) == 0 ? [] : ["openai", "(none)"];
        List<ExpectedRequest> chosen = [.. requests.Where(request =>
            (view.Chosen["user"].Length == 0 || view.Chosen["user"].Contains(request.User))
            && (view.Chosen["provider"].Length == 0 || view.Chosen["provider"].Contains(request.Provider)))];
        List<ExpectedRequest> counted = [.. chosen.Where(request => request.Second >= from && request.Second < to)];
        List<ExpectedRequest> before = [.. chosen.Where(request => request.Second >= from - (to - from) && request.Second < from)];

        if (view.Chosen["user"].Length == 0 && view.Chosen["provider"].Length == 0)
            CompareCommands(view, store, new RequestFilter { Range = new TimeRange(from, to) });
        CompareTotals(view, store, counted);
        // Panels compare users only if the quarter-hour of the first request ends before the previous period.
        bool covered = requests.Select(request => request.Second?.ToUnixTimeSeconds() / 900 * 900 + 900).Min() <= (from - (to - from)).ToUnixTimeSeconds();
        CompareUsers(view, store, counted, before, covered);
        CompareHours(view, store, counted, zone);
        Assert.Equal(counted.Count, view.Panel(store, "Requests over time").Column<long>("Requests").Sum());
        Assert.Equal(counted.Count, view.Panel(store, "Requests by size").Column<long>("Requests").Sum());
        Assert.Equal(
            counted.Count(request => request.DurationMs is not null), view.Panel(store, "Requests by duration").Column<long>("Requests").Sum());
        Assert.Equal(
            counted.Select(request => (request.Timestamp.Length == 19 ? request.Timestamp + ".000000" : request.Timestamp) + "Z").OrderDescending(StringComparer.Ordinal),
            view.Panel(store, "Newest requests").Column<string>("Time"));
    }

    private static void CompareTotals(CatalogView view, TestStore store, List<ExpectedRequest> counted)
    {
        long prompt = counted.Sum(request => request.PromptTokens);
        long completion = counted.Sum(request => request.CompletionTokens);
        double[] durations = [.. counted.Select(request => request.DurationMs).OfType<double>()];

        Assert.Equal(
            [
                counted.Sum(request => request.TotalTokens), prompt, completion, counted.Count,
                counted.Select(request => request.User).Where(name => name != "(none)").Distinct().Count(), counted.Count(request => request.PolicyFailed),
            ],
            view.Panel(store, "Totals").Rows[0].Take(6).Select(value => value ?? 0L).Cast<long>());
        Assert.Equal(counted.Max(request => request.Second?.ToUnixTimeMilliseconds()), view.Panel(store, "Newest request").Column<long?>("Newest request")[0]);
        QueryResult overTime = view.Panel(store, "Token usage over time");
        Assert.Equal(prompt, overTime.Column<long>("Prompt tokens").Sum());
        Assert.Equal(completion, overTime.Column<long>("Completion tokens").Sum());
        Assert.Equal(Sums(counted, request => request.Model), view.Panel(store, "Usage by model").By<long>("Model", "Tokens"));
        double? mean = view.Panel(store, "Average request duration").Column<double?>("Mean duration")[0];
        Assert.Equal(durations.Length == 0, mean is null);
        Assert.Equal(durations.DefaultIfEmpty().Average(), mean ?? 0, 9);
    }

    private static void CompareCommands(CatalogView view, TestStore store, RequestFilter filter)
    {
        static string Shown(string? name) => name is { Length: > 0 } ? name : "(none)";
        using TokenStore open = store.Open();
        IReadOnlyList<TokenUsage> models = new UsageQuery([UsageDimension.Model], TimeZoneInfo.Utc).Run([new SqliteStore(open)], filter).Rows;
        IReadOnlyList<UserTokenUsage> users = new UserUsageQuery([new SqliteStore(open)], filter, TimeZoneInfo.Utc).Totals(comparePrevious: false).Rows;

        QueryResult modelTable = view.Panel(store, "Comparison between models");
        Assert.Equal(
            models.Select(model => (Shown(model.Model), model.TotalTokens, model.Requests, model.PromptTokens, model.CompletionTokens,
                model.P50DurationMs, model.P95DurationMs, model.P99DurationMs, model.PolicyFailures)).Order(),
            modelTable.Column<string>("Model").Select((name, row) => (
                name, Cell<long>(modelTable, "Tokens", row), Cell<long>(modelTable, "Requests", row), Cell<long>(modelTable, "Prompt", row),
                Cell<long>(modelTable, "Completion", row), Cell<double?>(modelTable, "p50", row), Cell<double?>(modelTable, "p95", row),
                Cell<double?>(modelTable, "p99", row), Cell<long>(modelTable, "Policy failures", row))).Order());
        QueryResult userTable = view.Panel(store, "Comparison between users");
        Assert.Equal(
            users.Select(user => (Shown(user.User), user.TotalTokens, user.Requests, user.P95DurationMs)).Order(),
            userTable.Column<string>("User").Select((name, row) => (
                    name, Cell<long>(userTable, "Tokens", row), Requests: Cell<long>(userTable, "Requests", row), Cell<double?>(userTable, "p95 duration", row)))
                .Where(user => user.Requests > 0).Order());
        Assert.Equal(models.Sum(model => model.InterruptedStreams), view.Panel(store, "Interrupted streams").Rows.Count);
        long tokens = models.Sum(model => model.TotalTokens);
        Assert.Equal(tokens, view.Panel(store, "Usage by provider").Column<long>("Tokens").Sum());
        Assert.Equal(tokens, view.Panel(store, "Share of models over time").Column<long>("tokens").Sum());
        Assert.Equal(tokens, view.Panel(store, "Daily usage per user").Column<long>("tokens").Sum());
        QueryResult transactions = view.Panel(store, "Top transactions");
        Assert.Equal(
            new UsageQuery([UsageDimension.Transaction], TimeZoneInfo.Utc).Run([new SqliteStore(open)], filter).Rows.Where(row => row.Transaction is { Length: > 0 })
                .Select(row => (row.Transaction, row.TotalTokens, row.Requests)).Order(),
            transactions.Column<string>("Transaction")
                .Select((name, row) => ((string?)name, Cell<long>(transactions, "Tokens", row), Cell<long>(transactions, "Requests", row))).Order());
        Assert.Equal(tokens, view.Panel(store, "Cumulative tokens").Column<long?>("This period").DefaultIfEmpty(0).Max() ?? 0);
    }

    private static T Cell<T>(QueryResult result, string column, int row) => result.Column<T>(column)[row];

    private static void CompareUsers(CatalogView view, TestStore store, List<ExpectedRequest> counted, List<ExpectedRequest> before, bool covered)
    {
        Dictionary<string, long> byUser = Sums(counted, request => request.User);
        Dictionary<string, long> byUserBefore = Sums(before, request => request.User);

        Assert.Equal(byUser, view.Panel(store, "Total tokens per user").By<long>("User", "Tokens"));
        Dictionary<string, long[]> series = Series(view.Panel(store, "Token usage per user over time"));
        Assert.Equal(byUser.Values.Sum(), series.Values.Sum(values => values.Sum()));
        Assert.All(series.Where(pair => pair.Key != "(other)"), pair => Assert.Equal(byUser[pair.Key], pair.Value.Sum()));
        // Cumulative series also have rows for buckets without requests.
        Assert.Equal(
            series.ToDictionary(pair => pair.Key, pair => RunningTotal(pair.Value).Prepend(0).Distinct()),
            Series(view.Panel(store, "Cumulative usage per user")).ToDictionary(pair => pair.Key, pair => pair.Value.Prepend(0).Distinct()));
        QueryResult comparison = view.Panel(store, "Comparison between users");
        Assert.Equal(byUser, comparison.By<long>("User", "Tokens"));
        Assert.All(comparison.By<long?>("User", "Previous tokens"), pair =>
            Assert.Equal(covered && byUserBefore.TryGetValue(pair.Key, out long previous) ? previous : null, pair.Value));
        Assert.Equal(counted.Count, comparison.Column<long>("Requests").Sum());
    }

    private static void CompareHours(CatalogView view, TestStore store, List<ExpectedRequest> counted, TimeZoneInfo zone)
    {
        DateTimeOffset Local(ExpectedRequest request) => TimeZoneInfo.ConvertTime(request.Second!.Value, zone);
        static string Hour(int hour) => hour.ToString("00", CultureInfo.InvariantCulture);

        QueryResult hours = view.Panel(store, "Daily usage pattern");
        QueryResult week = view.Panel(store, "Weekly usage pattern");
        QueryResult days = view.Panel(store, "Usage by day and hour");
        if (counted.Count == 0)
        {
            Assert.All((QueryResult[])[hours, week, days], result => Assert.Empty(result.Rows));
            return;
        }
        Dictionary<string, long?> byHour = hours.By<long?>("Hour", "Tokens");
        Assert.Equal(Enumerable.Range(0, 24).Select(Hour), hours.Column<string>("Hour"));
        for (int hour = 0; hour < 24; hour++)
        {
            Dictionary<string, long?> byDay = week.By<long?>("Day", Hour(hour));
            // The time of a heatmap row is the end of its day.
            foreach ((long end, long? tokens) in days.Column<long>("time").Zip(days.Column<long?>(Hour(hour) + ":00")))
            {
                Assert.Equal(
                    counted.Where(request => Local(request).Hour == hour && request.Second!.Value.ToUnixTimeSeconds() is var second
                        && Local(request).Date == TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeSeconds(end - 43_200), zone).Date)
                        .Sum(request => request.TotalTokens),
                    tokens ?? 0);
            }
            Assert.Equal(counted.Where(request => Local(request).Hour == hour).Sum(request => request.TotalTokens), byHour[Hour(hour)] ?? 0);
            foreach (DayOfWeek day in Enum.GetValues<DayOfWeek>())
            {
                Assert.Equal(
                    counted.Where(request => Local(request).Hour == hour && Local(request).DayOfWeek == day).Sum(request => request.TotalTokens),
                    byDay.GetValueOrDefault(day.ToString()[..3]) ?? 0);
            }
        }
    }

    private static TestStore.Row RandomRow(Random random) => new()
    {
        Timestamp = random.Next(3) == 0 ? Pick(random, Timestamps) : Noon
            .AddMicroseconds(random.NextInt64(-200_000_000_000, 200_000_000_000)).ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture),
        User = Pick(random, [null, "ann", "bob", .. CatalogPanelTests.OddNames]),
        Model = Pick(random, [null, "", "gpt", "claude", "o'1"]),
        Provider = Pick(random, [null, "openai", "anthropic"]),
        Prompt = Pick<object?>(random, [0L, 7L, 400L, 1_000_000L, -5L, "many", 2.5, null, long.MaxValue]),
        Completion = Pick<object?>(random, [0L, 3L, 90L, -1L, "few", null]),
        Total = Pick<object?>(random, [0L, 10L, 490L, null, "all", -1L, 2_000_000_000_000L]),
        Duration = Pick<object?>(random, [0.5, 128.0, -1.0, "long", null, 1e13]),
        Success = Pick<object?>(random, [0L, 1L, null]),
        Transaction = Pick(random, ["", "t1", "t2", "t3"]),
    };

    private static Dictionary<string, long> Sums(IEnumerable<ExpectedRequest> requests, Func<ExpectedRequest, string> name) =>
        requests.GroupBy(name).ToDictionary(group => group.Key, group => group.Sum(request => request.TotalTokens));

    private static Dictionary<string, long[]> Series(QueryResult result) => result.Column<string>("user").Zip(result.Column<long?>("tokens"))
        .Where(pair => pair.Second is not null).GroupBy(pair => pair.First, pair => pair.Second!.Value).ToDictionary(group => group.Key, group => group.ToArray());

    private static long[] RunningTotal(long[] values)
    {
        long sum = 0;
        return [.. values.Select(value => sum += value)];
    }

    private static T Pick<T>(Random random, T[] values) => values[random.Next(values.Length)];
}
