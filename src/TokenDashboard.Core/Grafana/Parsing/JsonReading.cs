using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TokenDashboard.Grafana.Parsing;

/// <summary>Reads JSON somebody else wrote: what is missing or of another kind than expected is nothing, never an exception.</summary>
internal static class JsonReading
{
    /// <summary>A text or number as text; the empty string for anything else.</summary>
    internal static string Text(this JsonNode? node, string key) => Child(node, key) is JsonValue value ? value.AsText() : "";

    /// <summary>A value's text; the empty string for true and false.</summary>
    internal static string AsText(this JsonValue value) => value.GetValueKind() switch
    {
        JsonValueKind.String => value.GetValue<string>(),
        JsonValueKind.Number => value.ToJsonString(),
        _ => "",
    };

    internal static bool Flag(this JsonNode? node, string key) => Child(node, key)?.GetValueKind() == JsonValueKind.True;

    // By way of the text, because nodes that code made hold integers, which do not convert themselves.
    internal static double? Number(this JsonNode? node, string key) =>
        Child(node, key) is JsonValue value && value.GetValueKind() == JsonValueKind.Number
            && double.TryParse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : null;

    internal static JsonNode? Child(this JsonNode? node, string key) => node is JsonObject json ? json[key] : null;

    /// <summary>The objects of a list.</summary>
    internal static IEnumerable<JsonObject> Objects(this JsonNode? node, string key) =>
        Child(node, key) is JsonArray list ? list.OfType<JsonObject>() : [];

    /// <summary>The texts of a list; a single text is a list of one.</summary>
    internal static IReadOnlyList<string> Texts(this JsonNode? node, string key) => Child(node, key) switch
    {
        JsonArray list => [.. list.OfType<JsonValue>().Select(AsText)],
        JsonValue value => [value.AsText()],
        _ => [],
    };

    /// <summary>Every text in a tree, without keys and without the comments of SQL.</summary>
    internal static IEnumerable<string> AllTexts(this JsonNode? node, Func<string, bool> isSql) => node switch
    {
        JsonObject json => json.SelectMany(pair => isSql(pair.Key) ? pair.Value.AllTexts(isSql).Select(SqlText.WithoutComments) : pair.Value.AllTexts(isSql)),
        JsonArray list => list.SelectMany(item => item.AllTexts(isSql)),
        JsonValue value when value.GetValueKind() == JsonValueKind.String => [value.GetValue<string>()],
        _ => [],
    };
}
