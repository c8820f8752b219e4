namespace TokenDashboard.Telemetry;

/// <summary>The largest valid values of one request. Larger values are invalid, because they could overflow sums.</summary>
internal static class ValueLimits
{
    /// <summary>The largest token count: 10^12.</summary>
    public const long MaxTokens = 1_000_000_000_000;

    /// <summary>The longest duration in milliseconds: 10^12, about 31 years.</summary>
    public const double MaxDurationMs = 1e12;

    /// <summary>The largest recorded cost, in its currency: 10^12.</summary>
    public const double MaxCost = 1e12;
}
