namespace TokenDashboard.Grafana.Emulation;

/// <summary>Adds the missing rows between the first and the last one for a macro that fills gaps, empty except for their time.</summary>
internal static class GapFilling
{
    /// <exception cref="PluginException">There is no time column, or its times are NULL or do not ascend, or there would be too many rows.</exception>
    internal static void Fill(IReadOnlyList<PluginColumn> columns, long seconds)
    {
        PluginColumn time = columns.FirstOrDefault(column => column.Type == ColumnType.Time)
            ?? throw new PluginException("no time column found to use for gap filling");
        if (time.Values.Count < 2)
            return;
        // The plugin would loop forever.
        if (seconds <= 0)
            throw new PluginException($"an interval of {seconds} seconds never fills a gap; the plugin would not return");
        // A row that is added has only a time.
        var filled = new List<(decimal Time, int? Row)>();
        decimal expected = Time(time, 0);
        for (int row = 0; row < time.Values.Count; row++)
        {
            decimal current = Time(time, row);
            if (row > 0 && Time(time, row - 1) > current)
                throw new PluginException("received unordered time value. The time column needs to be sorted ascending");
            for (; expected < current; expected += seconds)
            {
                filled.Add((expected, null));
                // Buckets of a second over years would be too many rows.
                if ((long)filled.Count * columns.Count > QueryLimits.MaxPoints)
                    throw QueryGuard.Stopped($"returns more than {QueryLimits.MaxPoints} values after its gaps of {seconds} seconds are filled");
            }
            filled.Add((current, row));
            expected = current + seconds;
        }
        foreach (PluginColumn column in columns)
            column.Replace(filled.Select(item => column == time ? item.Time : item.Row is { } row ? column.Values[row] : null));
    }

    private static decimal Time(PluginColumn time, int row) =>
        time.Values[row] is decimal value ? value : throw new PluginException("received NULL value in time column");
}
