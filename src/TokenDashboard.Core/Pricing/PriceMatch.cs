using System.Runtime.InteropServices;

namespace TokenDashboard.Pricing;

/// <summary>
/// The entry of a price list for a provider and a model, with all its prices over time. If an own entry has no price, for example before its first
/// start date, the price of the next entry applies. If there is no next entry, nothing has a price at that time.
/// </summary>
internal sealed class PriceMatch
{
    private static readonly TimeSpan Quarter = TimeSpan.FromMinutes(15);

    private readonly PriceSpan[] _spans;

    // The prompt sizes above which any price changes, in ascending order.
    private readonly long[] _tierStarts;

    internal PriceMatch(string requestedProvider, IReadOnlyList<PriceEntry> entries)
    {
        RequestedProvider = requestedProvider;
        First = entries[0];
        _spans = Spans(entries);
        HasTimesOfDay = _spans.Any(span => span.Windows.Count > 1);
        PriceWindow[] windows = [.. _spans.SelectMany(span => span.Windows)];
        _tierStarts = [.. windows.SelectMany(window => window.Price.Rates.TierStarts).Distinct().Order()];
        IsExactFromRollups = windows.All(window => window.Start.Ticks % Quarter.Ticks == 0) && !_tierStarts.Except(InputSize.Thresholds).Any();
    }

    /// <summary>The id of the provider that was found for the request.</summary>
    public string RequestedProvider { get; }

    /// <summary>The currency of all prices.</summary>
    public string Currency => First.Model.Source.Currency;

    public bool HasTimesOfDay { get; }

    /// <summary>
    /// Whether rollups are sufficient for the cost. They distinguish quarter-hours and classes of input size. If
    /// the price changes at other times or sizes, single requests are required.
    /// </summary>
    public bool IsExactFromRollups { get; }

    internal PriceEntry First { get; }

    /// <summary>All prices, by days, and within days by times of day.</summary>
    internal IReadOnlyList<PriceSpan> Schedule => _spans;

    /// <summary>The starts of the days on which the price changes.</summary>
    internal IEnumerable<DateTimeOffset> Changes => _spans.Skip(1).Select(span => new DateTimeOffset(DateTime.SpecifyKind(span.From, DateTimeKind.Utc)));

    internal ResolvedPrice At(DateTimeOffset instant)
    {
        DateTime utc = instant.UtcDateTime;
        IReadOnlyList<PriceWindow> windows = SpanAt(utc).Windows;
        int at = windows.Count - 1;
        while (windows[at].Start > utc.TimeOfDay)
            at--;
        return windows[at].Price;
    }

    /// <summary>The smallest prompt with the same rates as a prompt of this size, at any time.</summary>
    internal long SmallestLike(long prompt)
    {
        int above = _tierStarts.Length;
        while (above > 0 && _tierStarts[above - 1] >= prompt)
            above--;
        return above == 0 ? 0 : _tierStarts[above - 1] + 1;
    }

    /// <summary>The days around a point in time that have the same prices.</summary>
    internal PriceSpan SpanAt(DateTime utc)
    {
        int at = _spans.Length - 1;
        while (_spans[at].From > utc)
            at--;
        return _spans[at];
    }

    private PriceSpan[] Spans(IReadOnlyList<PriceEntry> entries)
    {
        var prices = new Dictionary<(PriceEntry, ConditionalRates?, decimal?), ResolvedPrice>();
        ResolvedPrice At(DateTime utc)
        {
            PriceEntry entry = entries.FirstOrDefault(entry => entry.Model.At(utc) is not null) ?? First;
            ConditionalRates? listed = entry.Model.At(utc);
            decimal? discount = entry.Discounts.LastOrDefault(discount => discount.StartDate <= utc && utc < discount.EndDate)?.Percent;
            PriceRates rates = listed?.Rates ?? PriceRates.None;
            return CollectionsMarshal.GetValueRefOrAddDefault(prices, (entry, listed, discount), out _)
                ??= new ResolvedPrice(this, entry, discount is { } percent ? rates.Times(1 - (percent / 100)) : rates, discount);
        }
        DateTime first = DateTime.SpecifyKind(DateTime.MinValue, DateTimeKind.Utc), end = DateTime.SpecifyKind(DateTime.MaxValue, DateTimeKind.Utc);
        DateTime[] days =
        [
            .. entries.SelectMany(entry => entry.Model.StartDates.Concat(entry.Discounts.SelectMany(discount => new[] { discount.StartDate, discount.EndDate })))
                .Where(day => day > first && day < end).Prepend(first).Distinct().Order(),
        ];
        TimeSpan[] times = [.. entries.SelectMany(entry => entry.Model.TimesOfDay).Prepend(TimeSpan.Zero).Distinct().Order()];
        var spans = new List<PriceSpan>();
        foreach (DateTime day in days)
        {
            List<PriceWindow> windows = Windows(times.Select(time => (time, At(day + time))));
            if (spans.Count == 0 || !spans[^1].Windows.SequenceEqual(windows))
            {
                if (spans.Count > 0)
                    spans[^1] = spans[^1] with { Until = day };
                spans.Add(new PriceSpan(day, end, windows));
            }
        }
        return [.. spans];
    }

    // Equal prices before and after a time of day form one window.
    private static List<PriceWindow> Windows(IEnumerable<(TimeSpan Start, ResolvedPrice Price)> starts)
    {
        var windows = new List<PriceWindow>();
        foreach ((TimeSpan start, ResolvedPrice price) in starts)
        {
            if (windows.Count > 0 && windows[^1].Price == price)
                continue;
            if (windows.Count > 0)
                windows[^1] = windows[^1] with { End = start };
            windows.Add(new PriceWindow(start, TimeSpan.FromDays(1), price));
        }
        return windows;
    }
}

/// <summary>A model that matches a name, with the condition that matched and the discounts on its prices.</summary>
internal sealed record PriceEntry(ListedModel Model, string Clause, IReadOnlyList<PriceDiscount> Discounts);

/// <summary>Days in UTC with the same prices, up to an exclusive end, and the parts of each of these days. The first part begins at midnight.</summary>
internal sealed record PriceSpan(DateTime From, DateTime Until, IReadOnlyList<PriceWindow> Windows);

/// <summary>A part of a day.</summary>
internal readonly record struct PriceWindow(TimeSpan Start, TimeSpan End, ResolvedPrice Price);
