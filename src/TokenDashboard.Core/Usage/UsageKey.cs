namespace TokenDashboard.Usage;

/// <summary>The key of a group: the start of its bucket in UTC ticks, or 0, and its names. Properties of other dimensions are null.</summary>
internal readonly record struct UsageKey(
    long BucketTicks, string? User = null, string? Model = null, string? Provider = null, string? RequestType = null,
    string? Transaction = null, string? Source = null, DayOfWeek? Weekday = null, sbyte? HourOfDay = null)
{
    /// <summary>The position of the key in the week or the day.</summary>
    public int CyclePlace(DayOfWeek firstDayOfWeek) => (Weekday is { } day ? 24 * LocalTime.DaysSince(firstDayOfWeek, day) : 0) + (HourOfDay ?? 0);

    /// <summary>Orders keys by their names.</summary>
    public static Comparer<UsageKey> ByName { get; } = Comparer<UsageKey>.Create((one, other) =>
    {
        int order = NameOrder.ByCodePoint.Compare(one.User, other.User);
        order = order != 0 ? order : NameOrder.ByCodePoint.Compare(one.Model, other.Model);
        order = order != 0 ? order : NameOrder.ByCodePoint.Compare(one.Provider, other.Provider);
        order = order != 0 ? order : NameOrder.ByCodePoint.Compare(one.RequestType, other.RequestType);
        order = order != 0 ? order : NameOrder.ByCodePoint.Compare(one.Transaction, other.Transaction);
        return order != 0 ? order : NameOrder.ByCodePoint.Compare(one.Source, other.Source);
    });
}
