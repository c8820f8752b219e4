using System.Globalization;
using CsCheck;
using TokenDashboard.Engines.ClickHouse.Sync;
using TokenDashboard.Engines.Sqlite.Maintenance;
using TokenDashboard.Grafana.Definitions;
using TokenDashboard.Grafana.Emulation;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Parsing;
using TokenDashboard.Grafana.Rules;
using TokenDashboard.Pricing;
using TokenDashboard.Tests.Engines.ClickHouse;
using TokenDashboard.Tests.Pricing;
using TokenDashboard.Tests.Usage;

namespace TokenDashboard.Tests.Grafana.Catalog;

/// <summary>ClickHouse and SQLite dashboards show the same results for the same requests.</summary>
public class ClickHousePanelTests
{
    private static readonly PriceList Prices = TestPrices.Shipped;

    // Dashboards of the same name have the same panels for both engines.
    private static readonly (string Name, DashboardDocument Sqlite, DashboardDocument ClickHouse)[] Dashboards = [.. DashboardCatalog.Names.Select(name => (
        name, DashboardCatalog.Create(name, timeZones: CatalogView.Zones), DashboardCatalog.Create(name, timeZones: CatalogView.Zones, plugin: DataSourcePlugin.ClickHouse)))];

    public static TheoryData<string> Names => [.. DashboardCatalog.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Catalog_dashboards_break_no_rule(string name)
    {
        DashboardDocument dashboard = DashboardCatalog.Create(name, plugin: DataSourcePlugin.ClickHouse);

        Assert.Equal(DataSourcePlugin.ClickHouse, new ReadDashboard(dashboard).Plugin);
        Assert.Empty(DashboardRules.Check(new ReadDashboard(dashboard), [.. Dashboards.Select(each => each.ClickHouse.Uid)]));
        Assert.Empty(DashboardRules.Check(new ReadDashboard(DashboardCatalog.Create(name, forSharing: true, plugin: DataSourcePlugin.ClickHouse)), []));
    }

    [Fact]
    public void Dashboards_of_both_engines_have_different_uids_and_titles()
    {
        Assert.Empty(Dashboards.Select(each => each.Sqlite.Uid).Intersect(Dashboards.Select(each => each.ClickHouse.Uid)));
        Assert.Empty(Dashboards.Select(each => each.Sqlite.Title).Intersect(Dashboards.Select(each => each.ClickHouse.Title)));
        Assert.All(Dashboards, each => Assert.Equal(GrafanaView.PanelTitles(each.Sqlite), GrafanaView.PanelTitles(each.ClickHouse)));
    }

    [ClickHouseFact]
    public void Every_panel_shows_the_same_as_on_SQLite() => Gen.Select(
        Gen.Select(UsageCostTests.Row, Gen.OneOf(Gen.Double[0.001, 100_000].Select(value => (object?)value), Gen.Const((object?)null))).Array[1, 60],
        Gen.Select(Gen.OneOf(Gen.Int[1, 48], Gen.Int[48, 4000]), Gen.Int[0, 1000])).ForAll(
        (timed, numbers) =>
        {
            TestStore.Row[] rows = [.. timed.Select(each => each.Item1 with { Duration = each.Item2 })];
            (int hours, int choice) = numbers;
            // The time range is around one of the requests.
            DateTimeOffset from = DateTimeOffset.Parse((string)rows[0].Timestamp!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).AddHours(-(hours / 2)).AddMinutes(-17);
            if (choice % 3 == 0)
                from = new DateTimeOffset(from.Year, from.Month, from.Day, from.Hour, 0, 0, TimeSpan.Zero);
            // Rates of an unfinished time range change between queries.
            if (from < DateTimeOffset.UtcNow && from.AddHours(hours) > DateTimeOffset.UtcNow)
                from = from.AddHours(-hours);
            var chosen = new Dictionary<string, string[]>
            {
                ["bucket"] = [choice % 2 == 0 ? "0" : choice % 5 == 0 ? "21600" : "86400"],
                ["zone"] = [CatalogView.Zones[choice % CatalogView.Zones.Length].Id],
                ["user"] = choice % 4 == 0 ? ["(none)", "ann"] : [],
            };
            Compare(rows, from, from.AddHours(hours), [chosen]);
        },
        iter: 1, threads: 1);

    [ClickHouseFact]
    public void Names_with_special_characters_are_selected_and_shown()
    {
        string[] users = ["O'Brien", "CORP\\alice", "say \"hi\"", "a$b", "50 %", "new\nline", "(other)", "((other))", "(none)", "((none))", "", "\\", "'", "ünï"];
        TestStore.Row[] rows = [.. users.Select((user, index) => new TestStore.Row { User = user, Timestamp = $"2026-03-04T12:{index:00}:00", Prompt = 10L + index, Completion = 1L })];
        string[] titles = ["Total tokens per user", "Totals of the user", "Newest requests"];
        IEnumerable<string[]> choices = users.Chunk(4).Append([]);
        Compare(
            rows, new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero), new(2026, 3, 4, 13, 0, 0, TimeSpan.Zero), choices.Select(chosen => new Dictionary<string, string[]> { ["user"] = chosen }),
            titles);
    }

