using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace TokenDashboard.Input;

/// <summary>Creates plain values from JSON and YAML for <see cref="DefinitionFields"/>: texts, decimals, true and false, lists, and names with values.</summary>
internal static class PlainValues
{
    private const int MaxDepth = 64;

    /// <summary>JSON as plain values. A list is read on access. A number that is not a decimal stays text.</summary>
    internal static object? Of(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().Select(field => KeyValuePair.Create(field.Name, Of(field.Value))).ToList(),
        JsonValueKind.Array => element.EnumerateArray().Select(Of),
        JsonValueKind.String => element.GetString(),
        JsonValueKind.Number => element.TryGetDecimal(out decimal number) ? number : element.GetRawText(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    /// <summary>YAML as plain values, and the line on which each value begins, by its path in the format of <see cref="DefinitionFault.Path"/>.</summary>
    /// <exception cref="YamlException">The text is not YAML, nested too deeply, or has an anchor or a key that is not text.</exception>
    internal static object? OfYaml(TextReader reader, Dictionary<string, long> lines) => OfYaml(reader, lines, null);

    /// <summary>YAML with all values as their original text, or null. An alias is the same object, not a copy. Keys that are not text are omitted.</summary>
    /// <exception cref="YamlException">The text is not YAML, or nested too deeply.</exception>
    internal static object? TextsOfYaml(TextReader reader) => OfYaml(reader, null, []);

    // Either lines or anchors are collected.
    private static object? OfYaml(TextReader reader, Dictionary<string, long>? lines, Dictionary<AnchorName, object?>? anchors)
    {
        var parser = new Parser(reader);
        // Each event is read before the next is parsed. The start of a document is not a value.
        Next(parser);
        if (Next(parser) is StreamEnd)
            return null;
        Next(parser);
        object? value = Read(parser, "", lines, anchors, 0);
        return Next(parser) is StreamEnd ? value : throw Problem(parser.Current!, "There is more than one document.");
    }

    /// <summary>The value whose first event is the current one. Moves to the event after the value.</summary>
    private static object? Read(
        Parser parser, string path, Dictionary<string, long>? lines, Dictionary<AnchorName, object?>? anchors, int depth)
    {
        ParsingEvent start = parser.Current!;
        if (lines is not null)
            lines[path] = start.Start.Line;
        if (depth > MaxDepth)
            throw Problem(start, $"It is nested more than {MaxDepth} levels deep.");
        // If copies of a value were inserted into the value itself, a small text could contain infinite values.
        if (anchors is null && start is (AnchorAlias or NodeEvent { Anchor.IsEmpty: false }))
            throw Problem(start, "Anchors and aliases are not supported. Write the value instead.");
        Next(parser);
        object? value = start switch
        {
            AnchorAlias alias => anchors!.GetValueOrDefault(alias.Value),
            Scalar { Style: ScalarStyle.Plain } scalar => Plain(scalar.Value) is var plain && (plain is null || lines is not null) ? plain : scalar.Value,
            Scalar scalar => scalar.Value,
            _ => ReadMany(parser, start is SequenceStart, path, lines, anchors, depth),
        };
        if (start is NodeEvent { Anchor.IsEmpty: false } node)
            anchors![node.Anchor] = value;
        return value;
    }

    private static object ReadMany(
        Parser parser, bool isList, string path, Dictionary<string, long>? lines, Dictionary<AnchorName, object?>? anchors, int depth)
    {
        var items = new List<object?>();
        var fields = new List<KeyValuePair<string, object?>>();
        while (parser.Current is not (SequenceEnd or MappingEnd))
        {
            if (isList)
            {
                items.Add(Read(parser, lines is null ? "" : $"{path}[{items.Count}]", lines, anchors, depth + 1));
                continue;
            }
            string? key = (parser.Current as Scalar)?.Value;
            if (anchors is not null)
                Read(parser, "", lines, anchors, depth + 1);
            else
                Next(key is not null ? parser : throw Problem(parser.Current!, "A key must be a text."));
            object? value = Read(parser, lines is null ? "" : path.Length == 0 ? $"{key}" : $"{path}.{key}", lines, anchors, depth + 1);
            if (key is not null)
                fields.Add(KeyValuePair.Create(key, value));
        }
        Next(parser);
        return isList ? items : fields;
    }

    private static ParsingEvent Next(Parser parser) => parser.MoveNext() ? parser.Current! : throw new YamlException("The text ends unexpectedly.");

    private static object? Plain(string text) => text switch
    {
        "" or "~" or "null" => null,
        "true" => true,
        "false" => false,
        _ => decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out decimal number)
            ? number
            : text,
    };

    private static YamlException Problem(ParsingEvent at, string problem) => new(at.Start, at.End, problem);
}
