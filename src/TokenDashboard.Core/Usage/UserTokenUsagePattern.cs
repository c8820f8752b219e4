using System.Globalization;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Usage;

/// <summary>Usage of one user in one hour of the week, summed over the weeks of the range.</summary>
public sealed class UserTokenUsagePattern : UsageFigures
{
    internal UserTokenUsagePattern(string user, DayOfWeek dayOfWeek, int hour, UsageAccumulator usage, UsageTotals all)
        : base(usage, all)
    {
        User = user;
        DayOfWeek = dayOfWeek;
        Hour = hour;
    }

    /// <summary>The user; the empty string stands for requests of which the user is not known.</summary>
    public string User { get; }

    /// <summary>The day of the week in the zone.</summary>
    public DayOfWeek DayOfWeek { get; }

    /// <summary>The hour of the zone's clock, 0 to 23.</summary>
    public int Hour { get; }

    private protected override string Label => string.Create(CultureInfo.InvariantCulture, $"{User}, {DayOfWeek} {Hour}:00");
}