    // The clocks of these zones differ from UTC by parts of an hour, at Lord Howe only in winter.
    [ClickHouseFact]
    public void Buckets_that_end_within_an_hour_of_UTC_are_the_same_as_on_SQLite()
    {
        DateTimeOffset from = new(2026, 4, 3, 12, 7, 0, TimeSpan.Zero);
        TestStore.Row[] rows = [.. Enumerable.Range(0, 3 * 24 * 4).Select(quarter => new TestStore.Row
        {
            Timestamp = from.AddMinutes(15 * quarter).UtcDateTime.ToString("s", CultureInfo.InvariantCulture), Prompt = quarter, Completion = 0L, Total = quarter,
        })];
        IEnumerable<Dictionary<string, string[]>> choices = new[] { ("Asia/Kolkata", "3600"), ("Australia/Lord_Howe", "86400"), ("UTC", "7200"), ("UTC", "2700") }
            .Select(choice => new Dictionary<string, string[]> { ["zone"] = [choice.Item1], ["bucket"] = [choice.Item2] });
        Compare(
            rows, from, from.AddDays(3), choices,
            ["Token usage over time", "Token usage per user over time", "Usage by day and hour", "Daily usage pattern", "Weekly usage pattern", "Daily usage per user"]);
    }

    [ClickHouseFact]
    public void The_newest_request_with_a_fraction_is_the_same_as_on_SQLite() => Compare(
        [new() { Timestamp = "2026-03-04T12:30:00.999999" }], new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero), new(2026, 3, 4, 13, 0, 0, TimeSpan.Zero), [[]], ["Newest request"]);

    // Grafana draws series in the order of the result.
    [ClickHouseFact]
    public void Series_with_equal_values_have_the_same_order_in_both_engines()
    {
        DateTimeOffset from = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);
        using TestStore store = CatalogView.Stored([.. new[] { "cid", "ann", "dan", "bob" }
            .Select(user => new TestStore.Row { User = user, Timestamp = "2026-03-04T12:30:00", Prompt = 5L, Completion = 0L, Total = 5L })]);
        string target = ClickHouseEngine.Shared.NewDatabase();
        Send(store, target, "store");
        using var sqlite = new ProofDatabase(store.Path, CancellationToken.None);
        using var clickHouse = new ClickHouseProof(target, null, CancellationToken.None);
        (_, DashboardDocument left, DashboardDocument right) = Dashboards.Single(each => each.Name == "Users");

        foreach (string title in new[] { "Token usage per user over time", "Cumulative usage per user" })
        {
            object?[] Users(DashboardDocument dashboard, IPluginDatabase database) => [.. new GrafanaView(dashboard, from, from.AddHours(1)).Run(database, title).Columns[1].Values.Distinct().Take(4)];
            Assert.Equal(["ann", "bob", "cid", "dan"], Users(left, sqlite));
            Assert.Equal(["ann", "bob", "cid", "dan"], Users(right, clickHouse));
        }
    }

    [ClickHouseFact]
    public void Limited_request_lists_are_the_same_as_on_SQLite()
    {
        var random = new Random(7);
        TestStore.Row[] rows = [.. Enumerable.Range(0, 3000).Select(index => new TestStore.Row
        {
            Timestamp = new DateTime(2026, 3, 2).AddSeconds(random.Next(400_000)).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture),
            User = $"u{random.Next(200)}",
            Transaction = $"t{index % 2}",
            Prompt = (long)random.Next(1, 1000),
            Completion = index % 3 == 0 ? 7L : 0L,
            Total = index % 3 == 0 ? null : 0L,
            Duration = index % 5 == 0 ? null : (double)random.Next(100_000),
        })];
        Dictionary<string, string[]>[] choices =
        [
            [], new() { ["user"] = [.. Enumerable.Range(0, 150).Select(user => $"u{user}")] }, new() { ["min_tokens"] = ["500"] }, new() { ["transaction"] = ["t1"] },
        ];
        Compare(
            rows, new(2026, 3, 2, 7, 12, 31, TimeSpan.Zero), new(2026, 3, 6, 13, 7, 21, TimeSpan.Zero), choices, ["Newest requests", "Slowest requests", "Largest requests", "Interrupted streams"]);
    }

    [ClickHouseFact]
    public void Requests_are_filtered_by_source()
    {
        using var store = new TestStore();
        store.Insert(new TestStore.Row { Timestamp = "2026-03-04T12:00:00", Prompt = 5L, Completion = 0L, Total = 5L });
        string target = ClickHouseEngine.Shared.NewDatabase();
        Send(store, target, "one");
        store.Insert(new TestStore.Row { Timestamp = "2026-03-04T12:00:01", Prompt = 7L, Completion = 0L, Total = 7L });
        Send(store, target, "two");
        using var database = new ClickHouseProof(target, null, CancellationToken.None);

        foreach ((string[] chosen, long tokens) in new (string[], long)[] { ([], 17), (["one"], 5), (["two"], 12), (["one", "two"], 17) })
        {
            var view = new GrafanaView(
                Dashboards.Single(each => each.Name == "Overview").ClickHouse, new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero), new(2026, 3, 4, 13, 0, 0, TimeSpan.Zero)) { Chosen = { ["source"] = chosen } };
            Assert.Equal(tokens, view.Run(database, "Totals").Columns[0].Values[0]);
        }
    }

    [ClickHouseEngineFact]
    public void Every_panel_runs_on_several_shards()
    {
        using var store = new TestStore();
        store.Insert([.. Enumerable.Range(0, 20).Select(number => new TestStore.Row { Timestamp = "2026-03-04T12:10:00", Transaction = $"t{number / 2}", Prompt = 5L, Completion = 0L, Total = 5L })]);
        string target = ClickHouseEngine.Shared.NewDatabase();
        Send(store, target, "one", ClickHouseEngine.TwoShards);
        using var database = new ClickHouseProof(target, null, CancellationToken.None);

        Dictionary<string, IReadOnlyList<(string Text, string Value)>> options = [];
        foreach ((_, _, DashboardDocument dashboard) in Dashboards)
        {
            var view = new GrafanaView(dashboard, new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero), new(2026, 3, 4, 13, 0, 0, TimeSpan.Zero)) { OptionsByQuery = options };
            foreach (string title in GrafanaView.PanelTitles(dashboard))
                Assert.NotEmpty(view.Run(database, title).Columns);
        }
    }

    [ClickHouseFact]
    public void Panels_of_definitions_can_query_views_with_variables()
    {
        using var store = new TestStore();
        foreach ((string user, long tokens) in new[] { ("ann", 5L), ("bob", 7L), ("ann", 11L) })
            store.Insert(new TestStore.Row { Timestamp = "2026-03-04T12:10:00", User = user, Prompt = tokens, Completion = 0L, Total = tokens });
        string target = ClickHouseEngine.Shared.NewDatabase();
        Send(store, target, "one");
        using var database = new ClickHouseProof(target, null, CancellationToken.None);
        DashboardDocument own = DashboardDefinition.Read(
            new Dictionary<string, object?>
            {
                ["title"] = "Own",
                ["panels"] = new Dictionary<string, object?>
                {
                    ["type"] = "timeseries", ["title"] = "Tokens",
                    ["sql"] = """
                        SELECT ${bucket_start:raw} AS time, user, sum(total_tokens) AS tokens
                        FROM token_usage(since = toUnixTimestamp($__fromTime), until = toUnixTimestamp($__toTime), step = ${step:raw}, users = 1)
                        WHERE ${chosen:raw} GROUP BY time, user ORDER BY time, user
                        """,
                },
            },
            plugin: DataSourcePlugin.ClickHouse).ToDocument()!;

        foreach ((string[] chosen, string shown) in new (string[], string)[] { ([], "ann 16, bob 7"), (["bob"], "bob 7") })
        {
            var view = new GrafanaView(own, new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero), new(2026, 3, 4, 13, 0, 0, TimeSpan.Zero)) { Chosen = { ["user"] = chosen } };
            PluginResult result = view.Run(database, "Tokens");
            Assert.Equal(shown, string.Join(", ", result.Columns[1].Values.Zip(result.Columns[2].Values, (user, tokens) => $"{user} {tokens}")));
        }
    }

    private static void Compare(TestStore.Row[] rows, DateTimeOffset from, DateTimeOffset to, IEnumerable<Dictionary<string, string[]>> choices, string[]? titles = null)
    {
        using TestStore store = CatalogView.Stored(rows);
        using (var optimizer = new StoreOptimizer(store.Path, CancellationToken.None))
            optimizer.WritePrices(Prices);
        string target = ClickHouseEngine.Shared.NewDatabase();
        Send(store, target, "store", rows.Length % 2 == 0 ? ClickHouseEngine.Cluster : null);
        using var sqlite = new ProofDatabase(store.Path, CancellationToken.None);
        using var clickHouse = new ClickHouseProof(target, null, CancellationToken.None);
        Dictionary<string, IReadOnlyList<(string Text, string Value)>> sqliteOptions = [], clickHouseOptions = [];
        foreach ((Dictionary<string, string[]> chosen, (_, DashboardDocument left, DashboardDocument right)) in choices.SelectMany(chosen => Dashboards.Select(each => (chosen, each))))
        {
            GrafanaView View(DashboardDocument dashboard, Dictionary<string, IReadOnlyList<(string Text, string Value)>> options)
            {
                var view = new GrafanaView(dashboard, from, to) { OptionsByQuery = options };
                foreach ((string variable, string[] values) in chosen)
                    view.Chosen[variable] = values;
                return view;
            }

            (GrafanaView shown, GrafanaView same) = (View(left, sqliteOptions), View(right, clickHouseOptions));
            foreach (string title in GrafanaView.PanelTitles(left).Where(title => titles is null || titles.Contains(title)))
            {
                (PluginResult expected, PluginResult actual) = (shown.Run(sqlite, title), same.Run(clickHouse, title));
                Assert.Equal(Shown(expected, title), Shown(actual, title));
                foreach ((PluginColumn first, PluginColumn second) in expected.Columns.Zip(actual.Columns).Where(pair => IsPercentile(pair.First)))
                    Assert.All(first.Values.Zip(second.Values), pair => Assert.True(IsNear(pair.First, pair.Second), $"{title}, {first.Name}: {pair.First} and {pair.Second}"));
            }
        }
    }

    // Percentiles of durations can differ by 1 %.
    private static bool IsPercentile(PluginColumn column) => column.Name is "p50" or "p95" or "p99" || column.Name.EndsWith(" duration", StringComparison.Ordinal);

    private static bool IsNear(object? exact, object? near) => exact is null || near is null
        ? exact == near
        : Convert.ToDouble(exact, CultureInfo.InvariantCulture) is var value && Math.Abs(Convert.ToDouble(near, CultureInfo.InvariantCulture) - value) <= value * 0.0100001;

    // One line per row. Fractions are rounded, because their sums depend on the order.
    private static string Shown(PluginResult result, string title)
    {
        PluginColumn[] columns = [.. result.Columns.Where(column => column.Name is not ("Source" or "User ID") && !IsPercentile(column))];
        static string Value(object? value) => value switch
        {
            null => "-",
            double or decimal or long => Convert.ToDouble(value, CultureInfo.InvariantCulture) is var number && number == 0 ? "0" : number.ToString("G10", CultureInfo.InvariantCulture),
            _ => value.ToString()!,
        };
        IEnumerable<string> lines = Enumerable.Range(0, result.Rows).Select(row => string.Join(" | ", columns.Select(column => Value(column.Values[row]))));
        return $"{title}\n{string.Join(" | ", columns.Select(column => column.Name))}\n{string.Join('\n', result.Series is not null ? lines.Order(StringComparer.Ordinal) : lines)}";
    }

    private static void Send(TestStore store, string target, string source, string? cluster = null)
    {
        using var sync = new TokenStoreSync(store.Path, target, new TokenStoreSyncOptions { Source = source, Prices = Prices, Cluster = cluster }, CancellationToken.None);
        sync.CreateTable();
        sync.Run();
    }
}
