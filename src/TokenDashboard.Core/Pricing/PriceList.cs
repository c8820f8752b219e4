using System.Collections.Concurrent;

namespace TokenDashboard.Pricing;

/// <summary>
/// The prices of models. A provider and a model are matched as in genai-prices. A request that matches no entry has no
/// price.
/// </summary>
internal sealed partial class PriceList
{
    /// <summary>A store has several hundred names. A store with generated names must not fill the memory.</summary>
    private const int MaxRemembered = 10_000;

    private const string LiteLlm = "litellm";

    // Names of providers in OpenTelemetry's conventions and in the SDKs of Azure, which genai-prices does not know.
    private static readonly Dictionary<string, string> ConventionNames = new()
    {
        ["azure.ai.inference"] = "azure", ["az.ai.inference"] = "azure", ["azure.ai.agents"] = "azure", ["az.ai.agents"] = "azure", ["microsoft.foundry"] = "azure",
        ["gcp.gen_ai"] = "google", ["x_ai"] = "x-ai",
    };

    // A downloaded list must not block a command. Another name needs a small part of its share of the time.
    private static readonly TimeSpan MostPatternTime = TimeSpan.FromSeconds(5), PatternTimeOfName = TimeSpan.FromMilliseconds(10);

    private readonly Dictionary<string, ListedProvider> _byId;
    private readonly Lazy<bool> _isExact;
    private readonly ConcurrentDictionary<(string? Provider, string Model), PriceMatch?> _remembered = new();

    internal PriceList(IReadOnlyList<ListedProvider> providers, IReadOnlyList<PriceDiscount> discounts)
    {
        Providers = providers;
        Discounts = discounts;
        _byId = providers.ToDictionary(provider => provider.Id);
        // The included list is exact from rollups, as a test verifies. A user's own list can have any times and sizes.
        _isExact = new Lazy<bool>(() => providers.SelectMany(provider => provider.OwnModels)
            .All(model => new PriceMatch(model.Provider, [new PriceEntry(model, "", [])]).IsExactFromRollups));
    }

    /// <summary>The display name: the source with its version and date.</summary>
    public required string Name { get; init; }

    /// <summary>The version; null if unknown.</summary>
    public string? Version { get; init; }

    /// <summary>The date; null if unknown.</summary>
    public DateTimeOffset? Date { get; init; }

    /// <summary>When the list replaced the included list; null for the included list.</summary>
    public DateTimeOffset? Taken { get; init; }

    /// <summary>The ids of the providers.</summary>
    public IEnumerable<string> ProviderIds => Providers.Select(provider => provider.Id);

    /// <summary>The distinct ids of the models of a provider, or of all models.</summary>
    public IEnumerable<string> ModelsOf(string? provider) =>
        (string.IsNullOrEmpty(provider) ? Providers : ProviderNamed(provider) is { } named ? [named] : []).SelectMany(listed => listed.Models).Select(model => model.Id).Distinct();

    /// <summary>Whether rollups are sufficient for the cost of all models: prices change only at quarter-hours and by classes of input size.</summary>
    internal bool IsExactFromRollups => _isExact.Value;

    /// <summary>The user's files that contain own prices.</summary>
    internal IEnumerable<string> OwnFiles => Providers.SelectMany(provider => provider.OwnModels).Select(model => model.Source.Name).Distinct();

    internal IReadOnlyList<ListedProvider> Providers { get; }

    /// <summary>The time that is left for the patterns of the list.</summary>
    internal PatternTime Patterns { get; } = new(MostPatternTime);

    internal IReadOnlyList<PriceDiscount> Discounts { get; }

    /// <summary>The entry for a model and its provider, which is null or empty if a request has none; null if there is no entry.</summary>
    internal PriceMatch? Find(string? provider, string model)
    {
        if (_remembered.TryGetValue((provider, model), out PriceMatch? match))
            return match;
        if (_remembered.Count >= MaxRemembered)
            _remembered.Clear();
        Patterns.Grant(PatternTimeOfName);
        return _remembered[(provider, model)] = Search(provider, Normal(model));
    }

    /// <summary>Whether a provider is identified by its name or, without a name, by the model name.</summary>
    public bool HasProvider(string? provider, string model) => (string.IsNullOrEmpty(provider) ? ByModel(Normal(model)) : ProviderNamed(provider)) is not null;

    /// <summary>The providers that have a model with this name.</summary>
    public IEnumerable<string> ProvidersOf(string model)
    {
        string name = Normal(model);
        return Providers.Where(provider => ServiceTier.Of(provider.Id, name) is null && provider.Models.Any(candidate => candidate.Match.Matched(name, Patterns) is not null))
            .Select(provider => provider.Id);
    }

    /// <summary>The entries of the models whose id and provider match a condition.</summary>
    internal IEnumerable<PriceMatch> Entries(Func<string, bool> provider, Func<string, bool> model) => Providers.Where(listed => provider(listed.Id))
        .SelectMany(listed => listed.Models.Where(served => model(served.Id)).Select(served => Alone(listed, served)));

