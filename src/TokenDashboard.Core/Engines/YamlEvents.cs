using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace TokenDashboard.Engines;

/// <summary>
/// The parser's events of a YAML document, for reading single values. Nodes are never created: creating, hashing and comparing those
/// of a malicious document can use the whole stack, or take forever.
/// </summary>
internal sealed class YamlEvents
{
    /// <summary>Much deeper than any configuration.</summary>
    private const int MaxDepth = 64;

    private readonly List<ParsingEvent> _events = [];
    private readonly Dictionary<AnchorName, int> _anchors = [];

    /// <exception cref="YamlException">It is not YAML, or nested too deeply.</exception>
    internal YamlEvents(TextReader reader)
    {
        var parser = new Parser(reader);
        for (int depth = 0; parser.MoveNext() && parser.Current is not DocumentEnd;)
        {
            ParsingEvent current = parser.Current!;
            // Stream and document are the two levels around it.
            if ((depth += current.NestingIncrease) > MaxDepth + 2)
                throw new YamlException(current.Start, current.End, $"It is nested more than {MaxDepth} levels deep.");
            if (current is StreamStart or DocumentStart or StreamEnd)
                continue;
            if (current is NodeEvent { Anchor.IsEmpty: false } node)
                _anchors[node.Anchor] = _events.Count;
            _events.Add(current);
        }
    }

    /// <summary>The position of the document's value; null for an empty one.</summary>
    internal int? Root => _events.Count == 0 ? null : 0;

    /// <summary>The position of a key's value; null if there is none. The last of duplicate keys applies, as in PyYAML.</summary>
    internal int? Value(int? mapping, string key)
    {
        if (Follow(mapping) is not { } start || _events[start] is not MappingStart)
            return null;
        int? found = null;
        for (int at = start + 1; _events[at] is not MappingEnd;)
        {
            int value = After(at);
            if (_events[at] is Scalar scalar && scalar.Value == key)
                found = value;
            at = After(value);
        }
        return found;
    }

    /// <summary>A plain value; null for a list or a mapping.</summary>
    internal string? Text(int? value) => Follow(value) is { } at ? (_events[at] as Scalar)?.Value : null;

    private int? Follow(int? at) =>
        at is { } index && _events[index] is AnchorAlias alias ? _anchors.TryGetValue(alias.Value, out int target) ? target : null : at;

    /// <summary>The end of the value that begins at a position.</summary>
    private int After(int at)
    {
        int depth = 0;
        do
        {
            depth += _events[at++].NestingIncrease;
        }
        while (depth > 0);
        return at;
    }
}
