using TokenDashboard.Grafana.Model.Fields;
using TokenDashboard.Grafana.Model.Panels;
using TokenDashboard.Grafana.Parsing;
using TokenDashboard.Input;

namespace TokenDashboard.Grafana.Definitions;

/// <summary>Makes panels that ask something of definitions: what their types have, their queries, and what is taken where nothing is said.</summary>
internal static class DefinedDataPanel
{
    private const int MostQueries = 26;

    /// <param name="type">Its type.</param>
    /// <param name="read">Its definition.</param>
    /// <param name="width">In columns of the grid.</param>
    /// <param name="height">In rows of the grid.</param>
    /// <param name="title">Its title.</param>
    /// <param name="description">What it shows.</param>
    /// <param name="found">Takes its queries, with the places where they stand.</param>
    internal static DataPanel Read(
        string type, DefinitionFields read, int width, int height, string title, string description, List<(string Path, string Sql)> found)
    {
        SqliteQuery[] queries = Queries(read, type, found);
        SqliteQuery query = queries is [var first, ..] ? first : new SqliteQuery("");
        IReadOnlyList<ResultColumn> columns = ResultColumn.Of(query.Sql);
        FieldOptions field = Defaults(type, DefinedField.Read(read), query, columns);
        Legend legend = type is "timeseries" or "barchart" ? DefinedField.Legend(read) ?? Model.Fields.Legend.Hidden : Model.Fields.Legend.Hidden;
        bool bars = type == "timeseries" && (read.Flag("bars") ?? false);
        bool everyRow = type is "stat" or "gauge" && (read.Flag("everyRow") ?? false);
        DataPanel panel = type switch
        {
            "timeseries" => new TimeSeriesPanel
            {
                Width = width, Height = height, Title = title, Description = description, Query = query, Field = field,
                Bars = bars,
                Stacked = read.Flag("stacked") ?? false,
                Percent = read.Flag("percent") ?? false,
                FillOpacity = (int?)read.Number("fill", largest: 100, whole: true) ?? (bars ? 80 : 10),
                Legend = read.Has("legend") ? legend : new Legend(LegendPlacement.Bottom),
            },
            "stat" => new StatPanel
            {
                Width = width, Height = height, Title = title, Description = description, Query = query, Field = field,
                EveryRow = everyRow,
                ColoredBackground = read.Flag("coloredBackground") ?? false,
            },
            "gauge" => new GaugePanel
            {
                Width = width, Height = height, Title = title, Description = description, Query = query, Field = field, EveryRow = everyRow,
            },
            "bargauge" => new BarGaugePanel { Width = width, Height = height, Title = title, Description = description, Query = query, Field = field },
            "barchart" => new BarChartPanel
            {
                Width = width, Height = height, Title = title, Description = description, Query = query, Field = field,
                CategoryColumn = Category(read, query, columns),
                Legend = legend,
            },
            "piechart" => new PieChartPanel { Width = width, Height = height, Title = title, Description = description, Query = query, Field = field },
            "heatmap" => new HeatmapPanel
            {
                Width = width, Height = height, Title = title, Description = description, Query = query, Field = field,
                ValueName = read.Text("valueName", 100) ?? "Value",
                Scheme = read.Word("scheme", HeatmapPanel.Schemes) ?? "Blues",
                FirstRowOnTop = read.Flag("firstRowOnTop") ?? false,
            },
            _ => new TablePanel
            {
                Width = width, Height = height, Title = title, Description = description, Query = query, Field = field,
                Paginated = read.Flag("paginated") ?? true,
                EmptyCell = read.Text("emptyCell", 100) ?? "-",
                Column = new TableColumn
                {
                    Cell = read.Choice<TableCell>("cell"),
                    MinWidth = (int?)read.Number("minColumnWidth", smallest: 1, largest: 5000, whole: true),
                },
            },
        };
        return panel with
        {
            MoreQueries = [.. queries.Skip(1)],
            Transformations = [.. DefinedItems.Of(read, "transformations", DefinitionKeys.Transformation).Select(Transformation).OfType<Transformation>()],
            Overrides = [.. DefinedItems.Of(read, "overrides", DefinitionKeys.Override).Select(DefinedField.Override).OfType<FieldOverride>()],
        };
    }

