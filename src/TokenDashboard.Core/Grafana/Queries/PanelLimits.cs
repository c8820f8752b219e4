namespace TokenDashboard.Grafana.Queries;

/// <summary>The limits of panels and variables, with every engine.</summary>
internal static class PanelLimits
{
    /// <summary>The maximum number of names that a variable offers.</summary>
    internal const int MaxNames = 5_000;

    /// <summary>The maximum number of buckets. A smaller bucket size is increased to a multiple of itself.</summary>
    internal const int MaxBuckets = 1000;

    /// <summary>The maximum number of buckets if the bucket size is selected automatically. With the longest size, there can be more.</summary>
    internal const int MaxAutomaticBuckets = 120;

    internal static IReadOnlyList<int> AutomaticBuckets { get; } = [60, 300, 900, 1800, 3600, 10800, 21600, 43200, 86400];
}
