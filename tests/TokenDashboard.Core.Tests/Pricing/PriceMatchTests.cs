using CsCheck;
using TokenDashboard.Pricing;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Tests.Pricing;

public class PriceMatchTests
{
    private static readonly PriceList Shipped = TestPrices.Shipped;
    private static readonly PriceMatch[] Entries = [.. Shipped.Entries(_ => true, _ => true)];

    // Entries with more than one price, so that samples often contain them.
    private static readonly PriceMatch[] Changing = [.. Entries.Where(entry => entry.HasTimesOfDay || entry.Schedule.Count > 1)];

    private static readonly Gen<PriceMatch> GenEntry = Gen.OneOf(Gen.OneOfConst(Entries), Gen.OneOfConst(Changing));

    // Times around the dates in the list, and around quarter hours to the tick.
    private static readonly Gen<DateTimeOffset> GenTime = Gen.Long[new DateTime(2025, 5, 1).Ticks, new DateTime(2027, 2, 1).Ticks]
        .SelectMany(ticks => Gen.OneOf(Gen.Const(ticks), Gen.Int[-1, 1].Select(near => (ticks / Quarter * Quarter) + near))).Select(ticks => new DateTimeOffset(ticks, TimeSpan.Zero));

    private static readonly Gen<TokenCounts> GenRequest = Gen.Select(
        Gen.OneOf(Gen.Long[0, 5000], Gen.OneOfConst([.. InputSize.Thresholds]).SelectMany(size => Gen.Long[size - 1, size + 1]), Gen.Long[0, 2_000_000]),
        Gen.Long[0, 50_000], Gen.Double[0, 1], Gen.Double[0, 1], Gen.Double[0, 1], Gen.Double[0, 1])
        .Select((prompt, completion, cached, write, reasoning, hour) =>
        {
            long read = (long)(prompt * cached), written = (long)((prompt - read) * write);
            return new TokenCounts(prompt, completion, read, written, (long)(completion * reasoning), HourCacheWrite: (long)(written * hour));
        });

    private const long Quarter = 15 * TimeSpan.TicksPerMinute;

    [Theory]
    [InlineData("azure.ai.inference", "gpt-5-mini-2025-08-07", "azure")]
    [InlineData("az.ai.inference", "gpt-5-mini-2025-08-07", "azure")]
    [InlineData("microsoft.foundry", "gpt-4o", "azure")]
    [InlineData("az.ai.agents", "gpt-4o", "azure")]
    [InlineData("azure.ai.openai", "gpt-4o", "openai")]
    [InlineData("gcp.gen_ai", "gemini-2.5-pro", "google")]
    [InlineData("gcp.vertex_ai", "gemini-2.5-pro", "google")]
    [InlineData("aws.bedrock", "anthropic.claude-sonnet-4-5-20250929-v1:0", "aws")]
    [InlineData("x_ai", "grok-4", "x-ai")]
    [InlineData("mistral_ai", "mistral-large-latest", "mistral")]
    [InlineData("moonshot_ai", "kimi-k2-0905-preview", "moonshotai")]
    public void The_provider_names_of_OpenTelemetry_have_prices(string provider, string model, string id)
    {
        Assert.Equal(id, Shipped.ProviderNamed(provider)?.Id);
        Assert.NotNull(Shipped.Find(provider, model));
    }

    [Fact]
    public void The_sum_of_an_input_class_costs_exactly_what_its_requests_cost() => Gen.Select(GenEntry, GenTime, GenRequest.Array[1, 40]).ForAll((entry, time, requests) =>
    {
        ResolvedPrice price = entry.At(time);

        foreach (IGrouping<int, TokenCounts> sizes in requests.GroupBy(request => InputSize.ClassOf(request.Prompt)))
        {
            var sum = new TokenCounts(
                sizes.Sum(one => one.Prompt), sizes.Sum(one => one.Completion), sizes.Sum(one => one.Cached), sizes.Sum(one => one.CacheWrite), sizes.Sum(one => one.Reasoning), sizes.Count(),
                HourCacheWrite: sizes.Sum(one => one.HourCacheWrite));
            (decimal Cost, long Unpriced)[] single = [.. sizes.Select(one => price.CostOf(one))];
            Assert.Equal((single.Sum(one => one.Cost), single.Sum(one => one.Unpriced)), price.CostOf(sum, sizes.Key));
        }
    }, iter: 500);

