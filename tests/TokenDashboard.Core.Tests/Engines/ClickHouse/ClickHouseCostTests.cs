using TokenDashboard.Engines;
using TokenDashboard.Engines.ClickHouse.Queries;
using TokenDashboard.Engines.Sqlite;
using TokenDashboard.Engines.Sqlite.Queries;
using TokenDashboard.Telemetry;
using TokenDashboard.Tests.Pricing;
using TokenDashboard.Usage;

namespace TokenDashboard.Tests.Engines.ClickHouse;

/// <summary>ClickHouse has no prices, but selects the rows whose cost can be among the highest.</summary>
public class ClickHouseCostTests
{
    private static readonly UsagePrices Prices = new(TestPrices.Shipped);

    [ClickHouseFact]
    public void The_server_selects_the_requests_that_can_have_the_highest_costs()
    {
        using var store = new TestStore();
        // Cached tokens cost less, and the price of the second model depends on the size of the prompt.
        store.Insert([.. Enumerable.Range(1, 900).Select(number => new TestStore.Row
        {
            Timestamp = "2026-09-01T10:00:00", Prompt = 400L * number, Completion = 0L, Total = 400L * number, Provider = number % 3 == 0 ? "anthropic" : "openai",
            Model = (number % 3) switch { 0 => "claude-sonnet-4-5", 1 => "gpt-4o", _ => "unknown" }, Detail = number % 5 == 0 ? [400L * number, 0L, 0L, null] : null,
        })]);
        string address = ClickHouseEngine.Shared.NewDatabase();
        ClickHouseStoreTests.Sync(store, address, "one", batchRows: 1000);
        using ITelemetryStore server = TelemetryStores.Open(address, CancellationToken.None);
        using TokenStore open = store.Open();
        RequestQuery Query(ITelemetryStore of) => new([of], new RequestFilter()) { Order = RequestOrder.Cost, Descending = true, Prices = Prices };
        RequestQuery query = Query(server);
        (long, decimal?)[] first = [.. query.Run(2, 5).Select(request => (request.Id, request.Cost))];
        int read = 0;
        decimal CostOf(TokenRequest request)
        {
            // Another model arrives after the rates were read.
            if (read++ == 0)
            {
                store.Insert(new TestStore.Row { Timestamp = "2026-09-01T10:00:00", Model = "gpt-4o-mini", Provider = "openai", Prompt = 100_000_000L, Completion = 0L, Total = 100_000_000L });
                ClickHouseStoreTests.Sync(store, address, "one", batchRows: 1000);
            }
            return Prices.Apply(request).Cost ?? -1;
        }

        Assert.Equal(Query(new SqliteStore(open)).Run(2, 5).Select(request => (request.Id, request.Cost)), first);
        Assert.Equal(["USD"], query.Currencies);
        IReadOnlyDictionary<string, double> RatesOf(string provider, string model, int inputClass)
        {
            double[] rates = model switch { "gpt-4o" => [2.5e-6, 1.25e-6, 2.5e-6, 2.5e-6, 10e-6, 10e-6], "unknown" => [], _ => [6e-6, 0.6e-6, 7.5e-6, 12e-6, 22.5e-6, 22.5e-6] };
            return ((string[])["input", "cached", "cache_write", "hour_cache_write", "output", "reasoning"]).Zip(rates).ToDictionary(pair => pair.First, pair => pair.Second);
        }
        TokenRequest[] page = [.. server.ReadRequestsByCost(new RequestFilter(), CostOf, RatesOf, descending: true, (0, 7), new UnreadableReport())];
        Assert.Equal([901, .. Query(new SqliteStore(open)).Run(1, 6).Select(request => request.Id)], page.Select(request => request.Id));
        Assert.InRange(read, 14, 30);
    }

