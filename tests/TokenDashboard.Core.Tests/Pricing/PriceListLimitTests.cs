using System.Text.RegularExpressions;
using TokenDashboard.Pricing;

namespace TokenDashboard.Tests.Pricing;

/// <summary>A price list of another publisher cannot block a command.</summary>
public class PriceListLimitTests
{
    private const string Rates = """{ "input_mtok": 1 }""";

    private static readonly Regex Slow = new("^(a+)+$", RegexOptions.None, TimeSpan.FromMilliseconds(20));

    public static TheoryData<string, string, string> Lists => new()
    {
        { Provider(Model($$"""[ { "prices": {{Rates}} }, {{Many(100, index => $$"""{ "constraint": { "start_date": "{{2000 + index}}-01-01" }, "prices": {{Rates}} }""")}} ]""")), "providers[0].models[0].prices", "100 prices" },
        { Provider(Model($$"""{ "input_mtok": { "base": 1, "tiers": [ {{Many(21, index => $$"""{ "start": {{index}}, "price": 1 }""")}} ] } }""")), "providers[0].models[0].prices.input_mtok.tiers", "20 tiers" },
        { Many(1001, index => Provider(Model(Rates), $"p{index}")), "providers", "1000 providers" },
        { Provider(Many(10_001, index => Model(Rates, id: $"m{index}"))), "providers[0].models", "10000 models" },
        { Provider(Model(Rates, $$"""{ "or": [ {{Many(10_001, index => $$"""{ "regex": "{{index}}" }""")}} ] }""")), "providers[0].models[0].match.or[10000].regex", "10000 patterns" },
    };

    [Theory]
    [MemberData(nameof(Lists))]
    public void A_list_beyond_a_limit_is_refused(string providers, string place, string limit)
    {
        TokenDashboardException exception = Assert.Throws<TokenDashboardException>(() => TestPrices.List($"[{providers}]"));

        Assert.Equal(ErrorCode.PriceListInvalid, exception.Code);
        Assert.Contains($"{place} ", exception.Message, StringComparison.Ordinal);
        Assert.Contains(limit, exception.Message, StringComparison.Ordinal);
    }

    // Each pattern alone takes less than its limit of a second.
    [Fact]
    public void Slow_patterns_share_their_time()
    {
        PriceList prices = TestPrices.List($"[{Provider(Many(200, index => Model(Rates, $$"""{ "regex": "^((([a-g0-9opt-]+|mini)+)+)+!{{index}}$" }""", $"m{index}")))}]");
        prices.Patterns.Grant(TimeSpan.FromSeconds(-4.9));

        Assert.Equal(ErrorCode.PriceListInvalid, Assert.Throws<TokenDashboardException>(() => Enumerable.Range(0, 100).Count(index => prices.Find("p", $"gpt-4o-mini-{index}") is not null)).Code);
    }

    [Fact]
    public void The_time_of_patterns_ends_and_more_can_be_granted()
    {
        var time = new PatternTime(TimeSpan.FromMilliseconds(50));
        Assert.True(time.Match(Slow, "aaa").Success);

        for (int i = 0; i < 3; i++)
            Assert.Throws<RegexMatchTimeoutException>(() => time.Match(Slow, new string('a', 60) + "!"));
        Assert.Throws<RegexMatchTimeoutException>(() => time.Match(Slow, "aaa"));
        time.Grant(TimeSpan.FromSeconds(10));
        Assert.True(time.Match(Slow, "aaa").Success);
    }

    private static string Many(int count, Func<int, string> one) => string.Join(", ", Enumerable.Range(0, count).Select(one));

    private static string Provider(string models, string id = "p") => $$"""{ "id": "{{id}}", "models": [ {{models}} ] }""";

    private static string Model(string prices, string match = """{ "equals": "m" }""", string id = "m") => $$"""{ "id": "{{id}}", "match": {{match}}, "prices": {{prices}} }""";
}
