using System.Text;
using TokenDashboard.Pricing;
using TokenDashboard.Pricing.Lists;

namespace TokenDashboard.Tests.Pricing;

internal static class TestPrices
{
    /// <summary>The list that the module brings.</summary>
    public static PriceList Shipped { get; } = PriceFiles.LoadFrom(null);

    public static PriceList List(string json) => PriceFiles.ParseList(Encoding.UTF8.GetBytes(json), "test");

    /// <summary>The shipped list with a user's own file over it.</summary>
    /// <summary>The shipped prices, in dollars, and one in euros: that of the model llama3 of the provider own.</summary>
    public static PriceList InTwoCurrencies { get; } = WithOwn("""
        currency: EUR
        providers:
          - id: own
            models:
              - id: llama3
                match: { equals: llama3 }
                prices: { input_mtok: 1, output_mtok: 2 }
        """);

    public static PriceList WithOwn(string text, string file = "prices.yaml")
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File(file), text);
        return PriceFiles.LoadFrom(folder.Path);
    }
}