    [ClickHouseFact]
    public void The_cost_is_that_of_each_request_if_a_price_depends_on_another_size()
    {
        var prices = new UsagePrices(TestPrices.WithOwn("""
            providers:
              - id: own
                models: [ { id: tiered, prices: [ { prices: { input_mtok: { base: 1, tiers: [ { start: 150000, price: 3 } ] } } } ] } ]
            """));
        using var store = new TestStore();
        store.Insert([.. new[] { 100_000L, 149_999L, 150_000L, 150_001L, 150_001L }.Select(prompt => new TestStore.Row
        {
            Timestamp = "2026-09-01T10:00:00", Provider = "own", Model = "tiered", Prompt = prompt, Completion = 0L, Total = prompt,
        })]);
        string address = ClickHouseEngine.Shared.NewDatabase();
        ClickHouseStoreTests.Sync(store, address, "one");
        using ITelemetryStore server = TelemetryStores.Open(address, CancellationToken.None);
        using TokenStore open = store.Open();
        UsageDimension[][] groupings = [[], [UsageDimension.Source], [UsageDimension.Hour, UsageDimension.Model], [UsageDimension.HourOfDay], [UsageDimension.Transaction]];
        foreach (UsageDimension[] groupBy in groupings)
        {
            (long, decimal?) Run(ITelemetryStore of) =>
                Assert.Single(new UsageQuery(groupBy, TimeZoneInfo.Utc) { Prices = prices }.Run([of], new RequestFilter()).Rows) is var row ? (row.Requests, row.Cost) : default;
            (long, decimal?) expected = Run(new SqliteStore(open));
            Assert.Equal(5, expected.Item1);
            Assert.InRange(expected.Item2 ?? 0, 1m, 2m);
            Assert.Equal(expected, Run(server));
        }
    }

    [ClickHouseFact]
    public void Only_the_prices_of_selected_requests_are_compared()
    {
        using var store = new TestStore();
        TestStore.Row Row(string time, string provider, string model, long prompt) =>
            new() { Timestamp = time, Provider = provider, Model = model, Prompt = prompt, Completion = 0L, Total = prompt, User = model };
        store.Insert(Row("2026-09-01T10:00:00", "openai", "gpt-4o", 500), Row("2026-09-01T10:05:00", "openai", "gpt-4o", 100), Row("2026-09-01T10:07:00", "own", "llama3", 200));
        string address = ClickHouseEngine.Shared.NewDatabase();
        ClickHouseStoreTests.Sync(store, address, "one");
        using ITelemetryStore server = TelemetryStores.Open(address, CancellationToken.None);
        string Currencies(RequestFilter filter)
        {
            var query = new RequestQuery([server], filter) { Order = RequestOrder.Cost, Descending = true, Prices = new UsagePrices(TestPrices.InTwoCurrencies) };
            Assert.Single(query.Run(0, 1));
            return string.Join(' ', query.Currencies.Order());
        }

        Assert.Equal("EUR USD", Currencies(new RequestFilter()));
        Assert.Equal("EUR", Currencies(new RequestFilter { Model = ["llama*"] }));
        Assert.Equal("USD", Currencies(new RequestFilter { User = ["gpt*"] }));
        Assert.Equal("USD", Currencies(new RequestFilter { MinTokens = 300 }));
        Assert.Equal("USD", Currencies(new RequestFilter { Range = new TimeRange(null, new DateTimeOffset(2026, 9, 1, 10, 6, 0, TimeSpan.Zero)) }));
    }

