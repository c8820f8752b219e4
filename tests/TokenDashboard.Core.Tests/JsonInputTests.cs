using System.Text.Json;
using TokenDashboard.Grafana.Alerting;
using TokenDashboard.Grafana.Definitions;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Pricing.Lists;
using TokenDashboard.Tests.Pricing;

namespace TokenDashboard.Tests;

public class JsonInputTests
{
    private const string Secret = "glsa_SECRETSECRET";

    public static TheoryData<string> Ways => [.. Readers.Keys];

    private static Dictionary<string, Action<string>> Readers { get; } = new()
    {
        ["a dashboard"] = text => DashboardDocument.Parse(text, "file"),
        ["a definition"] = text => DashboardDefinition.Parse(text, "file"),
        ["an alert rule"] = text => AlertRuleReader.Parse(text, "file"),
        ["a price list"] = text => TestPrices.List(text),
        ["own prices"] = text => TestPrices.WithOwn(text, "prices.json"),
        ["the installed price list"] = text => TestPrices.WithOwn(text, PriceFiles.ListFile),
    };

    // The JSON library quotes the whole text if its first character is t, f or n.
    [Theory]
    [MemberData(nameof(Ways))]
    public void An_error_shows_the_position_but_not_the_text(string way)
    {
        foreach (string start in (string[])["token=", "n=", "f", "x", "\"", "{ \"a\": tru", "[1, 2 "])
        {
            TokenDashboardException error = Assert.Throws<TokenDashboardException>(() => Readers[way](start + Secret + new string('x', 10_000)));

            Assert.DoesNotContain("SECRET", error.ToString(), StringComparison.Ordinal);
            Assert.Matches(@"is not JSON \(line 1, byte \d+\)\.", error.Message);
            Assert.InRange(error.Message.Length, 1, 500);
        }
    }

    [Theory]
    [InlineData("[\n tru]", "line 2, byte 5")]
    [InlineData("""{ "a": 1, "a": 2 }""", "'a'")]
    [InlineData("""[ "\ud83d" ]""", "surrogate")]
    public void The_message_describes_the_error(string json, string words) =>
        Assert.Contains(words, Assert.Throws<JsonException>(() => JsonInput.Parse(json)).Message, StringComparison.Ordinal);

    [Fact]
    public void The_message_describes_the_depth_limit()
    {
        static string Nested(int levels) => new string('[', levels) + new string(']', levels);

        Assert.NotNull(JsonInput.Parse(Nested(64)));
        Assert.Contains("64 levels", Assert.Throws<JsonException>(() => JsonInput.Parse(Nested(65))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_message_shortens_a_long_invalid_value()
    {
        string json = $$"""{ "Name": "a", "Kind": "Tokens", "Limit": "{{new string('x', 10_000)}}", "Window": "1d", "{{new string('y', 10_000)}}": 1 }""";

        TokenDashboardException error = Assert.Throws<TokenDashboardException>(() => AlertRuleReader.Read(AlertRuleReader.Parse(json, "file")[0], "file"));

        Assert.Contains("Limit is 'xxx", error.Message, StringComparison.Ordinal);
        Assert.InRange(error.Message.Length, 1, 2000);
    }
}
