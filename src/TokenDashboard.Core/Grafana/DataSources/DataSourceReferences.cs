using TokenDashboard.Grafana.Http;
using TokenDashboard.Grafana.Model;

namespace TokenDashboard.Grafana.DataSources;

/// <summary>A data source that replaces another one. The name and the type, which is the id of the plugin, are null if no server was contacted.</summary>
internal sealed record DataSourceTarget(string Uid, string? Name, string? Type);

/// <summary>Replaces the data sources that a dashboard refers to.</summary>
internal sealed class DataSourceReferences(DataSourceMap map, Func<string, DataSourceTarget> find)
{
    private readonly Dictionary<string, DataSourceTarget> _named = map.Named.ToDictionary(pair => pair.Key, pair => find(pair.Value));
    private readonly HashSet<string> _matched = new(StringComparer.Ordinal);
    private readonly HashSet<JsonObject> _chosen = [];

    /// <summary>The data source for all references to data sources of its plugin; null for none.</summary>
    internal DataSourceTarget? One { get; } = map.One is { } one ? find(one) : null;

    /// <summary>Finds the data sources on a server, by uid, then by name.</summary>
    /// <exception cref="TokenDashboardException">
    /// <see cref="ErrorCode.GrafanaDataSourceMissing"/>: the server has none with this name or uid. The message lists the existing data sources.
    /// </exception>
    internal static DataSourceReferences Resolve(DataSourceMap map, GrafanaClient client, Action<string> warning)
    {
        GrafanaResponse response = client.Get(GrafanaDataSources.ListPath);
        if (response.Status == 403)
        {
            warning($"This account cannot list data sources, so the values of -DataSource were used as uids. Listing requires {GrafanaPermission.ReadDataSources}.");
            return AsGiven(map);
        }
        DataSourceItem[] all = GrafanaDataSources.All(response);
        return new DataSourceReferences(map, wanted =>
            (all.FirstOrDefault(item => item.Uid == wanted)
                ?? all.FirstOrDefault(item => item.Name == wanted)
                ?? all.FirstOrDefault(item => string.Equals(item.Name, wanted, StringComparison.OrdinalIgnoreCase))) is { Uid: { } uid } found
                ? new DataSourceTarget(uid, found.Name, found.Type)
                : throw Missing($"Grafana at {client.Url} has no data source with the name or uid '{wanted}'. Existing data sources: {List(all)}.", wanted));
    }

    /// <summary>Uses the values as uids, without a server.</summary>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.GrafanaDataSourceMissing"/>: a value is not a uid.</exception>
    internal static DataSourceReferences AsGiven(DataSourceMap map) => new(map, wanted => DashboardDocument.IsUid(wanted)
        ? new DataSourceTarget(wanted, null, null)
        : throw Missing($"'{wanted}' is not a uid, and the name of a data source cannot be looked up without a server. Specify its uid: "
            + $"{DashboardDocument.UidForm}.", wanted));

    /// <summary>The replacement for a uid, a name or an input; null for none.</summary>
    internal DataSourceTarget? Find(string? reference)
    {
        if (reference is null || !_named.TryGetValue(reference, out DataSourceTarget? target))
            return null;
        _matched.Add(reference);
        return target;
    }

    /// <summary>Warns of data sources to replace that no dashboard refers to.</summary>
    internal void WarnOfUnmatched(Action<string> warning)
    {
        foreach (string from in _named.Keys.Except(_matched).Order(StringComparer.Ordinal))
            warning($"No dashboard refers to a data source '{from}', which is a key of -DataSource. Use its uid, name or input. They are case-sensitive.");
    }

    /// <summary>Whether this object set the value of a variable.</summary>
    internal bool Chose(JsonObject variable) => _chosen.Contains(variable);

    internal void Apply(JsonObject dashboard)
    {
        _chosen.Clear();
        Walk(dashboard);
    }

    private void Walk(JsonNode? node)
    {
        JsonObject fields = node as JsonObject ?? [];
        if (fields.String("type") == "datasource" && fields["name"] is not null && fields["query"] is not null)
            ApplyToVariable(fields);
        foreach ((string name, JsonNode? value) in fields.ToList())
        {
            if (name == "datasource" && Replacement(value) is { } reference)
                fields[name] = reference;
            else if (name == "datasourceUid" && Find(value.AsString()) is { } target)
                fields[name] = target.Uid;
            else
                Walk(value);
        }
        foreach (JsonNode? item in node as JsonArray ?? [])
            Walk(item);
    }

    /// <summary>The replacement of a reference: an object with type and uid, or a name as in dashboards from before Grafana 8.3.</summary>
    private JsonNode? Replacement(JsonNode? reference)
    {
        if (reference.AsString() is { } name)
        {
            return Find(name) is not { } target ? null
                : target.Type is null ? target.Uid : new JsonObject { ["type"] = target.Type, ["uid"] = target.Uid };
        }
        if (reference is not JsonObject fields || fields.String("uid") is not { Length: > 0 } uid)
            return null;
        // A variable is not a data source, but its definition contains one.
        bool one = One is not null && fields.String("type") == (DataSourcePlugin.Find(One.Type) ?? DataSourcePlugin.Sqlite).Id && !uid.StartsWith('$');
        if ((Find(uid) ?? (one ? One : null)) is not { } found)
            return null;
        var changed = (JsonObject)fields.DeepClone();
        changed["uid"] = found.Uid;
        if (found.Type is not null)
            changed["type"] = found.Type;
        return changed;
    }

    private void ApplyToVariable(JsonObject variable)
    {
        JsonObject? current = variable["current"] as JsonObject;
        string? value = Single(current?["value"]);
        string? text = Single(current?["text"]);
        if ((Find(value) ?? Find(text)) is not { } target)
            return;
        variable["current"] = Choice(target.Name ?? target.Uid, target.Uid, current!["value"] is JsonArray);
        if (target.Type is not null)
            variable["query"] = target.Type;
        _chosen.Add(variable);
    }

    internal static JsonObject Choice(string text, string value, bool multiple) => multiple
        ? new JsonObject { ["text"] = new JsonArray(text), ["value"] = new JsonArray(value) }
        : new JsonObject { ["text"] = text, ["value"] = value };

    internal static string? Single(JsonNode? node) => (node is JsonArray { Count: 1 } only ? only[0] : node).AsString();

    private static string List(DataSourceItem[] all) => all.Length == 0 ? "none" : string.Join(", ", all.Select(item => $"'{item.Name}' (uid '{item.Uid}', {item.Type})"));

    private static TokenDashboardException Missing(string message, string wanted) => new(ErrorCode.GrafanaDataSourceMissing, message, target: wanted);
}