    /// <summary>The entries that apply to a provider name in requests, and whose ids match a condition.</summary>
    internal IEnumerable<PriceMatch> Entries(string provider, Func<string, bool> model) => ProviderNamed(provider) is not { } named ? []
        : Served(named).Where(served => model(served.Id) && (served.Provider == named.Id || !named.Models.Any(own => own.AppliesAlways && own.Match.Matched(Normal(served.Id), Patterns) is not null)))
            .Select(served => Alone(named, served));

    /// <summary>The id of the provider that a model name identifies; null if there is none.</summary>
    public string? ProviderOf(string model) => ByModel(Normal(model))?.Id;

    internal ListedProvider? ProviderNamed(string name)
    {
        string normal = Normal(name);
        return _byId.GetValueOrDefault(normal) ?? Providers.FirstOrDefault(provider => provider.ProviderMatch?.Matched(normal, Patterns) is not null)
            ?? (ConventionNames.TryGetValue(normal, out string? id) ? _byId.GetValueOrDefault(id) : null);
    }

    private PriceMatch? Search(string? provider, string model)
    {
        // LiteLLM includes the provider in the model name.
        if (LiteLlm.Equals(provider, StringComparison.OrdinalIgnoreCase) && model.IndexOf('/') is > 0 and int slash && slash < model.Length - 1
            && ProviderNamed(model[..slash]) is not null)
        {
            (provider, model) = (model[..slash], model[(slash + 1)..]);
        }
        ListedProvider? found = string.IsNullOrEmpty(provider) ? ByModel(model) : ProviderNamed(provider);
        if (found is null && LiteLlm.Equals(provider, StringComparison.OrdinalIgnoreCase))
            found = ByModel(model);
        if (found is null)
            return null;
        string dashed = CompactDate().Replace(model, date => DateTime.TryParseExact(date.Value[1..], "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime day)
            ? day.ToString("-yyyy-MM-dd", CultureInfo.InvariantCulture) : date.Value);
        var entries = new List<PriceEntry>();
        foreach (PriceEntry entry in Matching(found, model).Concat(dashed == model ? [] : Matching(found, dashed)))
        {
            // Amounts in different currencies are never added, so all prices of a name have one currency.
            if (entries.Count > 0 && entry.Model.Source.Currency != entries[0].Model.Source.Currency)
                break;
            entries.Add(entry);
            if (entry.Model.AppliesAlways)
                break;
        }
        return entries.Count > 0 ? new PriceMatch(found.Id, entries) : null;
    }

    private PriceMatch Alone(ListedProvider provider, ListedModel model) => new(provider.Id, [Entry(provider.Id, model, model.Match.ToString(), model.Id)]);

    private IEnumerable<PriceEntry> Matching(ListedProvider provider, string model)
    {
        ServiceTier? tier = ServiceTier.Of(provider.Id, model);
        bool IsNamed(ListedModel served) => served.Source.IsOwn || served.Id.Equals(model, StringComparison.OrdinalIgnoreCase);
        // If the list contains the tier as a model, conditions of other models that match the name, too, are not about the tier.
        bool isListed = tier is not null && provider.Models.Any(served => !served.Source.IsOwn && IsNamed(served));
        return from served in Served(provider)
               where !isListed || IsNamed(served)
               let of = IsNamed(served) ? null : tier
               let clause = served.Match.Matched(of?.Model ?? model, Patterns)
               where clause is not null
               let priced = of is null ? served : of.Of(served)
               where priced is not null
               select Entry(provider.Id, priced, clause, model);
    }

    // A provider's own models are followed by the models of its fallbacks, but not by those of their fallbacks.
    private IEnumerable<ListedModel> Served(ListedProvider provider) =>
        provider.Fallbacks.Select(_byId.GetValueOrDefault).OfType<ListedProvider>().Prepend(provider).SelectMany(candidate => candidate.Models);

    // Discounts apply to the prices of the list.
    private PriceEntry Entry(string provider, ListedModel listed, string clause, string model) =>
        new(listed, clause, listed.Source.IsOwn ? [] : DiscountsOf(provider, model));

    private PriceDiscount[] DiscountsOf(string provider, string model) =>
        [.. Discounts.Where(discount => (discount.Provider ?? provider) == provider && (discount.Match is null || discount.Match.Matched(model, Patterns) is not null))];

    private ListedProvider? ByModel(string model) =>
        model.Length == 0 ? null : Providers.FirstOrDefault(provider => provider.ModelMatch?.Matched(model, Patterns) is not null);

    private static string Normal(string name) => name.ToLowerInvariant().Trim();

    // Some names contain the date of a model without hyphens.
    [GeneratedRegex(@"-20[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])(?=-|:|$)")] private static partial Regex CompactDate();
}
