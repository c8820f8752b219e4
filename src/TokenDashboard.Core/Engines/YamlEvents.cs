using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace TokenDashboard.Engines;

/// <summary>
/// A YAML document as the parser's events, to look single values up in. Nodes are never made of them: making, hashing and comparing those
/// of a document that means harm takes the whole stack, or for ever.
/// </summary>
internal sealed class YamlEvents
{
    /// <summary>Far deeper than configurations are.</summary>
    private const int MaxDepth = 64;

    private readonly List<ParsingEvent> _events = [];
    private readonly Dictionary<AnchorName, int> _anchors = [];

    /// <exception cref="YamlException">It is not YAML, or nested more deeply than any configuration.</exception>
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

    /// <summary>Where the document's value is; null for an empty one.</summary>
    internal int? Root => _events.Count == 0 ? null : 0;

    /// <summary>Where a key's value is; null if there is none. Of a key that stands twice the last one counts, as for PyYAML.</summary>
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

    /// <summary>Where the value that begins somewhere ends.</summary>
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
