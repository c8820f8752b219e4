namespace TokenDashboard.Engines.Sqlite.Rollups;

/// <summary>
/// The level of a rollup row. The first six levels distinguish users. The last three are sums over all users, for queries
/// without users. Every request counts in one of the first two, and in each of the others.
/// </summary>
internal enum RollupLevel
{
    /// <summary>Requests of a quarter-hour whose rows were removed.</summary>
    RemovedQuarter = 0,

    /// <summary>Requests of a quarter-hour whose rows are in the table.</summary>
    Quarter = 1,

    /// <summary>All requests of an hour.</summary>
    Hour = 2,

    /// <summary>All requests of six hours in UTC, for the days of other time zones, most of which contain three such periods and no day in UTC.</summary>
    SixHours = 3,

    /// <summary>All requests of a day in UTC.</summary>
    Day = 4,

    /// <summary>All requests of seven days in UTC, counted from 1970-01-01.</summary>
    Week = 5,

    /// <summary>All requests of an hour, of all users together.</summary>
    HourAllUsers = 6,

    /// <summary>All requests of six hours in UTC, of all users together.</summary>
    SixHoursAllUsers = 7,

    /// <summary>All requests of a day in UTC, of all users together.</summary>
    DayAllUsers = 8,
}

/// <summary>The lengths of the levels' buckets.</summary>
internal static class RollupLevels
{
    public const int QuarterSeconds = 900;

    public const int HourSeconds = 3600;

    public const int SixHourSeconds = 6 * HourSeconds;

    public const int DaySeconds = 86400;

    public const int WeekSeconds = 7 * DaySeconds;

    /// <summary>The start of the quarter-hour that contains an instant.</summary>
    public static DateTimeOffset QuarterOf(DateTimeOffset instant) =>
        new(TicksOf(StartOf(SecondOf(instant.UtcTicks), QuarterSeconds)), TimeSpan.Zero);

    public static int Seconds(this RollupLevel level) => level switch
    {
        RollupLevel.RemovedQuarter or RollupLevel.Quarter => QuarterSeconds,
        RollupLevel.Hour or RollupLevel.HourAllUsers => HourSeconds,
        RollupLevel.SixHours or RollupLevel.SixHoursAllUsers => SixHourSeconds,
        RollupLevel.Week => WeekSeconds,
        _ => DaySeconds,
    };

    /// <summary>The start of the bucket that contains a second.</summary>
    public static long StartOf(long second, int length) => second - ((second % length) + length) % length;

    public static long DayOf(long second) => StartOf(second, DaySeconds);

    public static long WeekOf(long second) => StartOf(second, WeekSeconds);

    /// <summary>The second since 1970 that contains an instant.</summary>
    public static long SecondOf(long utcTicks) => (utcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerSecond
        - ((utcTicks - DateTime.UnixEpoch.Ticks) % TimeSpan.TicksPerSecond < 0 ? 1 : 0);

    /// <summary>The first tick of a second since 1970.</summary>
    public static long TicksOf(long second) => DateTime.UnixEpoch.Ticks + (second * TimeSpan.TicksPerSecond);
}
