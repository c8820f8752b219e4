namespace TokenDashboard.Usage.Summaries;

internal sealed class UsageSummaryQuery(IReadOnlyList<ITelemetryStore> stores, RequestFilter filter, TimeZoneInfo zone, DateTimeOffset now)
{
    public UsagePrices? Prices { get; init; }

    /// <summary>The reference time: now, or the end of a time range in the past.</summary>
    public DateTimeOffset AsOf { get; } = filter.Range.Until is { } until && until < now ? until : now;

    public QueryResult<TokenUsageSummary> Run()
    {
        HourlyUsage hours = Hours();
        UsageAccumulator? previous = PreviousRange() is { } range ? new UsageQuery([], zone) { Prices = Prices }.Read(stores, filter with { Range = range }).Groups[0].Usage : null;
        return new QueryResult<TokenUsageSummary>([Summarize(hours, previous)], hours.Unreadable);
    }

    internal HourlyUsage Hours(bool withModels = false) => HourlyUsage.Read(stores, filter, AsOf, zone, Prices, withModels);

    internal TokenUsageSummary Summarize(HourlyUsage hours, UsageAccumulator? previous) => new(
        hours, filter.Range.In(zone), LocalTime.At(AsOf.UtcTicks, zone), previous, MonthProjection.Read(stores, filter, AsOf, zone, Prices, hours));

    /// <summary>The previous time range; null if there is none to compare with.</summary>
    internal TimeRange? PreviousRange() =>
        filter.Range is { Since: { } since, Until: { } until } && since.UtcTicks >= (until - since).Ticks ? ComparedFigures.PreviousOf(filter.Range, stores) : null;
}
