using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Parsing;
using TokenDashboard.Input;

namespace TokenDashboard.Grafana.Definitions;

/// <summary>Reads a panel with queries: the keys of its type, the defaults, and its queries for a plugin, whose SQL is collected.</summary>
internal sealed class DefinedDataPanel(string type, DataSourcePlugin plugin, List<(string Path, string Sql)> found)
{
    private const int MostQueries = 26;
    private const string TimeName = "time";

    internal DataPanel Read(DefinitionFields read, PanelFrame frame)
    {
        DataSourceQuery[] queries = Queries(read);
        DataSourceQuery query = queries is [var first, ..] ? first : DataSourceQuery.Of(plugin, "");
        IReadOnlyList<ResultColumn> columns = ResultColumn.Of(query.Sql, plugin);
        FieldOptions field = Defaults(DefinedField.Read(read), query, columns);
        Legend? legend = type is "timeseries" or "barchart" ? DefinedField.Legend(read) : null;
        bool bars = type == "timeseries" && (read.Flag("bars") ?? false);
        bool everyRow = type is "stat" or "gauge" && (read.Flag("everyRow") ?? false);
        DataPanel panel = type switch
        {
            "timeseries" => new TimeSeriesPanel(
                frame, query, field, bars, read.Flag("stacked") ?? false, read.Flag("percent") ?? false, read.Whole("fill", 0, 100) ?? (bars ? 80 : 10))
            {
                Legend = read.Has("legend") ? legend ?? Legend.Hidden : new Legend(LegendPlacement.Bottom),
            },
            "stat" => new StatPanel(frame, query, field, everyRow, read.Flag("coloredBackground") ?? false),
            "gauge" => new GaugePanel(frame, query, field, everyRow),
            "bargauge" => new BarGaugePanel(frame, query, field),
            "barchart" => new BarChartPanel(frame, query, field, Category(read, query, columns)) { Legend = legend ?? Legend.Hidden },
            "piechart" => new PieChartPanel(frame, query, field),
            "heatmap" => new HeatmapPanel(
                frame, query, field, read.Text("valueName", 100) ?? "Value", read.Word("scheme", HeatmapPanel.Schemes) ?? "Blues", read.Flag("firstRowOnTop") ?? false),
            _ => new TablePanel(frame, query, field, read.Flag("paginated") ?? true, read.Text("emptyCell", 100) ?? "-")
            {
                Column = new TableColumn { Cell = read.Choice<TableCell>("cell"), MinWidth = read.Whole("minColumnWidth", 1, 5000) },
            },
        };
        return panel with
        {
            MoreQueries = [.. queries.Skip(1)],
            Transformations = [.. read.Definitions("transformations", DefinitionKeys.Transformation).Select(Transformation)],
            Overrides = [.. read.Definitions("overrides", DefinitionKeys.Override).Select(DefinedField.Override)],
        };
    }

    private DataSourceQuery[] Queries(DefinitionFields read)
    {
        var queries = new List<DataSourceQuery>();
        (object? Item, string Path)[] more = [.. read.Places("queries")];
        if (Query(read, required: more.Length == 0) is { } first)
            queries.Add(first);
        foreach ((object? item, string path) in more)
        {
            // A query that consists only of SQL can be a single text.
            if ((item is string sql ? [KeyValuePair.Create("sql", (object?)sql)] : read.FieldsOf(item, path)) is { } fields
                && Query(new DefinitionFields(fields, DefinitionKeys.Query, path, read.Faults), required: true) is { } query)
            {
                queries.Add(query);
            }
        }
        if (queries.Count > MostQueries)
            read.Fault("queries", $"would make {queries.Count} queries, including the panel's own; a panel can have at most {MostQueries}");
        return [.. queries];
    }

    /// <summary>A query. By default, a column named time is a time column, and in a panel over time, each text is a separate series.</summary>
    private DataSourceQuery? Query(DefinitionFields read, bool required)
    {
        string? sql = read.Text("sql", DashboardDefinition.LongestSql, required);
        IReadOnlyList<string> times = read.Texts("timeColumns");
        bool? byLabel = read.Flag("seriesByLabel");
        if (sql is null)
            return null;
        found.Add((read.PathOf("sql"), sql));
        if (times.Count > 0 && plugin == DataSourcePlugin.ClickHouse)
            read.Fault("timeColumns", "is for SQLite only; ClickHouse detects time columns by their types");
        IReadOnlyList<ResultColumn> columns = ResultColumn.Of(sql, plugin);
        if (!read.Has("timeColumns") && columns.Any(column => column.Name == TimeName))
            times = [TimeName];
        // The columns of a heatmap are its rows of cells, unless there are text columns. ClickHouse returns the types of columns.
        bool series = type == "timeseries" || type == "heatmap" && columns.Any(column => column.IsText);
        return DataSourceQuery.Of(plugin, sql, times) with { SeriesByLabel = byLabel ?? (series && (times.Count > 0 || plugin == DataSourcePlugin.ClickHouse)) };
    }

    private FieldOptions Defaults(FieldOptions field, DataSourceQuery query, IReadOnlyList<ResultColumn> columns)
    {
        IReadOnlyList<string> times = query is SqliteQuery sqlite ? sqlite.TimeColumns
            : columns.Any(column => column.Name == TimeName) ? [TimeName] : [.. columns.Take(1).Select(column => column.Name)];
        ResultColumn[] values = [.. columns.Where(column => !times.Contains(column.Name))];
        // A series is named after the value and the label. With a single value, it is named after the label alone.
        string? label = query.SeriesByLabel && values.Length == 2 && values.Count(column => column.IsText) == 1
            ? values.First(column => column.IsText).Name
            : null;
        return field with
        {
            Unit = field.Unit ?? Units.Abbreviated,
            NoValue = field.NoValue ?? "No data in this time range",
            DisplayName = field.DisplayName ?? (label is null ? null : $"${{__field.labels[\"{label}\"]}}"),
            // By default, Grafana uses its own thresholds, red from 80 on.
            Color = field.Color ?? type switch
            {
                "timeseries" or "piechart" or "barchart" => FieldColor.BySeries,
                "table" => FieldColor.Blues,
                "stat" => FieldColor.Fixed("text"),
                _ => FieldColor.Fixed("blue"),
            },
        };
    }

    private static string Category(DefinitionFields read, DataSourceQuery query, IReadOnlyList<ResultColumn> columns)
    {
        if (read.Text("category", 200) is { } given)
            return given;
        if ((columns.FirstOrDefault(column => column.IsText) ?? (columns.Count > 0 ? columns[0] : null)) is { } first)
            return first.Name;
        if (query.Sql.Length > 0)
            read.Fault("category", "is missing; it specifies the text column for the labels of the bars");
        return "";
    }

    private static Transformation Transformation(DefinitionFields read)
    {
        string? id = read.Text("id", 100, required: true);
        object? options = read.Value("options");
        if (options is not null and not IEnumerable<KeyValuePair<string, object?>>)
            read.Fault("options", "must be names with values, as in Grafana's documentation of the transformation");
        return new Transformation(id ?? "", DefinitionJson.ToNode(options) as JsonObject ?? []);
    }
}
