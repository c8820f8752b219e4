using TokenDashboard.Grafana.Parsing;

namespace TokenDashboard.Grafana.Emulation;

/// <summary>The plugin's own replacements after the browser's: <c>$__from</c>, <c>$__to</c> and a macro, whose arguments are split at every comma.</summary>
internal static class PluginMacros
{
    /// <summary>The SQL that is run, and the seconds between rows if gaps must be filled.</summary>
    /// <exception cref="PluginException">The plugin does not accept the macro's arguments.</exception>
    internal static (string Sql, long? FillSeconds) Apply(string sql, TimeWindow window)
    {
        long? fill = null;
        string withTimes = sql
            .Replace("$__from", Milliseconds(window.From), StringComparison.Ordinal)
            .Replace("$__to", Milliseconds(window.To), StringComparison.Ordinal);
        long interval = 0;
        var applied = new StringBuilder();
        int end = 0;
        foreach (MacroCall call in MacroCall.In(withTimes).Where(call => call.Name == MacroCall.Group))
        {
            string[] arguments = withTimes[call.Arguments].Split(',');
            if (arguments.Length is < 2 or > 3)
                throw new PluginException($"unsupported number of arguments ({arguments.Length}) for {MacroCall.Group}");
            if (!long.TryParse(arguments[1].Trim(' '), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out interval))
                throw new PluginException($"could not convert '{arguments[1]}' to an integer grouping interval");
            if (arguments.Length == 3)
            {
                if (!arguments[2].Trim(' ').Equals("null", StringComparison.OrdinalIgnoreCase))
                    throw new PluginException($"unsupported gap filling value of: `{arguments[2]}`");
                fill = 0;
            }
            applied.Append(withTimes, end, call.Index - end).Append(CultureInfo.InvariantCulture, $"cast(({arguments[0]} / {interval}) as int) * {interval}");
            end = call.Index + call.Length;
        }
        applied.Append(withTimes, end, withTimes.Length - end);
        // Gaps are filled with the interval of the last macro.
        return (applied.ToString(), fill is null ? null : interval);
    }

    // Whole seconds, unlike the values of the frontend.
    private static string Milliseconds(DateTimeOffset time) => (time.ToUnixTimeSeconds() * 1000).ToString(CultureInfo.InvariantCulture);
}

/// <summary>Adds the missing rows between the first and the last row for a macro that fills gaps. They contain only their time.</summary>
internal static class GapFilling
{
    /// <exception cref="PluginException">There is no time column, its times are NULL or not ascending, or there would be too many rows.</exception>
    internal static void Fill(IReadOnlyList<PluginColumn> columns, long seconds)
    {
        PluginColumn time = columns.FirstOrDefault(column => column.Type == ColumnType.Time)
            ?? throw new PluginException("no time column found to use for gap filling");
        if (time.Values.Count < 2)
            return;
        // The plugin would loop forever.
        if (seconds <= 0)
            throw new PluginException($"an interval of {seconds} seconds never fills a gap; the plugin would not return");
        // An added row has only a time.
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
                // Buckets of one second over years would be too many rows.
                if ((long)filled.Count * columns.Count > QueryLimits.MaxPoints)
                    throw QueryGuard.Stopped($"returns more than {QueryLimits.MaxPoints} values after its gaps of {seconds} seconds are filled");
            }
            filled.Add((current, row));
            expected = current + seconds;
        }
        foreach (PluginColumn column in columns)
            column.Values = [.. filled.Select(item => column == time ? item.Time : item.Row is { } row ? column.Values[row] : null)];
    }

    private static decimal Time(PluginColumn time, int row) =>
        time.Values[row] is decimal value ? value : throw new PluginException("received NULL value in time column");
}
