using System.Globalization;
using System.Text;
using TokenDashboard.Pricing;
using TokenDashboard.Pricing.Lists;

namespace TokenDashboard.Tests.Pricing;

public class PriceFilesTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Own_prices_override_the_list_and_the_rest_stays()
    {
        PriceList prices = TestPrices.WithOwn("""
            currency: eur
            providers:
              - id: openai
                models:
                  - id: gpt-4o
                    prices: { input_mtok: 1.25, output_mtok: 5 }
              - id: in-house
                provider_match: { starts_with: vllm }
                models:
                  - id: llama
                    match: { or: [ { starts_with: llama }, { regex: '^meta-\d$' } ] }
                    prices:
                      - prices: { input_mtok: 0, output_mtok: 0 }
                      - constraint: { start_date: 2026-03-01 }
                        prices: { input_mtok: { base: 0.5, tiers: [ { start: 128000, price: 1 } ] }, output_mtok: 2, requests_kcount: 1 }
            """);

        Assert.Equal(6.25m, Cost(prices, "openai", "gpt-4o"));
        Assert.Equal("EUR", prices.Find("openai", "gpt-4o")!.Currency);
        Assert.Equal(10m, Cost(prices, "openai", "o3"));
        Assert.Equal("USD", prices.Find("openai", "o3")!.Currency);
        Assert.Equal(6.25m, Cost(prices, "azure", "gpt-4o"));
        Assert.Equal(3.001m, Cost(prices, "VLLM-east", "meta-7"));
        Assert.Equal((0m, 0L), prices.Find("in-house", "llama-4")!.At(DateTimeOffset.UnixEpoch).CostOf(new TokenCounts(5, 5)));
    }

    [Fact]
    public void The_list_price_applies_before_an_own_price_starts()
    {
        PriceList prices = TestPrices.WithOwn("""
            providers:
              - id: openai
                models:
                  - id: contract
                    match: { or: [ { equals: gpt-4o }, { starts_with: o3-2025 } ] }
                    prices: [ { constraint: { start_date: 2027-01-01 }, prices: { input_mtok: { base: 1, tiers: [ { start: 128000, price: 3 } ] }, output_mtok: 4 } } ]
            discounts: [ { provider: openai, percent: 50, start_date: 2026-06-01, end_date: 2026-07-01 } ]
            """);
        var start = new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero);
        PriceMatch match = prices.Find("openai", "gpt-4o")!;

        Assert.Equal([12.5m, 6.25m, 12.5m, 7m], new[] { Now.AddYears(-5), new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero), start.AddTicks(-1), start }
            .Select(time => match.At(time).CostOf(new TokenCounts(1_000_000, 1_000_000)).Cost));
        Assert.Equal(4m, match.At(Now).Match.At(start).Rates.Output!.Base);
        Assert.Equal(("gpt-4o", "genai-prices 0.1.8 (2026-09-23)", null), TokenPrice.At(match, Now).Select(price => (price.Model, price.PriceList, price.Window)).Single());
        Assert.Equal([(0, 1m), (128000, 3m)], TokenPrice.At(match, start).Select(price => (price.AbovePromptTokens, price.Input!.Value)));
        Assert.Equal([null, "2026-06-01", "2026-07-01", "2027-01-01", "2027-01-01"], TokenPrice.Of(match, Now).Select(price => price.From?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)));
        Assert.Equal([2.5e-6, 1.25e-6, 2.5e-6, 1e-6, 3e-6], StoredPrice.Of([("openai", "gpt-4o")], prices).Select(price => price.Input!.Value));
        // A name that the list contains only with hyphens in its date, and a provider that serves the models of another one.
        Assert.Equal([40m, 8m, 4m], new[] { DateTimeOffset.UnixEpoch, Now, start }.Select(time => prices.Find("openai", "o3-20250416")!.At(time).Rates.Output!.Base));
        Assert.Equal([10m, 4m], new[] { Now, start }.Select(time => prices.Find("azure", "gpt-4o")!.At(time).Rates.Output!.Base));
        Assert.Equal(["2027-01-01", "2027-01-01"], prices.Entries("openai", id => id == "contract").SelectMany(entry => TokenPrice.Of(entry, Now))
            .Select(price => price.From?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void The_list_price_applies_outside_the_times_of_an_own_price()
    {
        PriceMatch match = TestPrices.WithOwn("""
            providers: [ { id: deepseek, models: [ { id: deepseek-chat, prices: [ { constraint: { start_time: '12:10:00Z', end_time: '20:00:00Z' }, prices: { input_mtok: 7 } } ] } ] } ]
            """).Find("deepseek", "deepseek-chat")!;

        Assert.Equal(["00:30-12:10", "12:10-20:00", "20:00-00:30"], TokenPrice.Of(match, Now).Select(price => price.Window).Order());
        Assert.Equal([0.135m, 0.27m, 7m, 0.135m], new[] { 0, 5, 13, 21 }.Select(hour => match.At(Now.AddHours(hour)).Rates.Input!.Base));
        Assert.True(match.HasTimesOfDay);
        Assert.False(match.IsExactFromRollups);
    }

    [Theory]
    [InlineData("openai", "gpt-4o", "EUR")]
    [InlineData("in-house", "gpt-4o", "USD")]
    public void No_price_applies_before_an_own_price_without_a_matching_list_price(string provider, string model, string currency)
    {
        PriceList prices = TestPrices.WithOwn(
            $$"""{ "currency": "{{currency}}", "providers": [ { "id": "{{provider}}", "models": [ { "id": "{{model}}", "prices": [ { "constraint": { "start_date": "2027-01-01" }, "prices": { "input_mtok": 1 } } ] } ] } ] }""",
            "prices.json");
        PriceMatch match = prices.Find(provider, model)!;

        Assert.Equal((0m, 5L), match.At(Now).CostOf(new TokenCounts(5, 0)));
        Assert.Equal((5m, 0L), match.At(Now.AddYears(1)).CostOf(new TokenCounts(5_000_000, 0)));
        Assert.Empty(TokenPrice.At(match, Now));
        Assert.Equal(PriceStatus.Scheduled, Assert.Single(TokenPrice.Of(match, Now)).Status);
        Assert.Equal([null, 1e-6], StoredPrice.Of([(provider, model)], prices).Select(price => price.Input));
    }

    [Fact]
    public void Conditions_of_own_prices_are_case_insensitive()
    {
        PriceList prices = TestPrices.WithOwn("""
            providers:
              - id: In-House
                provider_match: { regex: '^VLLM' }
                models:
                  - { id: A, match: { regex: '^GPT-4I' }, prices: { input_mtok: 1 } }
                  - { id: B, match: { and: [ { starts_with: L }, { contains: AM }, { ends_with: A } ] }, prices: { input_mtok: 2 } }
            """);

        Assert.Equal(["A", "A", "B"], new[] { "gpt-4i", "GPT-4I-mini", "Llama" }.Select(model => prices.Find("vllm-East", model)?.First.Model.Id));
    }

    [Fact]
    public void A_discount_applies_to_list_prices_but_not_to_own_prices()
    {
        PriceList prices = TestPrices.WithOwn("""
            { "discounts": [ { "percent": 10 }, { "provider": "openai", "match": { "starts_with": "o3" }, "percent": 12.5, "start_date": "2026-03-01", "end_date": "2026-06-01" } ],
              "providers": [ { "id": "openai", "models": [ { "id": "mine", "prices": { "input_mtok": 1, "output_mtok": 1 } } ] } ], }
            """, "prices.json");

        PriceMatch o3 = prices.Find("openai", "o3")!;

        Assert.Equal([9m, 8.75m, 8.75m, 9m], new[] { "2026-02-28T23:59:59Z", "2026-03-01T00:00Z", "2026-05-31T23:59Z", "2026-06-01T00:00Z" }
            .Select(time => o3.At(DateTimeOffset.Parse(time, CultureInfo.InvariantCulture)).CostOf(new TokenCounts(1_000_000, 1_000_000)).Cost));
        Assert.Equal(12.5m, o3.At(new(2026, 4, 1, 0, 0, 0, TimeSpan.Zero)).Discount);
        Assert.Equal(2m, Cost(prices, "openai", "mine"));
    }

    [Fact]
    public void A_discount_applies_to_the_requested_provider_not_to_the_models_owner()
    {
        PriceList prices = TestPrices.WithOwn("discounts: [ { provider: Azure, percent: 50 } ]");

        Assert.Equal(5m, Cost(prices, "azure", "o3"));
        Assert.Equal(10m, Cost(prices, "openai", "o3"));
    }

    [Fact]
    public void Own_prices_under_another_provider_name_keep_the_list_prices()
    {
        PriceList prices = TestPrices.WithOwn("providers: [ { id: AWS.Bedrock, models: [ { id: mine, prices: { input_mtok: 1, output_mtok: 2 } } ] } ]");

        Assert.Equal(3m, Cost(prices, "aws.bedrock", "Mine"));
        Assert.Equal(Cost(PriceFiles.LoadFrom(null), "aws.bedrock", "us.openai.gpt-5.6-sol"), Cost(prices, "aws.bedrock", "us.openai.gpt-5.6-sol"));
    }

    [Theory]
    [InlineData("providers: [ { id: a, models: [ { id: b, price: 1 } ] } ]", "providers[0].models[0].price")]
    [InlineData("providers: [ { id: a, models: [ { id: b, prices: { input_mtok: -1 } } ] } ]", "providers[0].models[0].prices.input_mtok")]
    [InlineData("providers: [ { id: a, models: [ { id: b, prices: { output_reasoning_mtok: 1 } } ] } ]", "providers[0].models[0].prices.output_reasoning_mtok")]
    [InlineData("providers: [ { id: a, models: [ { id: b, prices: { cache_read_mtok: 1, output_mtok: 1 } } ] } ]", "providers[0].models[0].prices.cache_read_mtok")]
    [InlineData(
        "providers: [ { id: a, models: [ { id: b, prices: [ { constraint: { start_date: 1.3.2026 }, prices: { input_mtok: 1 } } ] } ] } ]", "providers[0].models[0].prices[0].constraint.start_date")]
    [InlineData(
        "providers: [ { id: a, models: [ { id: b, prices: [ { constraint: { start_time: '10:00:00Z' }, prices: { input_mtok: 1 } } ] } ] } ]", "providers[0].models[0].prices[0].constraint.end_time")]
    [InlineData("providers: [ { id: a, models: [ { id: b, prices: [ { constraint: { service: batch }, prices: { input_mtok: 1 } } ] } ] } ]", "providers[0].models[0].prices[0].constraint.service")]
    [InlineData("providers: [ { id: a, models: [ { id: b, match: { like: x }, prices: { input_mtok: 1 } } ] } ]", "providers[0].models[0].match")]
    [InlineData("providers: [ { id: a, models: [ { id: b, match: { or: [ { regex: '(' } ] }, prices: { input_mtok: 1 } } ] } ]", "providers[0].models[0].match.or[0].regex")]
    [InlineData("providers: [ { models: [] } ]", "providers[0].id")]
    [InlineData("providers: [ { id: a, models: [] }, { id: a, models: [] } ]", "providers[1].id")]
    [InlineData("providers: [ { id: a, models: [ { id: b, prices: { input_mtok: 1 } }, { id: B, prices: { input_mtok: 2 } } ] } ]", "providers[0].models[1].id")]
    [InlineData("providers: [ 7 ]", "providers[0]")]
    [InlineData(
        "providers: [ { id: a, models: [ { id: b, prices: [ { constraint: { start_date: 2027-01-01 }, prices: { input_mtok: 1 } }, { prices: { input_mtok: 2 } } ] } ] } ]",
        "providers[0].models[0].prices[0]")]
    [InlineData(
        "providers: [ { id: a, models: [ { id: b, prices: [ { constraint: { start_date: 2027-01-01 }, prices: { input_mtok: 1 } }, { constraint: { start_date: 2026-01-01 }, prices: { input_mtok: "
            + "2 } } ] } ] } ]", "providers[0].models[0].prices[0]")]
    [InlineData(
        "providers: [ { id: a, models: [ { id: b, prices: [ { prices: { input_mtok: 1 } }, { constraint: { start_time: '10:00:00Z', end_time: '10:00:00Z' }, prices: { input_mtok: 2 } } ] } ] } ]",
        "providers[0].models[0].prices[1]")]
    [InlineData("providers: [ { id: a, models: [ { id: b, match: { or: [] }, prices: { input_mtok: 1 } } ] } ]", "providers[0].models[0].match.or")]
    [InlineData("providers: [ { id: a, models: [ { id: b, match: { or: [ { and: [] } ] }, prices: { input_mtok: 1 } } ] } ]", "providers[0].models[0].match.or[0].and")]
    [InlineData("providers: [ { id: a, models: [ { id: b, prices: {} } ] } ]", "providers[0].models[0].prices")]
    [InlineData("providers: [ { id: a, models: [ { id: b, prices: { input_mtok: 1, output_mtok: } } ] } ]", "providers[0].models[0].prices.output_mtok")]
    [InlineData("providers: [ { id: a, models: [ { id: b, prices: [ { prices: { input_mtok: '' } } ] } ] } ]", "providers[0].models[0].prices[0].prices.input_mtok")]
    [InlineData("discounts: [ { percent: 101 } ]", "discounts[0].percent")]
    [InlineData("discounts: [ { percent: 5, start_date: 2026-03-01, end_date: 2026-03-01 } ]", "discounts[0].end_date")]
    [InlineData("discounts: [ { percent: 5, provider: open-ai } ]", "discounts")]
    [InlineData("currency: dollars", "currency")]
    [InlineData("7", "The definition")]
    public void Errors_in_an_own_price_file_are_reported_with_their_location(string yaml, string place)
    {
        TokenDashboardException fault = Assert.Throws<TokenDashboardException>(() => TestPrices.WithOwn(yaml));

        Assert.Equal(ErrorCode.PriceFileInvalid, fault.Code);
        Assert.Contains($" {place} ", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("prices.yaml", "")]
    [InlineData("prices.yaml", "# providers:\n#   - id: a\n")]
    [InlineData("prices.yaml", "---\n")]
    [InlineData("prices.yaml", "providers:\n")]
    [InlineData("prices.json", "")]
    [InlineData("prices.json", "\uFEFF \n")]
    [InlineData("prices.json", "null")]
    public void An_own_file_without_values_is_ignored(string file, string text) => Assert.Equal(10m, Cost(TestPrices.WithOwn(text, file), "openai", "o3"));

    [Theory]
    [InlineData("prices.json")]
    [InlineData("prices.yaml")]
    public void An_own_file_may_be_UTF_16(string file)
    {
        const string Text = """{"providers":[{"id":"own","models":[{"id":"mine","match":{"equals":"mine"},"prices":{"input_mtok":3}}]}]}""";
        foreach (Encoding encoding in (Encoding[])[Encoding.Unicode, Encoding.BigEndianUnicode, Encoding.UTF8])
        {
            using var folder = new TemporaryFolder();
            File.WriteAllText(folder.File(file), Text, encoding);

            Assert.NotNull(PriceFiles.LoadFrom(folder.Path).Find("own", "mine"));
        }
    }

    [Fact]
    public void Errors_in_an_own_file_show_no_example_of_another_definition() => Assert.DoesNotContain(
        "title", Assert.Throws<TokenDashboardException>(() => TestPrices.WithOwn("providers: [ 7 ]")).Message, StringComparison.Ordinal);

    [Fact]
    public void Errors_in_YAML_are_reported_with_their_line()
    {
        TokenDashboardException fault = Assert.Throws<TokenDashboardException>(
            () => TestPrices.WithOwn("providers:\n  - id: a\n    models:\n      - id: b\n        prices:\n          input_mtok: cheap\n"));

        Assert.Contains("line 6: providers[0].models[0].prices.input_mtok ", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a: [")]
    [InlineData("a: &x [ *x ]")]
    [InlineData("---\na: 1\n---\nb: 1")]
    [InlineData("? [ a ]\n: 1")]
    public void Invalid_or_complex_YAML_is_rejected(string yaml) =>
        Assert.Equal(ErrorCode.PriceFileInvalid, Assert.Throws<TokenDashboardException>(() => TestPrices.WithOwn(yaml)).Code);

    [Fact]
    public void Deeply_nested_YAML_is_rejected() =>
        Assert.Equal(ErrorCode.PriceFileInvalid, Assert.Throws<TokenDashboardException>(() => TestPrices.WithOwn(string.Concat(Enumerable.Repeat("[", 10_000)))).Code);

    [Theory]
    [InlineData("<html>")]
    [InlineData("7")]
    [InlineData("[7]")]
    [InlineData("""{"models":[]}""")]
    [InlineData("[]")]
    [InlineData("""{"providers":[]}""")]
    [InlineData("""[{"id":"p","models":[]}]""")]
    [InlineData("""[{"id":"a","models":[{"id":"b","match":{"equals":"b"},"prices":[{"values":{"input_mtok":1}}]}]}]""")]
    [InlineData("""[{"id":"a","models":[{"id":"b","match":{"equals":"b"},"prices":{"input_mtok":"1e400"}}]}]""")]
    [InlineData("""[{"id":"\ud800","models":[]}]""")]
    [InlineData("""[{"id":"a","id":"b","models":[]}]""")]
    public void An_invalid_price_list_is_rejected(string json) =>
        Assert.Equal(ErrorCode.PriceListInvalid, Assert.Throws<TokenDashboardException>(() => TestPrices.List(json)).Code);

    [Fact]
    public void Two_own_price_files_are_rejected()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("prices.json"), "{}");
        File.WriteAllText(folder.File("prices.yaml"), "{}");

        Assert.Equal(ErrorCode.PriceFileInvalid, Assert.Throws<TokenDashboardException>(() => PriceFiles.LoadFrom(folder.Path)).Code);
    }

    [Theory]
    [InlineData("2026-09-22", "0.1.8")]
    [InlineData("2026-09-24", "new")]
    public void An_installed_list_applies_unless_the_shipped_list_is_newer(string taken, string version)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("price-list.json"), $$"""{"version":"new","taken":"{{taken}}","providers":[]}""");

        Assert.Equal(version, PriceFiles.LoadFrom(folder.Path).Version);
    }

    [Fact]
    public void Differences_are_listed_by_entry()
    {
        PriceList older = TestPrices.List("""[{"id":"p","models":[{"id":"a","match":{"equals":"a"},"prices":{"input_mtok":1}},{"id":"b","match":{"equals":"b"},"prices":{"input_mtok":1}}]},{"id":"q","models":[]}]""");
        PriceList newer = TestPrices.List("""[{"id":"p","model_match":{"equals":"x"},"models":[{"id":"a","match":{"equals":"a"},"prices":{"input_mtok":2}},{"id":"c","match":{"equals":"c"},"prices":{"input_mtok":1}}]}]""");

        Assert.Equal(
            [(PriceChangeKind.Changed, "p", null), (PriceChangeKind.Changed, "p", "a"), (PriceChangeKind.Added, "p", "c"), (PriceChangeKind.Removed, "p", "b"), (PriceChangeKind.Removed, "q", null)],
            PriceChange.Between(older, newer).Select(change => (change.Change, change.Provider, change.Model)));
        Assert.Empty(PriceChange.Between(newer, newer));
    }

    private static decimal Cost(PriceList prices, string provider, string model) =>
        prices.Find(provider, model)!.At(Now).CostOf(new TokenCounts(1_000_000, 1_000_000)).Cost;
}
