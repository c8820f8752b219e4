using CsCheck;
using TokenDashboard.Engines.Sqlite;
using TokenDashboard.Engines.Sqlite.Maintenance;
using TokenDashboard.Engines.Sqlite.Queries;
using TokenDashboard.Pricing;
using TokenDashboard.Telemetry;
using TokenDashboard.Tests.Pricing;
using TokenDashboard.Tests.Usage;
using TokenDashboard.Usage;

namespace TokenDashboard.Tests.Grafana.Catalog;

/// <summary>Panels and commands compute the same cost: from rows, from rollups, and after requests are removed.</summary>
public class PanelCostTests
{
    private static readonly PriceList Shipped = TestPrices.Shipped;

    private static readonly PriceList Odd = TestPrices.WithOwn("""
        providers:
          - id: openai
            models:
              - id: odd
                match: { equals: gpt-4o }
                prices:
                  - prices: { input_mtok: { base: 1, tiers: [ { start: 1000, price: 3 } ] }, output_mtok: 2, requests_kcount: 5 }
                  - constraint: { start_time: 10:07:00Z, end_time: 10:08:00Z }
                    prices: { input_mtok: 7, output_mtok: 9 }
        """);

    [Fact]
    public void Panels_show_the_same_cost_as_the_commands() => Gen.Select(
        UsageCostTests.Row.Array[0, 60], UsageCostTests.Row.Array[0, 10], Gen.Select(Gen.Int[0, 360 * 24], Gen.OneOf(Gen.Int[1, 48], Gen.Int[48, 4000]), Gen.Int[-200, 200], Gen.Int[0, 100])).ForAll(
        (before, after, numbers) =>
        {
            (int start, int hours, int removed, int choice) = numbers;
            using TestStore store = CatalogView.Stored(before);
            PriceList prices = (choice % 5) switch { 0 => Odd, 1 or 2 => TestPrices.Contracts, _ => Shipped };
            DateTimeOffset from = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMinutes((start * 60) - (choice % 3 == 0 ? 0 : 17)), to = from.AddHours(hours);
            Optimize(store, choice % 7 == 0 ? null : prices, refresh: true);
            store.Insert(after);
            Optimize(store, prices, refresh: choice % 4 == 0);
            var view = new CatalogView(from, to);
            view.Chosen["bucket"] = [choice % 2 == 0 ? "3600" : "86400"];
            view.Chosen["zone"] = [choice % 2 == 0 ? "Europe/Berlin" : "UTC"];
            Compare(view, store, prices, new TimeRange(from, to), TimeZoneInfo.FindSystemTimeZoneById(view.Chosen["zone"][0]), isWhole: true);
            if (choice % 3 == 0 && prices != Odd)
            {
                using (var remover = new StoreOptimizer(store.Path, CancellationToken.None))
                    remover.Remove(from.AddHours(removed));
                Compare(view, store, prices, new TimeRange(from, to), TimeZoneInfo.FindSystemTimeZoneById(view.Chosen["zone"][0]), isWhole: false);
            }
        },
        iter: 4, threads: 1);

    [Fact]
    public void Cost_is_empty_instead_of_zero_without_prices()
    {
        using TestStore store = CatalogView.Stored(new TestStore.Row { Timestamp = "2026-03-04T12:00:00" });
        var view = new CatalogView(new(2026, 3, 4, 0, 0, 0, TimeSpan.Zero), new(2026, 3, 5, 0, 0, 0, TimeSpan.Zero));
        foreach (bool rollups in (bool[])[false, true])
        {
            if (rollups)
                Optimize(store, prices: null, refresh: true);
            Assert.All(view.Panel(store, "Cost of the time range").Rows[0], Assert.Null);
            Assert.All(view.Panel(store, "Cost of the month").Rows[0], Assert.Null);
            Assert.Null(view.Panel(store, "Totals").Column<double?>("Cost")[0]);
            Assert.Null(view.Panel(store, "Comparison between users").Column<double?>("Cost")[0]);
            foreach (string title in (string[])["Cost by model", "Cost by user over time", "Price list", "Tokens without a price", "Most expensive requests"])
                Assert.Empty(view.Panel(store, title).Rows);
        }
        Optimize(store, Shipped, refresh: true);
        Assert.Equal(0.000075, view.Panel(store, "Cost of the time range").Column<double>("Cost")[0], 12);
        Assert.Equal([1L], view.Panel(store, "Price list").Column<long>("Models"));
    }

