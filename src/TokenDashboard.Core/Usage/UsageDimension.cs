namespace TokenDashboard.Usage;

/// <summary>What usage is grouped by. At most one unit of time goes with any of the others.</summary>
public enum UsageDimension
{
    /// <summary>Hours of the zone's clock.</summary>
    Hour = TimeUnit.Hour,

    /// <summary>Days.</summary>
    Day = TimeUnit.Day,

    /// <summary>Weeks from Monday.</summary>
    Week = TimeUnit.Week,

    /// <summary>Calendar months.</summary>
    Month = TimeUnit.Month,

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
