using System.Text;
using TokenDashboard.Pricing;
using TokenDashboard.Pricing.Lists;

namespace TokenDashboard.Tests.Pricing;

internal static class TestPrices
{
    /// <summary>The price list of the module.</summary>
    public static PriceList Shipped { get; } = PriceFiles.LoadFrom(null);

    /// <summary>The shipped list with own prices that apply at some times, with and without a list price for the other times.</summary>
    public static PriceList Contracts { get; } = WithOwn("""
        providers:
          - id: openai
            models: [ { id: gpt-4o, prices: [ { constraint: { start_date: 2026-08-16 }, prices: { input_mtok: 1, output_mtok: 4 } } ] } ]
          - id: google
            models: [ { id: contract, match: { starts_with: gemini }, prices: [ { constraint: { start_date: 2026-08-17 }, prices: { input_mtok: { base: 1, tiers: [ { start: 272000, price: 2 } ] } } } ] } ]
          - id: deepseek
            models: [ { id: night, match: { equals: deepseek-chat }, prices: [ { constraint: { start_time: '22:15:00Z', end_time: '04:00:00Z' }, prices: { input_mtok: 9, output_mtok: 8 } } ] } ]
          - id: nobody
            models: [ { id: gpt-4o, prices: [ { constraint: { start_date: 2026-08-18 }, prices: { input_mtok: 3, output_mtok: 5 } } ] } ]
        """);

    public static PriceList List(string json) => PriceFiles.ParseList(Encoding.UTF8.GetBytes(json), "test");

    /// <summary>The shipped prices in dollars, and one price in euros, of the model llama3 of the provider own.</summary>
    public static PriceList InTwoCurrencies { get; } = WithOwn("""
        currency: EUR
        providers:
          - id: own
            models:
              - id: llama3
                match: { equals: llama3 }
                prices: { input_mtok: 1, output_mtok: 2 }
        """);

    /// <summary>The shipped list with the own price file of a user.</summary>
    public static PriceList WithOwn(string text, string file = "prices.yaml")
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File(file), text);
        return PriceFiles.LoadFrom(folder.Path);
    }
}
