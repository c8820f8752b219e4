using TokenDashboard.Grafana.Model;

namespace TokenDashboard.Grafana.Parsing;

/// <summary>The parts of a dashboard that rules and queries use.</summary>
internal sealed class ReadDashboard
{
    private const string Mixed = "-- Mixed --";

    private readonly Dictionary<string, ReadVariable> _variables;

    internal ReadDashboard(DashboardDocument document)
    {
        Document = document;
        Plugin = DataSourcePlugin.Of(document.Root);
        Variables = [.. Root.Child("templating").Objects("list").Select(json => new ReadVariable(json)).Where(variable => variable.Name.Length > 0)];
        _variables = Variables.DistinctBy(variable => variable.Name).ToDictionary(variable => variable.Name, StringComparer.Ordinal);
        Inputs = Root.Objects("__inputs").Where(input => input.Text("name").Length > 0)
            .GroupBy(input => input.Text("name")).ToDictionary(group => group.Key, group => group.First().Text("pluginId"));
        Rows = [.. Root.Objects("panels").Where(IsRow)];
        Panels = [.. ReadPanels()];
        Annotations = [.. Root.Child("annotations").Objects("list").Where(annotation =>
            annotation.Child("target") is JsonObject target && UsesPlugin(annotation["datasource"], target))];
    }

    internal bool CarriesLibraryPanels => Root["__elements"] is JsonObject { Count: > 0 } or JsonArray { Count: > 0 };
    internal DashboardDocument Document { get; }
    internal DataSourcePlugin Plugin { get; }
    internal bool IsForClickHouse => Plugin == DataSourcePlugin.ClickHouse;
    internal JsonObject Root => Document.Root;
    internal IReadOnlyList<ReadPanel> Panels { get; }
    internal IReadOnlyList<JsonObject> Rows { get; }
    internal IReadOnlyList<ReadVariable> Variables { get; }
    /// <summary>Annotations with queries of the plugin.</summary>
    internal IReadOnlyList<JsonObject> Annotations { get; }

    internal IEnumerable<ReadQuery> Queries =>
    [
        .. Panels.SelectMany(panel => panel.Targets.Select(target => new ReadQuery(target, panel, panel.Label))),
        .. Annotations.Select(annotation => new ReadQuery(new ReadTarget(annotation["target"]!.AsObject()), null, annotation.Text("name"))),
    ];

    /// <summary>The inputs of Grafana's import page, with the plugin of data sources.</summary>
    internal IReadOnlyDictionary<string, string> Inputs { get; }

    internal ReadVariable? Variable(string name) => _variables.GetValueOrDefault(name);

    /// <summary>Whether a variable gets its options from the plugin.</summary>
    internal bool UsesPlugin(ReadVariable variable) =>
        variable.Type == "query" && PluginOf(variable.Json["datasource"]) is var plugin && (plugin is null || plugin == Plugin.Id);

    /// <summary>The plugin of a referenced data source; null if the reference does not contain it.</summary>
    internal string? PluginOf(JsonNode? reference)
    {
        string uid = reference is JsonValue value ? value.AsText() : reference.Text("uid");
        if (uid != Mixed && reference.Text("type") is { Length: > 0 } type)
            return type;
        if (uid.StartsWith("-- ", StringComparison.Ordinal) || uid == DataSourcePlugin.Expression)
            return uid;
        string name = VariableUse.FirstName(uid) ?? "";
        return Variable(name) is { Type: "datasource" } variable ? variable.Query : Inputs.GetValueOrDefault(name);
    }

    internal static bool IsRow(JsonObject panel) => panel.Text("type") == "row";

    private IEnumerable<ReadPanel> ReadPanels()
    {
        // The panels of an open row follow it. Those of a closed row are inside it.
        JsonObject? section = null;
        foreach (JsonObject json in Root.Objects("panels"))
        {
            bool row = IsRow(json);
            section = row ? json : section;
            foreach (JsonObject panel in row ? json.Objects("panels").Where(child => !IsRow(child)) : [json])
                yield return Read(panel, row ? json : null, section);
        }
    }

    private ReadPanel Read(JsonObject json, JsonObject? row, JsonObject? section)
    {
        ILookup<bool, JsonObject> targets = json.Objects("targets").Where(target => !target.Flag("hide"))
            .ToLookup(target => UsesPlugin(json["datasource"], target));
        return new ReadPanel(json, row)
        {
            Section = section,
            Targets = [.. targets[true].Select(target => new ReadTarget(target))],
            OtherSources = [.. targets[false].Select(target => Source(json["datasource"], target) ?? "an unnamed data source").Distinct()],
        };
    }

    private bool UsesPlugin(JsonNode? panelSource, JsonObject target) => Source(panelSource, target) switch
    {
        null => Plugin == DataSourcePlugin.Sqlite ? target.ContainsKey("rawQueryText") || target.ContainsKey("queryText") : target.ContainsKey("rawSql"),
        var plugin => plugin == Plugin.Id,
    };

