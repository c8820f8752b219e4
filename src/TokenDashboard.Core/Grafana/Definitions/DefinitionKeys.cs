namespace TokenDashboard.Grafana.Definitions;

internal static class DefinitionKeys
{
    private static readonly string[] Field =
        ["unit", "decimals", "min", "max", "displayName", "noValue", "color", "thresholds", "thresholdsInPercent", "mappings", "dataLinks"];

    private static readonly string[] Panel = ["type", "title", "description", "id", "width", "height", "repeat", "links"];
    private static readonly string[] Data = [.. Panel, "sql", "timeColumns", "seriesByLabel", "queries", "transformations", "overrides", .. Field];

    internal static readonly string[] Dashboard =
        ["base", "title", "uid", "description", "tags", "from", "to", "refresh", "variables", "annotations", "links", "panels", "sections"];

    internal static readonly string[] Section = ["title", "collapsed", "repeat", "id", "panels"];
    internal static readonly string[] Variable = ["name", "type", "label", "description", "hidden", "sql", "allValue", "multiple", "choices", "default"];
    internal static readonly string[] Annotation = ["name", "sql", "color", "enabled"];
    internal static readonly string[] Link = ["title", "url", "tag", "tooltip"];
    internal static readonly string[] Query = ["sql", "timeColumns", "seriesByLabel"];
    internal static readonly string[] DataLink = ["title", "url", "newTab"];
    internal static readonly string[] Mapping = ["value", "from", "to", "pattern", "special", "text", "color"];
    internal static readonly string[] Legend = ["placement", "calculations", "sortBy"];
    internal static readonly string[] Repeat = ["variable", "vertical", "maxPerRow"];
    internal static readonly string[] Transformation = ["id", "options"];
    internal static readonly string[] Override = ["column", "pattern", "fieldType", "query", .. Field, "width", "minWidth", "cell"];

    internal static readonly IReadOnlyDictionary<string, IReadOnlyList<string>> Panels = new Dictionary<string, IReadOnlyList<string>>
    {
        ["timeseries"] = [.. Data, "bars", "stacked", "percent", "fill", "legend"], ["stat"] = [.. Data, "everyRow", "coloredBackground"],
        ["gauge"] = [.. Data, "everyRow"], ["bargauge"] = Data, ["barchart"] = [.. Data, "category", "legend"], ["piechart"] = Data,
        ["table"] = [.. Data, "paginated", "emptyCell", "cell", "minColumnWidth"], ["heatmap"] = [.. Data, "valueName", "scheme", "firstRowOnTop"],
        ["text"] = [.. Panel, "content"],
    };
}
