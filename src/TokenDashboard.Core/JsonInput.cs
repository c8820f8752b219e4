using System.Text.Unicode;

namespace TokenDashboard;

/// <summary>
/// Reads untrusted JSON, of which a small text can contain values that fill the memory. Messages of exceptions contain a position or a limit, to put in
/// parentheses. They contain no part of the text, because it can be secret or long.
/// </summary>
internal static class JsonInput
{
    private const int MaxDepth = 64;

    /// <summary>The maximum number of values and names in one text. A dashboard of 200 panels has about 50,000.</summary>
    private const int MaxValues = 2_000_000;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads JSON. Duplicate names in an object are ambiguous, so they are rejected.</summary>
    /// <exception cref="JsonException">The text is not JSON, too large, nested too deeply, or contains half of a surrogate pair.</exception>
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

    /// <summary>Reads JSON in UTF-8. Invalid bytes become replacement characters.</summary>
    /// <exception cref="JsonException">In the same cases as for text.</exception>
    internal static JsonNode? Parse(ReadOnlySpan<byte> utf8, bool lenient = false)
    {
        if (utf8.StartsWith(Encoding.UTF8.Preamble))
            utf8 = utf8[Encoding.UTF8.Preamble.Length..];
        if (!Utf8.IsValid(utf8))
            utf8 = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(utf8));
        JsonCommentHandling comments = Options(lenient).CommentHandling;
        try
        {
            // One more level, so that the reader does not report the limit as a syntax error.
            Check(utf8, new JsonReaderOptions { AllowTrailingCommas = lenient, CommentHandling = comments, MaxDepth = MaxDepth + 1 });
            return JsonNode.Parse(utf8, documentOptions: Options(lenient));
        }
        catch (JsonException exception)
        {
            throw WithoutText(exception);
        }
    }

    /// <summary>Reads JSON in UTF-8 that was checked before, or that this module wrote. The element is not disposed, because it is read later.</summary>
    /// <exception cref="JsonException">The text is not JSON.</exception>
    internal static JsonElement ParseElement(ReadOnlyMemory<byte> utf8, bool lenient = false)
    {
        try
        {
            return JsonDocument.Parse(utf8.Span.StartsWith(Encoding.UTF8.Preamble) ? utf8[Encoding.UTF8.Preamble.Length..] : utf8, Options(lenient)).RootElement;
        }
        catch (JsonException exception)
        {
            throw WithoutText(exception);
        }
    }

    private static JsonDocumentOptions Options(bool lenient) => new()
    {
        AllowDuplicateProperties = false,
        AllowTrailingCommas = lenient,
        CommentHandling = lenient ? JsonCommentHandling.Skip : JsonCommentHandling.Disallow,
        MaxDepth = MaxDepth,
    };

    // An exception without a position reports a limit or a duplicate name. The library's message would include the beginning of the name.
    private static JsonException WithoutText(JsonException exception) => exception.LineNumber is { } line
        ? new JsonException(string.Create(CultureInfo.InvariantCulture, $"line {line + 1}, byte {exception.BytePositionInLine + 1}"))
        : exception;

    private static void Check(ReadOnlySpan<byte> utf8, JsonReaderOptions options)
    {
        var reader = new Utf8JsonReader(utf8, options);
        for (int values = 0; reader.Read();)
        {
            if (reader.TokenType is not (JsonTokenType.EndArray or JsonTokenType.EndObject) && ++values > MaxValues)
                throw new JsonException($"It contains more than {MaxValues} values.");
            if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject && reader.CurrentDepth >= MaxDepth)
                throw new JsonException($"It is nested more than {MaxDepth} levels deep.");
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