    // Outside mixed panels, Grafana uses the panel's data source, and ignores that of the query.
    private string? Source(JsonNode? panelSource, JsonObject target)
    {
        string? own = PluginOf(target["datasource"]);
        return own != DataSourcePlugin.Expression && PluginOf(panelSource) is { } plugin && plugin != Mixed ? plugin : own;
    }
}

/// <summary>A query of a panel or, without a panel, of an annotation or a variable, and the name of its owner.</summary>
internal sealed record ReadQuery(ReadTarget Target, ReadPanel? Panel, string Name);

/// <summary>A panel of a dashboard, and the closed row that contains it; null for none.</summary>
internal sealed record ReadPanel(JsonObject Json, JsonObject? Row)
{
    internal int? Id => Json.Number("id") is { } id && id == Math.Truncate(id) && Math.Abs(id) < int.MaxValue ? (int)id : null;
    /// <summary>Whether the panel is in Grafana's library, so that the dashboard contains only a copy or a reference.</summary>
    internal bool OfLibrary => Json.Child("libraryPanel") is JsonObject;
    internal string Type => Json.Text("type");
    internal string Title => Json.Text("title");
    internal JsonNode? Defaults => Json.Child("fieldConfig").Child("defaults");
    /// <summary>The row above it, open or closed; null for none.</summary>
    internal required JsonObject? Section { get; init; }
    /// <summary>Whether the browser changes the results before the panel shows them.</summary>
    internal bool Transformed => Json.Objects("transformations").Any();
    internal string Repeat => Json.Text("repeat");
    /// <summary>The variables for whose values Grafana repeats the panel or its row.</summary>
    internal IEnumerable<string> Repeats => new[] { Section.Text("repeat"), Repeat }.Where(name => name.Length > 0);
    /// <summary>The enabled queries of the plugin.</summary>
    internal required IReadOnlyList<ReadTarget> Targets { get; init; }
    /// <summary>The data sources of the other queries, without duplicates.</summary>
    internal required IReadOnlyList<string> OtherSources { get; init; }
    internal string Label => Title.Length > 0 ? Title : string.Create(CultureInfo.InvariantCulture, $"{(Type.Length > 0 ? Type : "panel")} {Id}");

    internal IEnumerable<JsonObject> Overridden(string property) =>
        Json.Child("fieldConfig").Objects("overrides").SelectMany(item => item.Objects("properties")).Where(item => item.Text("id") == property);
}

internal sealed record ReadTarget(JsonObject Json)
{
    internal string RefId => Json.Text("refId");
    /// <summary>The text that the editor shows and the browser sends.</summary>
    internal string RawText => IsClickHouse ? Json.Text("rawSql") : Json.Text("rawQueryText");
    /// <summary>The text that runs without a browser: in alerts, public dashboards and the HTTP API.</summary>
    internal string Text => IsClickHouse ? RawText : Json.Text("queryText");
    /// <summary>Whether it is a query for ClickHouse, which has one text.</summary>
    internal bool IsClickHouse => Json.ContainsKey("rawSql");
    /// <summary>The text that a dashboard runs. Without the raw text, the browser would send nothing, but the other text can be checked.</summary>
    internal string Sql => IsTooLong ? "" : RawText.Length > 0 ? RawText : Text;
    /// <summary>Whether a text is too long to be checked. <see cref="Sql"/> is then empty.</summary>
    internal bool IsTooLong => Math.Max(RawText.Length, Text.Length) > SqlText.MaxLength;
    internal string QueryType => Json.Text("queryType");
    internal bool SeriesByLabel => IsClickHouse ? (Json.Number("format") ?? 0) == 0 : QueryType == "time series";
    internal IReadOnlyList<string> TimeColumns => Json.Texts("timeColumns");
}

internal sealed record ReadVariable(JsonObject Json)
{
    internal const string All = "$__all";
    /// <summary>The text that Grafana shows for it.</summary>
    internal const string AllText = "All";

    internal string Name { get; } = Json.Text("name");
    internal string Type { get; } = Json.Text("type");
    internal bool Multi => Json.Flag("multi");
    internal bool IncludeAll => Json.Flag("includeAll");
    internal ReadTarget AsTarget => new(new JsonObject { ["rawQueryText"] = Query });
    internal string AllValue => IsTooLong ? "" : Json.Text("allValue");
    /// <summary>The query. Newer versions of Grafana can wrap it in an object.</summary>
    internal string Query => IsTooLong ? "" : WholeQuery;
    /// <summary>Whether the query or the value for All is too long to be checked. Both are then empty.</summary>
    internal bool IsTooLong => Math.Max(WholeQuery.Length, Json.Text("allValue").Length) > SqlText.MaxLength;

    private string WholeQuery => Json.Child("query") is JsonObject query
        ? new[] { query.Text("rawQueryText"), query.Text("queryText"), query.Text("rawSql"), query.Text("query") }.FirstOrDefault(text => text.Length > 0, "")
        : Json.Text("query");
}
