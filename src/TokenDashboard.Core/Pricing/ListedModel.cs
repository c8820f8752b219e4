namespace TokenDashboard.Pricing;

/// <summary>A model of a price list.</summary>
/// <param name="Provider">The id of the provider that contains it.</param>
/// <param name="Id">The id.</param>
/// <param name="Match">The names it has in requests.</param>
/// <param name="Prices">The prices. The last one whose constraint holds applies, or the first if none holds.</param>
/// <param name="Source">The source of the prices.</param>
internal sealed record ListedModel(string Provider, string Id, MatchClause Match, IReadOnlyList<ConditionalRates> Prices, PriceSource Source)
{
    public ConditionalRates At(DateTime utc) => Prices.LastOrDefault(price => price.Constraint?.Holds(utc) != false) ?? Prices[0];
}

/// <summary>A provider of a price list.</summary>
/// <param name="Id">The id.</param>
/// <param name="ProviderMatch">The other names it has in requests.</param>
/// <param name="ModelMatch">The model names that identify it if a request has no provider name.</param>
/// <param name="Fallbacks">The providers whose models it also serves, at their prices.</param>
/// <param name="AllModels">The models, which are read when they are first needed: a list has more than a thousand, and few are used.</param>
internal sealed record ListedProvider(
    string Id, MatchClause? ProviderMatch, MatchClause? ModelMatch, IReadOnlyList<string> Fallbacks, Lazy<IReadOnlyList<ListedModel>> AllModels)
{
    /// <summary>The models. The first one that matches applies.</summary>
    public IReadOnlyList<ListedModel> Models => AllModels.Value;
}

/// <summary>The source of prices.</summary>
/// <param name="Name">The display name: the list with its version, or the path of a file.</param>
/// <param name="Currency">The currency, such as USD.</param>
/// <param name="IsOwn">Whether these are the user's own prices.</param>
internal sealed record PriceSource(string Name, string Currency, bool IsOwn);