    [Fact]
    public void The_smallest_prompt_of_a_tier_represents_the_tier_at_any_time() => Gen.Select(GenEntry, GenTime, GenRequest).ForAll((entry, time, request) =>
    {
        long smallest = entry.SmallestLike(request.Prompt);

        Assert.InRange(smallest, 0, request.Prompt);
        Assert.Equal(entry.At(time).CostOf(request), entry.At(time).CostOf(request, smallest));
        Assert.Equal(smallest, entry.SmallestLike(smallest));
    }, iter: 500);

    [Fact]
    public void The_schedule_covers_all_time_with_the_price_of_each_instant() => Gen.Select(GenEntry, GenTime).ForAll((entry, instant) =>
    {
        IReadOnlyList<PriceSpan> spans = entry.Schedule;

        Assert.Equal((DateTime.MinValue, DateTime.MaxValue), (spans[0].From, spans[^1].Until));
        Assert.All(spans.Zip(spans.Skip(1)), pair => Assert.Equal(pair.First.Until, pair.Second.From));
        Assert.All(spans, span =>
        {
            TimeSpan[] starts = [.. span.Windows.Select(window => window.Start)];
            Assert.Equal(TimeSpan.Zero, starts[0]);
            Assert.Equal(starts.Distinct().Order(), starts);
            Assert.All(starts, start => Assert.Equal(0, start.Ticks % Quarter));
        });
        PriceSpan own = spans.Single(span => span.From <= instant.UtcDateTime && instant.UtcDateTime < span.Until);
        Assert.Same(entry.At(instant), own.Windows.Last(window => window.Start <= instant.UtcDateTime.TimeOfDay).Price);
    }, iter: 300);

    [Fact]
    public void Every_listed_price_is_exact_from_rollups() => Assert.All(Entries, entry => Assert.True(entry.IsExactFromRollups, entry.First.Model.Id));

    [Fact]
    public void Times_of_day_may_cross_midnight_and_have_offsets()
    {
        PriceMatch entry = TestPrices.List("""
            [{"id":"p","models":[{"id":"m","match":{"equals":"m"},"prices":[{"prices":{"input_mtok":1}},
              {"constraint":{"start_time":"22:00:00+02:00","end_time":"04:30:00+02:00"},"prices":{"input_mtok":2}}]}]}]
            """).Find("p", "m")!;

        decimal At(string time) => entry.At(DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture)).CostOf(new TokenCounts(1_000_000, 0)).Cost;

