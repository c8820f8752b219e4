using TokenDashboard.Grafana.DataSources;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Results;

namespace TokenDashboard.Grafana.Publishing;

/// <summary>
/// Compares the contents of two dashboards. An inserted panel, query, variable or annotation is one difference. Values that Grafana counts, the selected data
/// source of a variable, and nulls are ignored.
/// </summary>
internal static class DashboardComparison
{
    /// <summary>All differences: first those of the dashboard itself, then panel by panel in the left side's order.</summary>
    /// <exception cref="TokenDashboardException">
    /// <see cref="ErrorCode.DashboardInvalid"/>: an input cannot be filled in, or a dashboard contains library panels.
    /// </exception>
    public static IReadOnlyList<GrafanaDashboardDifference> Compare(DashboardDocument left, DashboardDocument right)
    {
        static JsonObject Bound(DashboardDocument document) => DashboardBinding.Bind(document, DataSourceIdentity.Of(new GrafanaPublishOptions(), DataSourcePlugin.Of(document.Root)));
        return Compare(Bound(left), Bound(right), left.Uid.Length > 0 ? left.Uid : right.Uid);
    }

    internal static IReadOnlyList<GrafanaDashboardDifference> Compare(JsonObject left, JsonObject right, string uid) =>
    [
        .. Walk(Content(left), Content(right), "", "")
            .Select(found => new GrafanaDashboardDifference(
                uid, found.Panel, found.Path,
                found.Left is null ? GrafanaDifferenceKind.Added : found.Right is null ? GrafanaDifferenceKind.Removed : GrafanaDifferenceKind.Changed,
                found.Left is null ? null : Text(found.Left), found.Right is null ? null : Text(found.Right)))
            .OrderBy(difference => difference.Panel.Length > 0),
    ];

    private static JsonObject Content(JsonObject dashboard)
    {
        JsonObject content = DashboardContent.ForFile(dashboard);
        content.Remove("uid");
        foreach (JsonObject variable in content.Child("templating").Objects("list").Where(variable => variable.String("type") == "datasource"))
            variable.Remove("current");
        return content;
    }

    private static string Text(JsonNode? node) => node.AsString() ?? node?.ToJsonString() ?? "";

    private static IEnumerable<(JsonNode? Left, JsonNode? Right, string Path, string Panel)> Walk(JsonNode? left, JsonNode? right, string path, string panel) =>
        (left, right) switch
        {
            (JsonObject first, JsonObject second) => first.Select(field => field.Key).Union(second.Select(field => field.Key))
                .SelectMany(name => Walk(first[name], second[name], path.Length == 0 ? name : $"{path}.{name}", panel)),
            (JsonArray first, JsonArray second) => WalkItems(first, second, path, panel),
            _ => JsonNode.DeepEquals(left, right) ? [] : [(left, right, path, panel)],
        };

    private static IEnumerable<(JsonNode? Left, JsonNode? Right, string Path, string Panel)> WalkItems(JsonArray left, JsonArray right, string path, string panel)
    {
        string property = path[(path.LastIndexOf('.') + 1)..];
        string? key = property switch { "panels" => "id", "targets" => "refId", "list" => "name", _ => null };
        Dictionary<string, JsonNode?>? first = ByKey(left, key), second = ByKey(right, key);
        string order = "", other = "";
        if (first is null || second is null)
            (first, second) = (ByIndex(left), ByIndex(right));
        else
            (order, other) = (string.Join(", ", first.Keys.Where(second.ContainsKey)), string.Join(", ", second.Keys.Where(first.ContainsKey)));
        IEnumerable<(JsonNode?, JsonNode?, string, string)> moved = order == other ? [] : [(order, other, $"{path} (order)", panel)];
        return moved.Concat(first.Keys.Union(second.Keys).SelectMany(name =>
        {
            (JsonNode? one, JsonNode? two) = (first.GetValueOrDefault(name), second.GetValueOrDefault(name));
            return Walk(one, two, $"{path}[{name}]", property == "panels" ? Title(one ?? two, name) : panel);
        }));
    }

    private static string Title(JsonNode? panel, string key) => Text((panel as JsonObject)?["title"]) is { Length: > 0 } title ? title : $"#{key}";

    private static Dictionary<string, JsonNode?>? ByKey(JsonArray items, string? key)
    {
        var found = new Dictionary<string, JsonNode?>();
        foreach (JsonNode? item in items)
        {
            if (key is null || (item as JsonObject)?[key] is not { } value || !found.TryAdd(Text(value), item))
                return null;
        }
        return found;
    }

    private static Dictionary<string, JsonNode?> ByIndex(JsonArray items) =>
        items.Select((item, index) => (item, index)).ToDictionary(pair => pair.index.ToString(CultureInfo.InvariantCulture), pair => pair.item);
}
