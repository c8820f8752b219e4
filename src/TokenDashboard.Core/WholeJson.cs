using System.Text.Json;
using System.Text.Json.Nodes;

namespace TokenDashboard;

/// <summary>Reads JSON from elsewhere, of which every text is one that can be read later.</summary>
internal static class WholeJson
{
    /// <summary>Parses text as <see cref="JsonNode.Parse(string, JsonNodeOptions?, JsonDocumentOptions)"/> does.</summary>
    /// <exception cref="JsonException">It is not JSON, or a name or text in it ends in half of a character.</exception>
    internal static JsonNode? Parse(string json, JsonDocumentOptions options)
    {
        try
        {
            JsonNode? node = JsonNode.Parse(json, documentOptions: options);
            // Only an escape can hide such a half from the parser, which looks at no text before it is asked for.
            if (json.Contains("\\ud", StringComparison.OrdinalIgnoreCase))
            {
                Read(node);
            }
            return node;
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException)
        {
            throw new JsonException("it holds half of a character, a surrogate such as \\ud83d without its other half", exception);
        }
    }

    private static void Read(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject fields:
                foreach ((_, JsonNode? value) in fields)
                {
                    Read(value);
                }
                break;
            case JsonArray items:
                foreach (JsonNode? item in items)
                {
                    Read(item);
                }
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                value.GetValue<string>();
                break;
        }
    }
}