    private static SqliteQuery[] Queries(DefinitionFields read, string type, List<(string Path, string Sql)> found)
    {
        var queries = new List<SqliteQuery>();
        (object? Item, string Path)[] more = [.. DefinedItems.Places(read, "queries")];
        if (Query(read, type, found, required: more.Length == 0) is { } first)
        {
            queries.Add(first);
        }
        foreach ((object? item, string path) in more)
        {
            // A query that is only SQL needs no names around it.
            IEnumerable<KeyValuePair<string, object?>>? fields = item is string sql ? [KeyValuePair.Create("sql", (object?)sql)] : DefinedItems.Fields(read, item, path);
            if (fields is not null && Query(new DefinitionFields(fields, DefinitionKeys.Query, path, read.Faults), type, found, required: true) is { } query)
            {
                queries.Add(query);
            }
        }
        if (queries.Count > MostQueries)
        {
            read.Fault("queries", $"make {queries.Count} queries with the panel's own; there can be {MostQueries}");
        }
        return [.. queries];
    }

    /// <summary>A query. Unless it is said, a column named time is a time, and over time each text is a series of its own.</summary>
    private static SqliteQuery? Query(DefinitionFields read, string type, List<(string Path, string Sql)> found, bool required)
    {
        string? sql = read.Text("sql", DashboardDefinition.LongestSql, required);
        IReadOnlyList<string> times = read.Texts("timeColumns");
        bool? byLabel = read.Flag("seriesByLabel");
        if (sql is null)
        {
            return null;
        }
        found.Add((read.PathOf("sql"), sql));
        IReadOnlyList<ResultColumn> columns = ResultColumn.Of(sql);
        if (!read.Has("timeColumns") && columns.Any(column => column.Name == "time"))
        {
            times = ["time"];
        }
        // A heatmap's columns are rows of cells already, unless texts are to become them.
        bool series = type == "timeseries" || type == "heatmap" && columns.Any(column => column.IsText);
        return new SqliteQuery(sql, times) { SeriesByLabel = byLabel ?? (series && times.Count > 0) };
    }

    private static FieldOptions Defaults(string type, FieldOptions field, SqliteQuery query, IReadOnlyList<ResultColumn> columns)
    {
        ResultColumn[] values = [.. columns.Where(column => !query.TimeColumns.Contains(column.Name))];
        // A series is called after the value and the label; where there is one value only, the label says all.
        string? label = query.SeriesByLabel && values.Length == 2 && values.Count(column => column.IsText) == 1
            ? values.First(column => column.IsText).Name
            : null;
        return field with
        {
            Unit = field.Unit ?? Units.Abbreviated,
            NoValue = field.NoValue ?? "No data in this time range",
            DisplayName = field.DisplayName ?? (label is null ? null : $"${{__field.labels[\"{label}\"]}}"),
            // Without it Grafana colours by thresholds of its own, red from 80 on.
            Color = field.Color ?? (field.Thresholds is not null
                ? FieldColor.ByThreshold
                : type switch
                {
                    "timeseries" or "piechart" or "barchart" => FieldColor.BySeries,
                    "table" => FieldColor.Blues,
                    "stat" => FieldColor.Fixed("text"),
                    _ => FieldColor.Fixed("blue"),
                }),
        };
    }

    private static string Category(DefinitionFields read, SqliteQuery query, IReadOnlyList<ResultColumn> columns)
    {
        if (read.Text("category", 200) is { } given)
        {
            return given;
        }
        if ((columns.FirstOrDefault(column => column.IsText) ?? (columns.Count > 0 ? columns[0] : null)) is { } first)
        {
            return first.Name;
        }
        if (query.Sql.Length > 0)
        {
            read.Fault("category", "is missing; it names the column of texts below the bars, which the SQL does not tell");
        }
        return "";
    }

    private static Transformation? Transformation(DefinitionFields read)
    {
        string? id = read.Text("id", 100, required: true);
        object? options = read.Value("options");
        if (options is not null and not IEnumerable<KeyValuePair<string, object?>>)
        {
            read.Fault("options", "must be names with values, as Grafana's documentation lists them for the transformation");
            return null;
        }
        return id is null ? null : Model.Fields.Transformation.Raw(id, DefinitionJson.ToNode(options)?.ToJsonString() ?? "{}");
    }
}
