using TokenDashboard.Grafana.Emulation;
using TokenDashboard.Grafana.Parsing;
using TokenDashboard.Grafana.Rules;

namespace TokenDashboard.Grafana.Proof;

internal static class ResultRules
{
    // The year 2200. Later times in seconds are actually milliseconds.
    private const decimal LatestSecond = 7_258_118_400;

    private static readonly string[] SingleValuePanels = ["piechart", "bargauge", "stat", "gauge"];

    internal static IEnumerable<(DashboardRule Rule, string Problem)> OfPanel(ReadPanel panel, PluginResult result)
    {
        foreach ((DashboardRule Rule, string Problem) problem in OfColumns(result))
            yield return problem;
        if (result.Rows == 0)
            yield return (DashboardRules.NoRows, "The query returned no rows.");
        // Rows with times are a series, which such a panel reduces to one value.
        if (SingleValuePanels.Contains(panel.Type) && !PanelRules.ShowsRows(panel) && result is { Series: null, Rows: > 1 }
            && result.Columns.All(column => column.Type != ColumnType.Time))
        {
            yield return (DashboardRules.RowsHidden, Invariant($"The query returned {result.Rows} rows, but the panel shows their sum or one of them."));
        }
        if (result.Series is { Repeated: > 0 } series)
            yield return (DashboardRules.PointRepeated, Invariant($"{series.Repeated} rows have the same time and labels as an earlier row."));
        if (panel.Type is "timeseries" or "graph" && result.Columns.FirstOrDefault(column => column.Type == ColumnType.Time) is { } time)
        {
            decimal[] known = [.. time.Values.OfType<decimal>()];
            if (known.Zip(known.Skip(1)).Any(pair => pair.First > pair.Second))
                yield return (DashboardRules.NotAscending, $"The times in '{time.Name}' are not in ascending order.");
            // Text columns of a table are not labels.
            int repeated = known.Length - known.Distinct().Count();
            if (repeated > 0 && !panel.Transformed && (result.Series is null || result.Columns.All(column => column.Type != ColumnType.Text)))
                yield return (DashboardRules.PointRepeated, Invariant($"{repeated} rows have the same time as an earlier row, and no label distinguishes series."));
        }
        foreach (string name in NamesNowhere(panel, result))
            yield return (DashboardRules.OverrideUnused, $"The result has no column '{name}'.");
        if (panel.Type is "timeseries" or "graph" or "heatmap" && result.Rows > 0 && !panel.Transformed && result.Columns.All(column => column.Type != ColumnType.Time))
            yield return (DashboardRules.TimeColumnMissing, "The result has no time column, so the panel has no time axis.");
        if (panel.Type == "barchart" && panel.Targets.Count == 1 && panel.OtherSources.Count == 0 && !panel.Transformed && result is { Rows: > 0, Series: null }
            && BarsProblem(panel.Json.Child("options").Text("xField"), result.Columns) is { } problemOfBars)
        {
            yield return (DashboardRules.NoBars, problemOfBars);
        }
    }

    // By default, the first text or time column is the category. A number column can be the category if it is specified.
    private static string? BarsProblem(string category, IReadOnlyList<PluginColumn> columns)
    {
        PluginColumn? found = columns.FirstOrDefault(column => category.Length > 0 ? column.Name == category : column.Type is ColumnType.Text or ColumnType.Time);
        return found is null ? category.Length > 0 ? $"The result has no column '{category}' for the categories." : "The result has no text or time column for the categories."
            : columns.All(column => column == found || column.Type is ColumnType.Text or ColumnType.Time) ? $"The result has no number column in addition to the categories '{found.Name}'."
            : null;
    }

    // The column names in overrides. Labels and transformations change the names of columns, and another query can have the column.
    private static IEnumerable<string> NamesNowhere(ReadPanel panel, PluginResult result) =>
        panel.Targets.Count > 1 || panel.OtherSources.Count > 0 || panel.Transformed || PanelRules.ShowsRows(panel)
        || (result.Series is not null && result.Columns.Any(column => column.Type == ColumnType.Text))
            ? []
            : panel.Json.Child("fieldConfig").Objects("overrides").Select(item => item.Child("matcher")).Where(matcher => matcher.Text("id") == "byName").Select(matcher => matcher.Text("options"))
                .Where(name => name.Length > 0).Except(result.Columns.Select(column => column.Name));

    internal static IEnumerable<(DashboardRule Rule, string Problem)> OfAnnotation(PluginResult result)
    {
        foreach ((DashboardRule Rule, string Problem) problem in OfColumns(result))
            yield return problem;
        if (result.Rows > 0 && result.Columns.All(column => column.Type != ColumnType.Time))
            yield return (DashboardRules.TimeColumnMissing, "The result has no time column, so annotations have no time.");
    }

    internal static IEnumerable<(DashboardRule Rule, string Problem)> OfVariable(
        PluginResult result, ReadVariable variable, PatternTime time, out IReadOnlyList<(string Text, string Value)> options)
    {
        options = [];
        var problems = new List<(DashboardRule Rule, string Problem)>(OfColumns(result));
        try
        {
            options = VariableOptions.OfResult(result, variable, time);
        }
        catch (PluginException exception)
        {
            problems.Add((DashboardRules.VariableShape, exception.Message));
        }
        if (result.Rows == 0)
            problems.Add((DashboardRules.NoRows, "The variable has no values."));
        return problems;
    }

    private static IEnumerable<(DashboardRule Rule, string Problem)> OfColumns(PluginResult result)
    {
        if (!result.Complete)
            yield return (DashboardRules.TooManyRows, Invariant($"The query returned more than {QueryLimits.MaxRows} rows. The remaining rows were not read."));
        foreach (PluginColumn column in result.Columns)
        {
            if (column.Type == ColumnType.Time)
            {
                if (column.NullTimes + column.Lost > 0)
                {
                    string example = column.Example.Length > 0 ? $", such as '{column.Example}'" : "";
                    yield return (DashboardRules.TimeLost, Invariant($"'{column.Name}' is not a time in {column.NullTimes + column.Lost} of {result.Rows} rows{example}."));
                }
                if (column.Values.Any(value => value is > LatestSecond))
                    yield return (DashboardRules.TimeUnit, $"'{column.Name}' has times after the year 2200.");
                continue;
            }
            if (column.Truncated > 0)
                yield return (DashboardRules.ValueTruncated, Invariant($"'{column.Name}' lost the fraction of {column.Truncated} values, such as {column.Example}."));
            if (column.Lost > 0)
                yield return (DashboardRules.ValueLost, Invariant($"'{column.Name}' lost {column.Lost} texts, such as '{column.Example}'."));
        }
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
