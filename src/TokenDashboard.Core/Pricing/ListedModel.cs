namespace TokenDashboard.Pricing;

/// <summary>A model of a price list.</summary>
/// <param name="Provider">The id of the provider below which it stands.</param>
/// <param name="Id">The id.</param>
/// <param name="Match">The names it has in requests.</param>
/// <param name="Prices">The prices; the last that holds counts, and where none does, the first.</param>
/// <param name="Source">Where the prices stand.</param>
internal sealed record ListedModel(string Provider, string Id, MatchClause Match, IReadOnlyList<ConditionalRates> Prices, PriceSource Source)
{
    public ConditionalRates At(DateTime utc) => Prices.LastOrDefault(price => price.Constraint?.Holds(utc) != false) ?? Prices[0];
}

/// <summary>A provider of a price list.</summary>
/// <param name="Id">The id.</param>
/// <param name="ProviderMatch">The other names it has in requests.</param>
/// <param name="ModelMatch">The names of models by which it is known where a request names no provider.</param>
/// <param name="Fallbacks">The providers whose models it also serves, at their prices.</param>
/// <param name="AllModels">The models, which are read when they are first asked for: a list has some thousand, and few are.</param>
internal sealed record ListedProvider(
    string Id, MatchClause? ProviderMatch, MatchClause? ModelMatch, IReadOnlyList<string> Fallbacks, Lazy<IReadOnlyList<ListedModel>> AllModels)
{
    /// <summary>The models, of which the first that matches counts.</summary>
    public IReadOnlyList<ListedModel> Models => AllModels.Value;
}

/// <summary>Where prices come from.</summary>
/// <param name="Name">What people call it: the list with its version, or the path of a file.</param>
/// <param name="Currency">The currency, such as USD.</param>
/// <param name="IsOwn">Whether these are the user's own prices.</param>
internal sealed record PriceSource(string Name, string Currency, bool IsOwn);