    [ClickHouseFact]
    public void The_server_selects_the_groups_that_can_have_the_highest_costs()
    {
        var own = new UsagePrices(TestPrices.WithOwn("""
            currency: EUR
            providers:
              - id: own
                models:
                  - id: mine
                    prices: { input_mtok: 1, output_mtok: 2 }
                  - id: raised
                    prices: [ { prices: { input_mtok: 0.01 } }, { constraint: { start_date: 2026-09-02 }, prices: { input_mtok: 1000 } } ]
            """));
        using var store = new TestStore();
        // The price of the first model depends on the size of the prompt, and the cost of the groups of others is much lower. The price of the last one was
        // raised after its requests, so that their highest cost is above that of all others.
        store.Insert([.. Enumerable.Range(1, 900).Select(number => new TestStore.Row
        {
            Timestamp = "2026-09-01T10:00:00", Prompt = 400L * number, Completion = 0L, Total = 400L * number, User = $"u{number / 2}", Transaction = $"t{number / 2}",
            Provider = number % 3 == 0 ? "anthropic" : number == 1 ? "own" : "openai", Model = (number % 3) switch { 0 => "claude-sonnet-4-5", 1 => number == 1 ? "mine" : "gpt-4o", _ => "unknown" },
        })]);
        string address = ClickHouseEngine.Shared.NewDatabase();
        foreach ((int raised, int least, int most) in new[] { (0, 105, 105), (150, 106, 601) })
        {
            store.Insert([.. Enumerable.Range(1000, raised).Select(number => new TestStore.Row
            {
                Timestamp = "2026-09-01T10:00:00", Prompt = 10_000L, Completion = 0L, Total = 10_000L, User = $"u{number}", Transaction = $"t{number}", Provider = "own", Model = "raised",
            })]);
            ClickHouseStoreTests.Sync(store, address, "one", batchRows: 1000);
            using var server = (ClickHouseStore)TelemetryStores.Open(address, CancellationToken.None);
            using TokenStore open = store.Open();
            foreach (UsageDimension dimension in new[] { UsageDimension.Transaction, UsageDimension.User })
            {
                QueryResult<TokenUsage> Run(ITelemetryStore of) => new UsageQuery([dimension], TimeZoneInfo.Utc) { Prices = own, Largest = (5, UsageOrder.Cost) }.Run([of], new RequestFilter());
                (string?, decimal?)[] First(QueryResult<TokenUsage> result) =>
                    [.. UsageOrdering.Order(result.Rows, UsageOrder.Cost, descending: true).Take(5).Select(row => (row.User ?? row.Transaction, row.Cost))];
                QueryResult<TokenUsage> all = Run(new SqliteStore(open));
                Assert.Equal(451 + raised, all.Rows.Count);
                Assert.Empty(all.OmittedCurrencies);

                // A few users are all sent.
                server.MostGroupsSent = 10_000;
                Assert.InRange(Run(server).Rows.Count, least, dimension == UsageDimension.User ? 451 + raised : most);
                server.MostGroupsSent = 100;
                QueryResult<TokenUsage> largest = Run(server);
                Assert.Equal(First(all), First(largest));
                Assert.InRange(largest.Rows.Count, least, most);
                Assert.Equal(["EUR", "USD"], largest.OmittedCurrencies);
            }
        }
    }

    [ClickHouseFact]
    public void The_cost_of_a_transaction_is_an_upper_bound_only_if_that_of_a_request_is()
    {
        using var store = new TestStore();
        TestStore.Row Row(string transaction, long prompt, object?[]? detail) =>
            new() { Transaction = transaction, Provider = "openai", Model = "gpt-4o", Prompt = prompt, Completion = 10L, Total = prompt + 10, Detail = detail };
        store.Insert(
            Row("known", 100, [50L, 0L, null, null, null]), Row("known", 0, null), Row("written", 100, [null, 100L, null, null, null]),
            Row("unknown", 100, [50L, 0L, null, null, null]), Row("unknown", 100, null));
        string address = ClickHouseEngine.Shared.NewDatabase();
        ClickHouseStoreTests.Sync(store, address, "one", batchRows: 1000);
        using ITelemetryStore server = TelemetryStores.Open(address, CancellationToken.None);

        IEnumerable<TokenUsage> rows = new UsageQuery([UsageDimension.Transaction], TimeZoneInfo.Utc) { Prices = Prices }.Run([server], new RequestFilter()).Rows;

        Assert.Equal(["unknown"], rows.Where(row => row.CostIsUpperBound).Select(row => row.Transaction));
    }
}
