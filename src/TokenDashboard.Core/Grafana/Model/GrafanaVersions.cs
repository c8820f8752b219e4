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
