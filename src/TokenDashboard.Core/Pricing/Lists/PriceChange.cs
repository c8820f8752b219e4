using TokenDashboard.Pricing;

namespace TokenDashboard;

/// <summary>The type of a difference between two price lists.</summary>
public enum PriceChangeKind : long
{
    /// <summary>The entry was added.</summary>
    Added,

    /// <summary>The entry was removed.</summary>
    Removed,

    /// <summary>The entry was changed.</summary>
    Changed,
}

/// <summary>A difference between two price lists.</summary>
/// <param name="Change">The type of the difference.</param>
/// <param name="Provider">The provider.</param>
/// <param name="Model">The model; null if the provider itself differs.</param>
/// <param name="Before">The old entry; null if it was added.</param>
/// <param name="After">The new entry; null if it was removed.</param>
public sealed record PriceChange(PriceChangeKind Change, string Provider, string? Model, string? Before, string? After)
{
    /// <summary>The difference, the provider and the model.</summary>
    public override string ToString() => $"{Change} {(Model is null ? Provider : $"{Provider}/{Model}")}";

    /// <summary>The differences, by provider and model in the order of the newer list, then removed entries.</summary>
    internal static IReadOnlyList<PriceChange> Between(PriceList older, PriceList newer)
    {
        Dictionary<(string, string?), string> before = Entries(older), after = Entries(newer);
        return
        [
            .. after.Where(entry => before.GetValueOrDefault(entry.Key) != entry.Value).Select(entry => Between(entry.Key, before.GetValueOrDefault(entry.Key), entry.Value)),
            .. before.Where(entry => !after.ContainsKey(entry.Key)).Select(entry => Between(entry.Key, entry.Value, null)),
        ];
    }

    private static PriceChange Between((string Provider, string? Model) key, string? before, string? after) => new(
        before is null ? PriceChangeKind.Added : after is null ? PriceChangeKind.Removed : PriceChangeKind.Changed, key.Provider, key.Model, before, after);

    private static Dictionary<(string Provider, string? Model), string> Entries(PriceList list)
    {
        var entries = new Dictionary<(string, string?), string>();
        foreach (ListedProvider provider in list.Providers)
        {
            entries[(provider.Id, null)] = $"provider: {provider.ProviderMatch}; models: {provider.ModelMatch}; then models of: {string.Join(", ", provider.Fallbacks)}";
            foreach (IGrouping<string, ListedModel> models in provider.Models.GroupBy(model => model.Id))
                entries[(provider.Id, models.Key)] = string.Join(" | ", models.Select(Text));
        }
        return entries;
    }

    private static string Text(ListedModel model) => string.Join("; ", model.Prices.Select(price => $"{Text(price.Constraint)}{Text(price.Rates)}").Append($"match {model.Match}"));

    private static string Text(PriceConstraint? constraint) => constraint switch
    {
        null => "",
        { StartDate: { } date } => string.Create(CultureInfo.InvariantCulture, $"from {date:yyyy-MM-dd}: "),
        _ => string.Create(CultureInfo.InvariantCulture, $"{constraint.StartTime:hh\\:mm}-{constraint.EndTime:hh\\:mm}: "),
    };

    private static string Text(PriceRates rates)
    {
        (string Name, TokenRate? Rate)[] all =
        [
            ("in", rates.Input), ("cached", rates.CacheRead), ("write", rates.CacheWrite), ("1h write", rates.HourCacheWrite), ("out", rates.Output), ("reasoning", rates.Reasoning),
            ("thousand requests", rates.Requests is { } requests ? new TokenRate(requests, []) : null),
        ];
        string text = string.Join(", ", all.Where(one => one.Rate is not null).Select(one => $"{one.Name} {Text(one.Rate!)}"));
        return text.Length == 0 ? "no price for tokens" : text;
    }

    private static string Text(TokenRate rate) =>
        string.Join(' ', rate.Tiers.Select(tier => string.Create(CultureInfo.InvariantCulture, $"(above {tier.Start}: {tier.Price})")).Prepend(rate.Base.ToString(CultureInfo.InvariantCulture)));
}