    [Fact]
    public void Amounts_in_different_currencies_are_not_added()
    {
        using TestStore store = CatalogView.Stored(
            new TestStore.Row { Timestamp = "2026-03-04T12:00:00" }, new TestStore.Row { Timestamp = "2026-03-04T12:00:00", Provider = "own", Model = "mine" });
        Optimize(store, TestPrices.WithOwn("""
            currency: EUR
            providers: [ { id: own, models: [ { id: mine, prices: { input_mtok: 1, output_mtok: 1 } } ] } ]
            """), refresh: true);
        var view = new CatalogView(new(2026, 3, 4, 0, 0, 0, TimeSpan.Zero), new(2026, 3, 5, 0, 0, 0, TimeSpan.Zero));

        Assert.Null(view.Panel(store, "Cost of the time range").Column<double?>("Cost")[0]);
        Assert.Equal(["EUR", "USD"], view.Panel(store, "Price list").Column<string>("Currency").Order());
    }

    [Fact]
    public void The_month_follows_the_time_zone_and_is_projected_at_its_rate()
    {
        using TestStore store = CatalogView.Stored(((string[])["2026-02-28T22:59:59", "2026-02-28T23:00:00", "2026-03-10T12:00:00", "2026-03-11T22:59:59", "2026-03-11T23:00:00"])
            .Select((time, index) => new TestStore.Row { Timestamp = time, Prompt = 1_000_000L << index, Completion = 0L }));
        Optimize(store, Shipped, refresh: true);
        // Midnight at the end of March 11 in Berlin.
        var end = new DateTimeOffset(2026, 3, 11, 23, 0, 0, TimeSpan.Zero);
        var view = new CatalogView(end.AddDays(-1), end);
        view.Chosen["zone"] = ["Europe/Berlin"];

        QueryResult month = view.Panel(store, "Cost of the month");

        Assert.Equal((2 + 4 + 8) * 2.5, month.Column<double>("Month so far")[0], 9);
        // March has an hour less in Berlin.
        Assert.Equal((2 + 4 + 8) * 2.5 * (31 - (1 / 24.0)) / 11, month.Column<double>("Month at this rate")[0], 9);
    }

