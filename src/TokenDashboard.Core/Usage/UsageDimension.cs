namespace TokenDashboard;

/// <summary>The dimensions of usage. At most one time unit, or Session, can be combined with the others.</summary>
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
    /// Periods of five hours, as in the limits of coding agents. Each begins at the hour (UTC) of the first request after the
    /// previous period. With User, each user has separate sessions.
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

    /// <summary>The type of request.</summary>
    RequestType,

    /// <summary>The application's transaction.</summary>
    Transaction,

    /// <summary>The store, if there are several.</summary>
    Source,
}
