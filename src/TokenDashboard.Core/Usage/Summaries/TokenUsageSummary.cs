using TokenDashboard.Usage.Summaries;

namespace TokenDashboard;

/// <summary>The usage of a time range in one object: totals, rates, peaks, the change from the previous period, and the forecast.</summary>
public sealed class TokenUsageSummary : ComparedFigures
{
    internal TokenUsageSummary(HourlyUsage hours, (DateTimeOffset? Start, DateTimeOffset? End) range, DateTimeOffset asOf, UsageAccumulator? previous, MonthProjection month)
        : base(hours.Total, hours.Totals, previous)
    {
        (Start, End) = range;
        AsOf = asOf;
        // The length of an open time range is that of its requests, except requests in the future.
        if ((End is null ? LastRequest : asOf) - (Start ?? FirstRequest) is { Ticks: > 0 } length)
        {
            UsageAccumulator[] past = [.. hours.Hours.Where(hour => End is null || hour.Start < asOf.UtcTicks).Select(hour => hour.Usage)];
            TokensPerMinute = past.Sum(hour => hour.TotalTokens) / length.TotalMinutes;
            RequestsPerMinute = past.Sum(hour => hour.Requests) / length.TotalMinutes;
        }
        BusiestHour = hours.Busiest(TimeUnit.Hour);
        if (BusiestHour is { Start: { } from, End: { } until })
        {
            // An hour in the future counts as a whole hour.
            TimeSpan part = (asOf > from && asOf < until ? asOf : until) - (Start > from ? Start.Value : from);
            PeakTokensPerMinute = Math.Max(BusiestHour.TotalTokens / part.TotalMinutes, TokensPerMinute ?? 0);
        }
        BusiestDay = hours.Busiest(TimeUnit.Day);
        (MonthTokens, MonthForecastTokens) = (month.Tokens, month.ForecastTokens);
        (MonthCost, MonthForecastCost) = (InCurrency(month.Cost, month.Currency), InCurrency(month.ForecastCost, month.Currency));
    }

    /// <summary>Start of the time range; null if it has none.</summary>
    public DateTimeOffset? Start { get; }

    /// <summary>Exclusive end of the time range; null if it has none.</summary>
    public DateTimeOffset? End { get; }

    /// <summary>The reference time of rates and forecast: now, or the end of a time range in the past.</summary>
    public DateTimeOffset AsOf { get; }

    /// <summary>Mean tokens per minute of the time range. If the range is open, of the time between the first and the last request.</summary>
    public double? TokensPerMinute { get; }

    /// <summary>Mean requests per minute of the same period.</summary>
    public double? RequestsPerMinute { get; }

    /// <summary>Tokens per minute in the part of the busiest hour that is in the time range, but not less than the mean.</summary>
    public double? PeakTokensPerMinute { get; }

    /// <summary>The hour in the time zone with the most tokens; null without requests.</summary>
    public TokenUsage? BusiestHour { get; }

    /// <summary>The day with the most tokens; null without requests.</summary>
    public TokenUsage? BusiestDay { get; }

    /// <summary>Tokens of the calendar month of <see cref="AsOf"/>, up to that time.</summary>
    public long MonthTokens { get; }

    /// <summary>The cost of the month so far; null without prices, or if it is in another currency.</summary>
    public decimal? MonthCost { get; }

    /// <summary>The forecast of tokens for the month at the rate of the last seven days, or since the first request of the stores; null if that is less than a day.</summary>
    public long? MonthForecastTokens { get; }

    /// <summary>The forecast of cost for the month, at the same rate.</summary>
    public decimal? MonthForecastCost { get; }

    private protected override string Label => Start is null && End is null ? "all"
        : string.Create(CultureInfo.InvariantCulture, $"{Start:yyyy-MM-dd HH:mm zzz} - {End:yyyy-MM-dd HH:mm zzz}");
}
