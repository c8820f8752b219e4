namespace TokenDashboard.Store;

/// <summary>Row ids from one to another, both included.</summary>
internal readonly record struct RowRange(long First, long Last)
{
    /// <summary>Puts ranges in order and joins those that overlap or touch.</summary>
    public static List<RowRange> Merge(IEnumerable<RowRange> ranges)
    {
        var merged = new List<RowRange>();
        foreach (RowRange range in ranges.Where(range => range.First <= range.Last).OrderBy(range => range.First))
        {
            if (merged.Count > 0 && range.First - 1 <= merged[^1].Last)
            {
                merged[^1] = merged[^1] with { Last = Math.Max(merged[^1].Last, range.Last) };
            }
            else
            {
                merged.Add(range);
            }
        }
        return merged;
    }
}
