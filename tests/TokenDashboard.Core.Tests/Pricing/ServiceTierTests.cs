using CsCheck;
using TokenDashboard.Pricing;

namespace TokenDashboard.Tests.Pricing;

public class ServiceTierTests
{
    private static readonly DateTimeOffset November = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    // Prices of a million input, cached and output tokens on the pages of the providers.
    [Theory]
    [InlineData("anthropic", "claude-opus-4-6-fast", 30, 3, 150)]
    [InlineData("anthropic", "claude-opus-4.7-fast", 30, 3, 150)]
    [InlineData("anthropic", "Claude-Opus-4-8-Fast", 10, 1, 50)]
    [InlineData("anthropic", "claude-opus-5-20260724-fast", 10, 1, 50)]
    [InlineData("anthropic", "claude-opus-5-5-fast", 8, 0.4, 40)]
    [InlineData("anthropic", "claude-haiku-4-5-20251001-batch", 0.5, 0.05, 2.5)]
    [InlineData("openai", "gpt-6-sol-fast", 4, 0.4, 20)]
    [InlineData("openai", "gpt-5.6-terra-fast", 4, 0.4, 24)]
    [InlineData("openai", "gpt-5.5-fast", 12.5, 1.25, 75)]
    [InlineData("openai", "gpt-5.2-codex-fast", 3.5, 0.35, 28)]
    [InlineData("openai", "gpt-5-mini-fast", 0.45, 0.045, 3.6)]
    [InlineData("openai", "gpt-4.1-mini-fast", 0.7, 0.175, 2.8)]
    [InlineData("openai", "gpt-4o-2024-11-20-fast", 4.25, 2.125, 17)]
    [InlineData("openai", "gpt-4o-mini-fast", 0.25, 0.125, 1)]
    [InlineData("openai", "o4-mini-fast", 2, 0.5, 8)]
    [InlineData("openai", "gpt-6-luna-flex", 0.05, 0.005, 0.25)]
    [InlineData(null, "gpt-5-batch", 0.625, 0.0625, 5)]
    [InlineData("litellm", "anthropic/claude-opus-5-fast", 10, 1, 50)]
    public void A_model_name_with_a_tier_has_the_price_of_the_tier(string? provider, string model, decimal input, decimal cached, decimal output)
    {
        PriceRates rates = TestPrices.Shipped.Find(provider, model)!.At(November).Rates;

        Assert.Equal((input, cached, output), (rates.Input!.Of(1, 1), rates.CacheRead!.Of(1, 1), rates.Output!.Of(1, 1)));
    }

    [Theory]
    [InlineData("anthropic", "claude-sonnet-4-5-fast")]
    [InlineData("anthropic", "claude-fable-5-1-fast")]
    [InlineData("anthropic", "claude-opus-5-flex")]
    [InlineData("openai", "gpt-5-nano-fast")]
    [InlineData("openai", "gpt-5-ultrafast")]
    public void A_tier_with_an_unknown_price_has_no_price(string provider, string model) =>
        Assert.Null(TestPrices.Shipped.Find(provider, model));

    [Theory]
    [InlineData("x-ai", "grok-4-fast")]
    [InlineData("openrouter", "anthropic/claude-opus-5-fast")]
    public void Models_of_other_providers_are_not_tiers(string provider, string model)
    {
        PriceMatch match = TestPrices.Shipped.Find(provider, model)!;

        Assert.Contains("fast", match.First.Model.Id);
    }

    [Fact]
    public void Every_multiple_is_for_a_model_of_the_list()
    {
        foreach ((string provider, string tier) in ((string, string)[])[("anthropic", "fast"), ("openai", "fast")])
        {
            ServiceTier found = ServiceTier.Of(provider, $"m-{tier}")!;
            string[] models = [.. TestPrices.Shipped.ModelsOf(provider)];

            Assert.NotEmpty(found.Factors);
            Assert.All(found.Factors.Keys, model => Assert.Contains(model, models));
        }
    }

    [Fact]
    public void All_tokens_of_a_tier_cost_the_same_multiple_at_any_time_and_size()
    {
        PriceMatch standard = TestPrices.Shipped.Find("openai", "gpt-5.6-sol")!, fast = TestPrices.Shipped.Find("openai", "gpt-5.6-sol-fast")!;

        Gen.Select(Gen.Int[0, 300], Gen.Long[0, 500_000], Gen.Long[0, 50_000], Gen.Double[0, 1]).ForAll((day, prompt, completion, part) =>
        {
            var request = new TokenCounts(prompt, completion, (long)(prompt * part), (long)(prompt * (1 - part) / 2), (long)(completion * part));
            DateTimeOffset at = November.AddDays(day - 150);

            Assert.Equal(2 * standard.At(at).CostOf(request).Cost, fast.At(at).CostOf(request).Cost);
        });
    }

    [Fact]
    public void A_list_can_contain_a_tier_as_a_model()
    {
        PriceList list = TestPrices.List("""
            {"providers":[{"id":"openai","models":[
                {"id":"gpt-5","match":{"starts_with":"gpt-5"},"prices":{"input_mtok":1,"output_mtok":2}},
                {"id":"gpt-5-fast","match":{"equals":"gpt-5-fast"},"prices":{"input_mtok":7,"output_mtok":8}}]}]}
            """);

        decimal? InputOf(string model) => list.Find("openai", model)!.At(November).Rates.Input!.Of(1, 1);
        Assert.Equal((1, 0.5m, 7), (InputOf("gpt-5"), InputOf("gpt-5-batch"), InputOf("gpt-5-fast")));
    }

    [Fact]
    public void Own_prices_and_discounts_apply_to_the_name_with_its_tier()
    {
        PriceList list = TestPrices.WithOwn("""
            providers:
              - id: openai
                models:
                  - { id: contract, match: { equals: gpt-5-fast }, prices: { input_mtok: 3, output_mtok: 4 } }
                  - { id: other, match: { equals: gpt-5.5 }, prices: { input_mtok: 3, output_mtok: 4 } }
            discounts:
              - { provider: anthropic, percent: 10 }
            """);

        decimal InputOf(string provider, string model) => list.Find(provider, model)!.At(November).Rates.Input!.Of(1, 1)!.Value;
        Assert.Equal((3, 12.5m, 9), (InputOf("openai", "gpt-5-fast"), InputOf("openai", "gpt-5.5-fast"), InputOf("anthropic", "claude-opus-5-fast")));
    }
}
