using TokenDashboard.Pricing;
using TokenDashboard.Usage;

namespace TokenDashboard;

/// <summary>The reason why tokens, or most of them, have no price.</summary>
public enum UnpricedReason : long
{
    /// <summary>The price list does not contain the provider, and the model name does not identify one.</summary>
    NoProvider,

    /// <summary>The provider has no model with this name.</summary>
    NoModel,

    /// <summary>The model has no price for this kind of tokens.</summary>
    NoRate,

    /// <summary>The price depends on the size of each request, but removed requests have only rollups.</summary>
    NeedsRequests,
}

/// <summary>Usage of a model without a price for some or all of its tokens.</summary>
/// <param name="Provider">The provider name in requests.</param>
/// <param name="Model">The model name in requests.</param>
/// <param name="Requests">The number of requests.</param>
/// <param name="UnpricedTokens">The number of tokens without a price.</param>
/// <param name="Reason">The reason.</param>
/// <param name="FirstRequest">The time of the first request.</param>
/// <param name="LastRequest">The time of the last request.</param>
public sealed record UnpricedUsage(
    string Provider, string Model, long Requests, long UnpricedTokens, UnpricedReason Reason, DateTimeOffset FirstRequest, DateTimeOffset LastRequest)
{
    /// <summary>The provider, the model and the tokens.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{MessageText.Visible($"{Provider}/{Model}")}: {UnpricedTokens:N0} tokens without a price");

    /// <summary>The models of stores without a price, most unpriced tokens first.</summary>
    /// <exception cref="TokenDashboardException">One of the <c>Store</c> codes: a read failed.</exception>
    internal static QueryResult<UnpricedUsage> Read(IReadOnlyList<ITelemetryStore> stores, PriceList prices)
    {
        var query = new UsageQuery([UsageDimension.Provider, UsageDimension.Model], TimeZoneInfo.Utc) { Prices = new UsagePrices(prices) };
        (IReadOnlyList<UsageGroup> groups, _, UnreadableReport unreadable) = query.Read(stores, new RequestFilter());
        return new QueryResult<UnpricedUsage>([.. groups.Select(group => Of(group.Key, group.Usage, prices)).OfType<UnpricedUsage>()
            .OrderByDescending(usage => usage.UnpricedTokens).ThenBy(usage => usage.Model, NameOrder.ByCodePoint)], unreadable);
    }

    /// <summary>The models with requests before a time whose cost can only be computed from single requests.</summary>
    internal static IReadOnlyList<string> ModelsThatNeedRequests(ITelemetryStore store, DateTimeOffset before, PriceList prices)
    {
        var filter = new RequestFilter { Range = new TimeRange(null, before) };
        var scope = new UsageScope(filter, RequestText.Model | RequestText.Provider, Step: 0, TimeZoneInfo.Utc, CountsRemoved: false);
        HashSet<(string Provider, string Model)> models = UsageGroups.Read(
            [store], scope, new UnreadableReport(), () => new HashSet<(string Provider, string Model)>(), (_, part) => row => part.Add((row.Provider, row.Model)), (all, part) => all.UnionWith(part));
        return [.. models.Where(of => prices.Find(of.Provider, of.Model) is { IsExactFromRollups: false })
            .Select(of => of.Model).Distinct().Order(NameOrder.ByCodePoint)];
    }

    // A model without a price is included even if its requests have no tokens.
    private static UnpricedUsage? Of(UsageKey key, UsageAccumulator usage, PriceList prices)
    {
        bool isKnown = prices.Find(key.Provider, key.Model!) is not null;
        long unpriced = ((PricedUsage)usage).Cost.UnpricedTokens;
        if (isKnown && unpriced == 0)
            return null;
        MeasureValues values = usage.Values;
        UnpricedReason reason = isKnown ? (((PricedUsage)usage).TokensOfUnknownTier > unpriced / 2 ? UnpricedReason.NeedsRequests : UnpricedReason.NoRate)
            : prices.HasProvider(key.Provider, key.Model!) ? UnpricedReason.NoModel
            : UnpricedReason.NoProvider;
        return new UnpricedUsage(
            key.Provider ?? "", key.Model ?? "", values[Measures.Requests], unpriced, reason,
            new(values[Measures.FirstTicks], TimeSpan.Zero), new(values[Measures.LastTicks], TimeSpan.Zero));
    }
}
