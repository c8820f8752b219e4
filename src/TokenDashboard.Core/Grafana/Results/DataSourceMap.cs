using System.Collections;

namespace TokenDashboard;

/// <summary>
/// Existing data sources that replace those to which a dashboard refers: one for all references to its plugin, or one for each reference. Created from a string or a
/// hashtable.
/// </summary>
public sealed class DataSourceMap
{
    /// <summary>Uses one data source for all references to its plugin. If the plugin is not for SQLite or ClickHouse, it replaces references to SQLite.</summary>
    /// <param name="nameOrUid">The name or uid of the data source.</param>
    public DataSourceMap(string nameOrUid)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(nameOrUid);
        One = nameOrUid;
    }

    /// <summary>Uses one data source for each named reference.</summary>
    /// <param name="map">Maps the uid, name or input in a dashboard to the name or uid of a data source.</param>
    public DataSourceMap(IDictionary map)
    {
        ArgumentNullException.ThrowIfNull(map);
        Named = map.Keys.Cast<object>().ToDictionary(Text, key => Text(map[key]), StringComparer.Ordinal);
    }

    /// <summary>The name or uid of the data source for all references to its plugin; null if references are named.</summary>
    public string? One { get; }
    /// <summary>Maps references in a dashboard, case-sensitive, to the name or uid of a data source.</summary>
    public IReadOnlyDictionary<string, string> Named { get; } = new Dictionary<string, string>();

    private static string Text(object? value)
    {
        string text = value?.ToString() ?? "";
        ArgumentException.ThrowIfNullOrWhiteSpace(text, nameof(value));
        return text;
    }
}
