namespace TokenDashboard.Pricing;

/// <summary>
/// A service tier at which a provider charges a multiple of the standard price for the same model. The model name of such a request ends with the name of
/// the tier, as in <c>claude-opus-5-fast</c>. OpenRouter, Vercel's AI Gateway and GitHub Copilot use the same names for fast mode.
/// </summary>
/// <param name="Name">The name of the tier: fast, flex or batch.</param>
/// <param name="Model">The model name without the tier.</param>
/// <param name="Factors">The multiple of the standard price by model id in the price list; the id * stands for all models.</param>
/// <remarks>
/// Sources, read on 2026-11-30: "Fast mode for API Customers" and "Priority processing" of openai.com, and the pages of its models, for fast mode, which was
/// called priority processing until July 2026; "Pricing" of platform.claude.com, and its state of February 2026 for Claude Opus 4.6 and 4.7.
/// Both providers charge half the price for batches, and OpenAI for flex processing.
/// </remarks>
internal sealed record ServiceTier(string Name, string Model, IReadOnlyDictionary<string, decimal> Factors)
{
    private const string AllModels = "*";

    private static readonly Dictionary<string, decimal> Half = new() { [AllModels] = 0.5m };

    private static readonly Dictionary<(string Provider, string Name), IReadOnlyDictionary<string, decimal>> Tiers = new()
    {
        [("anthropic", "batch")] = Half,
        [("anthropic", "fast")] = Multiples(
            (6, ["claude-opus-4-6", "claude-opus-4-7"]),
            (2, ["claude-opus-4-8", "claude-opus-5", "claude-opus-5-5"])),
        [("openai", "batch")] = Half,
        [("openai", "flex")] = Half,
        [("openai", "fast")] = Multiples(
            (2, [
                "gpt-6-astra", "gpt-6-sol", "gpt-6-luna", "gpt-5.6-sol", "gpt-5.6-terra", "gpt-5.6-luna", "gpt-5.4", "gpt-5.4-mini", "gpt-5.3-codex", "gpt-5.2", "gpt-5.1",
                "gpt-5", "gpt-4.1-nano"]),
            (2.5m, ["gpt-5.5"]),
            (1.8m, ["gpt-5-mini"]),
            (1.75m, ["gpt-4.1", "gpt-4.1-mini", "gpt-4o-2024-05-13", "o3"]),
            (1.7m, ["gpt-4o"]),
            (5m / 3, ["gpt-4o-mini"]),
            (20m / 11, ["o4-mini"])),
    };

    /// <summary>The tier of a model name in requests to a provider; null for the standard tier.</summary>
    public static ServiceTier? Of(string provider, string model) =>
        model.LastIndexOf('-') is > 0 and int end && Tiers.TryGetValue((provider, model[(end + 1)..]), out IReadOnlyDictionary<string, decimal>? factors)
            ? new ServiceTier(model[(end + 1)..], model[..end], factors) : null;

    /// <summary>The name of a model in requests that a source reports with a tier.</summary>
    /// <param name="model">The model name.</param>
    /// <param name="tier">The tier, as the provider calls it; null or any other text for the standard tier.</param>
    public static string? NameOf(string? model, string? tier)
    {
        string? name = tier?.ToLowerInvariant() switch
        {
            // Anthropic's priority tier is a commitment to buy tokens, and does not change their price.
            "priority" when model?.Contains("claude", StringComparison.OrdinalIgnoreCase) != true => "fast",
            "fast" or "flex" or "batch" => tier.ToLowerInvariant(),
            _ => null,
        };
        return model is null || name is null || model.EndsWith($"-{name}", StringComparison.OrdinalIgnoreCase) ? model : $"{model}-{name}";
    }

    /// <summary>The model of a price list at this tier; null if its price is unknown.</summary>
    public ListedModel? Of(ListedModel standard) =>
        Factors.TryGetValue(standard.Id, out decimal factor) || Factors.TryGetValue(AllModels, out factor)
            ? standard with { Id = $"{standard.Id}-{Name}", Prices = [.. standard.Prices.Select(price => price with { Rates = price.Rates.Times(factor) })] } : null;

    private static Dictionary<string, decimal> Multiples(params (decimal Factor, string[] Models)[] multiples) =>
        multiples.SelectMany(multiple => multiple.Models, (multiple, model) => (model, multiple.Factor)).ToDictionary(StringComparer.OrdinalIgnoreCase);
}
