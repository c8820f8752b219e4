using System.Collections;

namespace TokenDashboard.Grafana.Results;

/// <summary>
/// Which existing data sources take the place of those a dashboard refers to: one for everything that reads SQLite, or one for each
/// that is named. PowerShell makes it from a text or a hashtable.
/// </summary>
public sealed class DataSourceMap
{
    /// <summary>Takes one data source for all references to SQLite ones.</summary>
    /// <param name="nameOrUid">Its name or uid.</param>
    public DataSourceMap(string nameOrUid)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(nameOrUid);
        One = nameOrUid;
    }

    /// <summary>Takes several.</summary>
    /// <param name="map">From the uid, name or input a dashboard has to the name or uid of a data source; not empty.</param>
    public DataSourceMap(IDictionary map)
    {
        ArgumentNullException.ThrowIfNull(map);
        var named = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in map)
        {
            string from = entry.Key.ToString() ?? "";
            string to = entry.Value?.ToString() ?? "";
            ArgumentException.ThrowIfNullOrWhiteSpace(from, nameof(map));
            ArgumentException.ThrowIfNullOrWhiteSpace(to, nameof(map));
            named[from] = to;
        }
        Named = named;
    }

    /// <summary>The name or uid of the one for all references to SQLite data sources; null where they are named.</summary>
    public string? One { get; }

    /// <summary>From what a dashboard has to the name or uid of a data source, case-sensitive.</summary>
    public IReadOnlyDictionary<string, string> Named { get; } = new Dictionary<string, string>();
}
