using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TokenDashboard.Grafana.Model;

/// <summary>
/// A dashboard's content in one canonical text, so that two copies compare equal when they mean the same: without what Grafana
/// counts itself, without the order of keys, without nulls, and with numbers written one way.
/// </summary>
internal static class DashboardContent
{
    private static readonly string[] CountedByGrafana = ["id", "version", "iteration"];

    /// <summary>The canonical text.</summary>
    internal static string Normalise(JsonObject dashboard) => Canonical(dashboard, nulls: false);

    /// <summary>
    /// A copy for a file: without what Grafana counts, keys in order, numbers written one way, so that what did not change is the same
    /// bytes, whichever version gave it. Nulls stay, since a panel may mean them.
    /// </summary>
    internal static JsonObject ForFile(JsonObject dashboard) => (JsonObject)JsonNode.Parse(Canonical(dashboard, nulls: true))!;

    private static string Canonical(JsonObject dashboard, bool nulls)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            Write(writer, dashboard, CountedByGrafana, nulls);
        }
        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    /// <summary>Sixteen hexadecimal digits that stand for a canonical text.</summary>
    internal static string Fingerprint(string normalised) =>
        Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(normalised)), 0, 8).ToLowerInvariant();

    private static void Write(Utf8JsonWriter writer, JsonNode? node, string[] without, bool nulls)
    {
        switch (node)
        {
            case JsonObject fields:
                writer.WriteStartObject();
                foreach ((string name, JsonNode? value) in fields.OrderBy(field => field.Key, StringComparer.Ordinal))
                {
                    if ((value is null && !nulls) || without.Contains(name))
                    {
                        continue;
                    }
                    writer.WritePropertyName(name);
                    Write(writer, value, [], nulls);
                }
                writer.WriteEndObject();
                break;
            case JsonArray items:
                writer.WriteStartArray();
                foreach (JsonNode? item in items)
                {
                    Write(writer, item, [], nulls);
                }
                writer.WriteEndArray();
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.Number:
                writer.WriteRawValue(Number(value));
                break;
            case null:
                writer.WriteNullValue();
                break;
            default:
                node.WriteTo(writer);
                break;
        }
    }

    /// <summary>Servers since version 12 pass numbers through floating point: 1.0 comes back as 1, 1e3 as 1000.</summary>
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