    [Fact]
    public void The_monthly_forecast_starts_on_the_first_day_of_the_store()
    {
        using TestStore store = CatalogView.Stored(((string[])["2026-04-25T12:00:00", "2026-04-27T12:00:00"])
            .Select(time => new TestStore.Row { Timestamp = time, Prompt = 1_000_000L, Completion = 0L }));
        Optimize(store, Shipped, refresh: true);
        var end = new DateTimeOffset(2026, 4, 28, 0, 0, 0, TimeSpan.Zero);

        QueryResult month = new CatalogView(end.AddDays(-7), end).Panel(store, "Cost of the month");

        // The store covers three days so far, and six days until the end of the month.
        Assert.Equal((5, 10), (Math.Round(month.Column<double>("Month so far")[0], 9), Math.Round(month.Column<double>("Month at this rate")[0], 9)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Older_requests_that_were_stored_later_belong_to_the_month_and_the_previous_period(bool optimized)
    {
        TestStore.Row[] Rows(int day, int count) =>
            [.. Enumerable.Range(0, count).Select(n => new TestStore.Row { Timestamp = $"2026-11-{day + (n % 5):00}T12:00:00", Prompt = 1_000L, Completion = 0L })];
        using TestStore store = CatalogView.Stored([.. Rows(20, 1100), .. Rows(2, 400)]);
        Optimize(store, Shipped, refresh: optimized);
        var end = new DateTimeOffset(2026, 11, 25, 0, 0, 0, TimeSpan.Zero);
        var view = new CatalogView(end.AddDays(-11), end);

        Assert.Equal(1500 * 0.0025, view.Panel(store, "Cost of the month").Column<double>("Month so far")[0], 9);
        Assert.Equal((1100.0 / 320) - 1, view.Panel(store, "Change from the previous period").Column<double>("Requests")[0], 9);
    }

    [Theory]
    // Clocks go back at 4:30 UTC on November 1.
    [InlineData("America/St_Johns")]
    [InlineData("UTC")]
    public void The_monthly_forecast_is_right_if_clocks_go_back_on_the_first_day(string zone)
    {
        using TestStore store = CatalogView.Stored(
            Enumerable.Range(1, 15).Select(day => new TestStore.Row { Timestamp = $"2026-11-{day:00}T12:00:00", Prompt = 1_000_000L, Completion = 0L }));
        Optimize(store, Shipped, refresh: true);
        var end = new DateTimeOffset(2026, 11, 16, 0, 0, 0, TimeSpan.Zero);
        var view = new CatalogView(end.AddDays(-6), end) { Chosen = { ["zone"] = [zone] } };
        TimeSpan offset = TimeZoneInfo.FindSystemTimeZoneById(zone).GetUtcOffset(end);
        var start = new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeZoneInfo.FindSystemTimeZoneById(zone).GetUtcOffset(new DateTime(2026, 11, 1)));
        double share = (new DateTimeOffset(2026, 12, 1, 0, 0, 0, offset) - start) / (end - start);

        QueryResult month = view.Panel(store, "Cost of the month");

        Assert.Equal(37.5, month.Column<double>("Month so far")[0], 9);
        Assert.Equal(37.5 * share, month.Column<double>("Month at this rate")[0], 9);
    }

    // The buckets without cost have rows without a value.
    private static IEnumerable<(string Name, double Cost)> Series(QueryResult result, string name) => result.Column<string>(name).Zip(result.Column<double?>("cost"))
        .Where(row => row.Second is not null).Select(row => (row.First, row.Second!.Value));

    private static void Compare(CatalogView view, TestStore store, PriceList list, TimeRange range, TimeZoneInfo zone, bool isWhole)
    {
        var prices = new UsagePrices(list);
        var filter = new RequestFilter { Range = range };
        using TokenStore open = store.Open();
        IReadOnlyList<TokenUsage> Usage(params UsageDimension[] by) => new UsageQuery(by, zone) { Prices = prices }.Run([new SqliteStore(open)], filter).Rows;
        static string Shown(string? name) => name is { Length: > 0 } ? name : "(none)";
        static void Same(decimal? expected, double? actual) => Assert.InRange(Math.Abs((actual ?? 0) - (double)(expected ?? 0)), 0, 1e-9 * (double)(expected ?? 0));
        void SameSums(IEnumerable<(string Name, decimal? Cost)> expected, IEnumerable<(string Name, double Cost)> actual)
        {
            (string Name, decimal Cost)[] costs = [.. expected.Where(row => row.Cost > 0).GroupBy(row => row.Name)
                .Select(group => (group.Key, group.Sum(row => row.Cost!.Value))).OrderBy(row => row.Key, StringComparer.Ordinal)];
            (string Name, double Cost)[] shown = [.. actual.GroupBy(row => row.Name).Select(group => (group.Key, group.Sum(row => row.Cost))).OrderBy(row => row.Key, StringComparer.Ordinal)];
            Assert.Equal(costs.Select(row => row.Name), shown.Select(row => row.Name));
            Assert.All(costs.Zip(shown), pair => Same(pair.First.Cost, pair.Second.Cost));
        }

        string[] titles =
        [
            "Cost of the time range", "Totals", "Tokens without a price", "Cost by model over time", "Cost by user over time", "Cost by provider over time", "Comparison between models",
            "Cost of the month",
        ];
        Dictionary<string, QueryResult> panels = titles.Zip(view.Panels(store, titles)).ToDictionary();
        TokenUsage all = Usage()[0];
        IReadOnlyList<TokenUsage> models = Usage(UsageDimension.Model), users = Usage(UsageDimension.User), providers = Usage(UsageDimension.Provider);
        Same(all.Cost, panels["Cost of the time range"].Column<double?>("Cost")[0]);
        Same(all.Cost, panels["Totals"].Column<double?>("Cost")[0]);
        Assert.Equal(all.UnpricedTokens, panels["Tokens without a price"].Column<long>("Unpriced tokens").Sum());
        QueryResult byModel = panels["Cost by model over time"], byUser = panels["Cost by user over time"], byProvider = panels["Cost by provider over time"];
        SameSums(models.Select(row => (Shown(row.Model), row.Cost)), Series(byModel, "model"));
        SameSums(users.Select(row => (Shown(row.User), row.Cost)), Series(byUser, "user"));
        SameSums(providers.Select(row => (Shown(row.Provider), row.Cost)), Series(byProvider, "provider"));
        QueryResult table = panels["Comparison between models"];
        SameSums(
            models.Select(row => (Shown(row.Model), row.Cost)),
            table.Column<string>("Model").Zip(table.Column<double?>("Cost")).Where(row => row.Second > 0).Select(row => (row.First, row.Second!.Value)));
        DateTimeOffset last = TimeZoneInfo.ConvertTime(range.Until!.Value.AddTicks(-1), zone);
        DateTimeOffset month = new(TimeZoneInfo.ConvertTimeToUtc(new DateTime(last.Year, last.Month, 1), zone), TimeSpan.Zero);
        filter = filter with { Range = new TimeRange(month, range.Until) };
        Same(Usage()[0].Cost, panels["Cost of the month"].Column<double?>("Month so far")[0]);
        if (isWhole)
        {
            decimal[] costs = [.. new RequestQuery([new SqliteStore(open)], filter with { Range = range }) { Order = RequestOrder.Cost, Descending = true, Prices = prices }
                .Run(0, 100).Select(request => request.Cost ?? 0).Where(cost => cost > 0)];
            Assert.All(costs.Zip(view.Panel(store, "Most expensive requests").Column<double>("Cost")), pair => Same(pair.First, pair.Second));
        }
    }

    private static void Optimize(TestStore store, PriceList? prices, bool refresh)
    {
        using var optimizer = new StoreOptimizer(store.Path, CancellationToken.None);
        if (refresh)
            optimizer.Refresh();
        if (prices is not null)
            optimizer.WritePrices(prices);
    }
}
