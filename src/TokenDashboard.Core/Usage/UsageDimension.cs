namespace TokenDashboard.Usage;

/// <summary>What usage is grouped by. At most one time unit, or Session, goes with any of the others.</summary>
public enum UsageDimension
{
    /// <summary>Minutes of the zone's clock.</summary>
    Minute = TimeUnit.Minute,

    /// <summary>Hours of the zone's clock.</summary>
    Hour = TimeUnit.Hour,

    /// <summary>Days.</summary>
    Day = TimeUnit.Day,

    /// <summary>Weeks, from Monday or another day.</summary>
    Week = TimeUnit.Week,

    /// <summary>Calendar months.</summary>
    Month = TimeUnit.Month,

    /// <summary>Quarters of a year.</summary>
    Quarter = TimeUnit.Quarter,

    /// <summary>Calendar years.</summary>
    Year = TimeUnit.Year,

    /// <summary>
    /// Blocks of five hours, as the limits of coding agents count them: each begins with the hour (UTC) of the first request after the one
    /// before. Grouped by user too, each user has blocks of their own.
    /// </summary>
    Session,

    /// <summary>The days of the week, independent of the week.</summary>
    Weekday,

    /// <summary>The hours of the clock, 0 to 23, independent of the day.</summary>
    HourOfDay,

    /// <summary>The model.</summary>
    Model,

    /// <summary>The provider.</summary>
    Provider,

    /// <summary>The user.</summary>
    User,

    /// <summary>The kind of request.</summary>
    RequestType,

    /// <summary>The application's transaction.</summary>
    Transaction,

    /// <summary>The store, where there are several.</summary>
    Source,
}
