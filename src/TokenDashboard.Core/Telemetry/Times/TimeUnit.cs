namespace TokenDashboard;

/// <summary>The calendar units of usage.</summary>
public enum TimeUnit
{
    /// <summary>Minutes of the zone's clock. They are always read from single requests.</summary>
    Minute,

    /// <summary>Hours of the zone's clock. When the clock goes back, the repeated hour is a separate bucket.</summary>
    Hour,

    /// <summary>Days, 23 or 25 hours long when the clock changes.</summary>
    Day,

    /// <summary>Weeks, from Monday as in ISO 8601, or from another day.</summary>
    Week,

    /// <summary>Calendar months.</summary>
    Month,

    /// <summary>Quarters of a year, from January, April, July and October.</summary>
    Quarter,

    /// <summary>Calendar years.</summary>
    Year,
}
