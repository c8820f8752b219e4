using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace TokenDashboard;

/// <summary>Reads untrusted JSON: a small text can contain values that fill the memory.</summary>
internal static class JsonInput
{
    /// <summary>The maximum number of values and names in one text. A dashboard of 200 panels has some 50,000.</summary>
    private const int MaxValues = 2_000_000;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads JSON. Duplicate names in an object are ambiguous, so they are refused.</summary>
    /// <exception cref="JsonException">It is not JSON, too large, nested too deeply, or contains half of a surrogate pair.</exception>
    internal static JsonNode? Parse(string text, bool lenient = false)
    {
        try
        {
            return Parse(Strict.GetBytes(text), lenient);
        }
        catch (EncoderFallbackException exception)
        {
            throw HalfCharacter(exception);
        }
    }

    /// <summary>Reads JSON in UTF-8; invalid bytes become replacement characters.</summary>
    /// <exception cref="JsonException">As of text.</exception>
    internal static JsonNode? Parse(ReadOnlySpan<byte> utf8, bool lenient = false)
    {
        if (utf8.StartsWith(Encoding.UTF8.Preamble))
            utf8 = utf8[Encoding.UTF8.Preamble.Length..];
        if (!Utf8.IsValid(utf8))
            utf8 = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(utf8));
        JsonCommentHandling comments = lenient ? JsonCommentHandling.Skip : JsonCommentHandling.Disallow;
        Check(utf8, new JsonReaderOptions { AllowTrailingCommas = lenient, CommentHandling = comments });
        return JsonNode.Parse(
            utf8, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false, AllowTrailingCommas = lenient, CommentHandling = comments });
    }

    private static void Check(ReadOnlySpan<byte> utf8, JsonReaderOptions options)
    {
        var reader = new Utf8JsonReader(utf8, options);
        for (int values = 0; reader.Read();)
        {
            if (reader.TokenType is not (JsonTokenType.EndArray or JsonTokenType.EndObject) && ++values > MaxValues)
                throw new JsonException($"It contains more than {MaxValues} values.");
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
            {
                try
                {
                    reader.GetString();
                }
                catch (InvalidOperationException exception)
                {
                    // A later access to this text would throw.
                    throw HalfCharacter(exception);
                }
            }
        }
    }

    private static JsonException HalfCharacter(Exception exception) =>
        new("It contains half of a surrogate pair, such as \\ud83d.", exception);
}
