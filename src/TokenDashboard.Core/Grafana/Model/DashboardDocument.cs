using System.Text.Json.Serialization;

namespace TokenDashboard.Grafana.Model;

/// <summary>A Grafana dashboard as classic JSON, from this module or from another source.</summary>
public sealed partial class DashboardDocument
{
    /// <summary>The valid uids of a dashboard, folder or data source: 1 to 40 letters, digits, hyphens and underscores.</summary>
    public const string UidPattern = @"^[A-Za-z0-9_-]{1,40}\z";

    internal const string UidForm = "1 to 40 letters, digits, hyphens and underscores";

    private DashboardDocument(JsonObject root, string json, string name) => (Root, Json, Name) = (root, json, name);

    /// <summary>The name in the catalog; the empty string for other dashboards.</summary>
    public string Name { get; }
    /// <summary>The dashboard's uid; the empty string if it has none.</summary>
    public string Uid => Root.String("uid") ?? "";
    /// <summary>The dashboard's title.</summary>
    public string Title => Root.String("title") ?? "";
    /// <summary>The purpose of the dashboard; the empty string if it has no description.</summary>
    public string Description => Root.String("description") ?? "";
    /// <summary>The tags to find the dashboard by.</summary>
    public TextList<string> Tags => new(Root["tags"] is JsonArray tags ? tags.OfType<JsonValue>().Select(tag => tag.ToString()) : []);
    /// <summary>The number of panels, including those in closed rows, but without the rows themselves.</summary>
    public int Panels => CountPanels(Root["panels"]);
    /// <summary>Whether this is the format of Grafana's import page, which prompts for the data source.</summary>
    public bool ForSharing => Root.ContainsKey("__inputs");
    /// <summary>The indented JSON text, which ends in a line feed.</summary>
    public string Json { get; }
    /// <summary>The parsed JSON. To change it, use a <see cref="JsonNode.DeepClone"/>.</summary>
    internal JsonObject Root { get; }

    /// <summary>
    /// Parses a dashboard from JSON text, which can be in an envelope of Grafana's APIs: <c>{"dashboard": …}</c>, or <c>{"apiVersion": …, "spec": …}</c>
    /// with the classic format.
    /// </summary>
    /// <param name="json">The text.</param>
    /// <param name="source">The source, for the error message: a path or an address.</param>
    /// <exception cref="TokenDashboardException">
    /// <see cref="ErrorCode.DashboardInvalid"/>: not JSON, not an object, not in the classic format, or without a title.
    /// </exception>
    public static DashboardDocument Parse(string json, string source)
    {
        JsonNode? node;
        try
        {
            node = JsonInput.Parse(json);
        }
        catch (JsonException exception)
        {
            throw Invalid($"is not JSON ({exception.Message})", source, exception);
        }
        node = node.Child("dashboard") is JsonObject inner ? inner.DeepClone() : node;
        string form = "schema version 2";
        if (node is JsonObject resource && resource["spec"] is JsonObject spec
            && resource.String("apiVersion")?.StartsWith("dashboard.grafana.app/", StringComparison.Ordinal) == true)
        {
            form = resource.String("apiVersion")!;
            node = spec.DeepClone();
            if (string.IsNullOrEmpty(node.String("uid")) && resource.Child("metadata").String("name") is { Length: > 0 } uid)
                node["uid"] = uid;
        }
        // It has variables, as definitions have.
        if (node.Child("elements") is not null)
            throw Invalid($"has the format of {form}, not the classic format", source);
        if (IsDefinition(node))
        {
            throw new TokenDashboardException(
                ErrorCode.DashboardInvalid, $"'{source}' is a dashboard definition. Create the dashboard with New-GrafanaDashboard -Definition, and use the result.", target: source);
        }
        if (node is not JsonObject root)
            throw Invalid("is not a JSON object", source);
        if (root["panels"] is not (null or JsonArray))
            throw Invalid("has a value of panels that is not a list", source);
        if (string.IsNullOrWhiteSpace(root.String("title")))
            throw Invalid("has no title", source);
        return FromObject(root);
    }

    /// <summary>Parses the dashboard in the text of a file; null if it is not a dashboard, or without text.</summary>
    internal static DashboardDocument? TryParse(string? text, string path)
    {
        try
        {
            return text is null ? null : Parse(text, path);
        }
        catch (TokenDashboardException)
        {
            return null;
        }
    }

    /// <summary>Wraps a complete dashboard.</summary>
    internal static DashboardDocument FromObject(JsonObject root) => new(root, root.ToJsonString(Readable) + "\n", "");

    internal DashboardDocument Named(string name) => new(Root, Json, name);

    internal static bool IsUid(string text) => UidRegex().IsMatch(text);

    /// <inheritdoc/>
    public override string ToString() => Title;

    /// <summary>Whether it is a definition for New-GrafanaDashboard, or a list of definitions, for which Grafana would show empty panels.</summary>
    private static bool IsDefinition(JsonNode? node) => node is JsonArray list ? list.Any(IsDefinition) : node is JsonObject json
        && (HasAny(json, "base", "sections", "variables")
            || json.Where(field => field.Key.Equals("panels", StringComparison.OrdinalIgnoreCase)).SelectMany(field => field.Value is JsonArray panels ? panels.AsEnumerable() : [field.Value])
                .OfType<JsonObject>().Any(panel => HasAny(panel, "sql", "query", "queries", "content") && !HasAny(panel, "targets", "gridPos")));

    private static bool HasAny(JsonObject json, params string[] keys) => json.Any(field => keys.Contains(field.Key, StringComparer.OrdinalIgnoreCase));

    private static int CountPanels(JsonNode? list) => list is JsonArray panels
        ? panels.OfType<JsonObject>().Sum(panel => panel["type"]?.ToString() == "row" ? CountPanels(panel["panels"]) : 1)
        : 0;

    /// <summary>JSON for users, who read and compare it. It is never inserted into HTML.</summary>
    internal static readonly JsonSerializerOptions Readable = new(DashboardJson.Default.Options)
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    [GeneratedRegex(UidPattern)] private static partial Regex UidRegex();

    private static TokenDashboardException Invalid(string problem, string source, Exception? inner = null) => new(
        ErrorCode.DashboardInvalid,
        $"'{source}' {problem}. Use a Grafana dashboard in the classic JSON format, as Grafana's \"Export\" or New-GrafanaDashboard writes it.", inner,
        source);
}

/// <summary>The code that the serializer generates during compilation, so that no reflection is required at run time.</summary>
[JsonSerializable(typeof(JsonObject))]
internal sealed partial class DashboardJson : JsonSerializerContext;
