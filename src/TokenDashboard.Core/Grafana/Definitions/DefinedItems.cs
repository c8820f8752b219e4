using TokenDashboard.Input;

namespace TokenDashboard.Grafana.Definitions;

/// <summary>Takes lists of definitions out of a definition. A single one needs no list around it.</summary>
internal static class DefinedItems
{
    /// <summary>The definitions under a name, each with the place it stands at. What is none is a fault and left out.</summary>
    internal static IEnumerable<DefinitionFields> Of(DefinitionFields read, string name, IReadOnlyList<string> known)
    {
        foreach ((object? item, string path) in Places(read, name))
        {
            if (Fields(read, item, path) is { } fields)
            {
                yield return new DefinitionFields(fields, known, path, read.Faults);
            }
        }
    }

    /// <summary>The items under a name, each with its place.</summary>
    internal static IEnumerable<(object? Item, string Path)> Places(DefinitionFields read, string name) =>
        read.Value(name) is { } value
            ? DefinitionFields.Items(value).Select((item, index) => (item, $"{read.PathOf(name)}[{index}]"))
            : [];

    /// <summary>The names and values an item is; null, and a fault, where it is something else.</summary>
    internal static IEnumerable<KeyValuePair<string, object?>>? Fields(DefinitionFields read, object? item, string path)
    {
        if (item is IEnumerable<KeyValuePair<string, object?>> fields)
        {
            return fields;
        }
        read.Faults.Add(new DefinitionFault(
            path, $"is {(DefinitionFields.Scalar(item) is { } text ? $"'{text}'" : item is null ? "nothing" : "a list")}; it must be names with values, as @{{ title = 'x' }} or {{ \"title\": \"x\" }}"));
        return null;
    }
}
