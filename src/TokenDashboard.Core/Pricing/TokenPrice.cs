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
public sealed class TokenPrice
{
    private TokenPrice(ResolvedPrice price, PriceSpan span, string? window, long above, DateTimeOffset now)
    {
        Provider = price.Entry.Model.Provider;
        Model = price.Entry.Model.Id;
        From = span.From == DateTime.MinValue ? null : new DateTimeOffset(span.From);
        Until = span.Until == DateTime.MaxValue ? null : new DateTimeOffset(span.Until);
        Window = window;
        Status = From > now ? PriceStatus.Scheduled : Until <= now ? PriceStatus.Past : PriceStatus.Current;
        AbovePromptTokens = above;
        Input = price.Rates.Input?.Of(above + 1, above + 1);
        Cached = price.Rates.CacheRead?.Of(above + 1, above + 1);
        CacheWrite = price.Rates.CacheWrite?.Of(above + 1, above + 1);
        HourCacheWrite = price.Rates.HourCacheWrite?.Of(above + 1, above + 1);
        Output = price.Rates.Output?.Of(above + 1, above + 1);
        Reasoning = price.Rates.Reasoning?.Of(above + 1, above + 1);
        ThousandRequests = price.Rates.Requests;
        Currency = price.Match.Currency;
        Discount = price.Discount;
        Match = price.Entry.Clause;
        PriceList = price.Entry.Model.Source.Name;
    }

    /// <summary>The id of the provider that contains the price.</summary>
    public string Provider { get; }

    /// <summary>The id of the model in the price list.</summary>
    public string Model { get; }

    /// <summary>The start; null if there is none.</summary>
    public DateTimeOffset? From { get; }

    /// <summary>The exclusive end; null if unknown.</summary>
    public DateTimeOffset? Until { get; }

    /// <summary>The times of the day in UTC, such as <c>00:30-16:30</c>; null for the whole day.</summary>
    public string? Window { get; }

    /// <summary>The status.</summary>
    public PriceStatus Status { get; }

    /// <summary>The price applies to requests with more prompt tokens than this.</summary>
    public long AbovePromptTokens { get; }

    /// <summary>Prompt tokens; null if they have no price.</summary>
    public decimal? Input { get; }

    /// <summary>Prompt tokens read from a cache; null if they have the price of other prompt tokens.</summary>
    public decimal? Cached { get; }

    /// <summary>Prompt tokens written to a cache; null if they have the price of other prompt tokens.</summary>
    public decimal? CacheWrite { get; }

    /// <summary>Prompt tokens written to a cache for an hour; null if they have the price of other tokens written to a cache.</summary>
    public decimal? HourCacheWrite { get; }

    /// <summary>Completion tokens; null if they have no price.</summary>
    public decimal? Output { get; }

    /// <summary>Reasoning tokens; null if they have the price of other completion tokens.</summary>
    public decimal? Reasoning { get; }

    /// <summary>A thousand requests, in addition to their tokens; null if only tokens are charged.</summary>
    public decimal? ThousandRequests { get; }

    /// <summary>The currency.</summary>
    public string Currency { get; }

    /// <summary>The discount in percent from the user's own file; null for none.</summary>
    public decimal? Discount { get; }

    /// <summary>The condition that matched the model name.</summary>
    public string Match { get; }

    /// <summary>The source of the price: the list with its version and date, or the user's own file.</summary>
    public string PriceList { get; }

    /// <summary>The provider and the model.</summary>
    public override string ToString() => $"{Provider}/{Model}";

    /// <summary>All prices of an entry: by time, then by time of day, then by size.</summary>
    internal static IEnumerable<TokenPrice> Of(PriceMatch match, DateTimeOffset now) => match.Schedule
        .SelectMany(span => span.Windows.Select(window => window.Price).Distinct().SelectMany(price => Tiers(price, span, now)));

    /// <summary>The price of an entry at a point in time, by size.</summary>
    internal static IEnumerable<TokenPrice> At(PriceMatch match, DateTimeOffset instant) =>
        Tiers(match.At(instant), match.SpanAt(instant.UtcDateTime), instant);

    private static IEnumerable<TokenPrice> Tiers(ResolvedPrice price, PriceSpan span, DateTimeOffset now) =>
        price.IsNone ? [] : price.Rates.TierStarts.Prepend(0).Distinct().Select(above => new TokenPrice(price, span, TimesOf(price, span), above, now));

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
