using System.Text.Json;
using System.Text.Json.Nodes;

namespace TokenDashboard.Dashboards;

/// <summary>A Grafana dashboard as its classic JSON, from this product or from anywhere else.</summary>
public sealed class DashboardDocument
{
    private DashboardDocument(JsonObject root, string json)
    {
        Root = root;
        Json = json;
    }

    /// <summary>The dashboard's uid; the empty string where it has none.</summary>
    public string Uid => Root["uid"] is JsonValue value && value.TryGetValue(out string? uid) ? uid : "";

    /// <summary>The dashboard's title.</summary>
    public string Title => Root["title"]!.GetValue<string>();

    /// <summary>The JSON text, indented, ending in a line feed.</summary>
    public string Json { get; }

    /// <summary>The parsed JSON. Callers that change it work on <see cref="JsonNode.DeepClone"/>.</summary>
    internal JsonObject Root { get; }

    /// <summary>Reads a dashboard from JSON text. The envelope <c>{"dashboard": …}</c> of Grafana's API is removed.</summary>
    /// <param name="json">The text.</param>
    /// <param name="source">Where it came from, for the error message: a path or an address.</param>
    /// <exception cref="TokenDashboardException"><see cref="ErrorCode.DashboardInvalid"/>: not JSON, not an object, or without a title.</exception>
    public static DashboardDocument Parse(string json, string source)
    {
        ArgumentNullException.ThrowIfNull(json);
        JsonNode? node;
        try
        {
            node = JsonNode.Parse(json, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false });
        }
        catch (JsonException exception)
        {
            throw Invalid($"is not JSON ({exception.Message})", source, exception);
        }
        if (node is JsonObject envelope && envelope["dashboard"] is JsonObject inner)
        {
            node = inner.DeepClone();
        }
        if (node is not JsonObject root)
        {
            throw Invalid("is not a JSON object", source);
        }
        if (root["title"] is not JsonValue title || !title.TryGetValue(out string? text) || string.IsNullOrWhiteSpace(text))
        {
            throw Invalid("has no title", source);
        }
        return FromObject(root);
    }

    /// <summary>Wraps a finished dashboard object.</summary>
    internal static DashboardDocument FromObject(JsonObject root) => new(root, root.ToJsonString(Format) + "\n");

    /// <inheritdoc/>
    public override string ToString() => Title;

    private static readonly JsonSerializerOptions Format = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        // Dashboards are files people read and diff; they are never pasted into HTML.
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        TypeInfoResolver = JsonSerializerOptions.Default.TypeInfoResolver,
    };

    private static TokenDashboardException Invalid(string problem, string source, Exception? inner = null) => new(
        ErrorCode.DashboardInvalid,
        $"'{source}' {problem}. Give a Grafana dashboard in the classic JSON form, as Grafana's \"Export\" or New-GrafanaDashboard writes it.",
        inner,
        source);
}
