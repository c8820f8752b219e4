namespace TokenDashboard.Grafana.Emulation;

/// <summary>The series that the plugin creates from a result: one for each combination of text columns, which become labels, and each other column.</summary>
/// <param name="Times">The times of the values, ascending if there are labels.</param>
/// <param name="All">The series.</param>
/// <param name="Repeated">How many rows replaced an earlier one of the same time and labels.</param>
internal sealed record WideSeries(IReadOnlyList<decimal?> Times, IReadOnlyList<WideSeries.Series> All, int Repeated)
{
    /// <exception cref="PluginException">The result cannot become series.</exception>
    internal static WideSeries Of(IReadOnlyList<PluginColumn> columns)
    {
        PluginColumn? time = columns.FirstOrDefault(column => column.Type == ColumnType.Time);
        PluginColumn[] labels = [.. columns.Where(column => column.Type == ColumnType.Text)];
        PluginColumn[] values = [.. columns.Where(column => column != time && column.Type != ColumnType.Text)];
        if (time is null || values.Length == 0)
            throw new PluginException("can not convert to wide series, expected long format series input but got not series");
        if (labels.Length == 0)
        {
            return new WideSeries(
                [.. time.Values.Select(value => (decimal?)value)],
                [.. values.Select(column => new Series(column.Name, new Dictionary<string, string>(), column.Values))], Repeated: 0);
        }
        if (time.Values.Count == 0)
            throw new PluginException("can not convert to wide series, input fields have no rows");
        return Pivot(time, labels, values);
    }

    private static WideSeries Pivot(PluginColumn time, PluginColumn[] labels, PluginColumn[] values)
    {
        if (labels.DistinctBy(label => label.Name).Count() < labels.Length)
            throw new PluginException("two label columns have the same name");
        var times = new List<decimal?>();
        var order = new List<(string[] Labels, Dictionary<int, object?>[] Values)>();
        var known = new Dictionary<string, int>(StringComparer.Ordinal);
        int repeated = 0;
        for (int row = 0; row < time.Values.Count; row++)
        {
            if (time.Values[row] is not decimal current)
                throw new PluginException("can not convert to wide series, input has null time values");
            if (times.Count > 0 && current < times[^1])
                throw new PluginException("long series must be sorted ascending by time to be converted");
            if (times.Count == 0 || current > times[^1])
                times.Add(current);
            int slot = times.Count - 1;
            // A NULL label equals an empty string.
            string[] tuple = [.. labels.Select(label => (string?)label.Values[row] ?? "")];
            string key = string.Join('\0', tuple.Select(text => $"{text.Length}:{text}"));
            if (!known.TryGetValue(key, out int series))
            {
                known.Add(key, series = order.Count);
                order.Add((tuple, [.. values.Select(_ => new Dictionary<int, object?>())]));
            }
            repeated += order[series].Values[0].ContainsKey(slot) ? 1 : 0;
            for (int i = 0; i < values.Length; i++)
                order[series].Values[i][slot] = values[i].Values[row];
        }
        if ((long)order.Count * values.Length * times.Count > QueryLimits.MaxPoints)
            throw QueryGuard.Stopped($"returns {order.Count} series of {times.Count} times, more than {QueryLimits.MaxPoints} points");
        IEnumerable<Series> all = order.OrderBy(item => item.Labels, TupleOrder)
            .SelectMany(item => values.Select((column, i) => new Series(
                column.Name, labels.Zip(item.Labels).ToDictionary(pair => pair.First.Name, pair => pair.Second),
                [.. Enumerable.Range(0, times.Count).Select(slot => item.Values[i].GetValueOrDefault(slot))])));
        // Series without any value are dropped, unless a label "name" names them.
        return new WideSeries(
            times, [.. all.Where(series => series.Values.Any(value => value is not null) || series.Labels.GetValueOrDefault("name", "").Length > 0)],
            repeated);
    }

    private static readonly Comparer<string[]> TupleOrder = Comparer<string[]>.Create((left, right) =>
        left.Zip(right).Select(pair => string.CompareOrdinal(pair.First, pair.Second)).FirstOrDefault(order => order != 0));

    /// <summary>One series.</summary>
    /// <param name="Name">The column its values are from.</param>
    /// <param name="Labels">Text columns and their values.</param>
    /// <param name="Values">A value for each time; null if there is none.</param>
    internal sealed record Series(string Name, IReadOnlyDictionary<string, string> Labels, IReadOnlyList<object?> Values);
}