        Assert.Equal([1, 2, 2, 1], new[] { "2026-03-01T19:59:59Z", "2026-03-01T20:00:00Z", "2026-03-02T02:29:59Z", "2026-03-02T02:30:00Z" }.Select(At));
        Assert.True(entry.HasTimesOfDay);
        Assert.Equal(3, Assert.Single(entry.Schedule).Windows.Count);
        Assert.Equal(["02:30-20:00", "20:00-02:30"], TokenPrice.Of(entry, DateTimeOffset.UnixEpoch).Select(price => price.Window).Order());
    }

    [Fact]
    public void The_first_price_applies_when_no_constraint_matches()
    {
        PriceMatch entry = TestPrices.List("""
            [{"id":"p","models":[{"id":"m","match":{"equals":"m"},"prices":[{"constraint":{"start_date":"2026-03-01"},"prices":{"input_mtok":1}},
              {"constraint":{"start_date":"2026-04-01"},"prices":{"input_mtok":2}}]}]}]
            """).Find("p", "m")!;

        Assert.Equal(1, entry.At(DateTimeOffset.UnixEpoch).CostOf(new TokenCounts(1_000_000, 0)).Cost);
        Assert.Equal([null, new DateTimeOffset(2026, 4, 1, 0, 0, 0, TimeSpan.Zero)], TokenPrice.Of(entry, DateTimeOffset.UnixEpoch).Select(price => price.From));
    }

    [Theory]
    [InlineData(100, 10, 0, 0, 0, 110)]
    [InlineData(100, 10, 40, 0, 0, 110)]
    [InlineData(0, 0, 0, 0, 0, 0)]
    public void Tokens_without_a_rate_cost_nothing_and_are_unpriced(long prompt, long completion, long cached, long write, long reasoning, long unpriced)
    {
        ResolvedPrice price = TestPrices.List("""[{"id":"p","models":[{"id":"m","match":{"equals":"m"},"prices":{}}]}]""").Find("p", "m")!.At(DateTimeOffset.UnixEpoch);

        Assert.Equal((0m, unpriced), price.CostOf(new TokenCounts(prompt, completion, cached, write, reasoning)));
    }

    [Fact]
    public void Completion_tokens_without_a_rate_are_unpriced()
    {
        ResolvedPrice price = TestPrices.List("""[{"id":"p","models":[{"id":"m","match":{"equals":"m"},"prices":{"input_mtok":2}}]}]""").Find("p", "m")!.At(DateTimeOffset.UnixEpoch);

        Assert.Equal((2m, 7L), price.CostOf(new TokenCounts(1_000_000, 7, 500_000, 100_000, 3)));
    }

    [Theory]
    [InlineData(10, 5, 11, 0, 0)]
    [InlineData(10, 5, 6, 5, 0)]
    [InlineData(10, 5, 0, 0, 6)]
    [InlineData(10, 5, -1, 0, 0)]
    public void Requests_with_parts_larger_than_the_whole_are_unpriced(long prompt, long completion, long cached, long write, long reasoning)
    {
        ResolvedPrice price = TestPrices.List("""
            [{"id":"p","models":[{"id":"m","match":{"equals":"m"},"prices":{"input_mtok":2,"cache_read_mtok":1,"cache_write_mtok":3,"output_mtok":4,"output_reasoning_mtok":5}}]}]
            """).Find("p", "m")!.At(DateTimeOffset.UnixEpoch);

        Assert.Equal((0m, 15L), price.CostOf(new TokenCounts(prompt, completion, cached, write, reasoning)));
    }

    [Fact]
    public void An_input_class_that_spans_tiers_leaves_summed_tokens_unpriced()
    {
        PriceMatch entry = TestPrices.List("""
            [{"id":"p","models":[{"id":"m","match":{"equals":"m"},"prices":{"input_mtok":{"base":1,"tiers":[{"start":32000,"price":2}]}}}]}]
            """).Find("p", "m")!;
        ResolvedPrice price = entry.At(DateTimeOffset.UnixEpoch);

        Assert.False(entry.IsExactFromRollups);
        Assert.Equal((0.064002m, 0L), price.CostOf(new TokenCounts(32_001, 0)));
        Assert.Equal((0m, 32_001L), price.CostOf(new TokenCounts(32_001, 0), 0));
        Assert.Equal((0.4m, 0L), price.CostOf(new TokenCounts(200_000, 0), 2));
    }

    [Theory]
    [InlineData("azure", "gpt-4o", "azure", "openai", "gpt-4o")]
    [InlineData("azure", "claude-sonnet-4-5", "azure", "anthropic", "claude-sonnet-4-5")]
    [InlineData("aws.bedrock", "us.openai.gpt-5.6-sol", "aws", "aws", "regional.openai.gpt-5.6-sol")]
    [InlineData("LiteLLM", "openai/gpt-4o", "openai", "openai", "gpt-4o")]
    [InlineData("litellm", "o3", "openai", "openai", "o3")]
    [InlineData("", " O3 ", "openai", "openai", "o3")]
    [InlineData(null, "o3", "openai", "openai", "o3")]
    [InlineData("openai", "o3-20250416", "openai", "openai", "o3")]
    public void A_provider_and_a_model_match_one_entry(string? provider, string model, string requested, string listed, string id)
    {
        PriceMatch match = Shipped.Find(provider, model)!;

        Assert.Equal((requested, listed, id), (match.RequestedProvider, match.First.Model.Provider, match.First.Model.Id));
    }

    [Theory]
    [InlineData("nobody", "gpt-4o")]
    [InlineData("openai", "gpt-4o-of-somebody-else")]
    [InlineData("", "llama")]
    [InlineData("", "")]
    [InlineData(" ", "gpt-4o")]
    [InlineData("openai", "o3-20251345")]
    public void Unknown_models_have_no_price(string provider, string model) => Assert.Null(Shipped.Find(provider, model));

    [Theory]
    [InlineData("openai", "gpt-4.1-mini", "gpt-4.1-mini")]
    [InlineData("google", "gemini-2.5-pro-preview", " and ")]
    public void A_match_shows_its_condition(string provider, string model, string part) =>
        Assert.Contains(part, Shipped.Find(provider, model)!.First.Clause, StringComparison.Ordinal);

    [Theory]
    [InlineData("gpt-4o", "openai")]
    [InlineData("claude-opus-5", "anthropic")]
    [InlineData("llama-3", null)]
    public void The_provider_is_derived_from_the_model_name(string model, string? provider) => Assert.Equal(provider, Shipped.ProviderOf(model));
}
