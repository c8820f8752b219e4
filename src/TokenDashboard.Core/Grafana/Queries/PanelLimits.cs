namespace TokenDashboard.Grafana.Queries;

/// <summary>How much panels and variables show at most, with every engine.</summary>
internal static class PanelLimits
{
    /// <summary>The most names that a variable offers.</summary>
    internal const int MaxNames = 5_000;

    /// <summary>The maximum number of buckets. A smaller bucket is increased to a multiple of itself.</summary>
    internal const int MaxBuckets = 1000;

    /// <summary>The most buckets of a time range whose bucket is not chosen; the longest of the lengths may be more.</summary>
    internal const int MaxAutomaticBuckets = 120;

    internal static IReadOnlyList<int> AutomaticBuckets { get; } = [60, 300, 900, 1800, 3600, 10800, 21600, 43200, 86400];
}
