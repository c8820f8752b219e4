using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TokenDashboard.Grafana.DataSources;
using TokenDashboard.Grafana.Model;

namespace TokenDashboard.Grafana.Publishing;

/// <summary>
/// Points a dashboard at a data source, from the form with <c>__inputs</c> that Grafana exports for sharing as well as from the plain one.
/// </summary>
internal static partial class DashboardBinding
{
    /// <summary>The dashboard's uid, by which it is found again.</summary>
    /// <exception cref="TokenDashboardException">
    /// <see cref="ErrorCode.DashboardInvalid"/>: it has none, one Grafana does not take, or one that was <paramref name="seen"/> before.
    /// </exception>
    internal static string RequireUid(DashboardDocument document, HashSet<string> seen)
    {
        if (!Uid().IsMatch(document.Uid))
        {
            throw Invalid(
                document.Title,
                document.Uid.Length == 0
                    ? "has no uid, so a second publishing could not find the first. Give it one: 1 to 40 of A-Z, a-z, 0-9, '-' and '_'"
                    : $"has the uid '{document.Uid}', which Grafana does not take. It must be 1 to 40 of A-Z, a-z, 0-9, '-' and '_'");
        }
        return seen.Add(document.Uid) ? document.Uid : throw Invalid(
            document.Title,
            $"has the uid '{document.Uid}', which another dashboard of this run has too. Each needs its own");
    }

    /// <summary>Whether a dashboard reads the SQLite data source anywhere.</summary>
    internal static bool ReadsSqlite(DashboardDocument document) => Mentions(document.Root);

    /// <summary>
    /// Whether a dashboard has to be given a SQLite data source: it asks for one, or has a variable that is set to none, or to one that
    /// does not stay.
    /// </summary>
    /// <param name="document">The dashboard.</param>
    /// <param name="references">What takes the place of data sources it refers to.</param>
    /// <param name="keeps">Whether a variable that is set to this uid stays so.</param>
    internal static bool NeedsDataSource(DashboardDocument document, DataSourceReferences? references, Func<string, bool> keeps)
    {
        if (references is null)
        {
            return Needs(document.Root, null, keeps);
        }
        var dashboard = (JsonObject)document.Root.DeepClone();
        var filled = new Dictionary<string, string>();
        foreach (JsonObject input in (dashboard["__inputs"] as JsonArray ?? []).OfType<JsonObject>().ToList())
        {
            if (Is(input["type"], "datasource") && references.Find(Text(input["name"])) is { } chosen)
            {
                filled["${" + Text(input["name"]) + "}"] = chosen.Uid;
                input.Parent!.AsArray().Remove(input);
            }
        }
        Replace(dashboard, filled);
        references.Apply(dashboard);
        return Needs(dashboard, references, keeps);
    }

    /// <summary>
    /// A copy ready to be saved: inputs replaced, data source variables set to the data source, and without id and version, which
    /// belong to the server it came from.
    /// </summary>
    /// <exception cref="TokenDashboardException">
    /// <see cref="ErrorCode.DashboardInvalid"/>: an input that cannot be filled in here, or library panels.
    /// </exception>
    internal static JsonObject Bind(
        DashboardDocument document, DataSourceIdentity dataSource, DataSourceReferences? references = null, Func<string, bool>? keeps = null)
    {
        var dashboard = (JsonObject)document.Root.DeepClone();
        Dictionary<string, string> inputs = Inputs(dashboard, document.Title, dataSource, references);
        if (dashboard["__elements"] is JsonObject { Count: > 0 } or JsonArray { Count: > 0 })
        {
            throw Invalid(
                document.Title,
                "carries library panels, which only Grafana's own import can unpack. Unlink them before exporting");
        }
        foreach (string field in (string[])["__inputs", "__requires", "__elements", "version"])
        {
            dashboard.Remove(field);
        }
        dashboard["id"] = null;
        if (inputs.Count > 0)
        {
            Replace(dashboard, inputs);
        }
        references?.Apply(dashboard);
        if (dashboard["templating"] is JsonObject templating && templating["list"] is JsonArray variables)
        {
            foreach (JsonObject variable in variables.OfType<JsonObject>())
            {
                if (!IsSqliteVariable(variable) || references?.Chose(variable) == true)
                {
                    continue;
                }
                if (ChosenUid(variable) is { } chosen && (chosen == dataSource.Uid || keeps?.Invoke(chosen) == true))
                {
                    // As Grafana wrote it, so that a dashboard that was exported is published without a difference.
                    continue;
                }
                bool multiple = variable["multi"] is JsonValue flag && flag.TryGetValue(out bool set) && set;
                variable["current"] = multiple
                    ? new JsonObject { ["text"] = new JsonArray(dataSource.Name), ["value"] = new JsonArray(dataSource.Uid) }
                    : new JsonObject { ["text"] = dataSource.Name, ["value"] = dataSource.Uid };
            }
        }
        return dashboard;
    }

