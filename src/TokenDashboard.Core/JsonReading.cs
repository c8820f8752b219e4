namespace TokenDashboard;

/// <summary>Reads untrusted JSON. A value that is missing or has another type is null and never an exception.</summary>
internal static class JsonReading
{
    internal static JsonNode? Child(this JsonNode? node, string key) => node is JsonObject json ? json[key] : null;

    /// <summary>The text of a node that is a string; null for anything else.</summary>
    internal static string? AsString(this JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    /// <summary>The text of a child that is a string; null for anything else.</summary>
    internal static string? String(this JsonNode? node, string key) => node.Child(key).AsString();

    /// <summary>A string or number as text; the empty string for anything else.</summary>
    internal static string Text(this JsonNode? node, string key) => Child(node, key) is JsonValue value ? value.AsText() : "";

    /// <summary>A string or number as text; the empty string for true and false.</summary>
    internal static string AsText(this JsonValue value) => value.GetValueKind() switch
    {
        JsonValueKind.String => value.GetValue<string>(),
        JsonValueKind.Number => value.ToJsonString(),
        _ => "",
    };

    internal static bool Flag(this JsonNode? node, string key) => Child(node, key)?.GetValueKind() == JsonValueKind.True;

    /// <summary>A whole number; null for anything else.</summary>
    internal static long? Whole(this JsonNode? node, string key) => Child(node, key) is JsonValue value && value.TryGetValue(out long number) ? number : null;

    internal static DateTimeOffset? Time(this JsonNode? node, string key) =>
        DateTimeOffset.TryParse(node.String(key), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time : null;

    // Converted through text, because nodes created by code contain integers, which are not converted.
    internal static double? Number(this JsonNode? node, string key) =>
        Child(node, key) is JsonValue value && value.GetValueKind() == JsonValueKind.Number
            && double.TryParse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : null;

    internal static IEnumerable<JsonObject> Objects(this JsonNode? node, string key) =>
        Child(node, key) is JsonArray list ? list.OfType<JsonObject>() : [];

    /// <summary>The strings of a list. A single string is a list of one.</summary>
    internal static IReadOnlyList<string> Texts(this JsonNode? node, string key) => Child(node, key) switch
    {
        JsonArray list => [.. list.OfType<JsonValue>().Select(AsText)],
        JsonValue value => [value.AsText()],
        _ => [],
    };

    /// <summary>All strings in a tree, except keys, each transformed by a function that receives its key. An item of a list has the key of the list.</summary>
    internal static IEnumerable<string> AllTexts(this JsonNode? node, Func<string, string, string> read, string key = "") => node switch
    {
        JsonObject json => json.SelectMany(pair => pair.Value.AllTexts(read, pair.Key)),
        JsonArray list => list.SelectMany(item => item.AllTexts(read, key)),
        _ => node.AsString() is { } text ? [read(key, text)] : [],
    };
}
