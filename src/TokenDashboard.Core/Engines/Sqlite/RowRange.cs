namespace TokenDashboard.Engines.Sqlite;

/// <summary>An inclusive range of row ids.</summary>
internal readonly record struct RowRange(long First, long Last)
{
    /// <summary>Sorts ranges and merges those that overlap or are adjacent.</summary>
    public static List<RowRange> Merge(IEnumerable<RowRange> ranges)
    {
        var merged = new List<RowRange>();
        foreach (RowRange range in ranges.Where(range => range.First <= range.Last).OrderBy(range => range.First))
        {
            if (merged.Count > 0 && range.First - 1 <= merged[^1].Last)
                merged[^1] = merged[^1] with { Last = Math.Max(merged[^1].Last, range.Last) };
            else
                merged.Add(range);
        }
        return merged;
    }

    /// <summary>Splits ranges into parts with about the same number of rows, in order, or one part if there are few rows.</summary>
    public static List<RowRange>[] Split(List<RowRange> ranges, long rowsPerPart, int mostParts)
    {
        // The span of ids can exceed a long.
        Int128 rows = 0;
        ranges.ForEach(range => rows += (Int128)range.Last - range.First + 1);
        Int128 count = Int128.Clamp(rows / rowsPerPart, 1, mostParts), size = Int128.Max(1, (rows + count - 1) / count), before = 0;
        List<RowRange>[] parts = [.. Enumerable.Range(0, (int)count).Select(_ => new List<RowRange>())];
        foreach (RowRange range in ranges)
        {
            for (Int128 first = range.First; first <= range.Last;)
            {
                Int128 part = before / size, last = Int128.Min(range.Last, first + ((part + 1) * size) - before - 1);
                parts[(int)part].Add(new RowRange((long)first, (long)last));
                (before, first) = (before + last - first + 1, last + 1);
            }
        }
        return parts;
    }
}
