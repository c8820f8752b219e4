using CsCheck;
using TokenDashboard.Engines.Sqlite;
using TokenDashboard.Engines.Sqlite.Maintenance;
using TokenDashboard.Engines.Sqlite.Queries;
using TokenDashboard.Grafana.Alerting.Rules;
using TokenDashboard.Pricing;
using TokenDashboard.Telemetry;
using TokenDashboard.Tests.Pricing;
using TokenDashboard.Tests.Usage;
using TokenDashboard.Usage;
using static TokenDashboard.Tests.Grafana.Alerting.AlertRun;

namespace TokenDashboard.Tests.Grafana.Alerting;

public sealed class AlertSqlTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    private readonly TestStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void Every_kind_returns_the_same_values_as_the_commands() => Gen.Select(RandomStore.Row.Array[0, 60], Gen.Int[1, 8000]).ForAll(
        (rows, hours) =>
        {
            using var store = new TestStore();
            store.Insert(rows);
            DateTimeOffset now = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddHours(hours);
            foreach (string window in (string[])["90m", "30d", "200d"])
                SameAsCommands(store.Path, window, now);
        },
        iter: 8, threads: 1);

    [Fact]
    public void Alerts_of_a_sample_store_match_the_commands()
    {
        using var folder = new TemporaryFolder();
        StoreWriter.Create(folder.File("sample.db"), new SampleRequests(7).Make(Noon, 10, 300), CancellationToken.None);

        SameAsCommands(folder.File("sample.db"), "1h", Noon);
        SameAsCommands(folder.File("sample.db"), "7d", Noon);
    }

    [Theory]
    [InlineData("Tokens", "Total", 0.0)]
    [InlineData("PolicyFailures", "Total", 0.0)]
    [InlineData("P95Duration", "Total", null)]
    [InlineData("NoTelemetry", "Total", 0.0)]
    [InlineData("Tokens", "User", null)]
    [InlineData("PolicyFailures", "Model", null)]
    [InlineData("P95Duration", "Provider", null)]
    public void An_empty_store_returns_zero_or_no_value(string kind, string by, double? expected)
    {
        foreach (object? newest in (object?[])[null, 1000])
        {
            AlertRule rule = Rule(("Kind", kind), ("By", by == "Total" ? null : by), ("NewestRows", newest));
            Assert.Equal(expected is null ? [] : [expected.Value], Values(_store.Path, rule, Noon).Values);
        }
    }

    [Theory]
    [InlineData("O'Brien")]
    [InlineData("100%")]
    [InlineData("a,b")]
    [InlineData("")]
    [InlineData("søren 北京 🙂")]
    [InlineData("$__from")]
    [InlineData("$p0 $p1")]
    [InlineData("gpt[8k]")]
    [InlineData("(none)")]
    [InlineData("(other)")]
    [InlineData("\\ \" ; -- /*")]
    [InlineData("$__unixEpochGroupSeconds(a, 60)")]
    public void Any_name_can_be_a_filter_and_a_label(string name)
    {
        _store.Insert(
            new TestStore.Row { Timestamp = "2026-03-04T11:30:00", User = name, Model = name, Provider = name, Total = 7L },
            new TestStore.Row { Timestamp = "2026-03-04T11:40:00", User = "other", Model = "other", Provider = "other", Total = 1L });
        string shown = name switch { "" => "(none)", "(none)" => "((none))", "(other)" => "((other))", _ => name };
        foreach (string by in (string[])["User", "Model", "Provider"])
        {
            Assert.Equal(new() { [shown] = 7, ["other"] = 1 }, Values(_store.Path, Rule(("By", by)), Noon));
            Assert.Equal(new() { [shown] = 7 }, Values(_store.Path, Rule(("By", by), (by, new[] { shown, "nobody" })), Noon));
            Assert.Equal(new() { [""] = 7 }, Values(_store.Path, Rule((by, new[] { shown })), Noon));
        }
    }

    [Fact]
    public void Wildcards_match_as_in_the_commands()
    {
        _store.Insert(
            new TestStore.Row { Timestamp = "2026-03-04T11:30:00", Model = "gpt-4o" },
            new TestStore.Row { Timestamp = "2026-03-04T11:30:00", Model = "GPT-4o-mini" },
            new TestStore.Row { Timestamp = "2026-03-04T11:30:00", Model = "claude" });

        Assert.Equal(["GPT-4o-mini", "gpt-4o"], Values(_store.Path, Rule(("By", "Model"), ("Model", "gpt*")), Noon).Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_window_includes_its_first_second_and_excludes_now()
    {
        _store.Insert(((string[])["10:59:59.999999", "11:00:00", "11:59:59.999", "12:00:00"]).Select((time, index) =>
            new TestStore.Row { Timestamp = "2026-03-04T" + time, Total = 1L << index }));

        Assert.Equal(6, Values(_store.Path, Rule(), Noon)[""]);
    }

    [Fact]
    public void NoTelemetry_returns_one_if_the_window_has_a_request_and_else_zero()
    {
        AlertRule rule = Rule(("Kind", "NoTelemetry"), ("Provider", "openai"));
        _store.Insert(new TestStore.Row { Timestamp = "2026-03-04T10:59:59" }, new TestStore.Row { Timestamp = "2026-03-04T11:30:00", Provider = "else" });
        Assert.Equal(0, Values(_store.Path, rule, Noon)[""]);

        _store.Insert(new TestStore.Row { Timestamp = "2026-03-04T11:59:59" }, new TestStore.Row { Timestamp = "2026-03-04T11:59:58" });
        Assert.Equal(1, Values(_store.Path, rule, Noon)[""]);
    }

    [Fact]
    public void NewestRows_limits_the_query_to_the_last_written_rows()
    {
        _store.Insert(Enumerable.Range(0, 10).Select(index => new TestStore.Row { Timestamp = "2026-03-04T11:30:00", Total = 1L << index }));

        Assert.Equal(256 + 512, Values(_store.Path, Rule(("NewestRows", 2)), Noon)[""]);
        Assert.Equal(1023, Values(_store.Path, Rule(("NewestRows", 1000)), Noon)[""]);
    }

    [Fact]
    public void Damaged_rows_are_counted_as_in_the_commands()
    {
        _store.Insert(
            new TestStore.Row { Timestamp = "2026-03-04T11:30:00", Total = "many", Prompt = 3L, Completion = 4L, Duration = "slow" },
            new TestStore.Row { Timestamp = "2026-03-04T11:30:00", Total = -5L, Prompt = -1L, Completion = 2L, Duration = -1.0 },
            new TestStore.Row { Timestamp = "2026-03-04T11:30:00", User = null, Success = null, Duration = 5.5 },
            new TestStore.Row { Timestamp = "2026-03-04 11:30", Total = 99L });

        SameAsCommands(_store.Path, "1h", Noon);
        Assert.Equal(7 + 2 + 15, Values(_store.Path, Rule(), Noon)[""]);
    }

    [Fact]
    public void A_rule_creates_at_most_100_alerts_with_the_highest_values()
    {
        _store.Insert(
            Enumerable.Range(1, 150).Select(index => new TestStore.Row { Timestamp = "2026-03-04T11:30:00", User = $"u{index}", Total = (long)index, Duration = (double)index, Success = 0L }));

        foreach (string kind in (string[])["Tokens", "P95Duration"])
        {
            Dictionary<string, double> values = Values(_store.Path, Rule(("Kind", kind), ("By", "User")), Noon);
            Assert.Equal((100, 51, 150), (values.Count, values.Values.Min(), values.Values.Max()));
        }
    }

    [Fact]
    public void Cost_matches_the_commands_in_a_window_and_in_the_month_so_far() => Gen.Select(UsageCostTests.Row.Array[0, 60], Gen.Int[24, 8000], Gen.Bool).ForAll(
        (rows, hours, month) =>
        {
            using var store = new TestStore();
            store.Insert(rows);
            PriceList prices = TestPrices.Shipped;
            using (var optimizer = new StoreOptimizer(store.Path, CancellationToken.None))
                optimizer.WritePrices(prices);
            DateTimeOffset now = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddHours(hours), last = now.AddTicks(-1);
            DateTimeOffset since = month ? new DateTimeOffset(last.Year, last.Month, 1, 0, 0, 0, TimeSpan.Zero) : now.AddDays(-200);
            using TokenStore open = store.Open();
            foreach (AlertDimension by in Enum.GetValues<AlertDimension>())
            {
                UsageDimension[] dimensions = by == AlertDimension.Total ? [] : [Enum.Parse<UsageDimension>(by.ToString())];
                Dictionary<string, decimal> expected = new UsageQuery(dimensions, TimeZoneInfo.Utc) { Prices = new UsagePrices(prices) }
                    .Run([new SqliteStore(open)], new RequestFilter { Range = new TimeRange(since, now) }).Rows.Where(row => row.Cost is not null)
                    .ToDictionary(row => Shown(row.User ?? row.Model ?? row.Provider ?? "", by), row => row.Cost!.Value);

                Dictionary<string, double> values = Values(store.Path, Rule(("Kind", "Cost"), ("By", by.ToString()), ("Window", month ? "month" : "200d")), now)
                    .Where(row => !double.IsNaN(row.Value)).ToDictionary();

                Assert.Equal(expected.Keys.Order(), values.Keys.Order());
                Assert.All(expected, cost => Assert.InRange(Math.Abs(values[cost.Key] - (double)cost.Value), 0, 1e-9 * (double)cost.Value));
            }
        },
        iter: 5, threads: 1);

    [Fact]
    public void Cost_of_requests_without_any_price_is_unknown()
    {
        _store.Insert(new TestStore.Row { Timestamp = "2026-03-04T11:30:00", Model = "own-model", Provider = "own" });
        using (var optimizer = new StoreOptimizer(_store.Path, CancellationToken.None))
            optimizer.WritePrices(TestPrices.Shipped);

        Assert.Equal(double.NaN, Values(_store.Path, Rule(("Kind", "Cost")), Noon)[""]);
        Assert.Empty(Values(_store.Path, Rule(("Kind", "Cost"), ("By", "User")), Noon));
    }

    [Fact]
    public void Costs_in_several_currencies_are_an_error()
    {
        _store.Insert(
            new TestStore.Row { Timestamp = "2026-03-04T11:30:00" }, new TestStore.Row { Timestamp = "2026-03-04T11:30:00", Model = "llama3", Provider = "own" });
        using (var optimizer = new StoreOptimizer(_store.Path, CancellationToken.None))
            optimizer.WritePrices(TestPrices.InTwoCurrencies);

        foreach (string? by in (string?[])[null, "User"])
        {
            Exception failure = Assert.ThrowsAny<Exception>(() => Values(_store.Path, Rule(("Kind", "Cost"), ("By", by)), Noon));
            Assert.Contains("several currencies", failure.Message);
        }
        Assert.Equal(0, Values(_store.Path, Rule(("Kind", "Cost")), Noon.AddDays(-1))[""]);
    }

    internal static void SameAsCommands(string path, string window, DateTimeOffset now)
    {
        DateTimeOffset since = now - Rule(("Window", window)).Window;
        foreach (string? name in (string?[])[null, "(none)", "*i*", "alice"])
        {
            var filter = new RequestFilter { Range = new TimeRange(since, now), User = name is null ? [] : [name == "(none)" ? "" : name] };
            foreach (AlertDimension by in Enum.GetValues<AlertDimension>())
            {
                using TokenStore store = TokenStore.Open(path, CancellationToken.None);
                UsageDimension[] dimensions = by == AlertDimension.Total ? [] : [Enum.Parse<UsageDimension>(by.ToString())];
                Dictionary<string, UsageFigures> usage = by == AlertDimension.User
                    ? new UserUsageQuery([new SqliteStore(store)], filter, TimeZoneInfo.Utc).Totals(comparePrevious: false).Rows.ToDictionary(row => Shown(row.User!), row => (UsageFigures)row)
                    : new UsageQuery(dimensions, TimeZoneInfo.Utc).Run([new SqliteStore(store)], filter).Rows
                        .ToDictionary(row => Shown((by == AlertDimension.Model ? row.Model : row.Provider) ?? "", by), row => (UsageFigures)row);
                Same("Tokens", usage.ToDictionary(row => row.Key, row => (double)row.Value.TotalTokens));
                Same("PolicyFailures", usage.ToDictionary(row => row.Key, row => (double)row.Value.PolicyFailures));
                Same("P95Duration", usage.Where(row => row.Value.P95DurationMs is not null).ToDictionary(row => row.Key, row => row.Value.P95DurationMs!.Value));
                if (by == AlertDimension.Total)
                {
                    AlertRule rule = Rule(("Kind", "NoTelemetry"), ("Window", window), ("User", name));
                    Assert.Equal(usage[""].Requests > 0 ? 1 : 0, Values(path, rule, now)[""]);
                }

                void Same(string kind, Dictionary<string, double> expected) =>
                    Assert.Equal(expected, Values(path, Rule(("Kind", kind), ("By", by.ToString()), ("Window", window), ("User", name)), now));
            }
        }
    }

    private static string Shown(string name, AlertDimension by = AlertDimension.User) => name.Length == 0 && by != AlertDimension.Total ? "(none)" : name;
}
