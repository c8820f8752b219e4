using Microsoft.Data.Sqlite;
using TokenDashboard.Engines.Sqlite;
using TokenDashboard.Engines.Sqlite.Maintenance;
using TokenDashboard.Engines.Sqlite.Queries;
using TokenDashboard.Pricing;
using TokenDashboard.Tests.Pricing;

namespace TokenDashboard.Tests.Engines.Sqlite.Rollups;

public class PriceTableTests
{
    private static readonly PriceList Shipped = TestPrices.Shipped;

    [Fact]
    public void A_store_has_prices_of_its_models_and_detects_stale_ones()
    {
        using var store = new TestStore();
        store.Insert(new TestStore.Row { Provider = "openai", Model = "gpt-4o" }, new TestStore.Row { Provider = "nobody", Model = "made-up" });
        Assert.Equal("none", State(store, Shipped));

        Write(store, Shipped);
        Assert.Equal("current", State(store, Shipped));
        Assert.Equal(["openai gpt-4o 0.0000025 0.00001 0 USD"], Prices(store));

        store.Insert(new TestStore.Row { Provider = "anthropic", Model = "claude-sonnet-4-5" });
        Assert.Equal("stale", State(store, Shipped));
        Write(store, Shipped);
        Assert.Equal("current", State(store, Shipped));
        Assert.Equal(3, store.Query("SELECT * FROM tokendash_price").Count);

        PriceList cheaper = TestPrices.WithOwn("""
            currency: EUR
            providers:
              - id: openai
                models:
                  - id: contract
                    match: { equals: gpt-4o }
                    prices: { input_mtok: 1, output_mtok: 2, requests_kcount: 3 }
            """);
        Assert.Equal("stale", State(store, cheaper));
        Write(store, cheaper);
        Assert.Equal(["openai gpt-4o 0.000001 0.000002 0.003 EUR"], Prices(store));
        Assert.Equal("current", State(store, cheaper));
    }

    [Fact]
    public void Unchanged_prices_are_not_written()
    {
        using var store = new TestStore();
        store.Insert(new TestStore.Row());
        Write(store, Shipped);
        using SqliteConnection reader = store.Connect();
        long Version()
        {
            using SqliteCommand command = reader.CreateCommand();
            command.CommandText = "PRAGMA data_version";
            return (long)command.ExecuteScalar()!;
        }
        long before = Version();

        using (StoreWriteConnection connection = StoreWriteConnection.Open(store.Path, CancellationToken.None))
        using (TokenStore open = store.Open())
            TokenDashboard.Engines.Sqlite.Rollups.PriceTable.Write(connection, open, Shipped);

        Assert.Equal(before, Version());
    }

    [Fact]
    public void Prices_are_stored_by_time_of_day_and_prompt_size()
    {
        using var store = new TestStore();
        store.Insert(new TestStore.Row { Provider = "own", Model = "mine" });
        Write(store, TestPrices.WithOwn("""
            providers:
              - id: own
                models:
                  - id: mine
                    prices:
                      - prices: { input_mtok: { base: 1, tiers: [ { start: 200000, price: 3 } ] }, cache_read_mtok: 0.5 }
                      - constraint: { start_time: 16:30:00Z, end_time: 00:30:00Z }
                        prices: { input_mtok: 0.25, output_mtok: 4 }
            """));

        Assert.Equal(
            [
                "0-1800 -1-9223372036854775807 2.5e-07 2.5e-07", "1800-59400 -1-200000 1e-06 5e-07",
                "1800-59400 200000-9223372036854775807 3e-06 5e-07", "59400-86400 -1-9223372036854775807 2.5e-07 2.5e-07",
            ],
            store.Query(
                "SELECT day_from || '-' || day_until || ' ' || prompt_above || '-' || prompt_upto || ' ' || printf('%.15g %.15g', input, cached) "
                    + "FROM tokendash_price ORDER BY day_from, prompt_above"));
        Assert.Equal([0L, 2L], store.Query("SELECT COUNT(output) FROM tokendash_price GROUP BY input > 2.5e-7 ORDER BY 1"));
    }

    private static void Write(TestStore store, PriceList prices)
    {
        using var optimizer = new StoreOptimizer(store.Path, CancellationToken.None);
        optimizer.Refresh();
        optimizer.WritePrices(prices);
    }

    private static string State(TestStore store, PriceList prices)
    {
        using TokenStore open = store.Open();
        return new SqliteStore(open).StateOfPrices(prices);
    }

    private static IEnumerable<object> Prices(TestStore store) =>
        store.Query("SELECT printf('%s %s %.10g %.10g %.10g %s', provider, model, input, output, request, currency) FROM tokendash_price WHERE provider = 'openai'")
            .Select(text => ((string)text).Replace("2.5e-06", "0.0000025", StringComparison.Ordinal).Replace("1e-05", "0.00001", StringComparison.Ordinal)
                .Replace("1e-06", "0.000001", StringComparison.Ordinal).Replace("2e-06", "0.000002", StringComparison.Ordinal));
}
