using System.Text.Json.Nodes;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Model.Variables;

namespace TokenDashboard.Grafana.Parsing;

/// <summary>The parts of a dashboard from anywhere that rules and queries are about.</summary>
internal sealed class ReadDashboard
{
    private const string Mixed = "-- Mixed --";

    private readonly Dictionary<string, ReadVariable> _variables;

    internal ReadDashboard(DashboardDocument document)
    {
        Document = document;
        Variables = [.. Root.Child("templating").Objects("list").Select(json => new ReadVariable(json)).Where(variable => variable.Name.Length > 0)];
        _variables = Variables.DistinctBy(variable => variable.Name).ToDictionary(variable => variable.Name, StringComparer.Ordinal);
        Inputs = Root.Objects("__inputs").Where(input => input.Text("name").Length > 0)
            .GroupBy(input => input.Text("name")).ToDictionary(group => group.Key, group => group.First().Text("pluginId"));
        Rows = [.. Root.Objects("panels").Where(IsRow)];
        Panels = [.. ReadPanels()];
        Annotations = [.. Root.Child("annotations").Objects("list").Where(annotation =>
            annotation.Child("target") is JsonObject target && IsSqlite(annotation["datasource"], target))];
    }

    /// <summary>Whether library panels come along with it.</summary>
    internal bool CarriesLibraryPanels => Root["__elements"] is JsonObject { Count: > 0 } or JsonArray { Count: > 0 };

    internal DashboardDocument Document { get; }

    internal JsonObject Root => Document.Root;

    internal IReadOnlyList<ReadPanel> Panels { get; }

    internal IReadOnlyList<JsonObject> Rows { get; }

    internal IReadOnlyList<ReadVariable> Variables { get; }

    /// <summary>Annotations from queries of the SQLite data source.</summary>
    internal IReadOnlyList<JsonObject> Annotations { get; }

    /// <summary>What Grafana's import page asks for, with the plugin of data sources.</summary>
    internal IReadOnlyDictionary<string, string> Inputs { get; }

    internal ReadVariable? Variable(string name) => _variables.GetValueOrDefault(name);

    /// <summary>Whether a variable gets its options from the SQLite data source.</summary>
    internal bool IsSqlite(ReadVariable variable) =>
        variable.Type == "query" && PluginOf(variable.Json["datasource"]) is null or DataSourceVariable.PluginId;

    /// <summary>The plugin a reference to a data source means; null where the reference does not tell.</summary>
    internal string? PluginOf(JsonNode? reference)
    {
        string type = reference is JsonObject ? reference.Text("type") : "";
        string uid = reference is JsonValue value ? value.AsText() : reference.Text("uid");
        if (uid == Mixed)
        {
            return Mixed;
        }
        if (type.Length > 0)
        {
            return type;
        }
        if (uid.StartsWith("-- ", StringComparison.Ordinal) || uid == "__expr__")
        {
            return uid;
        }
        string name = VariableUse.FirstName(uid) ?? "";
        return Variable(name) is { Type: "datasource" } variable ? variable.Query : Inputs.GetValueOrDefault(name);
    }

    internal static bool IsRow(JsonObject panel) => panel.Text("type") == "row";

    private IEnumerable<ReadPanel> ReadPanels()
    {
        // The panels of an open row follow it; those of a closed one stand inside it.
        string repeat = "";
        foreach (JsonObject json in Root.Objects("panels"))
        {
            if (!IsRow(json))
            {
                yield return Read(json, null, repeat);
                continue;
            }
            repeat = json.Text("repeat");
            foreach (JsonObject child in json.Objects("panels").Where(child => !IsRow(child)))
            {
                yield return Read(child, json, repeat);
            }
        }
    }

    private ReadPanel Read(JsonObject json, JsonObject? row, string rowRepeat)
    {
        ILookup<bool, JsonObject> targets = json.Objects("targets").Where(target => !target.Flag("hide"))
            .ToLookup(target => IsSqlite(json["datasource"], target));
        return new ReadPanel(json, row)
        {
            Repeats = [.. new[] { rowRepeat, json.Text("repeat") }.Where(name => name.Length > 0)],
            Targets = [.. targets[true].Select(target => new ReadTarget(target))],
            OtherSources = [.. targets[false].Select(target => OtherSource(json, target)).Distinct()],
        };
    }

    // Outside mixed panels Grafana asks the panel's data source, whatever the query names.
    private bool IsSqlite(JsonNode? panelSource, JsonObject target) => PluginOf(target["datasource"]) != "__expr__" && Source(panelSource, target) switch
    {
        null => target.ContainsKey("rawQueryText") || target.ContainsKey("queryText"),
        var plugin => plugin == DataSourceVariable.PluginId,
    };

    private string? Source(JsonNode? panelSource, JsonObject target) =>
        PluginOf(panelSource) is { } plugin && plugin != Mixed ? plugin : PluginOf(target["datasource"]);

    private string OtherSource(JsonObject panel, JsonObject target) =>
        PluginOf(target["datasource"]) == "__expr__" ? "__expr__" : Source(panel["datasource"], target) ?? "an unnamed data source";
}
