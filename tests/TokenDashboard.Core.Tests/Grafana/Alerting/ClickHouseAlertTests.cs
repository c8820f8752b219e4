using System.Text.Json.Nodes;
using CsCheck;
using TokenDashboard.Engines;
using TokenDashboard.Engines.ClickHouse.Sync;
using TokenDashboard.Engines.Sqlite.Maintenance;
using TokenDashboard.Grafana.Alerting.Rules;
using TokenDashboard.Grafana.Emulation;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Parsing;
using TokenDashboard.Pricing;
using TokenDashboard.Tests.Engines.ClickHouse;
using TokenDashboard.Tests.Pricing;
using TokenDashboard.Tests.Usage;
using static TokenDashboard.Tests.Grafana.Alerting.AlertRun;

namespace TokenDashboard.Tests.Grafana.Alerting;

/// <summary>Alert rules return the same values on ClickHouse and SQLite for the same requests.</summary>
public class ClickHouseAlertTests
{
    private static readonly PriceList Prices = TestPrices.Shipped;

    [ClickHouseFact]
    public void Every_kind_returns_the_same_values_as_on_SQLite() => Gen.Select(UsageCostTests.Row.Array[0, 60], Gen.Int[1, 8000]).ForAll(
        (rows, hours) => Compare(rows, new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddHours(hours), Enum.GetValues<AlertKind>(), ("User", null)), iter: 1, threads: 1);

    [ClickHouseFact]
    public void Names_with_special_characters_are_found()
    {
        string[] users = ["O'Brien", "CORP\\alice", "$__fromTime", "{p0:String}", "say \"hi\"", ""];
        TestStore.Row[] rows = [.. users.Select((user, index) => new TestStore.Row { User = user, Timestamp = "2026-03-04T11:59:00", Prompt = 10L + index })];
        Compare(rows, new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero), [AlertKind.Tokens], [.. users.Select(user => ("User", (object?)new[] { user }))]);
    }

    [ClickHouseFact]
    public void Costs_in_several_currencies_are_an_error()
    {
        using var store = new TestStore();
        store.Insert(new TestStore.Row { Timestamp = "2026-03-04T11:30:00" }, new TestStore.Row { Timestamp = "2026-03-04T11:30:00", Model = "llama3", Provider = "own" });
        string target = ClickHouseEngine.Shared.NewDatabase();
        using (var sync = new TokenStoreSync(store.Path, target, new TokenStoreSyncOptions { Prices = TestPrices.InTwoCurrencies }, CancellationToken.None))
        {
            sync.CreateTable();
            sync.Run();
        }
        using var database = new ClickHouseProof(target, null, CancellationToken.None);

        foreach (string? by in (string?[])[null, "User"])
        {
            Exception failure = Assert.ThrowsAny<Exception>(() => ClickHouseValues(database, Rule(("Kind", "Cost"), ("By", by)), new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero)));
            Assert.Contains("several currencies", failure.Message);
        }
    }

    private static void Compare(IReadOnlyList<TestStore.Row> rows, DateTimeOffset now, AlertKind[] kinds, params (string Name, object? Value)[] filters)
    {
        using var store = new TestStore();
        store.Insert(rows);
        using (var optimizer = new StoreOptimizer(store.Path, CancellationToken.None))
            optimizer.WritePrices(Prices);
        string target = ClickHouseEngine.Shared.NewDatabase();
        using (var sync = new TokenStoreSync(store.Path, target, new TokenStoreSyncOptions { Prices = Prices }, CancellationToken.None))
        {
            sync.CreateTable();
            sync.Run();
        }
        using var database = new ClickHouseProof(target, null, CancellationToken.None);
        foreach (((string Name, object? Value) filter, AlertKind kind) in filters.SelectMany(filter => kinds.Select(kind => (filter, kind))))
        {
            foreach (AlertDimension by in Enum.GetValues<AlertDimension>().Where(by => kind != AlertKind.NoTelemetry || by == AlertDimension.Total))
            {
                foreach (string window in kind == AlertKind.NoTelemetry ? ["90m"] : (string[])["200d", "month"])
                {
                    AlertRule rule = Rule(("Kind", kind.ToString()), ("By", by == AlertDimension.Total ? null : by.ToString()), ("Window", window), filter);
                    Dictionary<string, double> expected = Values(store.Path, rule, now), given = ClickHouseValues(database, rule, now);
                    // SQLite only checks whether there is a request.
                    if (kind == AlertKind.NoTelemetry)
                        given[""] = Math.Min(1, given[""]);
                    Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), given.Keys.Order(StringComparer.Ordinal));
                    Assert.All(expected, pair => Assert.Equal(pair.Value, given[pair.Key], 1e-9 * Math.Abs(pair.Value)));
                }
            }
        }
    }

    private static Dictionary<string, double> ClickHouseValues(ClickHouseProof database, AlertRule rule, DateTimeOffset now)
    {
        var target = new ReadTarget(PanelEngines.Of(DataSourcePlugin.ClickHouse).Write(rule).Write("A"));
        var view = new BrowserView { Dashboard = DashboardDocument.FromObject(new JsonObject { ["title"] = "none" }), Window = new TimeWindow(now - rule.Window, now), TimeZone = TimeZoneInfo.Utc };
        PluginResult result = database.Run(target, target.Sql, view, TimeSpan.FromSeconds(30));
        Assert.True(target.SeriesByLabel);
        Assert.All(result.Columns[0].Values, time => Assert.Equal((decimal)now.ToUnixTimeSeconds(), time));
        return Enumerable.Range(0, result.Rows).Where(row => result.Columns[^1].Values[row] is not null).ToDictionary(
            row => rule.Label is null ? "" : (string)result.Columns.Single(column => column.Name == rule.Label).Values[row]!,
            row => Convert.ToDouble(result.Columns[^1].Values[row], System.Globalization.CultureInfo.InvariantCulture));
    }
}
