namespace TokenDashboard.Grafana.Emulation;

/// <summary>
/// The series of a result: one for each combination of text columns, which become labels, and each other column. A row replaces an earlier row
/// with the same time and labels.
/// </summary>
internal sealed record WideSeries(int Count, int Repeated)
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
            return new WideSeries(values.Length, Repeated: 0);
        if (time.Values.Count == 0)
            throw new PluginException("can not convert to wide series, input fields have no rows");
        if (labels.DistinctBy(label => label.Name).Count() < labels.Length)
            throw new PluginException("two label columns have the same name");
        // The last row of each time, by its labels.
        var series = new Dictionary<string, Dictionary<decimal, int>>();
        decimal? before = null;
        int times = 0;
        for (int row = 0; row < time.Values.Count; row++)
        {
            if (time.Values[row] is not decimal current)
                throw new PluginException("can not convert to wide series, input has null time values");
            if (current < before)
                throw new PluginException("long series must be sorted ascending by time to be converted");
            times += current == before ? 0 : 1;
            before = current;
            // A NULL label equals an empty string.
            string key = string.Join('\0', labels.Select(label => (string?)label.Values[row] ?? "").Select(text => $"{text.Length}:{text}"));
            if (!series.TryGetValue(key, out Dictionary<decimal, int>? rows))
                series.Add(key, rows = []);
            rows[current] = row;
        }
        if ((long)series.Count * values.Length * times > QueryLimits.MaxPoints)
            throw QueryGuard.Stopped($"returns {series.Count} series of {times} times, more than {QueryLimits.MaxPoints} points");
        // Series without any value are dropped, unless they have a label "name".
        PluginColumn? name = labels.FirstOrDefault(label => label.Name == "name");
        bool IsShown(PluginColumn column, IEnumerable<int> rows) => rows.Any(row => column.Values[row] is not null || name?.Values[row] is string { Length: > 0 });
        return new WideSeries(
            series.Values.Sum(rows => values.Count(column => IsShown(column, rows.Values))), time.Values.Count - series.Values.Sum(rows => rows.Count));
    }
}
