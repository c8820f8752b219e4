namespace TokenDashboard.Pricing;

/// <summary>
/// A model of a price list, and its names in requests. The last price whose constraint holds applies. If none holds, the first price applies in
/// a list, and none in the user's own file.
/// </summary>
internal sealed record ListedModel(string Provider, string Id, MatchClause Match, IReadOnlyList<ConditionalRates> Prices, PriceSource Source)
{
    public bool AppliesAlways => !Source.IsOwn || Prices.Any(price => price.Constraint is null);

    /// <summary>The days from which prices apply.</summary>
    public IEnumerable<DateTime> StartDates => Prices.Select(price => price.Constraint?.StartDate).OfType<DateTime>();

    /// <summary>The times of day at which prices change.</summary>
    public IEnumerable<TimeSpan> TimesOfDay => Prices.Select(price => price.Constraint).OfType<PriceConstraint>()
        .Where(constraint => constraint.StartDate is null).SelectMany(constraint => new[] { constraint.StartTime, constraint.EndTime });

    public ConditionalRates? At(DateTime utc) =>
        Prices.LastOrDefault(price => price.Constraint?.Holds(utc) != false) ?? (Source.IsOwn ? null : Prices[0]);
}

/// <summary>
/// A provider of a price list: its other names in requests, the model names that identify it if a request has no provider, and the providers
/// whose models it also serves, at their prices. Models are read on first use, because a list has more than a thousand, and few are used. Only a
/// provider in the user's own file has own models.
/// </summary>
internal sealed record ListedProvider(
    string Id, MatchClause? ProviderMatch, MatchClause? ModelMatch, IReadOnlyList<string> Fallbacks, Lazy<IReadOnlyList<ListedModel>> AllModels, bool HasOwn)
{
    /// <summary>The models. The first one that matches applies.</summary>
    public IReadOnlyList<ListedModel> Models => AllModels.Value;

    /// <summary>The models of the user's own file.</summary>
    public IEnumerable<ListedModel> OwnModels => HasOwn ? Models.Where(model => model.Source.IsOwn) : [];
}

/// <summary>The source of prices: the list with its version, or the path of the user's own file, and the currency.</summary>
internal sealed record PriceSource(string Name, string Currency, bool IsOwn);
