using TokenDashboard.Grafana.DataSources;
using TokenDashboard.Grafana.Model;

namespace TokenDashboard.Grafana.Publishing;

/// <summary>Sets the data source of a dashboard, in the plain format and in the format with <c>__inputs</c> that Grafana exports for sharing.</summary>
internal static class DashboardBinding
{
    /// <summary>The dashboard's uid, by which later runs find it.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.DashboardInvalid"/>: the uid is missing, invalid or a duplicate.</exception>
    internal static string RequireUid(DashboardDocument document, HashSet<string> seen)
    {
        string? problem =
            document.Uid.Length == 0 ? $"has no uid, so the next run could not find it. Add one: {DashboardDocument.UidForm}"
            : !DashboardDocument.IsUid(document.Uid) ? $"has the uid '{document.Uid}', which Grafana does not accept. It must be {DashboardDocument.UidForm}"
            : !seen.Add(document.Uid) ? $"has the uid '{document.Uid}', which another dashboard of this run also has. Use different uids"
            : null;
        return problem is null ? document.Uid : throw Invalid(document.Title, problem);
    }

    /// <summary>Whether a bound dashboard queries a data source, by its uid or as the server's default data source of its plugin.</summary>
    internal static bool Uses(JsonNode? bound, DataSourceIdentity dataSource) => bound switch
    {
        JsonObject fields => (fields.String("type") == dataSource.Plugin.Id && fields.String("uid") is null or "") || fields.Any(field => Uses(field.Value, dataSource)),
        JsonArray items => items.Any(item => Uses(item, dataSource)),
        _ => bound.AsString() == dataSource.Uid,
    };

    /// <summary>A copy to save: inputs and data source variables are filled in, and the id and version of the original server are removed.</summary>
    /// <exception cref="TokenDashboardException">
    /// <see cref="ErrorCode.DashboardInvalid"/>: an input cannot be filled in, or the dashboard contains library panels.
    /// </exception>
    internal static JsonObject Bind(
        DashboardDocument document, DataSourceIdentity dataSource, DataSourceReferences? references = null, Func<string, bool>? keeps = null)
    {
        var dashboard = (JsonObject)Filled(document.Root, Inputs(document, dataSource, references))!;
        if (dashboard["__elements"] is JsonObject { Count: > 0 } or JsonArray { Count: > 0 })
            throw Invalid(document.Title, "contains library panels, which only Grafana's import page can unpack. Unlink them before exporting");
        foreach (string field in (string[])["__inputs", "__requires", "__elements", "version"])
            dashboard.Remove(field);
        dashboard["id"] = null;
        references?.Apply(dashboard);
        // A variable that is set to this data source, or is kept, stays as Grafana wrote it, so that an exported dashboard is published without a difference.
        foreach ((JsonObject original, JsonObject variable) in document.Root.Child("templating").Objects("list").Zip(dashboard.Child("templating").Objects("list")))
        {
            // The values of other variables are not uids, and are not looked up on the server.
            if (variable.String("type") != "datasource" || variable.String("query") != dataSource.Plugin.Id || references?.Chose(variable) == true)
                continue;
            bool isKept = ChosenUid(variable) is { } chosen && (chosen == dataSource.Uid ? ChosenUid(original) is not null : keeps?.Invoke(chosen) == true);
            if (!isKept)
                variable["current"] = DataSourceReferences.Choice(dataSource.Name, dataSource.Uid, variable.Flag("multi"));
        }
        return dashboard;
    }

    private static Dictionary<string, string> Inputs(DashboardDocument document, DataSourceIdentity dataSource, DataSourceReferences? references)
    {
        var values = new Dictionary<string, string>();
        foreach (JsonObject input in document.Root.Objects("__inputs"))
        {
            string? name = input.String("name");
            if (string.IsNullOrEmpty(name))
                throw Invalid(document.Title, "has an input without a name");
            values[$"${{{name}}}"] = input.String("type") switch
            {
                "datasource" when references?.Find(name) is { } chosen => chosen.Uid,
                "datasource" when input.String("pluginId") == dataSource.Plugin.Id => dataSource.Uid,
                "datasource" => throw Invalid(
                    document.Title,
                    $"needs a data source of type '{input.String("pluginId")}' for its input '{name}'. Select one with -DataSource @{{ '{name}' = 'its name or uid' }}"),
                "constant" => input.String("value") ?? "",
                var type => throw Invalid(document.Title, $"has an input '{name}' of the unknown type '{type}'"),
            };
        }
        return values;
    }

    /// <summary>A copy in which the values of inputs replace their names.</summary>
    private static JsonNode? Filled(JsonNode? node, Dictionary<string, string> values) => node switch
    {
        JsonObject fields => new JsonObject(fields.Select(field => KeyValuePair.Create(field.Key, Filled(field.Value, values)))),
        JsonArray items => new JsonArray([.. items.Select(item => Filled(item, values))]),
        _ when node.AsString() is { } text && text.Contains("${", StringComparison.Ordinal) =>
            values.Aggregate(text, (result, value) => result.Replace(value.Key, value.Value, StringComparison.Ordinal)),
        _ => node?.DeepClone(),
    };

    /// <summary>The uid to which a data source variable is set; null for none.</summary>
    private static string? ChosenUid(JsonObject variable) =>
        DataSourceReferences.Single(variable.Child("current").Child("value")) is { Length: > 0 } uid && uid[0] != '$' ? uid : null;

    private static TokenDashboardException Invalid(string title, string problem) =>
        new(ErrorCode.DashboardInvalid, $"The dashboard '{title}' {problem}.", target: title);
}
