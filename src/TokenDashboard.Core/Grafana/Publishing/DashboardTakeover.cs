using TokenDashboard.Grafana.Model;

namespace TokenDashboard.Grafana.Publishing;

/// <summary>Writes a server's dashboard into the file from which it was published. Unchanged parts keep their position, so that a diff shows only the change.</summary>
internal static class DashboardTakeover
{
    internal static DashboardDocument Merge(DashboardDocument file, DashboardDocument server)
    {
        JsonObject merged = Merge(file.Root, server.Root);
        foreach (string name in DashboardContent.CountedByGrafana)
            Keep(file.Root, merged, name);
        foreach (JsonObject variable in merged.Child("templating").Objects("list").Where(variable => variable.String("type") == "datasource"))
            Keep(file.Root.Child("templating").Objects("list").FirstOrDefault(own => own.String("name") == variable.String("name")) ?? [], variable, "current");
        return DashboardDocument.FromObject(merged);
    }

    private static JsonObject Merge(JsonObject file, JsonObject server)
    {
        var merged = new JsonObject();
        // Nulls in the file mean the same as missing keys, and differ between versions of Grafana.
        foreach (string name in file.Where(field => server.ContainsKey(field.Key) || field.Value is null || DashboardContent.CountedByGrafana.Contains(field.Key)).Select(field => field.Key)
            .Concat(server.Where(field => field.Value is not null).Select(field => field.Key)).Distinct())
        {
            merged[name] = Merge(file[name], server[name]);
        }
        return merged;
    }

    private static JsonNode? Merge(JsonNode? file, JsonNode? server) => (file, server) switch
    {
        (JsonObject own, JsonObject other) => Merge(own, other),
        (JsonArray own, JsonArray other) => new JsonArray([.. other.Select((item, index) => Merge(Same(own, item, index), item))]),
        // 1.0 stays 1.0.
        (JsonValue own, JsonValue other) when JsonNode.DeepEquals(own, other) => own.DeepClone(),
        _ => server?.DeepClone(),
    };

    /// <summary>The item in the file's list that corresponds to an item of the server, by its name or its position.</summary>
    private static JsonNode? Same(JsonArray own, JsonNode? item, int index)
    {
        foreach (string key in (string[])["id", "refId", "name"])
        {
            if (item is JsonObject fields && fields[key] is JsonValue name)
                return own.FirstOrDefault(each => JsonNode.DeepEquals((each as JsonObject)?[key], name));
        }
        return index < own.Count ? own[index] : null;
    }

    private static void Keep(JsonObject file, JsonObject merged, string name)
    {
        if (file.TryGetPropertyValue(name, out JsonNode? value))
            merged[name] = value?.DeepClone();
        else
            merged.Remove(name);
    }
}
