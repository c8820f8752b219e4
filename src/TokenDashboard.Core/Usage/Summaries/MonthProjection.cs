namespace TokenDashboard.Usage.Summaries;

/// <summary>
/// The usage of a calendar month so far, and its forecast at the current rate, which is null if there is not enough data. Both costs are in one currency.
/// </summary>
internal sealed record MonthProjection(long Tokens, decimal? Cost, long? ForecastTokens, decimal? ForecastCost, string? Currency)
{
    // A week, so that working days and weekends both count. Less than a day is not enough for a forecast.
    private static readonly TimeSpan Basis = TimeSpan.FromDays(7);
    private static readonly TimeSpan Least = TimeSpan.FromDays(1);

    private const int CostDigits = 6;

    /// <summary>
    /// Projects the month that contains a point in time, or that ends at it, independent of the filter's time range.
    /// </summary>
    /// <remarks>Hours that were read for a time range are used if they contain those of the projection.</remarks>
    public static MonthProjection Read(IReadOnlyList<ITelemetryStore> stores, RequestFilter filter, DateTimeOffset asOf, TimeZoneInfo zone, UsagePrices? prices, HourlyUsage hours)
    {
        var months = new TimeBuckets(TimeUnit.Month, zone);
        long now = asOf.UtcTicks;
        long monthStart = months.StartOf(now - 1);
        long basisStart = new TimeBuckets(TimeUnit.Hour, zone).StartOf(Math.Max(0, now - Basis.Ticks));
        var since = new DateTimeOffset(Math.Min(monthStart, basisStart), TimeSpan.Zero);
        HourlyUsage read = hours.Covers(since, asOf) ? hours : HourlyUsage.Read(stores, filter with { Range = new TimeRange(since, asOf) }, asOf, zone, prices);
        UsageAccumulator month = read.From(monthStart), basis = read.From(basisStart);
        (UsageCost? ofMonth, UsageCost? ofBasis) = (UsageCost.Of(month), UsageCost.Of(basis));
        decimal? cost = ofMonth?.Amount;
        // There is no usage before the first request of the stores, but days without requests that match the filter count.
        long length = now - Math.Max(basisStart, FirstTicks(stores, new DateTimeOffset(basisStart, TimeSpan.Zero), asOf));
        if (length < Least.Ticks)
            return new MonthProjection(month.TotalTokens, cost, null, null, ofMonth?.Currency);
        decimal rest = (decimal)(months.EndOf(now - 1) - now) / length;
        bool isOneCurrency = ofMonth?.Currency is not { } currency || ofBasis?.Currency is not { } other || currency == other;
        decimal? added = isOneCurrency && ofBasis?.Amount is { } amount ? Math.Round(amount * rest, CostDigits) : null;
        return new MonthProjection(
            month.TotalTokens, cost, (long)Math.Round(month.TotalTokens + (basis.TotalTokens * rest)), cost + added, ofMonth?.Currency ?? (added is null ? null : ofBasis?.Currency));
    }

    // The first request of the stores, or the start of the range if there are earlier ones.
    private static long FirstTicks(IReadOnlyList<ITelemetryStore> stores, DateTimeOffset since, DateTimeOffset until) => stores.Min(store => store.ReadFirstTime()) < since
        ? since.UtcTicks
        : Math.Max(since.UtcTicks, (UsageQuery.TimesOf(stores).First ?? until).UtcTicks);
}
