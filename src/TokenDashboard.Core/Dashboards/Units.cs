namespace TokenDashboard.Dashboards;

/// <summary>Grafana's ids of the units used here.</summary>
public static class Units
{
    /// <summary>A number cut short: 44.6 Mil.</summary>
    public const string Abbreviated = "short";

    /// <summary>A number cut short as much as possible: 45 M.</summary>
    public const string Metric = "sishort";

    /// <summary>A whole number in groups of three digits: 44,571,652.</summary>
    public const string Grouped = "locale";

    /// <summary>Tokens in a second.</summary>
    public const string TokensPerSecond = "suffix: tokens/s";

    /// <summary>Milliseconds, shown in the unit that fits: 1.62 s.</summary>
    public const string Milliseconds = "ms";

    /// <summary>A fraction shown as a percentage: 0.25 is 25%.</summary>
    public const string Fraction = "percentunit";

    /// <summary>A time with milliseconds.</summary>
    public const string TimeWithMilliseconds = "time:YYYY-MM-DD HH:mm:ss.SSS";
}
