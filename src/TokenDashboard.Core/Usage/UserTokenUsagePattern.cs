using System.Globalization;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Usage;

/// <summary>Usage of one user in one hour of the week, aggregated over the weeks of the time range.</summary>
public sealed class UserTokenUsagePattern : UsageFigures
{
    internal UserTokenUsagePattern(string? user, DayOfWeek? dayOfWeek, int? hour, UsageAccumulator usage, UsageTotals all)
        : base(usage, all)
    {
        User = user;
        Weekday = dayOfWeek?.ToString();
        HourOfDay = hour;
    }

    /// <summary>The user; the empty string means requests without a user name. Null in a total.</summary>
    public string? User { get; }

    /// <summary>The English name of the day of the week in the zone; null in a total.</summary>
    public string? Weekday { get; }

    /// <summary>The hour of the zone's clock, 0 to 23; null in a total.</summary>
    public int? HourOfDay { get; }

    private protected override string Label => Weekday is null ? User ?? "all" : string.Create(CultureInfo.InvariantCulture, $"{User}, {Weekday} {HourOfDay}:00");
}
