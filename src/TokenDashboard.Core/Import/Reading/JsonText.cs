using System.Runtime.InteropServices;

namespace TokenDashboard.Import.Reading;

/// <summary>Reads JSON in which any value can be missing, numbers can be text, and text can contain invalid characters.</summary>
internal static partial class JsonText
{
    private static readonly Regex TextOrNoNumber = new("""
        "([^"\\]|\\.)*"|-?\b(NaN|Infinity)\b
        """, RegexOptions.NonBacktracking | RegexOptions.Singleline | RegexOptions.ExplicitCapture);

    /// <summary>The text of a scalar element; null for null, an object, an array, or a missing element.</summary>
    public static string? Text(this JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString(),
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => element.GetRawText(),
        _ => null,
    };

    /// <summary>The text of a member; null if it is missing.</summary>
    public static string? Text(this JsonElement element, string member) => element.Member(member).Text();

    /// <summary>A member; undefined if the element is not an object or has no member with this name.</summary>
    public static JsonElement Member(this JsonElement element, string member) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(member, out JsonElement value) ? value : default;

    /// <summary>The members of an object; none for other elements.</summary>
    public static IEnumerable<(string Name, JsonElement Value)> Members(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Object ? element.EnumerateObject().Select(member => (member.Name, member.Value)) : [];

    /// <summary>The element at a path of names joined by dots. A name can contain dots itself.</summary>
    public static JsonElement At(this JsonElement element, string path)
    {
        JsonElement found = element.Member(path);
        return found.ValueKind != JsonValueKind.Undefined || path.IndexOf('.', StringComparison.Ordinal) is not (> 0 and int point)
            ? found
            : element.Member(path[..point]).At(path[(point + 1)..]);
    }

    public static bool TryParse(string? text, out JsonElement element)
    {
        element = default;
        // An exception takes longer than reading a request.
        if (string.IsNullOrEmpty(text))
            return false;
        try
        {
            using JsonDocument document = JsonDocument.Parse(Mend(text));
            element = document.RootElement.Clone();
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>The original text of an element in the file.</summary>
    public static ReadOnlySpan<byte> Utf8(this JsonElement element) => JsonMarshal.GetRawUtf8Value(element);

    /// <summary>The elements of an array; none for other elements.</summary>
    public static JsonElement.ArrayEnumerator Elements(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Array ? element.EnumerateArray() : default;

    /// <summary>The elements of all named members that are arrays.</summary>
    public static IEnumerable<JsonElement> Elements(this JsonElement element, params string[] members) => members.SelectMany(name => element.Member(name).Elements());

    /// <summary>
    /// Repairs JSON. Halves of surrogate pairs, as in text that was truncated by length, become U+FFFD, because the library rejects them.
    /// The constants that Python writes for numbers such as NaN become null.
    /// </summary>
    public static ReadOnlySpan<byte> Mend(ReadOnlySpan<byte> json)
    {
        // Most lines do not contain this byte. Searching for one byte takes a quarter of the time of a search for several.
        bool isSound = System.Text.Unicode.Utf8.IsValid(json) && (!json.Contains((byte)'\\') || (json.IndexOf("\\ud"u8) < 0 && json.IndexOf("\\uD"u8) < 0))
            && json.IndexOf("NaN"u8) < 0 && (!json.Contains((byte)'I') || json.IndexOf("Infinity"u8) < 0);
        return isSound ? json : Encoding.UTF8.GetBytes(Mend(Encoding.UTF8.GetString(json)));
    }

    private static string Mend(string json) => TextOrNoNumber.Replace(json, match => match.Value[0] != '"' ? "null" : Escape().Replace(
        match.Value, escape => escape.Length == 6 && char.IsSurrogate((char)Convert.ToUInt16(escape.Value[2..], 16)) ? "\\ufffd" : escape.Value));

    // Pairs of surrogates first, so that the remaining ones are halves.
    [GeneratedRegex(@"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.")] private static partial Regex Escape();
}
