using TokenDashboard.Pricing;

namespace TokenDashboard;

/// <summary>The status of a price at a point in time.</summary>
public enum PriceStatus : long
{
    /// <summary>The price has ended.</summary>
    Past,

    /// <summary>The price applies, possibly only at certain times of day.</summary>
    Current,

    /// <summary>The price starts later, and can still be canceled.</summary>
    Scheduled,
}

/// <summary>The price of a model for a period, a time of day and a size of requests. Prices are per million tokens.</summary>
/// <param name="Provider">The id of the provider that contains the price.</param>
/// <param name="Model">The id of the model in the price list.</param>
/// <param name="From">The start; null if there is none.</param>
/// <param name="Until">The exclusive end; null if unknown.</param>
/// <param name="Window">The times of the day in UTC, such as <c>00:30-16:30</c>; null for the whole day.</param>
/// <param name="Status">The status.</param>
/// <param name="AbovePromptTokens">The price applies to requests with more prompt tokens than this.</param>
/// <param name="Input">Prompt tokens; null if they have no price.</param>
/// <param name="Cached">Prompt tokens read from a cache; null if they have the price of other prompt tokens.</param>
/// <param name="CacheWrite">Prompt tokens written to a cache; null if they have the price of other prompt tokens.</param>
/// <param name="HourCacheWrite">Prompt tokens written to a cache for an hour; null if they have the price of other tokens written to a cache.</param>
/// <param name="Output">Completion tokens; null if they have no price.</param>
/// <param name="Reasoning">Reasoning tokens; null if they have the price of other completion tokens.</param>
/// <param name="ThousandRequests">A thousand requests, in addition to their tokens; null if only tokens are charged.</param>
/// <param name="Currency">The currency.</param>
/// <param name="Discount">The discount in percent from the user's own file; null for none.</param>
/// <param name="Match">The condition that matched the model name.</param>
/// <param name="PriceList">The source of the price: the list with its version and date, or the user's own file.</param>
public sealed record TokenPrice(
    string Provider, string Model, DateTimeOffset? From, DateTimeOffset? Until, string? Window, PriceStatus Status, long AbovePromptTokens,
    decimal? Input, decimal? Cached, decimal? CacheWrite, decimal? HourCacheWrite, decimal? Output, decimal? Reasoning, decimal? ThousandRequests,
    string Currency, decimal? Discount, string Match, string PriceList)
{
    /// <summary>The provider and the model.</summary>
    public override string ToString() => $"{Provider}/{Model}";

    /// <summary>All prices of an entry: by time, then by time of day, then by size.</summary>
    internal static IEnumerable<TokenPrice> Of(PriceMatch match, DateTimeOffset now) => match.Schedule
        .SelectMany(span => span.Windows.Select(window => window.Price).Distinct().SelectMany(price => Tiers(price, span, now)));

    /// <summary>The price of an entry at a point in time, by size.</summary>
    internal static IEnumerable<TokenPrice> At(PriceMatch match, DateTimeOffset instant) =>
        Tiers(match.At(instant), match.SpanAt(instant.UtcDateTime), instant);

    private static IEnumerable<TokenPrice> Tiers(ResolvedPrice price, PriceSpan span, DateTimeOffset now)
    {
        DateTimeOffset? from = span.From == DateTime.MinValue ? null : new DateTimeOffset(span.From);
        DateTimeOffset? until = span.Until == DateTime.MaxValue ? null : new DateTimeOffset(span.Until);
        PriceStatus status = from > now ? PriceStatus.Scheduled : until <= now ? PriceStatus.Past : PriceStatus.Current;
        PriceRates rates = price.Rates;
        foreach (long above in price.IsNone ? [] : rates.TierStarts.Prepend(0).Distinct())
        {
            decimal? Of(TokenRate? rate) => rate?.Of(above + 1, above + 1);
            yield return new TokenPrice(
                price.Entry.Model.Provider, price.Entry.Model.Id, from, until, TimesOf(price, span), status, above,
                Of(rates.Input), Of(rates.CacheRead), Of(rates.CacheWrite), Of(rates.HourCacheWrite), Of(rates.Output), Of(rates.Reasoning), rates.Requests,
                price.Match.Currency, price.Discount, price.Entry.Clause, price.Entry.Model.Source.Name);
        }
    }

    // A window that ends at midnight and continues after it is one window.
    private static string? TimesOf(ResolvedPrice price, PriceSpan span)
    {
        if (span.Windows.Count == 1)
            return null;
        List<PriceWindow> times = [.. span.Windows.Where(window => window.Price == price)];
        if (times.Count > 1 && times[0].Start == TimeSpan.Zero && times[^1].End == TimeSpan.FromDays(1))
        {
            times[^1] = times[^1] with { End = times[0].End };
            times.RemoveAt(0);
        }
        return string.Join(", ", times.Select(time => $"{Text(time.Start)}-{Text(time.End)}"));
    }

    private static string Text(TimeSpan time) =>
        time == TimeSpan.FromDays(1) ? "24:00" : time.ToString(time.Seconds == 0 ? @"hh\:mm" : @"hh\:mm\:ss", CultureInfo.InvariantCulture);
}
