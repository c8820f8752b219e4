using TokenDashboard.Dashboards.Reading;
using TokenDashboard.Definitions;

namespace TokenDashboard.Dashboards.Defining;

/// <summary>Makes panels of definitions, and remembers what must be unique or exist in the dashboard as a whole.</summary>
internal sealed class DefinedPanels(IReadOnlyList<DashboardSection> before)
{
    private const int Longest = 100_000;
    private const int MostQueries = 26;

    // Several screens.
    private const int Highest = 200;

    private static readonly Dictionary<string, (int Width, int Height)> Sizes = new()
    {
        ["timeseries"] = (12, 9),
        ["stat"] = (6, 4),
        ["gauge"] = (6, 8),
        ["bargauge"] = (12, 9),
        ["barchart"] = (12, 9),
        ["piechart"] = (8, 9),
        ["table"] = (24, 10),
        ["heatmap"] = (12, 9),
        ["text"] = (24, 3),
    };

    private static readonly string[] MaxPerRow = ["2", "3", "4", "6", "8", "12", "24"];

    private readonly HashSet<int> _numbers =
        [.. before.SelectMany(section => section.Panels.Select(panel => panel.Id).Append(section.Id)).OfType<int>()];

    private readonly List<(string Path, string Variable)> _repeats = [];

    /// <summary>The variables that panels and rows are repeated for, and where that is said.</summary>
    internal IReadOnlyList<(string Path, string Variable)> Repeats => _repeats;

    /// <summary>The panels of a dashboard or section. Those with faults are left out.</summary>
    internal IEnumerable<Panel> Of(DefinitionFields read)
    {
        foreach ((object? item, string path) in DefinedItems.Places(read, "panels"))
        {
            if (DefinedItems.Fields(read, item, path)?.ToList() is not { } fields)
            {
                continue;
            }
            // The type says which keys there are, so it is read first.
            var type = new DefinitionFields(fields.Where(field => field.Key.Equals("type", StringComparison.OrdinalIgnoreCase)), ["type"], path, read.Faults);
            if (type.Word("type", [.. DefinitionKeys.Panels.Keys], required: true) is { } name
                && Panel(name, new DefinitionFields(fields, DefinitionKeys.Panels[name], path, read.Faults, $"a panel of type {name}")) is { } panel)
            {
                yield return panel;
            }
        }
    }

    /// <summary>A number of a panel or row that nothing else in the dashboard has.</summary>
    internal int? Number(DefinitionFields read, int smallest, int largest)
    {
        int? id = (int?)read.Number("id", smallest: smallest, largest: largest, whole: true);
        if (id is { } number && !_numbers.Add(number))
        {
            read.Fault("id", $"is {number}, which another panel or row of the dashboard has");
        }
        return id;
    }

    /// <summary>The name of the variable that something is repeated for.</summary>
    internal string? RepeatOf(DefinitionFields read, string name)
    {
        string? variable = read.Text(name, 100);
        if (variable is not null)
        {
            _repeats.Add((read.PathOf(name), variable));
        }
        return variable;
    }

    private Panel? Panel(string type, DefinitionFields read)
    {
        int faults = read.Faults.Count;
        (int width, int height) = Sizes[type];
        width = (int?)read.Number("width", smallest: 1, largest: DashboardLayout.Columns, whole: true) ?? width;
        height = (int?)read.Number("height", smallest: 1, largest: Highest, whole: true) ?? height;
        string title = read.Text("title", 1000, required: type != "text") ?? "";
        string description = read.Text("description", 5000) ?? "";
        Panel panel = type == "text"
            ? new TextPanel { Width = width, Height = height, Title = title, Description = description, Content = read.Text("content", Longest, required: true) ?? "" }
            : Data(type, read, width, height, title, description);
        panel = panel with
        {
            Id = Number(read, 1, PanelNumbers.FirstRow - 1),
            Repeat = Repeat(read),
            Links = DefinedField.Links(read, "links"),
        };
        return read.Faults.Count > faults ? null : panel;
    }

    private static DataPanel Data(string type, DefinitionFields read, int width, int height, string title, string description)
    {
        SqliteQuery[] queries = Queries(read, type);
        SqliteQuery query = queries is [var first, ..] ? first : new SqliteQuery("");
        IReadOnlyList<ResultColumn> columns = ResultColumn.Of(query.Sql);
        FieldOptions field = Defaults(type, DefinedField.Read(read), query, columns);
        Legend legend = type is "timeseries" or "barchart" ? DefinedField.Legend(read) ?? Dashboards.Legend.Hidden : Dashboards.Legend.Hidden;
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
                CategoryColumn = Category(read, columns),
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

    private static SqliteQuery[] Queries(DefinitionFields read, string type)
    {
        var queries = new List<SqliteQuery>();
        if (Query(read, type, required: !read.Has("queries")) is { } first)
        {
            queries.Add(first);
        }
        foreach ((object? item, string path) in DefinedItems.Places(read, "queries"))
        {
            // A query that is only SQL needs no names around it.
            IEnumerable<KeyValuePair<string, object?>>? fields = item is string sql ? [KeyValuePair.Create("sql", (object?)sql)] : DefinedItems.Fields(read, item, path);
            if (fields is not null && Query(new DefinitionFields(fields, DefinitionKeys.Query, path, read.Faults), type, required: true) is { } query)
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
    private static SqliteQuery? Query(DefinitionFields read, string type, bool required)
    {
        string? sql = DefinedSql.Read(read, "sql", required);
        IReadOnlyList<string> times = read.Texts("timeColumns");
        bool? byLabel = read.Flag("seriesByLabel");
        if (sql is null)
        {
            return null;
        }
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

    private static string Category(DefinitionFields read, IReadOnlyList<ResultColumn> columns)
    {
        if (read.Text("category", 200) is { } given)
        {
            return given;
        }
        if ((columns.FirstOrDefault(column => column.IsText) ?? (columns.Count > 0 ? columns[0] : null)) is { } first)
        {
            return first.Name;
        }
        if (read.Has("sql") || read.Has("queries"))
        {
            read.Fault("category", "is missing; it names the column of texts below the bars, which the SQL does not tell");
        }
        return "";
    }

    private PanelRepeat? Repeat(DefinitionFields read)
    {
        if (read.Value("repeat") is not IEnumerable<KeyValuePair<string, object?>> fields)
        {
            return RepeatOf(read, "repeat") is { } word ? new PanelRepeat(word) : null;
        }
        var repeat = new DefinitionFields(fields, DefinitionKeys.Repeat, read.PathOf("repeat"), read.Faults);
        string? variable = RepeatOf(repeat, "variable");
        if (variable is null)
        {
            repeat.Value("variable", required: true);
        }
        bool vertical = repeat.Flag("vertical") ?? false;
        string most = repeat.Word("maxPerRow", MaxPerRow) ?? "4";
        return variable is null ? null : new PanelRepeat(variable) { Vertical = vertical, MaxPerRow = int.Parse(most, System.Globalization.CultureInfo.InvariantCulture) };
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
        return id is null ? null : Dashboards.Transformation.Raw(id, DefinitionJson.ToNode(options)?.ToJsonString() ?? "{}");
    }
}
