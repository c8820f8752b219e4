namespace TokenDashboard.Grafana.Model;

/// <summary>The data source a dashboard of this product reads: Grafana's community plugin for SQLite.</summary>
internal static class SqliteDataSource
{
    /// <summary>The plugin's id, which is also the data source's type.</summary>
    internal const string PluginId = "frser-sqlite-datasource";
    /// <summary>Without the prefix the plugin would pass SQLite's URI parameters on as part of the file's name.</summary>
    internal const string PathPrefix = "file:";
    /// <summary>Waits up to five seconds for the application that writes the store, and never writes itself.</summary>
    internal const string PathOptions = "_pragma=busy_timeout(5000)&_pragma=query_only(1)";

    /// <summary>Parts of a path the plugin (4.0 and later) refuses to open, in any case, so that data sources cannot read secrets.</summary>
    private static readonly string[] BlockedWords =
    [
        ".aws", ".config/gcloud", ".azure", ".kube/config", ".docker/config", ".ssh", ".gnupg", ".pki", "/etc/shadow", "/etc/passwd",
        "/etc/gshadow", "/proc/", "/sys/", ".env", "credentials", ".git/config", ".netrc", ".npmrc", ".pypirc", "id_rsa", "id_dsa",
        "id_ecdsa", "id_ed25519", "grafana.db",
    ];

    /// <summary>What will fail in Grafana because of the path of a database alone; empty for a sound path.</summary>
    internal static IEnumerable<string> PathWarnings(string database)
    {
        if (BlockedWords.FirstOrDefault(word => database.Contains(word, StringComparison.OrdinalIgnoreCase)) is { } blocked)
        {
            yield return $"Grafana's SQLite plugin refuses every path that contains '{blocked}', and '{database}' does. "
                + "Rename the file or folder, or move the store.";
        }
        bool drive = database.Length > 2 && char.IsAsciiLetter(database[0]) && database[1] == ':' && database[2] is '/' or '\\';
        if (database[0] is not ('/' or '\\') && !drive)
        {
            yield return $"'{database}' is not an absolute path. It would be relative to Grafana's working folder. "
                + "Use the full path as the Grafana server sees it.";
        }
        if (database.IndexOfAny(['?', '#', '%']) >= 0)
            yield return $"'{database}' contains '?', '#' or '%', which SQLite reads as part of an address. Rename the file or folder.";
    }

    internal static IReadOnlyDictionary<string, object> Settings(string database) => new Dictionary<string, object>
    {
        ["path"] = database, ["pathPrefix"] = PathPrefix, ["pathOptions"] = PathOptions, ["attachLimit"] = 0,
    };
}
