using System.Security.Cryptography;

namespace TokenDashboard.Grafana.Model;

/// <summary>
/// A dashboard's content as canonical text, which is equal for equivalent copies: sorted keys, no nulls, no values that Grafana counts,
/// and a single format of numbers.
/// </summary>
internal static class DashboardContent
{
    /// <summary>The keys that belong to a server, and never to a file.</summary>
    internal static readonly string[] CountedByGrafana = ["id", "version", "iteration"];

    internal static string Normalise(JsonObject dashboard) => Sorted(dashboard, CountedByGrafana, nulls: false)!.ToJsonString();

    /// <summary>A copy for a file: the same bytes for any version, without the id and version. Nulls are kept, because a panel may need them.</summary>
    internal static JsonObject ForFile(JsonObject dashboard) => (JsonObject)Sorted(dashboard, CountedByGrafana, nulls: true)!;

    internal static string Fingerprint(string text) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)), 0, 8).ToLowerInvariant();

    private static JsonNode? Sorted(JsonNode? node, string[] without, bool nulls) => node switch
    {
        JsonObject fields => new JsonObject(fields.OrderBy(field => field.Key, StringComparer.Ordinal)
            .Where(field => (nulls || field.Value is not null) && !without.Contains(field.Key))
            .Select(field => KeyValuePair.Create(field.Key, Sorted(field.Value, [], nulls)))),
        JsonArray items => new JsonArray([.. items.Select(item => Sorted(item, [], nulls))]),
        JsonValue value when value.GetValueKind() == JsonValueKind.Number => JsonNode.Parse(Number(value)),
        _ => node?.DeepClone(),
    };

    /// <summary>Servers since version 12 convert numbers to floating point: 1.0 is returned as 1, and 1e3 as 1000.</summary>
    private static string Number(JsonValue value)
    {
        string text = value.ToJsonString();
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole)
            ? whole.ToString(CultureInfo.InvariantCulture)
            : double.Parse(text, CultureInfo.InvariantCulture) is var number && Math.Abs(number) < 1e15 && number == Math.Floor(number)
                ? ((long)number).ToString(CultureInfo.InvariantCulture)
                : double.IsFinite(number) ? number.ToString("R", CultureInfo.InvariantCulture) : text;
    }
}
