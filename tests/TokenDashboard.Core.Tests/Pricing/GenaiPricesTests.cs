using System.Globalization;
using TokenDashboard.Pricing;

namespace TokenDashboard.Tests.Pricing;

/// <summary>
/// Compares costs with those of the npm package @pydantic/genai-prices 0.1.8 and with its published tests. The file contains requests around the
/// dates, times of day and sizes at which prices change, for which both compute the same. It belongs to the list of that version.
/// </summary>
public class GenaiPricesTests
{
    private static readonly PriceList Shipped = TestPrices.Shipped;

    public static TheoryData<string> Requests =>
        [.. Repository.Read("tests/TokenDashboard.Core.Tests/Pricing/genai-prices-0.1.8.tsv").TrimEnd('\n').Split('\n')[1..]];

    [Fact]
    public void The_shipped_list_has_the_version_of_the_requests() => Assert.Equal("0.1.8", Shipped.Version);

    [Theory]
    [MemberData(nameof(Requests))]
    public void A_request_costs_the_same_as_in_genai_prices(string line)
    {
        string[] request = line.Split('\t');
        DateTimeOffset time = DateTimeOffset.Parse(request[2], CultureInfo.InvariantCulture);
        long[] tokens = [.. request[3..8].Select(text => long.Parse(text, CultureInfo.InvariantCulture))];

        PriceMatch? match = Shipped.Find(request[0], request[1]);

        Assert.Equal((request[8], request[9]), (match?.RequestedProvider ?? "", match?.First.Model.Id ?? ""));
        if (match is not null)
        {
            (decimal cost, long unpriced) = match.At(time).CostOf(new TokenCounts(tokens[0], tokens[1], tokens[2], tokens[3], tokens[4]));
            Assert.Equal(request[10], (cost / 1.000000000000000000000000000m).ToString(CultureInfo.InvariantCulture));
            Assert.Equal(long.Parse(request[11], CultureInfo.InvariantCulture), unpriced);
        }
    }

    [Theory]
    [InlineData("2025-06-09T23:59:59.999Z", 50)]
    [InlineData("2025-06-10T00:00:00Z", 10)]
    public void A_new_price_starts_at_midnight_UTC(string time, int cost) =>
        Assert.Equal(cost, Shipped.Find("openai", "o3")!.At(DateTimeOffset.Parse(time, CultureInfo.InvariantCulture)).CostOf(new TokenCounts(1_000_000, 1_000_000)).Cost);

    // https://docs.claude.com/en/docs/build-with-claude/prompt-caching: 1.25 and 2 times the price of other prompt tokens.
    [Theory]
    [InlineData("claude-sonnet-4-5", 0, "0.75")]
    [InlineData("claude-sonnet-4-5", 200_000, "1.2")]
    [InlineData("claude-sonnet-4-5", 50_000, "0.8625")]
    public void Cache_writes_for_an_hour_have_their_own_price(string model, long oneHour, string cost) => Assert.Equal(
        (decimal.Parse(cost, CultureInfo.InvariantCulture), 0L),
        Shipped.Find("anthropic", model)!.At(new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero)).CostOf(new TokenCounts(200_000, 0, 0, 200_000, HourCacheWrite: oneHour)));

    [Theory]
    [InlineData("""{"input_mtok":1.5,"output_mtok":2}""", 1000, 500, 0, 0, "0.0025")]
    [InlineData("""{"input_mtok":1,"output_mtok":2,"cache_read_mtok":0.1,"cache_write_mtok":0.5}""", 1000, 500, 100, 200, "0.00181")]
    [InlineData("""{"input_mtok":1,"output_mtok":2,"requests_kcount":0.5}""", 1000, 500, 0, 0, "0.0025")]
    [InlineData("""{"input_mtok":{"base":1,"tiers":[{"start":100000,"price":0.5}]},"output_mtok":2}""", 150_000, 50_000, 0, 0, "0.175")]
    [InlineData("""{"input_mtok":{"base":3,"tiers":[{"start":200000,"price":6}]}}""", 200_000, 0, 0, 0, "0.6")]
    [InlineData("""{"input_mtok":{"base":3,"tiers":[{"start":200000,"price":6}]}}""", 200_001, 0, 0, 0, "1.200006")]
    [InlineData("""{"input_mtok":{"base":0.075,"tiers":[{"start":128000,"price":0.15}]}}""", 500_000, 0, 0, 0, "0.075")]
    [InlineData("""{"input_mtok":0,"output_mtok":{"base":1,"tiers":[{"start":100000,"price":2}]}}""", 150_000, 10_000, 0, 0, "0.02")]
    [InlineData("""{"input_mtok":{"base":1,"tiers":[{"start":1000000,"price":5},{"start":100000,"price":2},{"start":500000,"price":3}]},"output_mtok":{"base":3,"tiers":[{"start":200000,"price":5},{"start":1000000,"price":8}]}}""", 600_000, 250_000, 0, 0, "3.05")]
    [InlineData("""{"input_mtok":{"base":1,"tiers":[{"start":100000,"price":2},{"start":500000,"price":3},{"start":1000000,"price":5}]},"output_mtok":{"base":3,"tiers":[{"start":200000,"price":5},{"start":1000000,"price":8}]}}""", 1_500_000, 500_000, 0, 0, "11.5")]
    public void Rates_and_tiers_match_the_tests_of_genai_prices(string prices, long prompt, long completion, long cached, long cacheWrite, string cost)
    {
        PriceList list = TestPrices.List($$"""[{"id":"p","models":[{"id":"m","match":{"equals":"m"},"prices":{{prices}}}]}]""");

        Assert.Equal(
            (decimal.Parse(cost, CultureInfo.InvariantCulture), 0L),
            list.Find("p", "m")!.At(DateTimeOffset.UnixEpoch).CostOf(new TokenCounts(prompt, completion, cached, cacheWrite)));
    }
}
