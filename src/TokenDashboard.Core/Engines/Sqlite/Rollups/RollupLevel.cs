namespace TokenDashboard.Engines.Sqlite.Rollups;

/// <summary>
/// What a row of the rollups sums up. Single users are told apart in the first five; the last two are sums over all users, for questions
/// that are not about users. Every request is counted in one of the first two, and in each of the others.
/// </summary>
internal enum RollupLevel
{
    /// <summary>Requests of a quarter of an hour whose rows were removed.</summary>
    RemovedQuarter = 0,

    /// <summary>Requests of a quarter of an hour whose rows are in the table.</summary>
    Quarter = 1,

    /// <summary>All requests of an hour.</summary>
    Hour = 2,

    /// <summary>All requests of a day of UTC.</summary>
    Day = 3,

    /// <summary>All requests of seven days of UTC, counted from the first of January 1970.</summary>
    Week = 4,

    /// <summary>All requests of an hour, of all users together.</summary>
    HourAllUsers = 5,

    /// <summary>All requests of a day of UTC, of all users together.</summary>
    DayAllUsers = 6,
}

/// <summary>How long the levels' pieces of time are.</summary>
internal static class RollupLevels
{
    /// <summary>Seconds of the shortest piece.</summary>
    public const int QuarterSeconds = 900;

    public const int HourSeconds = 3600;

    public const int DaySeconds = 86400;

    public const int WeekSeconds = 7 * DaySeconds;

    /// <summary>The beginning of the quarter of an hour an instant lies in.</summary>
    public static DateTimeOffset QuarterOf(DateTimeOffset instant) =>
        new(TicksOf(StartOf(SecondOf(instant.UtcTicks), QuarterSeconds)), TimeSpan.Zero);

    /// <summary>Length of a level's pieces in seconds.</summary>
    public static int Seconds(this RollupLevel level) => level switch
    {
        RollupLevel.RemovedQuarter or RollupLevel.Quarter => QuarterSeconds,
        RollupLevel.Hour or RollupLevel.HourAllUsers => HourSeconds,
        RollupLevel.Week => WeekSeconds,
        _ => DaySeconds,
    };

    /// <summary>Whether a level tells users apart.</summary>
    public static bool HasUsers(this RollupLevel level) => level <= RollupLevel.Week;

    /// <summary>The second at which the piece that holds a second begins.</summary>
    public static long StartOf(long second, int length) => second - ((second % length) + length) % length;

    /// <summary>The second since 1970 in which an instant lies.</summary>
    public static long SecondOf(long utcTicks) => (utcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerSecond
        - ((utcTicks - DateTime.UnixEpoch.Ticks) % TimeSpan.TicksPerSecond < 0 ? 1 : 0);

    /// <summary>The first tick of a second since 1970.</summary>
    public static long TicksOf(long second) => DateTime.UnixEpoch.Ticks + (second * TimeSpan.TicksPerSecond);
}
