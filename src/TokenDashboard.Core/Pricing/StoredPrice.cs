namespace TokenDashboard.Pricing;

/// <summary>
/// A price in a store, from which panels and alert rules compute cost. It applies to a provider and a model as in requests, a
/// period, a time of day and a range of prompt sizes. Times are seconds since 1970; times of day are seconds since midnight UTC. Rates are per
/// token and per request. A part without its own rate has the rate of its whole. Null means no rate.
/// </summary>
internal sealed record StoredPrice(
    string Provider, string Model, long Since, long Until, long DayFrom, long DayUntil, long PromptAbove, long PromptUpTo, bool NeedsRequests,
    double? Input, double? Cached, double? CacheWrite, double? HourCacheWrite, double? Output, double? Reasoning, double Request, string Currency, string List)
{
    /// <summary>The rates, each with its name in stores.</summary>
    public IReadOnlyList<(string Name, double? Rate)> Rates =>
    [
        ("input", Input), ("cached", Cached), ("cache_write", CacheWrite), ("hour_cache_write", HourCacheWrite), ("output", Output), ("reasoning", Reasoning), ("request", Request),
    ];

    public static IEnumerable<StoredPrice> Of(IEnumerable<(string Provider, string Model)> models, PriceList prices) =>
        from name in models
        let match = prices.Find(name.Provider, name.Model)
        where match is not null
        from span in match.Schedule
        from window in span.Windows
        let starts = window.Price.Rates.TierStarts.Prepend(-1).Distinct().ToArray()
        from tier in starts.Select((above, index) => (Above: above, UpTo: index + 1 < starts.Length ? starts[index + 1] : long.MaxValue))
        select Of(name, match, span, window, tier);

    private static StoredPrice Of(
        (string Provider, string Model) name, PriceMatch match, PriceSpan span, PriceWindow window, (long Above, long UpTo) tier)
    {
        PriceRates rates = window.Price.Rates;
        double? Of(TokenRate? rate, TokenRate? whole) => (double?)((rate ?? whole)?.Of(tier.Above + 1, tier.Above + 1) * PriceRates.PerMillion);
        return new StoredPrice(
            name.Provider, name.Model, SecondOf(span.From), SecondOf(span.Until), Seconds(window.Start), Seconds(window.End),
            tier.Above, tier.UpTo, !match.IsExactFromRollups,
            Of(rates.Input, null), Of(rates.CacheRead, rates.Input), Of(rates.CacheWrite, rates.Input),
            Of(rates.HourCacheWrite, rates.CacheWrite ?? rates.Input), Of(rates.Output, null), Of(rates.Reasoning, rates.Output),
            (double)((rates.Requests ?? 0) * PriceRates.PerThousand), match.Currency, window.Price.Entry.Model.Source.Name);
    }

    // Rounds down, also before 1970.
    private static long SecondOf(DateTime time) => (long)Math.Floor((time - DateTime.UnixEpoch).Ticks / (decimal)TimeSpan.TicksPerSecond);

    // A time of day can include a fraction of a second. A second has the price of its start.
    private static long Seconds(TimeSpan time) => (long)Math.Ceiling(time.TotalSeconds);
}
