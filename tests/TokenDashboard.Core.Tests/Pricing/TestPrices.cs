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
    public static PriceList WithOwn(string text, string file = "prices.yaml")
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File(file), text);
        return PriceFiles.LoadFrom(folder.Path);
    }
}
