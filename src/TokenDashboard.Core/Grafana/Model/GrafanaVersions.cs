namespace TokenDashboard.Grafana.Model;

/// <summary>The differences between versions of Grafana: a form that versions 9 to 13 read, or the old and the new form together.</summary>
internal static class GrafanaVersions
{
    /// <summary>The schema of the JSON. Versions with a newer schema update it when they open the dashboard. Version 9, which has schema 37, accepts it.</summary>
    internal const int Schema = 39;

    /// <summary>The ids of the transformations that a version from 9 to 13 knows.</summary>
    // As in DataTransformerID of @grafana/data 9.0 to 13.2.
    internal static IReadOnlySet<string> Transformations { get; } = new HashSet<string>("""
        append calculateField concatenate configFromData convertFieldType convertFrameType ensureColumns extractFields fieldLookup filterByRefId
        filterByValue filterFields filterFieldsByName filterFrames formatString formatTime groupBy groupToNestedTable groupingToMatrix heatmap histogram
        joinByField joinByLabels labelsToFields limit merge noop order organize partitionByValues prepareTimeSeries reduce regression rename renameByRegex
        rowsToFields seriesToColumns seriesToRows setGeometry smoothing sortBy spatial timeSeriesTable transpose
        """.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries));

    // Ids that 9.0 does not know, and the custom forms with the same display, as in @grafana/data. Only the lira's sign moves to the front.
    private static readonly Dictionary<string, string> LaterUnits = new()
    {
        [Units.Metric] = Units.ScaledNumber, ["candela"] = "si:cd", ["acres"] = "suffix:ac", ["hectares"] = "suffix:ha",
        ["currencyTRY"] = "currency:₺", ["currencyMYR"] = "currency:RM", ["currencyXPF"] = "currency:XPF", ["currencyBGN"] = "currency:BGN",
        ["currencyPYG"] = "currency:₲", ["currencyUYU"] = "currency:UYU", ["currencyILS"] = "currency:₪",
        ["mwatth"] = "si:MWh", ["mohm"] = "si:mΩ", ["rotkhz"] = "si:kHz", ["rotmhz"] = "si:MHz", ["rotghz"] = "si:GHz",
        ["eps"] = "count:evt/s", ["mps"] = "count:msg/s", ["recps"] = "count:rec/s", ["rowsps"] = "count:rows/s",
        ["reqpm"] = "count:req/m", ["epm"] = "count:evts/m", ["mpm"] = "count:msgs/m", ["recpm"] = "count:rec/m", ["rowspm"] = "count:rows/m",
    };

    /// <summary>A unit in a form that all versions know. They show the id of a unit that they do not know after the number, such as 5868 sishort.</summary>
    internal static string? Unit(string? id) => id is null ? null : LaterUnits.GetValueOrDefault(id, id);

    /// <summary>The footer of a table, which also determines whether it has pages. 12.2 and later also read this older form, and require <c>show</c>.</summary>
    internal static JsonObject TableFooter(bool paginated) =>
        new() { ["show"] = false, ["reducer"] = new JsonArray("sum"), ["countRows"] = false, ["enablePagination"] = paginated };

    /// <summary>The style of a table's cells: <c>displayMode</c> for 9.0 to 9.4, and <c>cellOptions</c> from 9.5 on, which ignores the former.</summary>
    internal static (string Name, JsonNode? Value)[] TableCells(TableCell cell)
    {
        (string mode, JsonObject options) = cell switch
        {
            TableCell.Text => ("auto", new JsonObject { ["type"] = "auto" }),
            TableCell.ColoredText => ("color-text", new JsonObject { ["type"] = "color-text" }),
            TableCell.ColoredBackground => ("color-background-solid", new JsonObject { ["type"] = "color-background", ["mode"] = "basic" }),
            _ => ("basic", new JsonObject { ["type"] = "gauge", ["mode"] = "basic", ["valueDisplayMode"] = "text" }),
        };
        return [("displayMode", mode), ("cellOptions", options)];
    }
}
