using System.Numerics;

namespace TokenDashboard.Input;

/// <summary>Converts definitions in JSON to names with plain values, as in a hash table, and back.</summary>
internal static class DefinitionJson
{
    /// <summary>Reads definitions from JSON text: an object, or a list of objects. Comments and trailing commas are allowed.</summary>
    /// <exception cref="TokenDashboardException">The text is not JSON, or contains values other than objects.</exception>
    internal static IReadOnlyList<IReadOnlyDictionary<string, object?>> Parse(string json, string source, ErrorCode code, string what)
    {
        JsonNode? node;
        try
        {
            node = JsonInput.Parse(json, lenient: true);
        }
        catch (JsonException exception)
        {
            throw new TokenDashboardException(code, $"'{source}' is not JSON ({exception.Message}). Correct it.", exception, source);
        }
        IEnumerable<JsonNode?> items = node is JsonArray list ? list : [node];
        if (!items.Any())
            throw new TokenDashboardException(code, $"'{source}' contains an empty list. Use {what}, or a list of them in [ ].", target: source);
        return [.. items.Select(item => item is JsonObject
            ? new Dictionary<string, object?>((IEnumerable<KeyValuePair<string, object?>>)PlainValues.Of(item.Deserialize<JsonElement>())!)
            : throw new TokenDashboardException(code, $"'{source}' contains a value that is not a JSON object. Use {what}, or a list of them in [ ].", target: source))];
    }

    /// <summary>A plain value as JSON, with names in their order. Content that is nested too deeply becomes an empty string.</summary>
    internal static JsonNode? ToNode(object? value, int depth = 0) => value switch
    {
        not string and System.Collections.IEnumerable when depth > 32 => "",
        null => null,
        string text => text,
        bool flag => flag,
        IEnumerable<KeyValuePair<string, object?>> fields =>
            new JsonObject(fields.DistinctBy(field => field.Key).Select(field => KeyValuePair.Create(field.Key, ToNode(field.Value, depth + 1)))),
        System.Collections.IEnumerable items => new JsonArray([.. items.Cast<object?>().Select(item => ToNode(item, depth + 1))]),
        double number when !double.IsFinite(number) => null,
        IConvertible number when number.GetTypeCode() is TypeCode.Double or TypeCode.Single => number.ToDouble(null),
        IConvertible number when number.GetTypeCode() is >= TypeCode.SByte and <= TypeCode.Decimal => number.ToDecimal(null),
        BigInteger number => JsonNode.Parse(number.ToString("R", CultureInfo.InvariantCulture)),
        _ => DefinitionFields.Scalar(value) ?? value.ToString(),
    };
}
