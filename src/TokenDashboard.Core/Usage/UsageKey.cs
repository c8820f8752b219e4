namespace TokenDashboard.Usage;

/// <summary>The key of a group; members of other dimensions are null.</summary>
/// <param name="BucketTicks">Start of the bucket in UTC ticks, or 0.</param>
/// <param name="User">The user.</param>
/// <param name="Model">The model.</param>
/// <param name="Provider">The provider.</param>
/// <param name="RequestType">The kind of request.</param>
/// <param name="Transaction">The transaction.</param>
/// <param name="Source">The store.</param>
/// <param name="Weekday">The day of the week.</param>
/// <param name="HourOfDay">The hour of the clock.</param>
internal readonly record struct UsageKey(
    long BucketTicks, string? User = null, string? Model = null, string? Provider = null, string? RequestType = null, string? Transaction = null, string? Source = null, DayOfWeek? Weekday = null, sbyte? HourOfDay = null)
{
    /// <summary>The position of the key in the week or the day.</summary>
    public int CyclePlace(DayOfWeek firstDayOfWeek) => (Weekday is { } day ? 24 * Telemetry.LocalTime.DaysSince(firstDayOfWeek, day) : 0) + (HourOfDay ?? 0);

    /// <summary>Orders keys by their names, by character codes.</summary>
    public int CompareNames(in UsageKey other)
    {
        int order = string.CompareOrdinal(User, other.User);
        order = order != 0 ? order : string.CompareOrdinal(Model, other.Model);
        order = order != 0 ? order : string.CompareOrdinal(Provider, other.Provider);
        order = order != 0 ? order : string.CompareOrdinal(RequestType, other.RequestType);
        order = order != 0 ? order : string.CompareOrdinal(Transaction, other.Transaction);
        return order != 0 ? order : string.CompareOrdinal(Source, other.Source);
    }
}
