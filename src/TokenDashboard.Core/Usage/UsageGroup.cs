namespace TokenDashboard.Usage;

/// <summary>The usage of a key. An object, because sorting millions of groups copies references, and because its usage can be released.</summary>
internal sealed class UsageGroup(UsageKey key, UsageAccumulator usage)
{
    private UsageAccumulator? _usage = usage;

    /// <summary>Orders groups by the names of their keys.</summary>
    public static Comparer<UsageGroup> ByName { get; } = Comparer<UsageGroup>.Create((one, other) => UsageKey.ByName.Compare(one.Key, other.Key));

    public UsageKey Key => key;

    public UsageAccumulator Usage => _usage!;

    /// <summary>Returns the usage and releases it, so that its memory can be used for the rows of the result.</summary>
    public UsageAccumulator TakeUsage()
    {
        UsageAccumulator taken = Usage;
        _usage = null;
        return taken;
    }
}
