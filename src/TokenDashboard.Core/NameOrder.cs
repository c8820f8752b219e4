namespace TokenDashboard;

/// <summary>Orders names by code points, as SQLite and ClickHouse order UTF-8 text. The ordinal order of .NET is that of UTF-16, which has emoji before some other characters.</summary>
internal sealed class NameOrder : IComparer<string?>
{
    public static NameOrder ByCodePoint { get; } = new();

    /// <summary>Compares two names. Null is before all names.</summary>
    public int Compare(string? x, string? y)
    {
        int same = x.AsSpan().CommonPrefixLength(y);
        if (x is null || y is null || same == x.Length || same == y.Length)
            return string.CompareOrdinal(x, y);
        // A surrogate is part of a code point above all those that need one char.
        return (char.IsSurrogate(x[same]), x[same]).CompareTo((char.IsSurrogate(y[same]), y[same]));
    }
}
