using System.Globalization;
using System.Text.Json.Nodes;
using TokenDashboard.Grafana.DataSources;
using TokenDashboard.Grafana.Model;
using TokenDashboard.Grafana.Model.Plugins;
using TokenDashboard.Grafana.Results;

namespace TokenDashboard.Grafana.Publishing;

/// <summary>
/// Compares what two dashboards show. Panels are matched by id, queries by refId, variables and annotations by name, so
/// that an inserted one is one difference. What Grafana counts, the chosen data source of a variable, and nulls are ignored.
/// </summary>
public static class DashboardComparison
{
    /// <summary>All differences: the dashboard's own first, then panel by panel in the left side's order.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.DashboardInvalid"/>: an input that cannot be filled in, or library panels.</exception>
    public static IReadOnlyList<GrafanaDashboardDifference> Compare(DashboardDocument left, DashboardDocument right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        static JsonObject Bound(DashboardDocument document) => DashboardBinding.Bind(document, DataSourceIdentity.Of(new GrafanaPublishOptions(), DataSourcePlugin.Of(document.Root)));
        return Compare(Bound(left), Bound(right), left.Uid.Length > 0 ? left.Uid : right.Uid);
    }

    /// <summary>All differences of two dashboards without inputs.</summary>
    internal static IReadOnlyList<GrafanaDashboardDifference> Compare(JsonObject left, JsonObject right, string uid)
    {
        var walk = new Walk(uid);
        walk.Compare(Content(left), Content(right), "", "");
        return [.. walk.Differences.OrderBy(difference => difference.Panel.Length > 0)];
    }

    private static JsonObject Content(JsonObject dashboard)
    {
        JsonObject content = DashboardContent.ForFile(dashboard);
        content.Remove("uid");
        foreach (JsonObject variable in content.Child("templating").Objects("list").Where(variable => variable.String("type") == "datasource"))
        {
            variable.Remove("current");
        }
        return content;
    }

    private static string Text(JsonNode? node) => node.AsString() ?? node?.ToJsonString() ?? "";

    private sealed class Walk(string uid)
    {
        internal List<GrafanaDashboardDifference> Differences { get; } = [];

        internal void Compare(JsonNode? left, JsonNode? right, string path, string panel)
        {
            switch (left, right)
            {
                case (JsonObject first, JsonObject second):
                    foreach (string name in first.Select(field => field.Key).Union(second.Select(field => field.Key)))
                    {
                        Compare(first[name], second[name], path.Length == 0 ? name : $"{path}.{name}", panel);
                    }
                    break;
                case (JsonArray first, JsonArray second):
                    CompareItems(first, second, path, panel);
                    break;
                default:
                    if (!JsonNode.DeepEquals(left, right))
                    {
                        Add(left, right, path, panel);
                    }
                    break;
            }
        }

        private void CompareItems(JsonArray left, JsonArray right, string path, string panel)
        {
            string property = path[(path.LastIndexOf('.') + 1)..];
            string? key = property switch { "panels" => "id", "targets" => "refId", "list" => "name", _ => null };
            Dictionary<string, JsonNode?>? first = ByKey(left, key), second = ByKey(right, key);
            if (first is null || second is null)
            {
                (first, second) = (ByIndex(left), ByIndex(right));
            }
            else if (string.Join(", ", first.Keys.Where(second.ContainsKey)) is var order
                && string.Join(", ", second.Keys.Where(first.ContainsKey)) is var other && order != other)
            {
                Add(order, other, $"{path} (order)", panel);
            }
            foreach (string name in first.Keys.Union(second.Keys))
            {
                (JsonNode? one, JsonNode? two) = (first.GetValueOrDefault(name), second.GetValueOrDefault(name));
                Compare(one, two, $"{path}[{name}]", property == "panels" ? Title(one ?? two, name) : panel);
            }
        }

        private void Add(JsonNode? left, JsonNode? right, string path, string panel) => Differences.Add(new GrafanaDashboardDifference
        {
            Uid = uid,
            Panel = panel,
            Path = path,
            Kind = left is null ? GrafanaDifferenceKind.Added : right is null ? GrafanaDifferenceKind.Removed : GrafanaDifferenceKind.Changed,
            Left = left is null ? null : Text(left),
            Right = right is null ? null : Text(right),
        });

        private static string Title(JsonNode? panel, string key) => Text((panel as JsonObject)?["title"]) is { Length: > 0 } title ? title : $"#{key}";

        private static Dictionary<string, JsonNode?>? ByKey(JsonArray items, string? key)
        {
            var found = new Dictionary<string, JsonNode?>();
            foreach (JsonNode? item in items)
            {
                if (key is null || (item as JsonObject)?[key] is not { } value || !found.TryAdd(Text(value), item))
                {
                    return null;
                }
            }
            return found;
        }

        private static Dictionary<string, JsonNode?> ByIndex(JsonArray items) =>
            items.Select((item, index) => (item, index)).ToDictionary(pair => pair.index.ToString(CultureInfo.InvariantCulture), pair => pair.item);
    }
}
