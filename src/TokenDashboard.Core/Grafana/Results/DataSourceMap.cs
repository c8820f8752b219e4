using System.Collections;

namespace TokenDashboard.Grafana.Results;

/// <summary>
/// Existing data sources that replace those a dashboard refers to: one for all of its plugin, or one for each name. Made from a string or a
/// hashtable.
/// </summary>
public sealed class DataSourceMap
{
    /// <summary>Uses one data source for all references to those of its plugin; if that is neither SQLite's nor ClickHouse's, to those of SQLite.</summary>
    /// <param name="nameOrUid">Its name or uid.</param>
    public DataSourceMap(string nameOrUid)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(nameOrUid);
        One = nameOrUid;
    }

    /// <summary>Uses one for each reference that is named.</summary>
    /// <param name="map">From the uid, name or input in a dashboard to the name or uid of a data source.</param>
    public DataSourceMap(IDictionary map)
    {
        ArgumentNullException.ThrowIfNull(map);
        Named = map.Keys.Cast<object>().ToDictionary(Text, key => Text(map[key]), StringComparer.Ordinal);
    }

    /// <summary>The name or uid of the one for all references to data sources of its plugin; null if they are named.</summary>
    public string? One { get; }
    /// <summary>From what a dashboard has to the name or uid of a data source, case-sensitive.</summary>
    public IReadOnlyDictionary<string, string> Named { get; } = new Dictionary<string, string>();

    private static string Text(object? value)
    {
        string text = value?.ToString() ?? "";
        ArgumentException.ThrowIfNullOrWhiteSpace(text, nameof(value));
        return text;
    }
}
