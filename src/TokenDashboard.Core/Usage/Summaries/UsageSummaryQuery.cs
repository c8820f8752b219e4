namespace TokenDashboard.Usage.Summaries;

internal sealed class UsageSummaryQuery(IReadOnlyList<ITelemetryStore> stores, RequestFilter filter, TimeZoneInfo zone, DateTimeOffset now)
{
    public UsagePrices? Prices { get; init; }

    /// <summary>The reference time: now, or the end of a time range in the past.</summary>
    public DateTimeOffset AsOf { get; } = filter.Range.Until is { } until && until < now ? until : now;

    public QueryResult<TokenUsageSummary> Run()
    {
        HourlyUsage hours = Hours();
        return new QueryResult<TokenUsageSummary>([Summarize(hours)], hours.Unreadable);
    }

    internal HourlyUsage Hours() => HourlyUsage.Read(stores, filter, AsOf, zone, Prices);

    internal TokenUsageSummary Summarize(HourlyUsage hours) => new(
        hours, filter.Range.In(zone), LocalTime.At(AsOf.UtcTicks, zone), Previous(), MonthProjection.Read(stores, filter, AsOf, zone, Prices));

    private UsageAccumulator? Previous() =>
        filter.Range is { Since: { } since, Until: { } until } && since.UtcTicks >= (until - since).Ticks && ComparedFigures.PreviousOf(filter.Range, stores) is { } previous
            ? new UsageQuery([], zone) { Prices = Prices }.Read(stores, filter with { Range = previous }).Groups[0].Usage
            : null;
}