    private static Dictionary<string, string> Inputs(
        JsonObject dashboard, string title, DataSourceIdentity dataSource, DataSourceReferences? references)
    {
        var values = new Dictionary<string, string>();
        foreach (JsonObject input in (dashboard["__inputs"] as JsonArray ?? []).OfType<JsonObject>())
        {
            string? name = Text(input["name"]);
            if (string.IsNullOrEmpty(name))
            {
                throw Invalid(title, "has an input without a name");
            }
            values["${" + name + "}"] = Text(input["type"]) switch
            {
                "datasource" when references?.Find(name) is { } chosen => chosen.Uid,
                "datasource" when Is(input["pluginId"], SqliteDataSource.PluginId) => dataSource.Uid,
                "datasource" => throw Invalid(
                    title,
                    $"wants a data source of type '{Text(input["pluginId"])}' for its input '{name}'. Say which one with "
                        + $"-DataSource @{{ '{name}' = 'its name or uid' }}"),
                "constant" => Text(input["value"]) ?? "",
                var type => throw Invalid(title, $"has an input '{name}' of the unknown type '{type}'"),
            };
        }
        return values;
    }

    private static void Replace(JsonNode? node, Dictionary<string, string> values)
    {
        switch (node)
        {
            case JsonObject fields:
                foreach (string name in fields.Select(field => field.Key).ToList())
                {
                    if (Filled(fields[name], values) is { } text)
                    {
                        fields[name] = text;
                    }
                    else
                    {
                        Replace(fields[name], values);
                    }
                }
                break;
            case JsonArray items:
                for (int index = 0; index < items.Count; index++)
                {
                    if (Filled(items[index], values) is { } text)
                    {
                        items[index] = text;
                    }
                    else
                    {
                        Replace(items[index], values);
                    }
                }
                break;
        }
    }

    private static string? Filled(JsonNode? node, Dictionary<string, string> values)
    {
        if (Text(node) is not { } text || !text.Contains("${", StringComparison.Ordinal))
        {
            return null;
        }
        return values.Aggregate(text, (result, value) => result.Replace(value.Key, value.Value, StringComparison.Ordinal));
    }

    private static bool Needs(JsonNode? node, DataSourceReferences? references, Func<string, bool> keeps) => node switch
    {
        JsonObject fields when references?.Chose(fields) == true => false,
        JsonObject fields when IsSqliteVariable(fields) => ChosenUid(fields) is not { } uid || !keeps(uid),
        JsonObject fields => Is(fields["pluginId"], SqliteDataSource.PluginId)
            || (Is(fields["type"], SqliteDataSource.PluginId) && Text(fields["uid"]) is null or "" or SqliteDataSource.DefaultUid)
            || fields.Any(field => Needs(field.Value, references, keeps)),
        JsonArray items => items.Any(item => Needs(item, references, keeps)),
        _ => false,
    };

    private static bool IsSqliteVariable(JsonObject variable) => Is(variable["type"], "datasource") && Is(variable["query"], SqliteDataSource.PluginId);

    /// <summary>The uid a data source variable is set to; null for none.</summary>
    private static string? ChosenUid(JsonObject variable)
    {
        JsonNode? value = (variable["current"] as JsonObject)?["value"];
        return Text(value is JsonArray { Count: 1 } only ? only[0] : value) is { Length: > 0 } uid && uid[0] != '$' ? uid : null;
    }

    private static bool Mentions(JsonNode? node) => node switch
    {
        JsonObject fields => fields.Any(field => Mentions(field.Value)),
        JsonArray items => items.Any(Mentions),
        _ => Is(node, SqliteDataSource.PluginId),
    };

    private static bool Is(JsonNode? node, string text) => Text(node) == text;

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    private static TokenDashboardException Invalid(string title, string problem) =>
        new(ErrorCode.DashboardInvalid, $"The dashboard '{title}' {problem}.", target: title);

    [GeneratedRegex(DashboardDocument.UidPattern)]
    private static partial Regex Uid();
}
